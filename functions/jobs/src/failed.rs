//! `GET /v1/jobs/{job}/failed.csv`: any member downloads the rows of an import that were not stored, to mend and import again.

use app::{
    App, Error, Route,
    engine::parts,
    extract::{Member, Path},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    ids::JobId,
    job::{Job, State as JobState, Work},
};
use std::time::Duration;

/// A function answers at most 6 MB, and less of what it has to encode; a larger file is fetched from the bucket.
const MAX_INLINE_BYTES: u64 = 4 << 20;
/// How long the link to a larger file lives.
const LINK_LIVES: Duration = Duration::from_mins(15);

/// The route.
pub fn route() -> Route {
    app::route!("jobs-failed", handle)
}

/// Downloads the failed rows with an `error` column. The file is itself a valid import.
#[utoipa::path(
    get,
    path = "/v1/jobs/{job}/failed.csv",
    params(("job" = JobId, Path, description = "The import.")),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv", example = json!("firstName,primaryEmail,error\r\nBob,bob(at)example.com,primaryEmail: an email address has the form name@domain.tld\r\n")),
        (status = 303, description = "The file is larger than 4 MiB: follow the link. It dies in 15 minutes.", headers(("Location" = String, description = "The link."))),
        (status = 404, description = "The team has no such import, or none of its rows failed."),
        (status = 409, description = "`not_ready`: it is not planned yet; `state` says where it stands."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<JobId>) -> Result<Response, Error> {
    let job = app.store.get_job(&member.team, id).await?;
    if failed(&job)? == 0 {
        return Err(Error::NotFound);
    }
    let key = parts::failed(&member.team, id);
    let file = app.files.look(&key).await?.ok_or(Error::NotFound)?;
    if file.bytes > MAX_INLINE_BYTES {
        let link = app.files.download_link(&key, "failed.csv", LINK_LIVES).await?;
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, link.url)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"failed.csv\""),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, app.files.find(&key).await?.ok_or(Error::NotFound)?).into_response())
}

/// How many rows the file has: those of the plan while it waits, those of the outcome after.
fn failed(job: &Job) -> Result<u64, Error> {
    match (&job.work, job.state) {
        (Work::Import { .. }, JobState::Planned) => Ok(job.planned.failed),
        (Work::Import { .. }, JobState::Done | JobState::Cancelled | JobState::Failed) => Ok(job.counts.failed),
        (Work::Import { .. }, state) => {
            Err(Error::conflict("not_ready", "The failed rows are known when the plan is made, and again when it is applied.").with("state", state))
        }
        _ => Err(Error::NotFound),
    }
}
