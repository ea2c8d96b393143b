//! What the job engine relies on in Lambda's asynchronous invoke.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{client, engines};

#[tokio::test]
async fn an_event_reaches_the_function_of_that_name() {
    let engines = engines().await;
    let (seen, mut events) = mpsc::unbounded_channel::<Value>();
    engines.lambda.register("jobs-worker", move |event| {
        let seen = seen.clone();
        async move { seen.send(event).map_err(|error| error.to_string()) }
    });
    let client = client!(aws_sdk_lambda, engines.lambda.url());
    for name in ["jobs-worker", "arn:aws:lambda:us-east-1:000000000000:function:jobs-worker"] {
        let invoke = client.invoke().function_name(name).invocation_type(InvocationType::Event);
        let answer = invoke.payload(Blob::new(r#"{"job":"1"}"#)).send().await.unwrap();
        assert_eq!(answer.status_code(), 202);
        assert_eq!(events.recv().await, Some(json!({ "job": "1" })));
    }
}

#[tokio::test]
async fn an_event_that_fails_or_crashes_is_tried_three_times_in_all() {
    let engines = engines().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    engines.lambda.register("jobs-worker", move |_| {
        let attempt = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            assert_ne!(attempt, 1, "the second try crashes");
            Err("again".to_owned())
        }
    });
    let client = client!(aws_sdk_lambda, engines.lambda.url());
    client.invoke().function_name("jobs-worker").invocation_type(InvocationType::Event).send().await.unwrap();
    engines.lambda.idle().await;
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn unknown_functions_and_events_that_are_too_large_are_refused() {
    let engines = engines().await;
    engines.lambda.register("jobs-worker", |_| async { Ok(()) });
    let client = client!(aws_sdk_lambda, engines.lambda.url());
    let unknown = client.invoke().function_name("nobody").invocation_type(InvocationType::Event).send().await.unwrap_err();
    assert_eq!(unknown.into_service_error().code(), Some("ResourceNotFoundException"));
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    let invoke = client.invoke().function_name("jobs-worker").payload(Blob::new(large));
    let refused = invoke.clone().invocation_type(InvocationType::Event).send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("RequestTooLargeException"));
    assert_eq!(invoke.invocation_type(InvocationType::RequestResponse).send().await.unwrap().status_code(), 200);
}
