//! `GET /portal/sw.js`: the service worker, which keeps the portal's look for when there is no network, and no page.

use crate::assets;
use app::Route;
use axum::response::{IntoResponse, Response};
use http::{Method, header};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-service-worker", Method::GET, "/portal/sw.js", handle)
}

async fn handle() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, assets::service_worker()).into_response()
}

#[cfg(test)]
mod tests {
    use crate::stage::Stage;
    use http::StatusCode;
    use serde_json::Value;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn it_keeps_the_look_and_no_page_and_every_file_it_names_is_there() {
        let test = TestApp::start().await;
        let script = test.call(super::route(), Call::get("/portal/sw.js")).await.text();
        assert!(!script.contains("KDESK_"), "{script}");
        let list = script.split_once("const FILES = ").and_then(|(_, rest)| rest.split_once(';')).expect("a list").0;
        let files: Vec<String> = serde_json::from_str(list).expect("JSON");
        assert_eq!(files.len(), 8);
        for file in files {
            let answer = test.call(crate::asset::route(), Call::get(&file)).await;
            assert_eq!((answer.status, answer.header("cache-control").contains("immutable")), (StatusCode::OK, true), "{file}");
            assert!(file.starts_with("/portal/_/") && answer.cookies().is_empty(), "{file}");
        }
        assert_eq!(test.call(crate::asset::route(), Call::get("/portal/_/portal.css")).await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn each_teams_manifest_has_its_name_and_icons_that_are_there() {
        let stage = Stage::open().await;
        let answer = stage.browser().get("/manifest.webmanifest").await;
        let manifest: Value = answer.json.clone();
        assert_eq!((&manifest["name"], &manifest["display"], &manifest["start_url"]), (&"demo".into(), &"standalone".into(), &"/portal/demo".into()));
        for icon in manifest["icons"].as_array().expect("icons") {
            let path = icon["src"].as_str().expect("a path");
            assert_eq!(stage.test.call(crate::asset::route(), Call::get(path)).await.status, StatusCode::OK, "{path}");
        }
    }
}
