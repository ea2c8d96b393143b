//! The template's schedules: each runs by itself, and `POST /local/run/{schedule}` runs one now.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use engines::{Engines, Schedule};
use http::StatusCode;
use serde_json::json;
use tokio::task::JoinHandle;

/// `POST /local/run/{schedule}`.
pub fn router(engines: Arc<Engines>) -> Router {
    Router::new().route("/local/run/{schedule}", post(run)).with_state(engines)
}

/// Starts every schedule that has a rate; the first run comes after one pause. A run that takes longer than the pause delays
/// the next one.
pub fn start(engines: &Arc<Engines>) -> Vec<JoinHandle<()>> {
    let rates = engines.template.schedules.iter().filter_map(|schedule| Some((schedule.clone(), schedule.every?)));
    let tasks = rates.map(|(schedule, every)| {
        let engines = engines.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                run_now(&engines, &schedule).await;
            }
        })
    });
    tasks.collect()
}

async fn run_now(engines: &Engines, schedule: &Schedule) -> Option<Result<(), String>> {
    let outcome = engines.lambda.run(&schedule.function, schedule.input.clone()).await;
    match &outcome {
        None => tracing::warn!(schedule = schedule.name, function = schedule.function, "a schedule's function has no code here"),
        Some(Err(error)) => tracing::error!(schedule = schedule.name, error, "a scheduled run failed"),
        Some(Ok(())) => {}
    }
    outcome
}

async fn run(State(engines): State<Arc<Engines>>, Path(name): Path<String>) -> Response {
    let Some(schedule) = engines.template.schedule(&name) else {
        let known: Vec<&str> = engines.template.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
        return (StatusCode::NOT_FOUND, Json(json!({ "message": "no such schedule", "schedules": known }))).into_response();
    };
    match run_now(&engines, schedule).await {
        Some(Ok(())) => Json(json!({ "schedule": schedule.name, "function": schedule.function })).into_response(),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "message": error }))).into_response(),
        None => (StatusCode::NOT_IMPLEMENTED, Json(json!({ "message": "the schedule's function has no code here" }))).into_response(),
    }
}
