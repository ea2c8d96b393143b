//! `DELETE /v1/contacts/{id}/portal-link`: a member who may modify contacts revokes a contact's own link.

use app::{
    App, Error, Route,
    extract::{ContactEditor, Path},
};
use axum::{extract::State, http::StatusCode};
use domain::ids::ContactId;

/// The route.
pub fn route() -> Route {
    app::route!("portal-revoke-link", handle)
}

/// Revokes the contact's link: it leads nowhere from now on. Sent again it changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/contacts/{id}/portal-link",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 204, description = "The contact has no link."),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact."),
    )
)]
async fn handle(State(app): State<App>, member: ContactEditor, Path(id): Path<ContactId>) -> Result<StatusCode, Error> {
    app.store.get_contact(&member.team, id).await?;
    app.store.remove_link(&member.team, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
