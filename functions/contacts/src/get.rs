//! `GET /v1/contacts/{id}`: any member reads a contact.

use app::{
    App, Error, Route,
    extract::{Member, Path, etag},
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use domain::{ids::ContactId, view::ContactView};

/// The route.
pub fn route() -> Route {
    app::route!("contacts-get", handle)
}

/// Reads a contact, as it is at this moment.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 200, description = "The contact.", body = ContactView, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The team has no such contact."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<ContactId>) -> Result<impl IntoResponse, Error> {
    let contact = app.store.get_contact(&member.team, id).await?;
    Ok(([(header::ETAG, etag(contact.version))], Json(ContactView(contact))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn any_member_reads_a_contact_and_its_version() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get(&format!("/v1/contacts/{}", zoe.id)).by(&viewer)).await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"1\"".to_owned()));
        assert_eq!(answer.json["displayName"], "Zoë");
    }

    #[tokio::test]
    async fn another_teams_contact_is_answered_like_none() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let viewer = test.member("demo", &[]).await;
        let theirs = test.call(route(), Call::get(&format!("/v1/contacts/{}", foreign.id)).by(&viewer)).await;
        let nobodys = test.call(route(), Call::get("/v1/contacts/0190b5d8-7c1e-7cc0-a000-00000000dead").by(&viewer)).await;
        let no_id = test.call(route(), Call::get("/v1/contacts/x").by(&viewer)).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!((theirs.status, &theirs.json), (nobodys.status, &nobodys.json));
        assert_eq!((theirs.status, &theirs.json), (no_id.status, &no_id.json));
        assert_eq!(test.call(route(), Call::get(&format!("/v1/contacts/{}", foreign.id))).await.status, StatusCode::UNAUTHORIZED);
    }
}
