//! `GET /portal/{team}/home`: a contact who is signed in sees who they are here.

use crate::{
    extract::SignedInContact,
    pages::{HomePage, ShownSession, details, page},
};
use app::Route;
use axum::response::Response;
use http::{Method, StatusCode};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-home", Method::GET, "/portal/{team}/home", handle)
}

async fn handle(contact: SignedInContact) -> Response {
    let home = HomePage {
        frame: contact.frame(),
        here: "home",
        token: contact.form_token.clone(),
        name: contact.contact.profile.display_name(),
        details: details(&contact.contact.profile),
        session: ShownSession::of(&contact.session, &contact),
    };
    page(StatusCode::OK, &home)
}
