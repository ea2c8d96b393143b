//! `POST /v1/jobs/{job}/cancel`: a member with the right to the job's kind stops it.

use crate::{apply::may_run, view::JobView};
use app::{
    App, Error, Route,
    extract::{Member, Path},
};
use axum::{Json, extract::State};
use domain::{
    ids::JobId,
    job::{Job, State as JobState, Work},
};
use jiff::Timestamp;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-cancel", handle)
}

/// Stops a job. Before it is applied nothing was written; while it is applied, what was stored stays, is counted and can be undone, and
/// the rows that are left are listed as failed.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/cancel",
    params(("job" = JobId, Path, description = "The job.")),
    responses(
        (status = 200, description = "The job: `cancelled`, or `cancelling` while the rows that are left are listed.", body = JobView),
        (status = 403, description = "Without the permission that the job's kind needs."),
        (status = 404, description = "The team has no such job."),
        (status = 409, description = "`already_cancelled` or `already_ended`; `state` says how."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>) -> Result<Json<JobView>, Error> {
    may_run(&app, &member, &app.store.get_job(&member.team, id).await?).await?;
    let now = app.clock.now();
    let (job, ()) = app.store.change_job(&member.team, id, |job| cancel(job, now)).await?;
    if let (JobState::Cancelled, Work::Undo { of }) = (job.state, &job.work) {
        app.let_undo_again(&member.team, *of, id).await?;
    }
    Ok(Json(JobView::new(job, now)))
}

fn cancel(job: &mut Job, now: Timestamp) -> Result<(), Error> {
    match (job.state, &job.work) {
        (JobState::AwaitingFile | JobState::Planning | JobState::Planned, _) | (JobState::Applying, Work::Export { .. }) => {
            job.state = JobState::Cancelled;
            (job.finished_at, job.lease) = (Some(now), None);
        }
        (JobState::Applying, _) => job.state = JobState::Cancelling,
        (JobState::Cancelling | JobState::Cancelled, _) => {
            return Err(Error::conflict("already_cancelled", "This job was cancelled already.").with("state", job.state));
        }
        (JobState::Done | JobState::Failed, _) => {
            return Err(Error::conflict("already_ended", "This job has ended. Undo it to take it back.").with("state", job.state));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{field::Field, job::State, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn a_plan_that_is_cancelled_writes_nothing_and_a_second_cancel_says_so() {
        let test = TestApp::start().await;
        for n in 0..101 {
            test.contact("demo", a_contact().named(&format!("Ann {n}"))).await;
        }
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"filter": {}}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        test.settle().await;
        let path = format!("/v1/jobs/{}/cancel", job.json["id"].as_str().expect("an id"));
        let other = test.member("other", &Permission::ALL).await;
        assert_eq!(test.call(route(), Call::post(&path).by(&other)).await.status, StatusCode::NOT_FOUND);
        let viewer = test.member("demo", &[]).await;
        assert_eq!(test.call(route(), Call::post(&path).by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.call(route(), Call::post(&path).by(&editor)).await.json["state"], "cancelled");
        let again = test.call(route(), Call::post(&path).by(&editor)).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "already_cancelled"));
        let apply = test.call(crate::apply::route(), Call::post(&path.replace("cancel", "apply")).by(&editor)).await;
        assert_eq!((apply.status, apply.code()), (StatusCode::CONFLICT, "not_appliable"));
        assert!(test.contacts("demo").await.iter().all(|contact| contact.profile.is_on(Field::ContactIsActive)));
    }

    #[tokio::test]
    async fn a_job_cancelled_while_it_is_applied_accounts_for_every_row() {
        let test = TestApp::start().await;
        for n in 0..101 {
            test.contact("demo", a_contact().named(&format!("Ann {n}"))).await;
        }
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"filter": {}}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        test.settle().await;
        test.hold_worker();
        let path = format!("/v1/jobs/{}/cancel", job.json["id"].as_str().expect("an id"));
        test.call(crate::apply::route(), Call::post(&path.replace("cancel", "apply")).by(&editor)).await;
        assert_eq!(test.call(route(), Call::post(&path).by(&editor)).await.json["state"], "cancelling");
        test.release_worker().await;
        let job = test.job("demo", &job.json["id"]).await;
        assert_eq!((job.state, job.counts.failed, job.counts.rows()), (State::Cancelled, 101, 101));
        assert!(test.contacts("demo").await.iter().all(|contact| contact.profile.is_on(Field::ContactIsActive)));
    }
}
