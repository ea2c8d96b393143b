//! `POST /v1/jobs/{job}/undo`: a member with the right to the job's kind takes it back, for 30 days.

use crate::{apply::may_run, view::JobView};
use app::{
    App, Error, Route,
    extract::{Member, Path},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::ids::JobId;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-undo", handle)
}

/// Undoes a job by a new one: contacts it made go, values it changed go back, contacts it deleted come back with id, links and history.
/// A contact that somebody changed since is listed and not touched.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/undo",
    params(("job" = JobId, Path, description = "The job to undo.")),
    responses(
        (status = 200, description = "Undone: the new job.", body = JobView),
        (status = 202, description = "The new job, which goes on by itself.", body = JobView),
        (status = 403, description = "Without the permission that the job's kind needs."),
        (status = 404, description = "The team has no such job."),
        (status = 409, description = "`not_undoable`: it was undone already (`undoneBy` names the job), has not ended, changed nothing, or ended more than 30 days ago."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>) -> Result<(StatusCode, Json<JobView>), Error> {
    may_run(&app, &member, &app.store.get_job(&member.team, id).await?).await?;
    let job = app.start_undo(&member, id).await?;
    let status = if job.state.is_live() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(JobView::new(job, app.clock.now()))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{contact::Contact, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Answer, Call, TestApp, a_contact};

    async fn bulk(test: &TestApp, action: &str, contacts: &[&Contact]) -> Answer {
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
        let request = json!({"action": action, "selection": {"ids": ids}});
        test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await
    }

    async fn undo(test: &TestApp, job: &Answer) -> Answer {
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        test.call(route(), Call::post(&format!("/v1/jobs/{}/undo", job.json["id"].as_str().expect("an id"))).by(&editor)).await
    }

    #[tokio::test]
    async fn a_deleted_contact_comes_back_with_its_id_its_address_and_its_history() {
        let test = TestApp::start().await;
        let boss = test.contact("demo", a_contact().named("Boss").emailed("boss@x.com")).await;
        let job = bulk(&test, "delete", &[&boss]).await;
        let undone = undo(&test, &job).await;
        assert_eq!((undone.status, &undone.json["counts"]["created"]), (StatusCode::OK, &json!(1)));
        let [back] = &test.contacts("demo").await[..] else { panic!("one contact is back") };
        assert_eq!((back.id, &back.profile, back.created_at), (boss.id, &boss.profile, boss.created_at));
        assert!(back.version > boss.version.next());
        assert_eq!(test.search("demo", "boss").await, 1, "the index takes it back too");
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_contact_that_somebody_changed_is_listed_and_left_alone() {
        let test = TestApp::start().await;
        let (ann, bob) = (test.contact("demo", a_contact().named("Ann")).await, test.contact("demo", a_contact().named("Bob")).await);
        let job = bulk(&test, "deactivate", &[&ann, &bob]).await;
        let edited = test.app.store.get_contact(&"demo".parse().expect("a team"), bob.id).await.expect("there");
        let edited = test.change(&edited, "company", "by hand").await;
        let undone = undo(&test, &job).await;
        assert_eq!(
            (&undone.json["counts"]["updated"], &undone.json["counts"]["heldBack"], &undone.json["counts"]["failed"]),
            (&json!(1), &json!(1), &json!(1))
        );
        let now = test.contacts("demo").await;
        assert_eq!(now.iter().find(|contact| contact.id == ann.id).map(|contact| &contact.profile), Some(&ann.profile));
        assert_eq!(now.iter().find(|contact| contact.id == bob.id), Some(&edited));
    }

    #[tokio::test]
    async fn a_job_is_undone_once_and_jobs_one_after_the_other() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact().named("Ann")).await;
        let first = bulk(&test, "deactivate", &[&ann]).await;
        let second = bulk(&test, "grantPortalAccess", &[&ann]).await;
        assert_eq!(undo(&test, &second).await.json["counts"]["updated"], 1);
        let again = undo(&test, &second).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "not_undoable"));
        assert!(again.json["undoneBy"].is_string());
        assert_eq!(undo(&test, &first).await.json["counts"]["updated"], 1);
        assert_eq!(test.contacts("demo").await[0].profile, ann.profile);
    }

    #[tokio::test]
    async fn after_thirty_days_it_is_too_late() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let job = bulk(&test, "deactivate", &[&ann]).await;
        test.clock_forward(30 * 24 * 60 * 60).await;
        assert_eq!(undo(&test, &job).await.status, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let job = bulk(&test, "deactivate", &[&ann]).await;
        let path = format!("/v1/jobs/{}/undo", job.json["id"].as_str().expect("an id"));
        let (viewer, other) = (test.member("demo", &[]).await, test.member("other", &Permission::ALL).await);
        assert_eq!(test.call(route(), Call::post(&path).by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.call(route(), Call::post(&path).by(&other)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::post(&path)).await.status, StatusCode::UNAUTHORIZED);
    }
}
