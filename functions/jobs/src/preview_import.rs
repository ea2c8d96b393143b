//! `GET /v1/imports/{job}/preview`: a member who may import sees how the uploaded file would be read.

use app::{
    App, Error, Route,
    engine::parts,
    extract::{Importer, Path, Query},
};
use axum::{Json, extract::State};
use domain::{
    csv_file::{Chosen, Delimiter, Encoding, Extent, FileProblem, Preview},
    ids::JobId,
    job::Work,
};
use serde::Deserialize;

/// How much of the file is read: room for the ten longest of rows that people have.
const BYTES: u64 = 256 << 10;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-preview-import", handle)
}

/// How to read the file where it was not found right.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    /// The encoding.
    encoding: Option<Encoding>,
    /// The delimiter.
    delimiter: Option<Delimiter>,
}

/// Shows how an import would read its file: the encoding, the delimiter, what each column fills, and the first ten rows. It reads the beginning of the file only.
#[utoipa::path(
    get,
    path = "/v1/imports/{job}/preview",
    params(("job" = JobId, Path, description = "The job."), PreviewQuery),
    responses(
        (status = 200, description = "The beginning of the file.", body = Preview),
        (status = 403, description = "Without “Import contacts (bulk)”, or the team's switch is off."),
        (status = 404, description = "The team has no such import."),
        (status = 409, description = "`awaiting_file`: the file is not uploaded yet."),
        (status = 422, description = "`no_table`: the file is no table, such as a PDF. Or an encoding or a delimiter that does not exist."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: Importer,
    Path(id): Path<JobId>,
    Query(PreviewQuery { encoding, delimiter }): Query<PreviewQuery>,
) -> Result<Json<Preview>, Error> {
    let Work::Import { bytes: size, .. } = app.store.get_job(&member.team, id).await?.work else { return Err(Error::NotFound) };
    let key = parts::upload(&member.team, id);
    let upload = app.files.look(&key).await?.filter(|upload| upload.bytes == size);
    let upload = upload.ok_or_else(|| Error::conflict("awaiting_file", "Upload the file first."))?;
    let beginning = app.files.read(&key, &upload.etag, 0, BYTES.min(size)).await?;
    let remembered = app.store.get_columns(&member.team).await?;
    let extent = if beginning.len() as u64 == size { Extent::Whole } else { Extent::Beginning };
    Preview::of(&beginning, extent, Chosen { encoding, delimiter }, &remembered).map(Json).map_err(|problem| no_table(&problem))
}

fn no_table(problem: &FileProblem) -> Error {
    let text = problem.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    Error::invalid("no_table", format!("{}.", first.chain(letters).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::{Value, json};
    use testing::{Answer, Call, ImportRoutes, TestApp};

    const ROUTES: ImportRoutes = ImportRoutes { start: crate::start_import::route, plan: crate::plan_import::route, apply: crate::apply::route };

    async fn preview(test: &TestApp, id: &Value, query: &str, call: impl FnOnce(Call) -> Call) -> Answer {
        test.call(route(), call(Call::get(&format!("/v1/imports/{}/preview{query}", id.as_str().expect("an id"))))).await
    }

    #[tokio::test]
    async fn the_first_rows_are_shown_as_they_would_be_read() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let rows: Vec<String> = (0..20).map(|n| format!("Zoë {n};zoe{n}@x.com;\"two\nlines\"\r\n")).collect();
        let file = format!("\u{FEFF}Vorname;E-Mail;Schuhe\r\n{}", rows.concat());
        let utf16: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding) in [(file.into_bytes(), "utf-8"), (utf16, "utf-16le")] {
            let id = test.upload_import(&ROUTES, &importer, &bytes).await;
            let answer = preview(&test, &id, "", |call| call.by(&importer)).await;
            assert_eq!((answer.status, &answer.json["encoding"], &answer.json["delimiter"]), (StatusCode::OK, &json!(encoding), &json!("semicolon")));
            let fields: Vec<&Value> = answer.json["columns"].as_array().expect("columns").iter().map(|column| &column["field"]).collect();
            assert_eq!(fields, [&json!("firstName"), &json!("primaryEmail"), &Value::Null]);
            assert_eq!(answer.json["rows"].as_array().map(Vec::len), Some(10));
            assert_eq!(answer.json["rows"][1], json!({"line": 4, "cells": ["Zoë 1", "zoe1@x.com", "two\nlines"], "problem": null, "remark": null}));
        }
    }

    #[tokio::test]
    async fn what_is_chosen_and_what_is_remembered_count() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let file = b"firstName,Kundennummer\nJos\xE9,k1\n";
        let id = test.upload_import(&ROUTES, &importer, file).await;
        let found = preview(&test, &id, "", |call| call.by(&importer)).await;
        assert_eq!((&found.json["encoding"], &found.json["rows"][0]["cells"][0]), (&json!("windows-1252"), &json!("José")));
        assert_eq!(found.json["columns"][1], json!({"header": "Kundennummer", "field": null, "by": "ignored"}));
        let chosen = preview(&test, &id, "?encoding=utf-8&delimiter=pipe", |call| call.by(&importer)).await;
        assert_eq!((&chosen.json["encoding"], chosen.json["columns"].as_array().map(Vec::len)), (&json!("utf-8"), Some(1)), "{}", chosen.json);
        let wrong = preview(&test, &id, "?encoding=ebcdic", |call| call.by(&importer)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        test.app.store.save_columns(&importer.team, &[("Kundennummer".to_owned(), "directorySyncId".to_owned())].into()).await.expect("saved");
        let remembered = preview(&test, &id, "", |call| call.by(&importer)).await;
        assert_eq!(remembered.json["columns"][1], json!({"header": "Kundennummer", "field": "directorySyncId", "by": "remembered"}));
    }

    #[tokio::test]
    async fn a_large_file_is_not_read_to_its_end() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let file = format!("firstName,notes\n{}\"never closed", "Ann,some words\n".repeat(40_000));
        let id = test.upload_import(&ROUTES, &importer, file.as_bytes()).await;
        let answer = preview(&test, &id, "", |call| call.by(&importer)).await;
        assert_eq!((answer.status, answer.json["rows"].as_array().map(Vec::len)), (StatusCode::OK, Some(10)));
    }

    #[tokio::test]
    async fn what_is_no_table_is_refused_with_what_to_do() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        for (file, says) in [(&b"%PDF-1.7 ..."[..], "This is a PDF"), (b"PK\x03\x04...", "Excel workbook"), (b"firstName\n", "no rows")] {
            let id = test.upload_import(&ROUTES, &importer, file).await;
            let answer = preview(&test, &id, "", |call| call.by(&importer)).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::UNPROCESSABLE_ENTITY, "no_table"));
            assert!(answer.json["detail"].as_str().is_some_and(|text| text.contains(says)), "{}", answer.json);
        }
    }

    #[tokio::test]
    async fn a_missing_file_another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let start = Call::post("/v1/imports").by(&importer).json(&json!({"fileName": "a.csv", "size": 5}));
        let started = test.call(crate::start_import::route(), start).await;
        let waiting = preview(&test, &started.json["job"]["id"], "", |call| call.by(&importer)).await;
        assert_eq!((waiting.status, waiting.code()), (StatusCode::CONFLICT, "awaiting_file"));
        let id = test.upload_import(&ROUTES, &importer, b"firstName\nAnn\n").await;
        let other = test.member("other", &[Permission::ImportContacts]).await;
        assert_eq!(preview(&test, &id, "", |call| call.by(&other)).await.status, StatusCode::NOT_FOUND);
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        assert_eq!(preview(&test, &id, "", |call| call.by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(preview(&test, &id, "", |call| call).await.status, StatusCode::UNAUTHORIZED);
    }
}
