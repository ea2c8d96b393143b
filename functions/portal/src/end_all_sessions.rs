//! `POST /portal/{team}/settings/end-all-sessions`: a contact who is signed in signs out everywhere, here as well.

use crate::{
    extract::{Posted, SignedInContact},
    failure::Failure,
    sign_out,
};
use app::{App, Route};
use axum::{extract::State, response::Response};
use http::Method;
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-end-all-sessions", Method::POST, "/portal/{team}/settings/end-all-sessions", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    token: String,
}

async fn handle(State(app): State<App>, contact: SignedInContact, Posted(pressed): Posted<Pressed>) -> Result<Response, Failure> {
    contact.sent(&pressed.token)?;
    app.end_all_sessions(&contact).await?;
    Ok(sign_out::gone(&contact.team))
}
