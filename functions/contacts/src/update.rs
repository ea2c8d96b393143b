//! `PATCH /v1/contacts/{id}`: a member who may modify contacts changes fields (RFC 7396), on the version that was read.

use crate::save::{save, stale};
use app::{
    App, Error, Route,
    extract::{Body, ContactEditor, IfMatch, Path, etag},
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use domain::{contact::Profile, ids::ContactId, view::ContactView};
use serde_json::{Map, Value};

/// The route.
pub fn route() -> Route {
    app::route!("contacts-update", handle)
}

/// Changes the fields that are named; null clears one; `emails` and `phones` change label by label.
#[utoipa::path(
    patch,
    path = "/v1/contacts/{id}",
    params(("id" = ContactId, Path, description = "The contact."), ("If-Match" = String, Header, description = "The version that was read.", example = "\"3\"")),
    request_body(content = Profile, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The contact. Its version is the one that was sent when nothing changed.", body = ContactView, headers(("ETag" = String, description = "Its version."))),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact, or `reportsToContactId` names none."),
        (status = 409, description = "`stale_version`: it was changed since; `current` and `yours` are both versions. `primary_email_taken` or `directory_sync_id_taken`: another contact has it; `holder` is its id."),
        (status = 413, description = "More than 1 MiB."),
        (status = 422, description = "Fields that are unknown or wrong, each named; or this would close a circle of who reports to whom."),
        (status = 428, description = "No If-Match."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: ContactEditor,
    Path(id): Path<ContactId>,
    IfMatch(version): IfMatch,
    Body(patch): Body<Map<String, Value>>,
) -> Result<impl IntoResponse, Error> {
    let contact = app.store.get_contact(&member.team, id).await?;
    let next = contact.profile.patched(&patch).map_err(Error::fields)?;
    if contact.version != version {
        return Err(stale(contact, &next));
    }
    let contact = if next == contact.profile { contact } else { save(&app, &member, id, Some(contact), next).await? };
    Ok(([(header::ETAG, etag(contact.version))], Json(ContactView(contact))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::{Value, json};
    use testing::{Answer, Call, TestApp, a_contact};

    async fn patch(test: &TestApp, team: &str, id: impl std::fmt::Display, version: &str, patch: Value) -> Answer {
        let editor = test.member(team, &[Permission::ModifyContacts]).await;
        test.call(route(), Call::patch(&format!("/v1/contacts/{id}")).by(&editor).header("if-match", version).json(&patch)).await
    }

    #[tokio::test]
    async fn named_fields_change_and_the_others_stay() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë").emailed("zoe@x.com")).await;
        let answer = patch(&test, "demo", zoe.id, "\"1\"", json!({"company": "X", "primaryEmail": "zoe@y.com"})).await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"2\"".to_owned()));
        assert_eq!((&answer.json["firstName"], &answer.json["company"]), (&json!("Zoë"), &json!("X")));
        let again = test.contact("demo", a_contact().emailed("zoe@x.com")).await;
        assert_eq!(again.profile.primary_email().map(ToString::to_string).as_deref(), Some("zoe@x.com"), "the old address is free");
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_stale_version_is_refused_with_both_and_a_missing_one_too() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        patch(&test, "demo", zoe.id, "\"1\"", json!({"company": "first"})).await;
        let answer = patch(&test, "demo", zoe.id, "\"1\"", json!({"company": "second"})).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "stale_version"));
        assert_eq!((&answer.json["current"]["company"], &answer.json["yours"]["company"]), (&json!("first"), &json!("second")));
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let none = test.call(route(), Call::patch(&format!("/v1/contacts/{}", zoe.id)).by(&editor).json(&json!({}))).await;
        assert_eq!((none.status, none.code()), (StatusCode::PRECONDITION_REQUIRED, "version_missing"));
    }

    #[tokio::test]
    async fn of_parallel_edits_of_one_version_one_wins_and_none_is_lost() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        let edits = (0..20).map(|n| patch(&test, "demo", zoe.id, "\"1\"", json!({"company": format!("company {n}")})));
        let answers = futures::future::join_all(edits).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT).count(), 19);
    }

    #[tokio::test]
    async fn nobody_comes_to_report_to_themselves_not_even_at_the_same_moment() {
        let test = TestApp::start().await;
        let (a, b) = (test.contact("demo", a_contact()).await, test.contact("demo", a_contact()).await);
        let own = patch(&test, "demo", a.id, "1", json!({"reportsToContactId": a.id})).await;
        assert_eq!((own.status, own.problem_fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["reportsToContactId"]));
        let one = patch(&test, "demo", a.id, "1", json!({"reportsToContactId": b.id}));
        let other = patch(&test, "demo", b.id, "1", json!({"reportsToContactId": a.id}));
        let (one, other) = futures::join!(one, other);
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    }

    #[tokio::test]
    async fn an_unchanged_contact_keeps_its_version_and_has_no_new_history() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        let answer = patch(&test, "demo", zoe.id, "\"1\"", json!({"firstName": "Zoë", "contactIsActive": true})).await;
        assert_eq!((answer.status, &answer.json["version"]), (StatusCode::OK, &json!(1)));
    }

    #[tokio::test]
    async fn another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        assert_eq!(patch(&test, "demo", foreign.id, "1", json!({"company": "X"})).await.status, StatusCode::NOT_FOUND);
        let viewer = test.member("other", &[]).await;
        let call = Call::patch(&format!("/v1/contacts/{}", foreign.id)).by(&viewer).header("if-match", "1").json(&json!({"company": "X"}));
        assert_eq!(test.call(route(), call).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.contacts("other").await, [foreign]);
    }
}
