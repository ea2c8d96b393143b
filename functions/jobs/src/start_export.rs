//! `POST /v1/exports`: any member takes contacts out as a file.

use crate::{bulk::Selection, view::JobView};
use app::{
    App, Error, Route,
    extract::{Member, OnceBody},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    ids::ContactId,
    job::{self, FilterText, Review, Work},
};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-start-export", handle)
}

/// Which contacts to take out, and how.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportRequest {
    /// Which contacts: `"all"`, `{"ids": […]}` or `{"filter": {"q", "status"}}`.
    selection: ExportSelection,
    /// The form of the file.
    #[serde(default)]
    format: FileFormat,
}

/// Which contacts to export.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
enum ExportSelection {
    /// All of the team.
    All,
    /// These contacts.
    Ids(Vec<ContactId>),
    /// All that match at this moment.
    Filter(FilterText),
}

/// The form of an export.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
enum FileFormat {
    /// Comma-separated values (RFC 4180), UTF-8.
    #[default]
    Csv,
}

/// Starts an export. When its state is `done` the job has a `download` link that dies in 15 minutes.
#[utoipa::path(
    post,
    path = "/v1/exports",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this action, e.g. by a UUID: sent again within 48 hours, it answers what the first request made.", example = "7b0f6a5e-0d4e-4b8c-9f55-0b7f1c1f2f11")),
    request_body(content = ExportRequest, example = json!({"selection": "all", "format": "csv"})),
    responses(
        (status = 202, description = "The job.", body = JobView),
        (status = 404, description = "The team has none of the selected contacts."),
        (status = 409, description = "`in_progress`: the same `Idempotency-Key` is being worked on at this moment; send it again in half a minute."),
        (status = 413, description = "More than 1 MiB: choose by filter."),
        (status = 422, description = "A selection or a format that does not exist. `idempotency_key_reused`: the key came with another request before."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: Member,
    OnceBody(ExportRequest { selection, format: FileFormat::Csv }, once): OnceBody<ExportRequest>,
) -> Result<(StatusCode, Json<JobView>), Error> {
    let selection = match selection {
        ExportSelection::All => Selection::Filter(FilterText::default()),
        ExportSelection::Ids(ids) => Selection::Ids(ids),
        ExportSelection::Filter(filter) => Selection::Filter(filter),
    };
    let make = async |id| {
        let (chosen, contacts) = selection.choose(&app, &member.team).await?;
        app.start(app.new_job(&member, id, Work::Export { chosen }, job::State::Applying, Review::Skip), &contacts).await
    };
    let job = app.job_once(&member, &once, make).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::new(job, app.clock.now()))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn an_export_is_a_file_behind_a_link() {
        let test = TestApp::start().await;
        test.contact("demo", a_contact().named("=Zoë").emailed("zoe@x.com")).await;
        test.contact("demo", a_contact().named("Bob").inactive()).await;
        let viewer = test.member("demo", &[]).await;
        let request = json!({"selection": {"filter": {"status": "active"}}, "format": "csv"});
        let answer = test.call(route(), Call::post("/v1/exports").by(&viewer).json(&request)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        test.settle().await;
        let path = format!("/v1/jobs/{}", answer.json["id"].as_str().expect("an id"));
        let job = test.call(crate::get::route(), Call::get(&path).by(&viewer)).await;
        assert_eq!((&job.json["state"], &job.json["rows"]), (&json!("done"), &json!(1)));
        let file = test.download(job.json["download"].as_str().expect("a link")).await;
        assert!(file.starts_with("id,version,firstName"));
        assert!(file.contains("'=Zoë") && !file.contains("Bob"));
    }

    #[tokio::test]
    async fn a_request_that_is_sent_again_under_its_name_is_one_export() {
        let test = TestApp::start().await;
        test.contact("demo", a_contact()).await;
        let viewer = test.member("demo", &[]).await;
        let call = || Call::post("/v1/exports").by(&viewer).header("idempotency-key", "one").json(&json!({"selection": "all"}));
        let (first, again) = (test.call(route(), call()).await, test.call(route(), call()).await);
        assert_eq!((again.status, &again.json["id"]), (StatusCode::ACCEPTED, &first.json["id"]));
    }

    #[tokio::test]
    async fn another_teams_contacts_are_not_exported() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        let request = json!({"selection": {"ids": [foreign.id]}});
        assert_eq!(test.call(route(), Call::post("/v1/exports").by(&viewer).json(&request)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::post("/v1/exports").json(&request)).await.status, StatusCode::UNAUTHORIZED);
        let bad = json!({"selection": "all", "format": "pdf"});
        assert_eq!(test.call(route(), Call::post("/v1/exports").by(&viewer).json(&bad)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
