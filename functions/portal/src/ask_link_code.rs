//! `POST /portal/{team}/link/{token}/code`: whoever opened a contact's own link in this browser asks for a code to the contact's address.

use crate::{
    ask_code::{later, not_yet, on_its_way},
    extract::{Browser, LinkToken, Portal, Posted},
    failure::Failure,
    show_link, too_many,
};
use app::{
    App, Route,
    portal::{Ask, Asked},
};
use axum::{extract::State, response::Response};
use domain::portal::masked;
use http::{Method, StatusCode};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-ask-link-code", Method::POST, "/portal/{team}/link/{token}/code", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    token: String,
}

async fn handle(
    State(app): State<App>,
    portal: Portal,
    browser: Browser,
    LinkToken(link): LinkToken,
    Posted(pressed): Posted<Pressed>,
) -> Result<Response, Failure> {
    browser.sent(&pressed.token, &portal)?;
    let Some(contact) = app.find_linked(&portal.team, &link).await? else { return Err(Failure::NoLink(portal.frame())) };
    let Some(address) = contact.profile.primary_email() else { return Ok(show_link::without_address(&portal)) };
    let ask =
        Ask { team: &portal.team, address, shown: masked(address), contact: Some(contact.id), source: browser.source, before: browser.flow.clone() };
    match app.ask_for_code(ask).await? {
        Asked::Sent(token) => Ok(on_its_way(&portal, &token)),
        Asked::OnItsWay => Ok(not_yet(&portal)),
        Asked::Later { seconds, limit, running: Some(attempt) } => {
            let browser = Browser { link: Some(link), ..browser };
            Ok(later(&app, &portal, &browser, *attempt, limit, seconds))
        }
        Asked::Later { seconds, limit, running: None } => {
            let browser = Browser { link: Some(link), ..browser };
            let notice = Some(too_many::notice(limit, seconds, None));
            Ok(too_many::retry_after(show_link::show(StatusCode::TOO_MANY_REQUESTS, &app, &portal, &browser, notice).await?, seconds))
        }
    }
}
