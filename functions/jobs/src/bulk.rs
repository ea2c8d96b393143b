//! `POST /v1/contacts/bulk`: a member who may modify contacts does one thing to many.

use crate::view::JobView;
use app::{
    App, Error, Route,
    extract::{ContactEditor, OnceBody},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    ids::{ContactId, TeamId},
    job::{self, BulkAction, Chosen, FilterText, Review, SMALL, Work},
};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-bulk", handle)
}

/// One thing to do to many contacts.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BulkRequest {
    /// What to do: `"activate"`, `"deactivate"`, `"grantPortalAccess"`, `"revokePortalAccess"`, `"delete"`, or `{"set": {field: value}}` for `company`, `division` and any switch.
    action: BulkAction,
    /// To which contacts.
    selection: Selection,
}

/// Contacts one by one, or all that match a search.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Selection {
    /// These contacts.
    Ids(Vec<ContactId>),
    /// All that match at this moment.
    Filter(FilterText),
}

impl Selection {
    /// The contacts it means at this moment.
    pub async fn choose(self, app: &App, team: &TeamId) -> Result<(Chosen, Vec<ContactId>), Error> {
        match self {
            Self::Ids(ids) => app.choose_ids(team, ids).await,
            Self::Filter(filter) => app.choose_filter(team, filter).await,
        }
    }
}

/// Does one thing to many contacts. Up to 100 are done when this answers; more become a plan that waits for `apply`.
#[utoipa::path(
    post,
    path = "/v1/contacts/bulk",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this action, e.g. by a UUID: sent again within 48 hours, it answers what the first request made.", example = "7b0f6a5e-0d4e-4b8c-9f55-0b7f1c1f2f11")),
    request_body(content = BulkRequest, example = json!({"action": {"set": {"division": "IT"}}, "selection": {"filter": {"q": "example.com", "status": "active"}}})),
    responses(
        (status = 200, description = "Done: the job with its counts.", body = JobView),
        (status = 202, description = "A job whose plan is being made; apply it when its state is `planned`.", body = JobView),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has none of the selected contacts."),
        (status = 409, description = "`in_progress`: the same `Idempotency-Key` is being worked on at this moment; send it again in half a minute."),
        (status = 413, description = "More than 1 MiB: choose by filter."),
        (status = 422, description = "An action or a field that a bulk action cannot do. `idempotency_key_reused`: the key came with another request before."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: ContactEditor,
    OnceBody(request, once): OnceBody<BulkRequest>,
) -> Result<(StatusCode, Json<JobView>), Error> {
    request.action.check().map_err(Error::fields)?;
    let make = async |id| {
        let (chosen, contacts) = request.selection.choose(&app, &member.team).await?;
        let review = if contacts.len() <= SMALL { Review::Skip } else { Review::First };
        let job = app.new_job(&member, id, Work::Bulk { action: request.action, chosen }, job::State::Planning, review);
        app.start(job, &contacts).await
    };
    let job = app.job_once(&member, &once, make).await?;
    let status = if job.state.is_live() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(JobView::new(job, app.clock.now()))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{field::Field, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn a_few_are_done_at_once_and_counted() {
        let test = TestApp::start().await;
        let (ann, bob) = (test.contact("demo", a_contact()).await, test.contact("demo", a_contact().inactive()).await);
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"ids": [ann.id, bob.id, ann.id]}});
        let answer = test.call(route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        assert_eq!((answer.status, &answer.json["state"]), (StatusCode::OK, &json!("done")));
        assert_eq!((&answer.json["counts"]["updated"], &answer.json["counts"]["unchanged"], &answer.json["rows"]), (&json!(1), &json!(1), &json!(2)));
        assert!(test.contacts("demo").await.iter().all(|contact| !contact.profile.is_on(Field::ContactIsActive)));
    }

    #[tokio::test]
    async fn a_request_that_is_sent_again_under_its_name_is_one_job() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "delete", "selection": {"ids": [ann.id]}});
        let call = || Call::post("/v1/contacts/bulk").by(&editor).header("idempotency-key", "one").json(&request);
        let first = test.call(route(), call()).await;
        let again = test.call(route(), call()).await;
        assert_eq!((again.status, &again.json), (StatusCode::OK, &first.json), "although there is nobody left to delete");
        let jobs = test.app.store.list_jobs(&editor.team, None, 10).await.expect("listed").0;
        assert_eq!((jobs.len(), jobs[0].counts.deleted), (1, 1));
    }

    #[tokio::test]
    async fn everything_that_matches_a_filter_is_planned_first_and_waits() {
        let test = TestApp::start().await;
        for n in 0..101 {
            test.contact("demo", a_contact().named(&format!("Ann {n}"))).await;
        }
        test.contact("demo", a_contact().named("Bob")).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": {"set": {"division": "IT"}}, "selection": {"filter": {"q": "ann"}}});
        let answer = test.call(route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        test.settle().await;
        let job = test.job("demo", &answer.json["id"]).await;
        assert_eq!((job.state, job.planned.updated, job.counts.updated), (domain::job::State::Planned, 101, 0));
        assert!(test.contacts("demo").await.iter().all(|contact| contact.profile.text(Field::Division).is_empty()));
    }

    #[tokio::test]
    async fn what_a_bulk_action_cannot_set_is_named() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        for action in [json!({"set": {"primaryEmail": "a@x.com"}}), json!({"set": {"shoeSize": 43}}), json!({"set": {}}), json!("explode")] {
            let request = json!({"action": action, "selection": {"ids": [ann.id]}});
            let answer = test.call(route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{action}");
        }
    }

    #[tokio::test]
    async fn another_teams_contacts_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = |id: &str| json!({"action": "delete", "selection": {"ids": [id]}});
        let theirs = test.call(route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request(&foreign.id.to_string()))).await;
        let nobodys = test.call(route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request("0190b5d8-7c1e-7cc0-a000-00000000dead"))).await;
        assert_eq!((theirs.status, &theirs.json), (StatusCode::NOT_FOUND, &nobodys.json));
        let viewer = test.member("other", &[]).await;
        let refused = test.call(route(), Call::post("/v1/contacts/bulk").by(&viewer).json(&request(&foreign.id.to_string()))).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(test.contacts("other").await, [foreign]);
    }
}
