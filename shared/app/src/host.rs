//! How a function starts: one route for HTTP, one handler for events.

use crate::{App, Error, Route, clock::Clock, settings::Settings};
use lambda_http::Service;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use std::{future::Future, time::Duration};
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Why a function did not start, or stopped.
pub type StartError = lambda_runtime::Error;

/// Time kept free at the end of a function's life, to hand its work on.
const RESERVE: Duration = Duration::from_secs(30);

/// Runs one route as a Lambda function.
pub async fn lambda(route: Route) -> Result<(), StartError> {
    log();
    let app = start()?;
    lambda_http::run(route.router(app)).await
}

/// The client of the table is made while the function asks for its first event.
fn start() -> Result<App, StartError> {
    let app = App::new(Settings::from_environment()?, Clock::system())?;
    app.store.warm();
    Ok(app)
}

/// Runs an event handler as a Lambda function. An error asks for a retry.
pub async fn event<H, F>(handle: H) -> Result<(), StartError>
where
    H: Fn(App, Value, Deadline) -> F,
    F: Future<Output = Result<(), Error>>,
{
    log();
    let app = start()?;
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let app = app.clone();
        let ends_at_ms = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        async move {
            Box::pin(handle(app, event.payload, Deadline { ends_at_ms }))
                .await
                .map_err(|error| format!("the event was not handled: {}", error.status()))
        }
    }))
    .await
}

/// When a function's time is over.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    ends_at_ms: i64,
}

impl Deadline {
    /// This long from now.
    pub fn within(clock: &Clock, time: Duration) -> Self {
        Self { ends_at_ms: clock.now_ms().saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)) }
    }

    /// Whether it is time to hand on what is left.
    pub fn is_near(&self, clock: &Clock) -> bool {
        clock.now_ms() >= self.ends_at_ms.saturating_sub(i64::try_from(RESERVE.as_millis()).unwrap_or(0))
    }
}

/// Runs an event as an HTTP function would see it, through the same code: what the local runner does with each request.
pub async fn serve(router: axum::Router, event: Value) -> Result<Value, String> {
    let request = serde_json::from_value::<lambda_http::request::LambdaRequest>(event).map_err(|problem| problem.to_string())?;
    // The adapter is gone before the wait: it cannot move between threads, its answer can.
    let answer = lambda_http::Adapter::from(router).call(LambdaEvent::new(request, lambda_runtime::Context::default()));
    let response = answer.await.map_err(|problem| problem.to_string())?;
    serde_json::to_value(response).map_err(|problem| problem.to_string())
}

fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    logger(filter, std::io::stdout).init();
}

/// What functions log, and how: a JSON object on each line, without the time, which the log has anyway.
pub fn logger<W>(filter: EnvFilter, to: W) -> impl Subscriber + Send + Sync
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(false).without_time().with_writer(to).finish()
}
