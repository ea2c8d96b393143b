//! `GET /portal/{team}`: anybody gets the sign-in page; who is signed in already goes home.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{SignInPage, page, see_other, with_cookies},
};
use app::{
    App, Route,
    portal::{Token, Visit, cookies::Cookie, form_token},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-sign-in", Method::GET, "/portal/{team}", handle)
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// What happened before; an unknown word says nothing.
    #[serde(default)]
    after: String,
}

async fn handle(
    State(app): State<App>,
    method: Method,
    portal: Portal,
    browser: Browser,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failure> {
    if let Some(session) = &browser.session
        && app.signed_in(&portal.team, session, Visit::from(&method)).await.is_ok()
    {
        return Ok(see_other(&format!("/portal/{}/home", portal.team)));
    }
    let (notice, tone) = match asked.map(|Query(asked)| asked.after).unwrap_or_default().as_str() {
        "sign-out" => (Some("You are signed out."), "good"),
        "code" => (Some(OVER), "warn"),
        "sso" => (Some("You were not signed in. You can try again, or have a code sent to you."), "warn"),
        _ => (None, "good"),
    };
    let told = SignInPage { notice: notice.map(str::to_owned), tone, ..empty(&app, &portal) };
    Ok(show(StatusCode::OK, &portal, &browser, told))
}

/// What is said when a code is no longer of use.
pub const OVER: &str = "That code can no longer be used. Ask for a new one.";

/// The page with nothing in it yet.
pub fn empty(app: &App, portal: &Portal) -> SignInPage {
    let providers = portal.providers(app);
    SignInPage { frame: portal.frame(), token: String::new(), email: String::new(), problem: None, notice: None, tone: "warn", providers }
}

/// The page with a form that belongs to this browser's flow cookie.
pub fn show(status: StatusCode, portal: &Portal, browser: &Browser, sign_in: SignInPage) -> Response {
    let (flow, cookie) = flow(portal, browser);
    with_cookies(page(status, &SignInPage { token: form_token(flow.as_str()), ..sign_in }), [cookie])
}

/// The browser's flow token, or a new one, and the cookie for it: its hour begins anew with each page, so that no form is older than its cookie.
pub fn flow(portal: &Portal, browser: &Browser) -> (Token, Option<HeaderValue>) {
    let flow = browser.flow.clone().unwrap_or_else(Token::random);
    let cookie = Cookie::Flow.set(&portal.team, flow.as_str());
    (flow, cookie)
}
