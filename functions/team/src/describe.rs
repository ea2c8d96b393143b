//! `GET /v1/openapi.json`: anybody reads how the API works.

use app::{App, Route};
use axum::{extract::State, http::header, response::IntoResponse};

/// Made from the handlers of all areas; a test holds it against them.
const DESCRIPTION: &str = include_str!("../openapi.json");

/// The route.
pub fn route() -> Route {
    app::route!("team-describe", handle)
}

/// The OpenAPI 3.1 description of this API.
#[utoipa::path(get, path = "/v1/openapi.json", security(()), responses((status = 200, description = "The description.", body = Object, example = json!({"openapi": "3.1.0"}))))]
async fn handle(State(_): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION)
}

#[cfg(test)]
mod tests {
    use super::route;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn the_description_needs_no_token() {
        let test = TestApp::start().await;
        let answer = test.call(route(), Call::get("/v1/openapi.json")).await;
        assert_eq!(answer.json["openapi"], "3.1.0");
    }
}
