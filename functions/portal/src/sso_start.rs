//! `GET /portal/{team}/sso/{provider}`: sends a browser to an identity provider to sign in there. Whoever only looks sets out for nowhere.

use crate::{
    extract::{Browser, Portal, ProviderName},
    failure::Failure,
    pages::{see_other, with_cookies},
    sso::{self, RETURN, Secrets},
};
use app::{
    App, Error, Route,
    portal::{Origin, cookies::Cookie},
};
use axum::{extract::State, response::Response};
use http::Method;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-sso-start", Method::GET, "/portal/{team}/sso/{provider}", handle)
}

async fn handle(
    State(app): State<App>,
    method: Method,
    origin: Result<Origin, Error>,
    portal: Portal,
    browser: Browser,
    ProviderName(way): ProviderName,
) -> Result<Response, Failure> {
    let provider = way.and_then(|way| sso::provider(&app, &portal.communication, &portal.sso, way));
    let Some(provider) = provider else { return Err(Failure::NoProvider(portal.frame())) };
    if method != Method::GET {
        return Ok(see_other(&format!("/portal/{}", portal.team)));
    }
    let ticket = app.begin_sso(&portal.team, provider.way, browser.sso, browser.source).await;
    let ticket = ticket.map_err(|error| Failure::Error(portal.frame(), error))?;
    let redirect_uri = format!("{}{RETURN}", origin?.0);
    let secrets = Secrets { nonce: &ticket.nonce, verifier: &ticket.verifier, redirect_uri: &redirect_uri };
    match provider.address(&app, &ticket.state, &secrets).await {
        Ok(address) => Ok(with_cookies(see_other(&address), [Cookie::Sso.set(&portal.team, ticket.browser.as_str())])),
        Err(trouble) => Err(Failure::of_trouble(portal.frame(), provider.way, &trouble)),
    }
}
