//! `GET /portal/{team}/link`: whoever opened a contact's own link sees where the code would go, and one button. Nothing is written.

use crate::{
    extract::{Browser, Portal},
    failure::Failure,
    pages::{LinkPage, Message, page, with_cookies},
    sign_in::flow,
};
use app::{App, Route, portal::form_token};
use axum::{extract::State, response::Response};
use domain::portal::masked;
use http::{Method, StatusCode};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-show-link", Method::GET, "/portal/{team}/link", handle)
}

async fn handle(State(app): State<App>, portal: Portal, browser: Browser) -> Result<Response, Failure> {
    show(StatusCode::OK, &app, &portal, &browser, None).await
}

/// The page of the link that led this browser here.
pub async fn show(status: StatusCode, app: &App, portal: &Portal, browser: &Browser, notice: Option<String>) -> Result<Response, Failure> {
    let link = browser.link.clone().unwrap_or_default();
    let Some(contact) = app.find_linked(&portal.team, &link).await? else { return Err(Failure::NoLink(portal.frame())) };
    let Some(address) = contact.profile.primary_email() else { return Ok(without_address(portal)) };
    let (flow, cookie) = flow(portal, browser);
    let told = LinkPage { frame: portal.frame(), token: form_token(flow.as_str()), link, masked: masked(address), notice };
    Ok(with_cookies(page(status, &told), [cookie]))
}

/// The link is right, so its holder may know that there is nowhere to send a code to.
pub fn without_address(portal: &Portal) -> Response {
    let text = "Your link works, but the team has no email address of yours to send a code to. Please ask them to add it.";
    let told = Message { frame: portal.frame(), title: "There is no address yet", text, next: None };
    page(StatusCode::CONFLICT, &told)
}
