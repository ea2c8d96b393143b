//! `POST /portal/{team}/settings/end-session`: a contact who is signed in signs one of their devices out.

use crate::{
    extract::{Posted, SignedInContact},
    failure::Failure,
    pages::see_other,
    sign_out,
};
use app::{App, Route};
use axum::{extract::State, response::Response};
use http::Method;
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-end-session", Method::POST, "/portal/{team}/settings/end-session", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    token: String,
    session: String,
}

async fn handle(State(app): State<App>, contact: SignedInContact, Posted(chosen): Posted<Chosen>) -> Result<Response, Failure> {
    contact.sent(&chosen.token)?;
    app.end_session(&contact, &chosen.session).await?;
    if chosen.session == contact.session.id {
        return Ok(sign_out::gone(&contact.team));
    }
    Ok(see_other(&format!("/portal/{}/settings", contact.team)))
}
