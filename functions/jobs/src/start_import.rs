//! `POST /v1/imports`: a member who may import, in a team that allows it, gets a link to upload a file to.

use crate::view::JobView;
use app::{
    App, Error, Route,
    engine::parts,
    extract::{Importer, OnceBody},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    csv_file::MAX_FILE_BYTES,
    job::{self, Review, Work},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// How long the upload may take to begin.
const LINK_LIVES: Duration = Duration::from_hours(1);
/// The longest name kept of a file.
const MAX_NAME_CHARS: usize = 200;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-start-import", handle)
}

/// A file that is about to be uploaded.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ImportRequest {
    /// The file's name, to show.
    #[schema(examples("contacts.csv"), max_length = 200)]
    file_name: String,
    /// The file's exact size in bytes, at most 1 GB. The link takes no other size.
    #[schema(examples(20480), minimum = 1, maximum = 1_000_000_000)]
    size: u64,
}

/// An import that waits for its file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportStarted {
    /// The job. It waits for its file.
    job: JobView,
    /// How to send the file.
    upload: UploadRequest,
}

/// One request that uploads the file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "url": "https://bucket.s3.amazonaws.com/jobs/demo/upload.csv?X-Amz-Signature=…",
    "method": "PUT",
    "headers": {"content-type": "text/csv", "content-length": "20480"},
})))]
struct UploadRequest {
    /// Where to.
    url: String,
    /// The method.
    method: &'static str,
    /// The headers to send with exactly these values.
    headers: BTreeMap<String, String>,
}

/// Starts an import: send the file by the link, then plan it. The link lives an hour.
#[utoipa::path(
    post,
    path = "/v1/imports",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this action, e.g. by a UUID: sent again within 48 hours, it answers what the first request made.", example = "7b0f6a5e-0d4e-4b8c-9f55-0b7f1c1f2f11")),
    request_body = ImportRequest,
    responses(
        (status = 201, description = "The job and the link.", body = ImportStarted),
        (status = 403, description = "Without “Import contacts (bulk)”, or the team's switch “Allow bulk contact import” is off; `missing` names it."),
        (status = 409, description = "`in_progress`: the same `Idempotency-Key` is being worked on at this moment; send it again in half a minute."),
        (status = 413, description = "More than 1 GB."),
        (status = 422, description = "No name, or an empty file. `idempotency_key_reused`: the key came with another request before."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: Importer,
    OnceBody(request, once): OnceBody<ImportRequest>,
) -> Result<(StatusCode, Json<ImportStarted>), Error> {
    let file_name: String = request.file_name.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    if file_name.is_empty() {
        return Err(Error::parameter("fileName", "give the file's name"));
    }
    if request.size == 0 {
        return Err(Error::parameter("size", "the file is empty"));
    }
    if request.size > MAX_FILE_BYTES {
        return Err(Error::TooLarge { detail: "A file has at most 1 GB. Split it and import the parts one after the other.".to_owned() });
    }
    let bytes = i64::try_from(request.size).map_err(Error::internal)?;
    let make = async |id| {
        let work = Work::Import { file_name, bytes: request.size, options: None };
        let job = app.new_job(&member, id, work, job::State::AwaitingFile, Review::First);
        app.store.add_job(&job).await.map(|()| job)
    };
    let job = app.job_once(&member, &once, make).await?;
    let link = app.files.upload_link(&parts::upload(&member.team, job.id), bytes, LINK_LIVES).await?;
    let upload = UploadRequest { url: link.url, method: "PUT", headers: link.headers.into_iter().collect() };
    Ok((StatusCode::CREATED, Json(ImportStarted { job: JobView::new(job, app.clock.now()), upload })))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::{Communication, Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn a_link_takes_exactly_the_announced_file() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let answer = test.call(route(), Call::post("/v1/imports").by(&importer).json(&json!({"fileName": "a.csv", "size": 5}))).await;
        assert_eq!((answer.status, &answer.json["job"]["state"]), (StatusCode::CREATED, &json!("awaitingFile")));
        assert!(!test.upload(&answer.json["upload"], b"longer").await);
        assert!(test.upload(&answer.json["upload"], b"a,b\r\n").await);
    }

    #[tokio::test]
    async fn a_request_that_is_sent_again_under_its_name_is_one_import_with_a_fresh_link() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let request = json!({"fileName": "a.csv", "size": 5});
        let call = || Call::post("/v1/imports").by(&importer).header("idempotency-key", "one").json(&request);
        let (first, again) = (test.call(route(), call()).await, test.call(route(), call()).await);
        assert_eq!(again.json["job"], first.json["job"]);
        assert!(test.upload(&again.json["upload"], b"a,b\r\n").await);
    }

    #[tokio::test]
    async fn what_is_missing_is_said_permission_or_switch() {
        let test = TestApp::start().await;
        let call = |member| Call::post("/v1/imports").by(member).json(&json!({"fileName": "a.csv", "size": 5}));
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        assert_eq!(test.call(route(), call(&viewer)).await.json["missing"], "Import contacts (bulk)");
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let off = Communication { bulk_import: false, ..Communication::default() };
        test.app.store.save_communication(&importer.team, &off).await.expect("saved");
        let answer = test.call(route(), call(&importer)).await;
        assert_eq!(
            (answer.status, &answer.json["missing"]),
            (StatusCode::FORBIDDEN, &json!("Team Settings > Communication > Allow bulk contact import"))
        );
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_or_empty_is_refused() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let ask = |size: u64| Call::post("/v1/imports").by(&importer).json(&json!({"fileName": "a.csv", "size": size}));
        assert_eq!(test.call(route(), ask(3_000_000_000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(test.call(route(), ask(0)).await.problem_fields(), ["size"]);
        assert_eq!(test.call(route(), Call::post("/v1/imports").json(&json!({}))).await.status, StatusCode::UNAUTHORIZED);
    }
}
