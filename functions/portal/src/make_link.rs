//! `POST /v1/contacts/{id}/portal-link`: a member who may modify contacts makes a contact's own link to the portal, and so replaces the one before.

use app::{
    App, Error, Route,
    extract::{ContactEditor, Path},
    portal::Origin,
};
use axum::{Json, extract::State, http::StatusCode};
use domain::ids::ContactId;
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("portal-make-link", handle)
}

/// A link to the portal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactLink {
    /// The link. It is shown this once: only a hash of it is kept.
    #[schema(examples("https://help.example.com/portal/demo/link/AZC12Hwee3ygAAAAAAAAAfMBzhqNmRm2h7r0qg4wq0cX1yP3kqkqH8o0v3v2Jx2N"))]
    url: String,
}

/// Makes a link that leads the contact to the sign-in page without typing an address. It signs nobody in: the code still goes to the Primary
/// Email. A link made before leads nowhere from now on.
#[utoipa::path(
    post,
    path = "/v1/contacts/{id}/portal-link",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 201, description = "The link, which works for a year.", body = ContactLink),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: ContactEditor,
    origin: Origin,
    Path(id): Path<ContactId>,
) -> Result<(StatusCode, Json<ContactLink>), Error> {
    app.store.get_contact(&member.team, id).await?;
    let url = app.make_link(&origin, &member.team, id).await?;
    Ok((StatusCode::CREATED, Json(ContactLink { url })))
}

#[cfg(test)]
mod tests {
    use domain::team::Permission;
    use http::StatusCode;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn only_editors_of_the_team_make_and_revoke_links() {
        let test = TestApp::start().await;
        let (own, foreign) = (test.contact("demo", a_contact()).await, test.contact("other", a_contact()).await);
        let (editor, viewer) = (test.member("demo", &[Permission::ModifyContacts]).await, test.member("demo", &[]).await);
        for (id, member, status) in [(own.id, &viewer, StatusCode::FORBIDDEN), (foreign.id, &editor, StatusCode::NOT_FOUND)] {
            let path = format!("/v1/contacts/{id}/portal-link");
            assert_eq!(test.call(super::route(), Call::post(&path).by(member)).await.status, status);
            assert_eq!(test.call(crate::revoke_link::route(), Call::delete(&path).by(member)).await.status, status);
            assert_eq!(test.call(super::route(), Call::post(&path)).await.status, StatusCode::UNAUTHORIZED);
        }
    }

    #[tokio::test]
    async fn only_a_hash_of_a_link_is_kept() {
        let test = TestApp::start().await;
        let own = test.contact("demo", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let answer = test.call(super::route(), Call::post(&format!("/v1/contacts/{}/portal-link", own.id)).by(&editor)).await;
        let url = answer.json["url"].as_str().expect("a link");
        let token = url.rsplit('/').next().expect("a token");
        assert!(token.len() == 64 && !test.everything().await.contains(token));
    }
}
