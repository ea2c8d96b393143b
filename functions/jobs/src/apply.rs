//! `POST /v1/jobs/{job}/apply`: a member with the right to the job's kind has its plan applied.

use crate::view::JobView;
use app::{
    App, Error, Route,
    extract::{Member, Path, enforce},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    ids::JobId,
    job::{Job, State as JobState, Work},
    rules,
    team::{Member as TeamMember, Permission},
};

/// The route.
pub fn route() -> Route {
    app::route!("jobs-apply", handle)
}

/// Applies a plan, exactly as it was looked at. A contact that changed since is held back and listed; the rest goes through.
#[utoipa::path(
    post,
    path = "/v1/jobs/{job}/apply",
    params(("job" = JobId, Path, description = "The job.")),
    responses(
        (status = 202, description = "The job is being applied.", body = JobView),
        (status = 403, description = "Without the permission that the job's kind needs."),
        (status = 404, description = "The team has no such job."),
        (status = 409, description = "`already_applied`. `not_appliable`: it has no plan that waits to be applied. `state` says where it stands."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>) -> Result<(StatusCode, Json<JobView>), Error> {
    may_run(&app, &member, &app.store.get_job(&member.team, id).await?).await?;
    let stamp_ms = app.clock.now_ms();
    let (job, ()) = app.store.change_job(&member.team, id, |job| begin(job, stamp_ms)).await?;
    let rows = usize::try_from(job.planned.rows()).unwrap_or(usize::MAX);
    let job = app.go_on(&job, rows).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::new(job, app.clock.now()))))
}

fn begin(job: &mut Job, stamp_ms: i64) -> Result<(), Error> {
    match job.state {
        JobState::Planned => {
            job.state = JobState::Applying;
            job.stamps = vec![stamp_ms];
            (job.lease, job.tries) = (None, 0);
            Ok(())
        }
        JobState::Applying | JobState::Done => Err(Error::conflict("already_applied", "This job was applied already.").with("state", job.state)),
        state => Err(Error::conflict("not_appliable", "This job has no plan that waits to be applied.").with("state", state)),
    }
}

/// Whether a member may run a job: an import needs the right to import, everything else the right to modify contacts.
pub async fn may_run(app: &App, member: &TeamMember, job: &Job) -> Result<(), Error> {
    let needs_import = match &job.work {
        Work::Import { .. } => true,
        Work::Undo { of } => matches!(app.store.get_job(&member.team, *of).await?.work, Work::Import { .. }),
        _ => false,
    };
    if needs_import {
        return enforce(&rules::import(member, &app.store.get_communication(&member.team).await?));
    }
    match &job.work {
        // Any member may export, so any member may stop an export.
        Work::Export { .. } => Ok(()),
        _ => enforce(&rules::member_may(member, Permission::ModifyContacts)),
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{field::Field, job::State, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn what_changed_since_the_plan_is_held_back_and_the_rest_goes_through_once() {
        let test = TestApp::start().await;
        let mut contacts = Vec::new();
        for n in 0..101 {
            contacts.push(test.contact("demo", a_contact().named(&format!("Ann {n}"))).await);
        }
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": {"set": {"division": "IT"}}, "selection": {"filter": {}}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        let path = format!("/v1/jobs/{}/apply", job.json["id"].as_str().expect("an id"));
        test.settle().await;
        test.change(&contacts[0], "company", "by hand").await;
        assert_eq!(test.call(route(), Call::post(&path).by(&editor)).await.status, StatusCode::ACCEPTED);
        test.settle().await;
        let again = test.call(route(), Call::post(&path).by(&editor)).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "already_applied"));
        let job = test.job("demo", &job.json["id"]).await;
        assert_eq!((job.state, job.counts.updated, job.counts.failed, job.counts.held_back), (State::Done, 100, 1, 1));
        let left: Vec<_> = test.contacts("demo").await.into_iter().filter(|contact| contact.profile.text(Field::Division).is_empty()).collect();
        assert_eq!((left.len(), left[0].profile.text(Field::Company)), (1, "by hand"));
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        for n in 0..101 {
            test.contact("demo", a_contact().named(&format!("Ann {n}"))).await;
        }
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"filter": {}}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        test.settle().await;
        let path = format!("/v1/jobs/{}/apply", job.json["id"].as_str().expect("an id"));
        let (viewer, other) = (test.member("demo", &[Permission::ImportContacts]).await, test.member("other", &Permission::ALL).await);
        assert_eq!(test.call(route(), Call::post(&path).by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.call(route(), Call::post(&path).by(&other)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::post(&path)).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(test.job("demo", &job.json["id"]).await.state, State::Planned);
    }
}
