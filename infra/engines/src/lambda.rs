//! Lambda's `Invoke` in this process: the payload goes to the handler registered under the function's name, in its own
//! task. See <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::future::{BoxFuture, FutureExt};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::Error;
use crate::server::Server;

/// How long Lambda waits before it tries a failed event again; there it is one and two minutes.
const RETRIES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// The largest payload of an event, in bytes.
const EVENT_LIMIT: usize = 1024 * 1024;
/// The largest payload of a call that waits for the answer, in bytes.
const CALL_LIMIT: usize = 6 * 1024 * 1024;

type Handler = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The running invoke endpoint.
#[derive(Debug)]
pub struct Lambda {
    server: Server,
    functions: Arc<Functions>,
}

struct Functions {
    handlers: RwLock<HashMap<String, Handler>>,
    running: watch::Sender<usize>,
}

impl Lambda {
    /// Listens; no function is known yet.
    pub async fn start(port: u16) -> Result<Self, Error> {
        let functions = Arc::new(Functions { handlers: RwLock::default(), running: watch::Sender::new(0) });
        let router = Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .layer(DefaultBodyLimit::max(CALL_LIMIT + 1024))
            .with_state(functions.clone());
        let server = Server::start(Server::listen(port).await?, router)?;
        Ok(Self { server, functions })
    }

    /// The endpoint for the SDK.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Makes `name` known; a handler of the same name is replaced.
    pub fn register<F, R>(&self, name: &str, handler: F)
    where
        F: Fn(Value) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |event| handler(event).boxed());
        self.functions.handlers.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), handler);
    }

    /// Runs a function now, as a schedule does, and waits for its answer. None when no such function is registered.
    pub async fn run(&self, name: &str, event: Value) -> Option<Result<(), String>> {
        let handler = self.functions.find(name)?;
        let _running = self.functions.running();
        Some(attempt(handler, event).await)
    }

    /// The way for other engines to hand events over.
    pub(crate) fn events(&self) -> Events {
        Events(self.functions.clone())
    }

    /// Waits until no event is being handled or waits to be tried again, including events that those events cause.
    pub async fn idle(&self) {
        // The sender lives as long as `self`, so this cannot fail.
        self.functions.running.subscribe().wait_for(|running| *running == 0).await.ok();
    }

    /// Stops listening. An event that is being handled is cut short, as a crash would; jobs go on at the next start.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

/// Hands events over as other services do; they are tried up to three times.
#[derive(Clone, Debug)]
pub(crate) struct Events(Arc<Functions>);

impl Events {
    /// Hands an event to a function; whether there is one of this name.
    pub fn send(&self, name: &str, event: Value) -> bool {
        let found = self.0.find(name);
        found.map(|handler| self.0.start(name.to_owned(), handler, event)).is_some()
    }
}

impl Functions {
    fn start(self: &Arc<Self>, name: String, handler: Handler, event: Value) {
        let running = self.running();
        tokio::spawn(async move {
            handle(&name, &handler, event).await;
            drop(running);
        });
    }

    fn find(&self, name: &str) -> Option<Handler> {
        // arn:aws:lambda:region:account:function:name[:alias]
        let name = if name.starts_with("arn:") { name.split(':').nth(6).unwrap_or(name) } else { name };
        self.handlers.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn running(self: &Arc<Self>) -> Running {
        self.running.send_modify(|count| *count += 1);
        Running(self.clone())
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handlers = self.handlers.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(handlers.keys()).finish()
    }
}

/// Counts one event until it is dropped, even by a panic.
struct Running(Arc<Functions>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.send_modify(|count| *count -= 1);
    }
}

async fn invoke(State(functions): State<Arc<Functions>>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get("x-amz-invocation-type").and_then(|kind| kind.to_str().ok()).unwrap_or("RequestResponse");
    let limit = if kind == "Event" { EVENT_LIMIT } else { CALL_LIMIT };
    if body.len() > limit {
        let message = format!("{} byte payload is too large for the {kind} invocation type (limit {limit} bytes)", body.len());
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message);
    }
    let Some(handler) = functions.find(&name) else {
        return refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &format!("Function not found: {name}"));
    };
    let event = if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(&body) };
    let Ok(event) = event else {
        return refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", "Could not parse request body into json");
    };
    match kind {
        "Event" => {
            functions.start(name, handler, event);
            StatusCode::ACCEPTED.into_response()
        }
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        _ => {
            let _running = functions.running();
            match attempt(handler, event).await {
                Ok(()) => (StatusCode::OK, "null").into_response(),
                Err(message) => {
                    let body = json!({ "errorType": "Error", "errorMessage": message }).to_string();
                    (StatusCode::OK, [("x-amz-function-error", "Unhandled")], body).into_response()
                }
            }
        }
    }
}

/// Tries an event up to three times, as Lambda does.
async fn handle(name: &str, handler: &Handler, event: Value) {
    let mut waits = RETRIES.iter();
    loop {
        let Err(error) = attempt(handler.clone(), event.clone()).await else { return };
        let Some(wait) = waits.next() else {
            tracing::error!(function = name, error, "an event failed three times and is dropped");
            return;
        };
        tracing::warn!(function = name, error, "an event failed and is tried again");
        tokio::time::sleep(*wait).await;
    }
}

/// One run. It has its own task, so that a panic ends the run and not the caller.
async fn attempt(handler: Handler, event: Value) -> Result<(), String> {
    match tokio::spawn(async move { handler(event).await }).await {
        Ok(result) => result,
        Err(error) => Err(format!("the function crashed: {error}")),
    }
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({ "Type": "User", "Message": message }).to_string();
    (status, [("x-amzn-errortype", kind), ("content-type", "application/json")], body).into_response()
}
