//! `GET /portal/{team}`: anybody gets the sign-in page; who is signed in already goes home.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{Frame, SignInPage, page, see_other, with_cookies},
};
use app::{
    App, Route,
    portal::{Token, cookies::Cookie, form_token},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use http::{Method, StatusCode};
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

async fn handle(State(app): State<App>, portal: Portal, browser: Browser, asked: Result<Query<Asked>, QueryRejection>) -> Result<Response, Failure> {
    if let Some(session) = &browser.session
        && app.signed_in(&portal.team, session).await.is_ok()
    {
        return Ok(see_other(&format!("/portal/{}/home", portal.team)));
    }
    let (notice, tone) = match asked.map(|Query(asked)| asked.after).unwrap_or_default().as_str() {
        "sign-out" => (Some("You are signed out."), "good"),
        "code" => (Some(OVER), "warn"),
        "sso" => (Some("You were not signed in. You can try again, or have a code sent to you."), "warn"),
        _ => (None, "good"),
    };
    let told = SignInPage { notice: notice.map(str::to_owned), tone, providers: portal.providers(&app), ..empty(&portal) };
    Ok(show(StatusCode::OK, &portal, &browser, told))
}

/// What is said when a code is no longer of use.
pub const OVER: &str = "That code can no longer be used. Ask for a new one.";

/// The page with nothing in it yet.
pub fn empty(portal: &Portal) -> SignInPage {
    let frame = Frame::of(&portal.team, &portal.general);
    SignInPage { frame, token: String::new(), email: String::new(), problem: None, notice: None, tone: "warn", providers: Vec::new() }
}

/// The page with a form that belongs to this browser's flow cookie; a browser that has none gets one.
pub fn show(status: StatusCode, portal: &Portal, browser: &Browser, sign_in: SignInPage) -> Response {
    let (flow, cookie) = flow(portal, browser);
    with_cookies(page(status, &SignInPage { token: form_token(flow.as_str()), ..sign_in }), [cookie])
}

/// The browser's flow token, or a new one and the cookie for it.
pub fn flow(portal: &Portal, browser: &Browser) -> (Token, Option<http::HeaderValue>) {
    if let Some(flow) = &browser.flow {
        return (flow.clone(), None);
    }
    let flow = Token::random();
    let cookie = Cookie::Flow.set(&portal.team, flow.as_str());
    (flow, cookie)
}
