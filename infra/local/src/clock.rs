//! `POST /local/clock`: moves the application's clock forward, so that nobody has to wait for what runs out after minutes or days. It goes
//! back to the system's when the runner starts anew. The engines and the members' issuer keep the system's time.

use std::time::Duration;

use app::clock::Clock;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Moved {
    forward_seconds: u32,
}

/// `POST /local/clock`.
pub fn router(clock: Clock) -> Router {
    Router::new().route("/local/clock", post(forward)).with_state(clock)
}

async fn forward(State(clock): State<Clock>, Json(moved): Json<Moved>) -> Json<Value> {
    clock.advance(Duration::from_secs(moved.forward_seconds.into()));
    Json(json!({ "now": clock.now() }))
}
