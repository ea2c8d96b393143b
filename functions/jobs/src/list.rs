//! `GET /v1/jobs`: any member sees the team's jobs, newest first.

use crate::view::JobView;
use app::{
    App, Error, Route,
    extract::{Member, Query},
};
use axum::{Json, extract::State};
use domain::ids::JobId;
use serde::{Deserialize, Serialize};

/// The largest page.
const MAX_PAGE_SIZE: i32 = 100;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-list", handle)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Which {
    /// Where the page before ended: its `next`.
    cursor: Option<JobId>,
    /// How many jobs a page has, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 50)]
    page_size: i32,
}

impl Default for Which {
    fn default() -> Self {
        Self { cursor: None, page_size: 50 }
    }
}

/// One page of jobs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct JobPage {
    /// The jobs, newest first.
    items: Vec<JobView>,
    /// The cursor of the next page; null at the end.
    next: Option<JobId>,
}

/// Lists jobs: what was changed in bulk, by whom, with what result.
#[utoipa::path(
    get,
    path = "/v1/jobs",
    params(Which),
    responses(
        (status = 200, description = "One page of jobs.", body = JobPage),
        (status = 404, description = "The cursor is no job of the team."),
        (status = 422, description = "A parameter that is unknown or wrong."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Query(which): Query<Which>) -> Result<Json<JobPage>, Error> {
    if !(1..=MAX_PAGE_SIZE).contains(&which.page_size) {
        return Err(Error::parameter("pageSize", format!("1 to {MAX_PAGE_SIZE}")));
    }
    if let Some(cursor) = which.cursor {
        app.store.get_job(&member.team, cursor).await?;
    }
    let (jobs, next) = app.store.list_jobs(&member.team, which.cursor, which.page_size).await?;
    let now = app.clock.now();
    Ok(Json(JobPage { items: jobs.into_iter().map(|job| JobView::new(job, now)).collect(), next }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn jobs_come_newest_first_page_by_page_and_only_of_the_team() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let ann = test.contact("demo", a_contact()).await;
        for action in ["deactivate", "activate", "delete"] {
            test.clock_forward(1).await;
            let request = json!({"action": action, "selection": {"ids": [ann.id]}});
            test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        }
        let first = test.call(route(), Call::get("/v1/jobs?pageSize=2").by(&editor)).await;
        assert_eq!((&first.json["items"][0]["action"], &first.json["items"][1]["action"]), (&json!("delete"), &json!("activate")));
        let next = first.json["next"].as_str().expect("there is more");
        let second = test.call(route(), Call::get(&format!("/v1/jobs?cursor={next}")).by(&editor)).await;
        assert_eq!((second.json["items"].as_array().map(Vec::len), &second.json["next"]), (Some(1), &json!(null)));
        let other = test.member("other", &[]).await;
        assert_eq!(test.call(route(), Call::get("/v1/jobs").by(&other)).await.json["items"], json!([]));
        assert_eq!(test.call(route(), Call::get(&format!("/v1/jobs?cursor={next}")).by(&other)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::get("/v1/jobs")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(test.call(route(), Call::get("/v1/jobs?pageSize=0").by(&other)).await.problem_fields(), ["pageSize"]);
    }
}
