//! `POST /portal/{team}/sign-out`: a contact who is signed in signs out here, and the browser forgets what it has of this team's portal.

use crate::{
    extract::{Posted, SignedInContact},
    failure::Failure,
    pages::{see_other, with_cookies},
};
use app::{App, Route, portal::cookies::Cookie};
use axum::{extract::State, response::Response};
use domain::ids::TeamId;
use http::{HeaderValue, Method};
use serde::Deserialize;

/// The origin is not this portal's alone. `"cookies"` would end the same person's session with another team, and `"storage"` would sign a member
/// out of the App and lose what they are typing there. Our cookies are removed one by one, and the portal keeps nothing in any storage.
const FORGET: &str = "\"cache\"";

/// The route.
pub fn route() -> Route {
    Route::portal("portal-sign-out", Method::POST, "/portal/{team}/sign-out", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    token: String,
}

async fn handle(State(app): State<App>, contact: SignedInContact, Posted(pressed): Posted<Pressed>) -> Result<Response, Failure> {
    contact.sent(&pressed.token)?;
    app.end_session(&contact, &contact.session.id).await?;
    Ok(gone(&contact.team))
}

/// Back to the sign-in page, with nothing left behind.
pub fn gone(team: &TeamId) -> Response {
    let mut response = see_other(&format!("/portal/{team}?after=sign-out"));
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static(FORGET));
    with_cookies(response, Cookie::ALL.map(|cookie| cookie.clear(team)))
}
