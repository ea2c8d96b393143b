//! `GET /v1/jobs/{job}`: any member sees where a job stands; of an export that is done also the link to its file.

use crate::view::JobView;
use app::{
    App, Error, Route,
    engine::parts,
    extract::{Member, Path},
};
use axum::{Json, extract::State};
use domain::{
    ids::JobId,
    job::{self, Work},
};
use std::time::Duration;

/// How long the link to an export lives.
const LINK_LIVES: Duration = Duration::from_mins(15);

/// The route.
pub fn route() -> Route {
    app::route!("jobs-get", handle)
}

/// Reads a job.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}",
    params(("job" = JobId, Path, description = "The job.")),
    responses((status = 200, description = "The job.", body = JobView), (status = 404, description = "The team has no such job."))
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>) -> Result<Json<JobView>, Error> {
    let job = app.store.get_job(&member.team, id).await?;
    let now = app.clock.now();
    if !matches!((&job.work, job.state), (Work::Export { .. }, job::State::Done)) {
        return Ok(Json(JobView::new(job, now)));
    }
    let name = format!("contacts-{}.csv", job.created_at.strftime("%Y-%m-%d"));
    let link = app.files.download_link(&parts::export(&member.team, id), &name, LINK_LIVES).await?;
    Ok(Json(JobView::new(job, now).with_download(link.url)))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn another_teams_job_is_answered_like_none() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"ids": [ann.id]}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        let path = format!("/v1/jobs/{}", job.json["id"].as_str().expect("an id"));
        assert_eq!(test.call(route(), Call::get(&path).by(&editor)).await.json, job.json);
        let other = test.member("other", &[]).await;
        let theirs = test.call(route(), Call::get(&path).by(&other)).await;
        let nobodys = test.call(route(), Call::get("/v1/jobs/0190b5d8-7c1e-7cc0-a000-00000000dead").by(&other)).await;
        assert_eq!((theirs.status, &theirs.json), (StatusCode::NOT_FOUND, &nobodys.json));
        assert_eq!(test.call(route(), Call::get(&path)).await.status, StatusCode::UNAUTHORIZED);
    }
}
