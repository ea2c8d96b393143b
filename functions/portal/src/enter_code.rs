//! `GET /portal/{team}/verify`: whoever asked for a code in this browser gets the page to enter it.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{EnterCodePage, page, see_other},
    too_many::{in_words, not_yet},
};
use app::{App, Route, portal::form_token, store::Attempt};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use domain::portal::TOO_SOON_SECONDS;
use http::{Method, StatusCode};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-enter-code", Method::GET, "/portal/{team}/verify", handle)
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// What happened before; an unknown word says nothing.
    #[serde(default)]
    after: String,
}

async fn handle(State(app): State<App>, portal: Portal, browser: Browser, asked: Result<Query<Asked>, QueryRejection>) -> Result<Response, Failure> {
    let Some(attempt) = running(&app, &portal, &browser).await? else {
        return Ok(see_other(&format!("/portal/{}?after=code", portal.team)));
    };
    let seconds = wait(&app, &attempt);
    let is_too_soon = seconds > 0 && asked.is_ok_and(|Query(asked)| asked.after == "again");
    let said = Said { notice: is_too_soon.then(|| not_yet(seconds)), ..Said::default() };
    Ok(show(StatusCode::OK, &app, &portal, &browser, attempt, said))
}

/// The browser's attempt, if its code can still be entered.
pub async fn running(app: &App, portal: &Portal, browser: &Browser) -> Result<Option<Attempt>, Failure> {
    let Some(flow) = &browser.flow else { return Ok(None) };
    let attempt = app.store.find_attempt(&portal.team, &flow.hash()).await?;
    Ok(attempt.filter(|attempt| attempt.is_open(app.clock.now().as_second())))
}

/// For how many seconds no other code is sent.
fn wait(app: &App, attempt: &Attempt) -> i64 {
    (attempt.asked_at + TOO_SOON_SECONDS - app.clock.now().as_second()).max(0)
}

/// What the page says besides.
#[derive(Debug, Default)]
pub struct Said {
    /// What is wrong with what was entered.
    pub problem: Option<String>,
    /// Why no other code was sent.
    pub notice: Option<String>,
    /// For how many seconds there is no other, when that is longer than the pause after the last one.
    pub wait: Option<i64>,
}

/// The page. It is made from what the browser itself sent before: nothing in it tells whether anybody has the address.
pub fn show(status: StatusCode, app: &App, portal: &Portal, browser: &Browser, attempt: Attempt, said: Said) -> Response {
    let link = browser.link.as_ref().filter(|_| attempt.by_link);
    let again = match link {
        Some(link) => format!("/portal/{}/link/{link}/code", portal.team),
        None => format!("/portal/{}/code", portal.team),
    };
    let seconds = said.wait.unwrap_or_else(|| wait(app, &attempt));
    let told = EnterCodePage {
        frame: portal.frame(),
        token: browser.flow.as_ref().map(|flow| form_token(flow.as_str())).unwrap_or_default(),
        email: link.is_none().then(|| if attempt.by_link { String::new() } else { attempt.shown.clone() }),
        shown: attempt.shown,
        problem: said.problem,
        notice: said.notice,
        again,
        wait: seconds,
        wait_in_words: in_words(seconds),
    };
    page(status, &told)
}
