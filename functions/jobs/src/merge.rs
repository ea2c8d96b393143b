//! `POST /v1/contacts/merge`: a member who may modify contacts makes one of two.

use crate::view::JobView;
use app::{
    App, Error, Route,
    extract::{ContactEditor, OnceBody},
};
use axum::{Json, extract::State};
use domain::{
    field::Field,
    ids::ContactId,
    job::{self, Review, Work},
    merge::merge,
};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-merge", handle)
}

/// Two contacts that shall be one.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MergeRequest {
    /// The contact that stays, with its id and history.
    keep: ContactId,
    /// The contact that goes.
    remove: ContactId,
    /// Fields to take from the one that goes. Other fields stay, and are filled from it where they are empty; its addresses and phones are kept in any case.
    #[serde(default)]
    take: Vec<Field>,
}

/// Merges two contacts in one transaction. It is a job: undo brings the other one back and puts the old values back.
#[utoipa::path(
    post,
    path = "/v1/contacts/merge",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this action, e.g. by a UUID: sent again within 48 hours, it answers what the first request made.", example = "7b0f6a5e-0d4e-4b8c-9f55-0b7f1c1f2f11")),
    request_body(content = MergeRequest, example = json!({"keep": "0190b5d8-7c1e-7cc0-a000-000000000001", "remove": "0190b5d8-7c1e-7cc0-a000-000000000002", "take": ["company"]})),
    responses(
        (status = 200, description = "The job, done.", body = JobView),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team does not have both contacts."),
        (status = 409, description = "`in_progress`: the same `Idempotency-Key` is being worked on at this moment; send it again in half a minute."),
        (status = 422, description = "`cannot_merge`: the same contact twice, or more addresses or phones than one contact can have. `idempotency_key_reused`: the key came with another request before."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: ContactEditor,
    OnceBody(MergeRequest { keep, remove, take }, once): OnceBody<MergeRequest>,
) -> Result<Json<JobView>, Error> {
    let make = async |id| {
        let take: Vec<Field> = take.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let (staying, going) = futures::try_join!(app.store.get_contact(&member.team, keep), app.store.get_contact(&member.team, remove))?;
        merge(&staying, &going, &take).map_err(|problem| Error::invalid("cannot_merge", problem.to_string()))?;
        let job = app.new_job(&member, id, Work::Merge { keep, remove, take }, job::State::Planning, Review::Skip);
        app.start(job, &[keep, remove]).await
    };
    let job = app.job_once(&member, &once, make).await?;
    Ok(Json(JobView::new(job, app.clock.now())))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{field::Field, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn two_become_one_and_an_undo_makes_them_two_again() {
        let test = TestApp::start().await;
        let keep = test.contact("demo", a_contact().named("Ann").emailed("ann@x.com")).await;
        let remove = test.contact("demo", a_contact().named("Anna").emailed("anna@x.com").working_at("X")).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"keep": keep.id, "remove": remove.id, "take": ["primaryEmail"]});
        let answer = test.call(route(), Call::post("/v1/contacts/merge").by(&editor).json(&request)).await;
        assert_eq!((answer.status, &answer.json["counts"]["updated"], &answer.json["counts"]["deleted"]), (StatusCode::OK, &json!(1), &json!(1)));
        let [merged] = &test.contacts("demo").await[..] else { panic!("one contact is left") };
        assert_eq!((merged.id, merged.profile.text(Field::Company)), (keep.id, "X"));
        assert_eq!(merged.profile.json(Field::PrimaryEmail), "anna@x.com");
        assert_eq!(merged.profile.json(Field::Emails), json!({"email": "ann@x.com"}));
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
        let path = format!("/v1/jobs/{}/undo", answer.json["id"].as_str().expect("an id"));
        let undone = test.call(crate::undo::route(), Call::post(&path).by(&editor)).await;
        assert_eq!((undone.status, &undone.json["state"]), (StatusCode::OK, &json!("done")), "{}", undone.json);
        let profiles: Vec<_> = test.contacts("demo").await.into_iter().map(|contact| (contact.id, contact.created_at, contact.profile)).collect();
        assert_eq!(profiles.len(), 2);
        for before in [keep, remove] {
            assert!(profiles.contains(&(before.id, before.created_at, before.profile)));
        }
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_request_that_is_sent_again_under_its_name_is_one_merge() {
        let test = TestApp::start().await;
        let (keep, remove) = (test.contact("demo", a_contact()).await, test.contact("demo", a_contact()).await);
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"keep": keep.id, "remove": remove.id});
        let call = || Call::post("/v1/contacts/merge").by(&editor).header("idempotency-key", "one").json(&request);
        let (first, again) = (test.call(route(), call()).await, test.call(route(), call()).await);
        assert_eq!((again.status, &again.json["id"]), (StatusCode::OK, &first.json["id"]));
    }

    #[tokio::test]
    async fn another_teams_contact_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let (own, foreign) = (test.contact("demo", a_contact()).await, test.contact("other", a_contact()).await);
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let viewer = test.member("demo", &[]).await;
        let request = json!({"keep": own.id, "remove": foreign.id});
        assert_eq!(test.call(route(), Call::post("/v1/contacts/merge").by(&editor).json(&request)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::post("/v1/contacts/merge").by(&viewer).json(&request)).await.status, StatusCode::FORBIDDEN);
        let same = json!({"keep": own.id, "remove": own.id});
        assert_eq!(test.call(route(), Call::post("/v1/contacts/merge").by(&editor).json(&same)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
