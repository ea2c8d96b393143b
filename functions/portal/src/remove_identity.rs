//! `POST /portal/{team}/settings/remove-identity`: a contact who is signed in unlinks one of their accounts at an identity provider.

use crate::{
    extract::{Posted, SignedInContact},
    failure::Failure,
    pages::see_other,
};
use app::{App, Route};
use axum::{extract::State, response::Response};
use http::Method;
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-remove-identity", Method::POST, "/portal/{team}/settings/remove-identity", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    token: String,
    identity: String,
}

async fn handle(State(app): State<App>, contact: SignedInContact, Posted(chosen): Posted<Chosen>) -> Result<Response, Failure> {
    contact.sent(&chosen.token)?;
    app.remove_account(&contact, &chosen.identity).await?;
    Ok(see_other(&format!("/portal/{}/settings", contact.team)))
}
