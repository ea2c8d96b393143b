//! A network that fails: requests that never arrive, replies that are lost after the write took effect, throttling.

use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is done and its reply is lost: the connection is cut.
    ReplyLost,
    /// It never arrives: the connection is cut.
    NeverSent,
    /// It is refused: too many requests at once.
    Throttled,
}

/// An HTTP client in whose hands some calls fail, told apart by their operation.
#[derive(Debug, Clone)]
pub struct FailingNetwork {
    inner: SharedHttpClient,
    rules: Arc<Rules>,
}

#[derive(Debug)]
struct Rules {
    operation: &'static str,
    fault: Fault,
    every: u64,
    spared: u64,
    calls: AtomicU64,
    failed: AtomicU64,
}

impl FailingNetwork {
    /// Of all calls of an operation, such as `TransactWriteItems`, every n-th fails.
    pub fn new(inner: SharedHttpClient, operation: &'static str, fault: Fault, every: u64) -> Self {
        Self::after(0, inner, operation, fault, every)
    }

    /// The same after the first calls, which are spared so that a test can be arranged.
    pub fn after(spared: u64, inner: SharedHttpClient, operation: &'static str, fault: Fault, every: u64) -> Self {
        Self { inner, rules: Arc::new(Rules { operation, fault, every, spared, calls: AtomicU64::new(0), failed: AtomicU64::new(0) }) }
    }

    /// How many calls have failed.
    pub fn failed(&self) -> u64 {
        self.rules.failed.load(Ordering::SeqCst)
    }
}

impl HttpClient for FailingNetwork {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(FailingConnector { inner, rules: self.rules.clone() })
    }
}

#[derive(Debug)]
struct FailingConnector {
    inner: SharedHttpConnector,
    rules: Arc<Rules>,
}

impl HttpConnector for FailingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let rules = &self.rules;
        // SES tells its operations apart by their paths.
        let sends_mail = rules.operation == "SendEmail" && request.uri().ends_with("/v2/email/outbound-emails");
        let is_meant = sends_mail || target.ends_with(&format!(".{}", rules.operation));
        let fails = is_meant && {
            let call = rules.calls.fetch_add(1, Ordering::SeqCst) + 1;
            call > rules.spared && (call - rules.spared).is_multiple_of(rules.every)
        };
        if !fails {
            return self.inner.call(request);
        }
        rules.failed.fetch_add(1, Ordering::SeqCst);
        match rules.fault {
            Fault::NeverSent => HttpConnectorFuture::ready(Err(cut())),
            Fault::Throttled => HttpConnectorFuture::ready(Ok(throttled())),
            Fault::ReplyLost => {
                let answer = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(cut())
                })
            }
        }
    }
}

fn cut() -> ConnectorError {
    ConnectorError::io("the connection was cut by a test".into())
}

fn throttled() -> HttpResponse {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#;
    let mut response = HttpResponse::new(StatusCode::try_from(400).expect("a status"), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
