//! `GET /v1/jobs/{job}/rows`: any member looks at a job row by row: the plan before, the outcome after.

use app::{
    App, Error, Route,
    engine::parts::Series,
    extract::{Member, Path, Query},
};
use axum::{Json, extract::State};
use domain::{
    contact::FieldChange,
    ids::{ContactId, JobId},
    job::Job,
    plan::{Action, Outcome, Row, RowProblem},
};
use serde::{Deserialize, Serialize};

/// How many rows a page has at most; a page may have fewer before the end, for it looks through a bounded part of the job.
const PAGE: usize = 200;
/// How many parts one request looks through.
const PARTS: u32 = 20;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-rows", handle)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Which {
    /// Only rows that come out this way: planned, while the plan waits; stored, after.
    #[param(inline)]
    outcome: Option<Wanted>,
    /// Where the page before ended: its `next`.
    #[param(example = "2-0")]
    cursor: Option<String>,
}

/// How a row comes out, or came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
enum Wanted {
    /// A contact is made or comes back.
    Created,
    /// A contact changes.
    Updated,
    /// Nothing changes.
    Unchanged,
    /// A contact goes.
    Deleted,
    /// Nothing is stored.
    Failed,
    /// Nothing is stored, because the contact changed since.
    HeldBack,
}

/// One page of a job's rows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct RowPage {
    /// The rows, in the order of the job.
    items: Vec<JobRow>,
    /// The cursor of the next page; null at the end.
    #[schema(examples("2-0"))]
    next: Option<String>,
}

/// One row of a job.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct JobRow {
    /// Its number in the job, from 1.
    #[schema(examples(1))]
    row: u64,
    /// The line of the file that it starts on.
    #[schema(examples(2))]
    line: Option<u64>,
    /// The contact.
    contact: Option<ContactId>,
    /// Whom it is about, to show.
    #[schema(examples("Zoë Müller"))]
    name: String,
    /// What the plan does.
    action: Action,
    /// What became of it; null while it is only planned.
    outcome: Option<Outcome>,
    /// Whether it is not stored because the contact changed since.
    #[schema(examples(false))]
    held_back: bool,
    /// Each field's old and new value.
    changes: Vec<FieldChange>,
    /// Why it is not stored.
    problems: Vec<RowProblem>,
    /// What in the file may be meant otherwise than it was read. It is no reason to fail.
    #[schema(examples("in column 2 (“company”) there is a quote inside a cell that does not begin with one: it was read as part of the text"))]
    remark: Option<String>,
}

/// Lists the rows of a job. Until it is applied these are the plan's, after that what was done.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}/rows",
    params(("job" = JobId, Path, description = "The job."), Which),
    responses(
        (status = 200, description = "One page of rows; it may have fewer than 200 although there are more.", body = RowPage),
        (status = 404, description = "The team has no such job, the cursor is none of its, or its rows are no longer kept (31 days)."),
        (status = 422, description = "A parameter that is unknown or wrong."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>, Query(which): Query<Which>) -> Result<Json<RowPage>, Error> {
    let job = app.store.get_job(&member.team, id).await?;
    let (first, mut skip) = which.cursor.as_deref().map_or(Some((0, 0)), position).ok_or(Error::NotFoundIn { field: "cursor" })?;
    if first > 0 && first >= job.plan_parts {
        return Err(Error::NotFoundIn { field: "cursor" });
    }
    let mut items = Vec::new();
    for number in first..job.plan_parts.min(first + PARTS) {
        let rows = read(&app, &job, number).await?;
        for (index, row) in rows.into_iter().enumerate().skip(skip) {
            if items.len() == PAGE {
                return Ok(Json(RowPage { items, next: Some(format!("{number}-{index}")) }));
            }
            if which.outcome.is_none_or(|wanted| wanted == comes_out(&row)) {
                items.push(JobRow::from(row));
            }
        }
        skip = 0;
    }
    let next = (first + PARTS < job.plan_parts).then(|| format!("{}-0", first + PARTS));
    Ok(Json(RowPage { items, next }))
}

async fn read(app: &App, job: &Job, number: u32) -> Result<Vec<Row>, Error> {
    let series = if number < job.applied_parts { Series::Outcome } else { Series::Plan };
    app.read_part(job, series, number).await
}

fn position(cursor: &str) -> Option<(u32, usize)> {
    let (part, row) = cursor.split_once('-')?;
    Some((part.parse().ok()?, row.parse().ok()?))
}

fn comes_out(row: &Row) -> Wanted {
    match (row.outcome, row.action) {
        _ if row.held_back => Wanted::HeldBack,
        (Some(Outcome::Created), _) | (None, Action::Create | Action::Restore) => Wanted::Created,
        (Some(Outcome::Updated), _) | (None, Action::Update) => Wanted::Updated,
        (Some(Outcome::Unchanged), _) | (None, Action::Leave) => Wanted::Unchanged,
        (Some(Outcome::Deleted), _) | (None, Action::Delete) => Wanted::Deleted,
        (Some(Outcome::Failed), _) | (None, Action::Fail) => Wanted::Failed,
    }
}

impl From<Row> for JobRow {
    fn from(row: Row) -> Self {
        let Row { row, line, contact, name, action, changes, problems, remark, held_back, outcome, .. } = row;
        Self { row, line, contact, name, action, outcome, held_back, changes, problems, remark }
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn rows_show_the_plan_first_and_the_outcome_after() {
        let test = TestApp::start().await;
        for n in 0..250 {
            test.contact("demo", a_contact().named(&format!("Ann {n:03}"))).await;
        }
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": {"set": {"division": "IT"}}, "selection": {"filter": {}}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        let path = format!("/v1/jobs/{}", job.json["id"].as_str().expect("an id"));
        test.settle().await;
        let first = test.call(route(), Call::get(&format!("{path}/rows")).by(&editor)).await;
        assert_eq!(first.json["items"].as_array().map(Vec::len), Some(200));
        assert_eq!(first.json["items"][0]["changes"], json!([{"field": "division", "old": null, "new": "IT"}]));
        assert_eq!((&first.json["items"][0]["action"], &first.json["items"][0]["outcome"]), (&json!("update"), &json!(null)));
        let next = first.json["next"].as_str().expect("there is more");
        let second = test.call(route(), Call::get(&format!("{path}/rows?cursor={next}")).by(&editor)).await;
        assert_eq!((second.json["items"].as_array().map(Vec::len), &second.json["next"]), (Some(50), &json!(null)));
        test.call(crate::apply::route(), Call::post(&format!("{path}/apply")).by(&editor)).await;
        test.settle().await;
        let after = test.call(route(), Call::get(&format!("{path}/rows?outcome=updated")).by(&editor)).await;
        assert_eq!(after.json["items"][0]["outcome"], "updated");
        assert_eq!(test.call(route(), Call::get(&format!("{path}/rows?outcome=failed")).by(&editor)).await.json["items"], json!([]));
    }

    #[tokio::test]
    async fn another_teams_job_and_cursors_that_are_none_are_not_found() {
        let test = TestApp::start().await;
        let ann = test.contact("demo", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"action": "deactivate", "selection": {"ids": [ann.id]}});
        let job = test.call(crate::bulk::route(), Call::post("/v1/contacts/bulk").by(&editor).json(&request)).await;
        let path = format!("/v1/jobs/{}/rows", job.json["id"].as_str().expect("an id"));
        let other = test.member("other", &[]).await;
        assert_eq!(test.call(route(), Call::get(&path).by(&other)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::get(&path)).await.status, StatusCode::UNAUTHORIZED);
        for cursor in ["x", "9-0", "1"] {
            assert_eq!(test.call(route(), Call::get(&format!("{path}?cursor={cursor}")).by(&editor)).await.status, StatusCode::NOT_FOUND, "{cursor}");
        }
    }
}
