//! `GET /v1/contacts/{id}`: any member reads a contact.

use app::{
    App, Error, Route,
    extract::{Member, Path, etag},
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use domain::{ids::ContactId, mail::MailProblem, view::ContactView};
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("contacts-get", handle)
}

/// A contact, and what stops mail to it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactWithMail {
    /// The contact.
    #[serde(flatten)]
    contact: ContactView,
    /// What came back from its addresses: nothing is mailed to these until a member clears them.
    mail_problems: Vec<MailProblem>,
}

/// Reads a contact, as it is at this moment.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 200, description = "The contact.", body = ContactWithMail, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The team has no such contact."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<ContactId>) -> Result<impl IntoResponse, Error> {
    let contact = app.store.get_contact(&member.team, id).await?;
    let mail_problems = app.store.find_mail_problems(&member.team, contact.profile.addresses()).await?.into_vec();
    Ok(([(header::ETAG, etag(contact.version))], Json(ContactWithMail { contact: ContactView(contact), mail_problems })))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{
        field::Field,
        mail::{MailProblem, MailProblemKind},
    };
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn any_member_reads_a_contact_and_its_version() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get(&format!("/v1/contacts/{}", zoe.id)).by(&viewer)).await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"1\"".to_owned()));
        assert_eq!((&answer.json["displayName"], &answer.json["mailProblems"]), (&json!("Zoë"), &json!([])));
    }

    #[tokio::test]
    async fn what_came_back_from_an_address_is_shown_with_the_contact() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().emailed("Zoe@x.com").with(Field::Emails, json!({"work": "zoe@work.com"}))).await;
        let viewer = test.member("demo", &[]).await;
        for (team, address, kind) in [
            ("demo", "zoe@x.com", MailProblemKind::Bounce),
            ("demo", "zoe@x.com", MailProblemKind::Complaint),
            ("other", "zoe@work.com", MailProblemKind::Bounce),
        ] {
            let problem = MailProblem { address: address.parse().expect("an address"), kind, at: test.app.clock.now() };
            test.app.store.note_mail_problem(&team.parse().expect("a team"), &problem).await.expect("noted");
        }
        let answer = test.call(route(), Call::get(&format!("/v1/contacts/{}", zoe.id)).by(&viewer)).await;
        let problem = |kind: &str| json!({"address": "Zoe@x.com", "kind": kind, "at": "2026-03-01T09:00:00Z"});
        assert_eq!(answer.json["mailProblems"], json!([problem("bounce"), problem("complaint")]));
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
