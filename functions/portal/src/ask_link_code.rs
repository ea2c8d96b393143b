//! `POST /portal/{team}/link/{token}/code`: whoever opened a contact's own link in this browser asks for a code to the contact's address.

use crate::{
    ask_code::{go_on, later},
    extract::{Browser, LinkToken, Portal, Posted},
    failure::Failure,
    show_link,
};
use app::{
    App, Route,
    portal::{Ask, Asked},
};
use axum::{extract::State, response::Response};
use domain::portal::masked;
use http::{Method, StatusCode, header};
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
    browser.sent(&pressed.token, &portal.team)?;
    let Some(contact) = app.find_linked(&portal.team, &link).await? else { return Err(Failure::NoLink(portal.team)) };
    let Some(address) = contact.profile.primary_email() else { return Ok(show_link::without_address(&portal)) };
    let ask =
        Ask { team: &portal.team, address, shown: masked(address), contact: Some(contact.id), source: browser.source, before: browser.flow.clone() };
    match app.ask_for_code(ask).await? {
        Asked::Later { seconds } => {
            let browser = Browser { link: Some(link), ..browser };
            let mut response = show_link::show(StatusCode::TOO_MANY_REQUESTS, &app, &portal, &browser, Some(later(seconds))).await?;
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            Ok(response)
        }
        asked => Ok(go_on(&portal, &asked)),
    }
}
