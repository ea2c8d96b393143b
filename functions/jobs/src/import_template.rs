//! `GET /v1/imports/template.csv`: any member downloads an empty file with the columns an import knows.

use app::{App, Route, extract::Member};
use axum::{extract::State, http::header, response::IntoResponse};
use domain::csv_file::template;

/// The route.
pub fn route() -> Route {
    app::route!("jobs-import-template", handle)
}

/// Downloads the template: one line, the header.
#[utoipa::path(
    get,
    path = "/v1/imports/template.csv",
    responses((status = 200, description = "The header of an import.", body = String, content_type = "text/csv", example = json!("firstName,lastName,primaryEmail,emails,phones,company\r\n")))
)]
async fn handle(State(_): State<App>, _: Member) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"contacts-template.csv\""),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, template())
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn the_template_is_a_file_with_the_known_columns() {
        let test = TestApp::start().await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get("/v1/imports/template.csv").by(&viewer)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().starts_with("firstName,lastName,primaryEmail,emails,phones,company"));
        assert!(answer.header("content-disposition").starts_with("attachment"));
        assert_eq!(test.call(route(), Call::get("/v1/imports/template.csv")).await.status, StatusCode::UNAUTHORIZED);
    }
}
