//! `POST /v1/imports/{job}/plan`: a member who may import has the uploaded file planned, or planned anew another way.

use crate::view::JobView;
use app::{
    App, Error, Route,
    engine::parts,
    extract::{Body, Importer, Path},
    worker::Task,
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    csv_file::{Delimiter, Encoding},
    ids::JobId,
    job::{self, Counts, ImportOptions, Job, MatchBy, Mode, Work},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-plan-import", handle)
}

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct PlanRequest {
    /// Which contacts the import may touch.
    mode: Mode,
    /// By what it finds the contact of a row. A row that has an `id` is found by it when the chosen key finds nobody.
    match_by: MatchBy,
    /// Header to field for columns that are not known, an empty field to leave a column out. Remembered for the team.
    columns: BTreeMap<String, String>,
    /// The encoding, when it was not found right.
    encoding: Option<Encoding>,
    /// The delimiter, when it was not found right.
    delimiter: Option<Delimiter>,
}

/// Plans an import: reads the whole file and says what it would do, row by row. Nothing is written until it is applied.
#[utoipa::path(
    post,
    path = "/v1/imports/{job}/plan",
    params(("job" = JobId, Path, description = "The job.")),
    request_body(content = PlanRequest, example = json!({"mode": "both", "matchBy": "primaryEmail", "columns": {"Kundennummer": "directorySyncId"}})),
    responses(
        (status = 202, description = "The job; it is planned when its state is `planned`, and `failed` with a `problem` when the file cannot be read.", body = JobView),
        (status = 403, description = "Without “Import contacts (bulk)”, or the team's switch is off."),
        (status = 404, description = "The team has no such import."),
        (status = 409, description = "The file is not uploaded yet, or the import is being applied or was."),
        (status = 422, description = "A mode, a key or a column that does not exist."),
    )
)]
async fn handle(State(app): State<App>, member: Importer, Path(id): Path<JobId>, Body(request): Body<PlanRequest>) -> Result<(StatusCode, Json<JobView>), Error> {
    let job = app.store.get_job(&member.team, id).await?;
    let Work::Import { bytes, .. } = job.work else { return Err(Error::NotFound) };
    let upload = app.files.look(&parts::upload(&member.team, id)).await?;
    let upload = upload.filter(|upload| upload.bytes == bytes).ok_or_else(|| Error::conflict("file_missing", "Upload the file first."))?;
    app.store.save_columns(&member.team, &request.columns).await?;
    let (job, ()) = app.store.change_job(&member.team, id, |job| begin(job, &request, &upload.etag)).await?;
    app.worker.ask(&Task::Job { team: member.team.clone(), job: id }).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::new(job, app.clock.now()))))
}

/// Sets a job back to before its plan.
fn begin(job: &mut Job, request: &PlanRequest, etag: &str) -> Result<(), Error> {
    let is_open = matches!(job.state, job::State::AwaitingFile | job::State::Planned) || (job.state == job::State::Failed && job.applied_parts == 0);
    if !is_open {
        return Err(Error::conflict("not_plannable", "This import is being planned or applied, or has ended. Start a new one.").with("state", job.state));
    }
    let Work::Import { options, .. } = &mut job.work else { return Err(Error::NotFound) };
    *options = Some(Box::new(ImportOptions {
        etag: etag.to_owned(),
        mode: request.mode,
        match_by: request.match_by,
        columns: request.columns.clone(),
        encoding: request.encoding,
        delimiter: request.delimiter,
        format: None,
        uses: Vec::new(),
    }));
    job.state = job::State::Planning;
    (job.rows, job.problem, job.finished_at, job.lease) = (None, None, None, None);
    (job.planned, job.plan_parts, job.tries) = (Counts::default(), 0, 0);
    Ok(())
}
