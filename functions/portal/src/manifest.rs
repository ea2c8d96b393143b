//! `GET /portal/{team}/manifest.webmanifest`: what a browser needs to install a team's portal as an app.

use crate::{assets, extract::Portal};
use app::Route;
use axum::response::{IntoResponse, Response};
use http::{Method, header};
use serde_json::json;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-manifest", Method::GET, "/portal/{team}/manifest.webmanifest", handle)
}

async fn handle(portal: Portal) -> Response {
    let at = format!("/portal/{}", portal.team);
    let icon =
        |file: &str, size: &str, kind: &str, purpose: &str| json!({"src": assets::path(file), "sizes": size, "type": kind, "purpose": purpose});
    let manifest = json!({
        "id": at,
        "name": portal.general.name,
        "short_name": portal.general.name,
        "description": format!("Help from {}", portal.general.name),
        "start_url": at,
        // No team's scope may hold another's whose name begins alike, so it ends with a slash; the sign-in page is just above it.
        "scope": "/portal/",
        "display": "standalone",
        "background_color": "#f6f6f8",
        "theme_color": "#4353d9",
        "icons": [
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("maskable-512.png", "512x512", "image/png", "maskable"),
            icon("icon.svg", "any", "image/svg+xml", "any"),
        ],
    });
    let headers = [(header::CONTENT_TYPE, "application/manifest+json; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, manifest.to_string()).into_response()
}
