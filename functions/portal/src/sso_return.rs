//! `GET /portal/sso/callback`: somebody comes back from Microsoft or Google and is signed in if that leads to a contact.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{Frame, see_other, with_cookies},
    sso::{self, RETURN, Secrets, Trouble, error_word},
};
use app::{
    App, Error, Route,
    portal::{Origin, Token, cookies::Cookie},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use domain::{ids::TeamId, portal::Way};
use http::{HeaderMap, Method};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-sso-return", Method::GET, RETURN, handle)
}

/// What a provider sends along; some send more.
#[derive(Deserialize)]
struct Sent {
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl Sent {
    /// Whose portal it is about, and the visit. Proven only when the visit is found with this browser.
    fn visit(&self) -> Option<(TeamId, Token)> {
        let (team, state) = self.state.split_once('.')?;
        Some((team.parse().ok()?, Token::parse(state)?))
    }
}

async fn handle(
    State(app): State<App>,
    method: Method,
    origin: Result<Origin, Error>,
    headers: HeaderMap,
    sent: Result<Query<Sent>, QueryRejection>,
) -> Result<Response, Failure> {
    let Ok(Query(sent)) = sent else { return Err(Failure::NoVisit(Frame::nobodys())) };
    let Some((team, state)) = sent.visit() else { return Err(Failure::NoVisit(Frame::nobodys())) };
    let portal = Portal::of(&app, team.clone()).await?;
    let browser = Browser::of(&headers, &team);
    // Whoever only looks spends nothing.
    let Some(cookie) = browser.sso.as_ref().filter(|_| method == Method::GET) else { return Err(Failure::NoVisit(portal.frame())) };
    let Some(visit) = app.take_sso(&team, &state, cookie).await? else { return Err(Failure::NoVisit(portal.frame())) };
    let provider = sso::provider(&app, &portal.communication, &portal.sso, visit.way);
    let Some(provider) = provider else { return Err(Failure::NoProvider(portal.frame())) };
    let Some(code) = &sent.code else { return no_code(&portal, visit.way, sent.error.as_deref().unwrap_or_default()) };
    let redirect_uri = format!("{}{RETURN}", origin?.0);
    let secrets = Secrets { nonce: &visit.nonce, verifier: &visit.verifier, redirect_uri: &redirect_uri };
    let identity = provider.identify(&app, code, sent.iss.as_deref(), &secrets).await;
    let identity = identity.map_err(|trouble| Failure::of_trouble(portal.frame(), visit.way, &trouble))?;
    let entered = app.enter(&team, &identity, &browser.device, browser.session.as_ref()).await?;
    let Some(session) = entered else { return Err(Failure::NotLetIn(portal.frame())) };
    let cookies = [Cookie::Session.set(&team, session.as_str()), Cookie::Sso.clear(&team), Cookie::Flow.clear(&team), Cookie::Link.clear(&team)];
    Ok(with_cookies(see_other(&format!("/portal/{team}/home")), cookies))
}

/// Whoever says no at the provider is led back without a word; what else stood in the way is told.
fn no_code(portal: &Portal, way: Way, error: &str) -> Result<Response, Failure> {
    match error_word(error) {
        "access_denied" | "login_required" | "account_selection_required" | "interaction_required" => {
            Ok(see_other(&format!("/portal/{}?after=sso", portal.team)))
        }
        word => Err(Failure::of_trouble(portal.frame(), way, &Trouble::of_word(word))),
    }
}
