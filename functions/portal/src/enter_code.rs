//! `GET /portal/{team}/verify`: whoever asked for a code in this browser gets the page to enter it.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{EnterCodePage, Frame, local, page, see_other},
};
use app::{
    App, Route,
    portal::{Token, form_token},
    store::Attempt,
};
use axum::{extract::State, response::Response};
use domain::portal::TOO_SOON_SECONDS;
use http::{Method, StatusCode};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-enter-code", Method::GET, "/portal/{team}/verify", handle)
}

async fn handle(State(app): State<App>, portal: Portal, browser: Browser) -> Result<Response, Failure> {
    match running(&app, &portal, &browser).await? {
        Some((flow, attempt)) => Ok(show(StatusCode::OK, &app, &portal, &browser, &flow, attempt, None)),
        None => Ok(see_other(&format!("/portal/{}?after=code", portal.team))),
    }
}

/// The browser's attempt, if its code can still be entered.
pub async fn running(app: &App, portal: &Portal, browser: &Browser) -> Result<Option<(Token, Attempt)>, Failure> {
    let Some(flow) = browser.flow.clone() else { return Ok(None) };
    let attempt = app.store.find_attempt(&portal.team, &flow.hash()).await?;
    let now = app.clock.now().as_second();
    let live = attempt.filter(|attempt| attempt.used_by.is_none() && now < attempt.expires_at && attempt.tries < domain::portal::MAX_TRIES);
    Ok(live.map(|attempt| (flow, attempt)))
}

/// The page, with what is wrong with what was entered. It is made from what the browser itself sent before: nothing in it tells whether
/// anybody has the address.
pub fn show(status: StatusCode, app: &App, portal: &Portal, browser: &Browser, flow: &Token, attempt: Attempt, problem: Option<String>) -> Response {
    let free_at = attempt.asked_at + TOO_SOON_SECONDS;
    let link = browser.link.as_ref().filter(|_| attempt.by_link);
    let again = match link {
        Some(link) => format!("/portal/{}/link/{link}/code", portal.team),
        None => format!("/portal/{}/code", portal.team),
    };
    let told = EnterCodePage {
        frame: Frame::of(&portal.team, &portal.general),
        token: form_token(flow.as_str()),
        email: link.is_none().then(|| if attempt.by_link { String::new() } else { attempt.shown.clone() }),
        shown: attempt.shown,
        problem,
        again,
        wait: (free_at - app.clock.now().as_second()).max(0),
        at: local(app::clock::timestamp(free_at * 1_000), &portal.general, "%H:%M:%S"),
    };
    page(status, &told)
}
