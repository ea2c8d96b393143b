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
    csv_file::{Delimiter, Encoding, MAX_COLUMNS},
    ids::JobId,
    job::{self, Counts, ImportOptions, Job, MatchBy, Mode, Work},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-plan-import", handle)
}

/// How to read a file and what it may do.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schema(examples(json!({
    "mode": "both",
    "matchBy": "primaryEmail",
    "columns": {"Kundennummer": "directorySyncId", "Shoe size": ""},
    "encoding": "windows-1252",
    "delimiter": "semicolon",
})))]
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
        (status = 409, description = "`file_missing`: the file is not uploaded yet. `not_plannable`: the import is being planned or applied, or has ended; `state` says which."),
        (status = 422, description = "A mode, a key or a column that does not exist."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: Importer,
    Path(id): Path<JobId>,
    Body(request): Body<PlanRequest>,
) -> Result<(StatusCode, Json<JobView>), Error> {
    let job = app.store.get_job(&member.team, id).await?;
    let Work::Import { bytes, .. } = job.work else { return Err(Error::NotFound) };
    let upload = app.files.look(&parts::upload(&member.team, id)).await?;
    let upload = upload.filter(|upload| upload.bytes == bytes).ok_or_else(|| Error::conflict("file_missing", "Upload the file first."))?;
    if request.columns.len() > MAX_COLUMNS || request.columns.iter().any(|(header, field)| header.chars().count() > 250 || field.len() > 250) {
        return Err(Error::parameter("columns", format!("at most {MAX_COLUMNS} columns, with names of at most 250 characters")));
    }
    app.store.save_columns(&member.team, &request.columns).await?;
    let (job, ()) = app.store.change_job(&member.team, id, |job| begin(job, &request, &upload.etag)).await?;
    app.worker.ask(&Task::Job { team: member.team.clone(), job: id }).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::new(job, app.clock.now()))))
}

/// Sets a job back to before its plan.
fn begin(job: &mut Job, request: &PlanRequest, etag: &str) -> Result<(), Error> {
    let is_open = matches!(job.state, job::State::AwaitingFile | job::State::Planned) || (job.state == job::State::Failed && job.applied_parts == 0);
    if !is_open {
        return Err(
            Error::conflict("not_plannable", "This import is being planned or applied, or has ended. Start a new one.").with("state", job.state)
        );
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

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{field::Field, job::State, team::Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, ImportRoutes, TestApp, a_contact};

    const ROUTES: ImportRoutes = ImportRoutes { start: crate::start_import::route, plan: route, apply: crate::apply::route };

    #[tokio::test]
    async fn a_plan_says_what_each_row_would_do_and_writes_nothing() {
        let test = TestApp::start().await;
        test.contact("demo", a_contact().named("Ann").emailed("ann@x.com").working_at("Old")).await;
        test.contact("demo", a_contact().named("Bob").emailed("bob@x.com")).await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let file = "First Name;E-Mail;Company\nAnn;ANN@x.com;New\nBob;bob@x.com;\nZoë;zoe@x.com;X\nBad;nope;X\nAnn again;ann@x.com;Y\n";
        let job = test.plan_import(&ROUTES, &importer, file.as_bytes(), &json!({})).await;
        assert_eq!((job.state, job.rows), (State::Planned, Some(5)), "{:?}", job.problem);
        assert_eq!((job.planned.created, job.planned.updated, job.planned.unchanged, job.planned.failed), (1, 1, 1, 2));
        assert_eq!(test.contacts("demo").await.len(), 2);
        let failed = test.call(crate::failed::route(), Call::get(&format!("/v1/jobs/{}/failed.csv", job.id)).by(&importer)).await;
        assert!(failed.text().contains("Bad,nope,X,E-Mail: an email address has the form name@domain.tld"), "{}", failed.text());
        assert!(failed.text().contains("line 2 of this file is about the same contact"), "{}", failed.text());
    }

    #[tokio::test]
    async fn a_quote_that_may_be_a_mistake_is_pointed_out_and_its_row_imported() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let file = "firstName,company\nAnn,5\" Nails\nBob,X\nCy,\"X\" Y\nDan,7\" Nails,surplus\n";
        let job = test.import(&ROUTES, &importer, file.as_bytes(), &json!({})).await;
        assert_eq!((job.counts.created, job.counts.failed), (2, 2));
        let rows = test.call(crate::rows::route(), Call::get(&format!("/v1/jobs/{}/rows", job.id)).by(&importer)).await;
        let remark = "in column 2 (“company”) there is a quote inside a cell that does not begin with one: it was read as part of the text";
        let remarks: Vec<_> =
            rows.json["items"].as_array().expect("rows").iter().map(|row| (&row["line"], &row["outcome"], &row["remark"])).collect();
        assert_eq!(
            remarks,
            [
                (&json!(2), &json!("created"), &json!(remark)),
                (&json!(3), &json!("created"), &json!(null)),
                (&json!(4), &json!("failed"), &json!(null)),
                (&json!(5), &json!("failed"), &json!(remark))
            ]
        );
        let ann = test.contacts("demo").await.into_iter().find(|contact| contact.profile.display_name() == "Ann");
        assert_eq!(ann.and_then(|ann| ann.profile.get(Field::Company).map(domain::value::Value::to_json)), Some(json!("5\" Nails")));
    }

    #[tokio::test]
    async fn what_is_applied_is_the_plan_and_the_failed_rows_can_be_mended() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let job = test.import(&ROUTES, &importer, "firstName,primaryEmail\nAnn,ann@x.com\nBad,nope\n".as_bytes(), &json!({})).await;
        assert_eq!((job.state, job.counts.created, job.counts.failed, job.counts.rows()), (State::Done, 1, 1, 2));
        let failed = test.call(crate::failed::route(), Call::get(&format!("/v1/jobs/{}/failed.csv", job.id)).by(&importer)).await;
        let mended = failed.text().replace("Bad,nope", "Bad,bad@x.com");
        let again = test.import(&ROUTES, &importer, mended.as_bytes(), &json!({})).await;
        assert_eq!((again.counts.created, again.counts.failed), (1, 0), "{mended}");
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn the_same_file_again_is_noticed_and_changes_nothing_with_or_without_keys() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let file = "firstName,lastName,primaryEmail,phones\nAnn,Lee,ann@x.com,\nBob,Stone,,+49 30 901820\n".as_bytes();
        let first = test.import(&ROUTES, &importer, file, &json!({})).await;
        assert_eq!((first.counts.created, first.same_file_as), (2, None));
        let second = test.import(&ROUTES, &importer, file, &json!({})).await;
        assert_eq!((second.counts.created, second.counts.updated, second.counts.unchanged, second.same_file_as), (0, 0, 2, Some(first.id)));
    }

    #[tokio::test]
    async fn an_untouched_export_changes_nothing_by_any_key() {
        let test = TestApp::start().await;
        test.contact(
            "demo",
            a_contact().named("=1+1").emailed("a@x.com").phoned("+49 30 901820").with(Field::Notes, json!("two\nlines, \"quoted\"")),
        )
        .await;
        test.contact("demo", a_contact().named("\\clear").inactive().with(Field::Emails, json!({"work": "w@x.com", "home": "h@x.com"}))).await;
        test.contact("demo", a_contact().named("'+apostrophe").with(Field::DirectorySyncId, json!("sync-1")).with(Field::PortalAccess, json!(true)))
            .await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let export = test.call(crate::start_export::route(), Call::post("/v1/exports").by(&importer).json(&json!({"selection": "all"}))).await;
        test.settle().await;
        let path = format!("/v1/jobs/{}", export.json["id"].as_str().expect("an id"));
        let done = test.call(crate::get::route(), Call::get(&path).by(&importer)).await;
        let file = test.download(done.json["download"].as_str().expect("a link")).await;
        for key in ["id", "directorySyncId", "primaryEmail"] {
            let job = test.import(&ROUTES, &importer, file.as_bytes(), &json!({"matchBy": key})).await;
            assert_eq!((job.counts.unchanged, job.counts.rows()), (3, 3), "{key}: {file}");
        }
    }

    #[tokio::test]
    async fn columns_mapped_by_hand_are_remembered_for_the_team() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let how = json!({"columns": {"Kundennummer": "directorySyncId"}});
        let job = test.import(&ROUTES, &importer, "firstName,Kundennummer\nAnn,k1\n".as_bytes(), &how).await;
        assert_eq!(job.counts.created, 1);
        let next = test.import(&ROUTES, &importer, "firstName,Kundennummer\nAnna,k1\n".as_bytes(), &json!({"matchBy": "directorySyncId"})).await;
        assert_eq!((next.counts.updated, next.counts.rows()), (1, 1));
    }

    #[tokio::test]
    async fn a_file_that_is_no_table_fails_with_the_reason_and_can_be_planned_anew() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        for (file, problem) in [(&b"%PDF-1.7 ..."[..], "PDF"), (b"firstName,primaryEmail\n", "no rows"), (b"firstName,firstName\nA,B\n", "firstName")]
        {
            let job = test.plan_import(&ROUTES, &importer, file, &json!({})).await;
            assert_eq!(job.state, State::Failed);
            assert!(job.problem.as_deref().is_some_and(|text| text.contains(problem)), "{:?}", job.problem);
        }
        let job = test.plan_import(&ROUTES, &importer, b"firstName,primaryEmail\nA,a@x.com\n", &json!({"mode": "update"})).await;
        let path = format!("/v1/imports/{}/plan", job.id);
        assert_eq!(test.call(route(), Call::post(&path).by(&importer).json(&json!({"mode": "create"}))).await.status, StatusCode::ACCEPTED);
        assert_eq!(test.finish(&importer, &json!(job.id)).await.planned.created, 1);
    }

    #[tokio::test]
    async fn another_teams_import_and_one_without_its_file_are_refused() {
        let test = TestApp::start().await;
        let importer = test.member("demo", &[Permission::ImportContacts]).await;
        let other = test.member("other", &[Permission::ImportContacts]).await;
        let id = test.upload_import(&ROUTES, &importer, b"firstName\nAnn\n").await;
        let path = format!("/v1/imports/{}/plan", id.as_str().expect("an id"));
        assert_eq!(test.call(route(), Call::post(&path).by(&other).json(&json!({}))).await.status, StatusCode::NOT_FOUND);
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        assert_eq!(test.call(route(), Call::post(&path).by(&viewer).json(&json!({}))).await.status, StatusCode::FORBIDDEN);
        let started =
            test.call(crate::start_import::route(), Call::post("/v1/imports").by(&importer).json(&json!({"fileName": "a.csv", "size": 5}))).await;
        let path = format!("/v1/imports/{}/plan", started.json["job"]["id"].as_str().expect("an id"));
        let answer = test.call(route(), Call::post(&path).by(&importer).json(&json!({}))).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "file_missing"));
        let failed = format!("/v1/jobs/{}/failed.csv", id.as_str().expect("an id"));
        assert_eq!(test.call(crate::failed::route(), Call::get(&failed).by(&other)).await.status, StatusCode::NOT_FOUND);
    }
}
