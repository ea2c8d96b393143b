//! `GET /app/{path+}`: anybody gets the App's pages, which hold no data: whoever opens them signs in before they ask the API for any.

use crate::files::{self, File, Packing};
use app::{App, Error, Route, settings::Console};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// What else protects the page, whatever is answered.
const GUARDS: [(HeaderName, &str); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Whoever has to sign in again does so in a window of its own, which tells this page.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
         payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
];
/// What has its content in its name never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The route.
pub fn route() -> Route {
    Route::page("console-page", "/app/{path+}", &["/app"], handle)
}

/// Sends a built file when the path names one, and the page itself for every other path: it looks at the path itself.
async fn handle(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(console) = &app.settings.console else {
        return Error::internal("the environment variable ISSUER is missing").into_response();
    };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packing = if accepted.split(',').any(|one| one.trim().starts_with("gzip")) { Packing::Gzip } else { Packing::Plain };
    let mut response = match uri.path().strip_prefix("/app/") {
        Some("config.json") => config(console),
        Some(name) => file(console, name, packing).await,
        None => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/app/contacts")]).into_response(),
    };
    guard(console, response.headers_mut());
    response
}

async fn file(console: &Console, name: &str, packing: Packing) -> Response {
    let is_asset = name.starts_with("assets/");
    if let Some(file) = files::read(&console.files, name, packing).await.filter(|_| name != "index.html") {
        return send(file, if is_asset { FOREVER } else { "no-cache" });
    }
    if is_asset {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "There is no such file.").into_response();
    }
    if console.client_id.is_none() {
        return explain("The App is not known to the issuer", "Deploy again with the parameter AppClientId; the README says what to set up for it.");
    }
    match files::read(&console.files, "index.html", packing).await {
        Some(page) => send(page, "no-store"),
        None => explain(
            "The App is not built yet",
            "Install Node.js 20.19 or newer (nodejs.org), then stop “cargo run” and start it again: it builds these pages and says so. \
             On AWS, run “sam build” and “sam deploy” again. The API works without them.",
        ),
    }
}

/// What the page must know before it can sign anybody in.
fn config(console: &Console) -> Response {
    let Some(client_id) = &console.client_id else {
        return explain("The App is not known to the issuer", "Deploy again with the parameter AppClientId.");
    };
    let config = json!({ "issuer": console.issuer, "clientId": client_id, "scope": console.scope });
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(config)).into_response()
}

fn send(file: File, cached: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, cached), (header::VARY, "accept-encoding")];
    let mut response = (headers, file.bytes).into_response();
    if let Some(encoding) = file.encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

fn explain(title: &str, what_to_do: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title></head><body><main><h1>{title}</h1><p>{what_to_do}</p></main></body></html>"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, page).into_response()
}

/// Nothing but what the deployment itself sends is run, shown or talked to; the issuer and the bucket are talked to as well.
fn guard(console: &Console, headers: &mut HeaderMap) {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' {}; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'; require-trusted-types-for 'script'",
        console.origins.join(" ")
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::{FOREVER, route};
    use app::settings::Console;
    use http::StatusCode;
    use serde_json::json;
    use std::{path::Path, sync::Arc};
    use testing::{Answer, Call, TestApp};

    async fn serving(folder: &Path) -> TestApp {
        let mut test = TestApp::start().await;
        let mut settings = (*test.app.settings).clone();
        settings.console = Some(Console {
            files: folder.to_owned(),
            issuer: "https://login.example.com/tenant".to_owned(),
            client_id: Some("kdesk-app".to_owned()),
            scope: "openid kdesk".to_owned(),
            origins: vec!["https://login.example.com".to_owned(), "https://files.example.com".to_owned()],
        });
        test.app.settings = Arc::new(settings);
        test
    }

    fn built() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("assets")).expect("a folder");
        for (name, content) in [("index.html", "<!doctype html>App"), ("icon.png", "\u{89}PNG"), ("assets/a-1.js", "'js'"), (".env", "secret")] {
            std::fs::write(folder.path().join(name), content).expect("written");
        }
        std::fs::write(folder.path().join("assets/a-1.js.gz"), [0x1f, 0x8b, 0xff]).expect("written");
        folder
    }

    async fn get(test: &TestApp, path: &str) -> Answer {
        test.call(route(), Call::get(path)).await
    }

    #[tokio::test]
    async fn assets_are_kept_for_ever_and_every_other_path_is_the_page() {
        let folder = built();
        let test = serving(folder.path()).await;
        let script = get(&test, "/app/assets/a-1.js").await;
        assert_eq!((script.status, script.text()), (StatusCode::OK, "'js'".to_owned()));
        assert_eq!(
            (script.header("content-type"), script.header("cache-control")),
            ("text/javascript; charset=utf-8".to_owned(), FOREVER.to_owned())
        );
        for path in ["/app/", "/app/contacts", "/app/contacts/7/edit", "/app/index.html", "/app/signed-in?code=1"] {
            let page = get(&test, path).await;
            assert_eq!((page.status, page.text()), (StatusCode::OK, "<!doctype html>App".to_owned()), "{path}");
            assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8".to_owned(), "no-store".to_owned()));
        }
        assert_eq!(get(&test, "/app/icon.png").await.header("content-type"), "image/png");
        assert_eq!(get(&test, "/app/assets/gone-2.js").await.status, StatusCode::NOT_FOUND);
        let start = get(&test, "/app").await;
        assert_eq!((start.status, start.header("location")), (StatusCode::TEMPORARY_REDIRECT, "/app/contacts".to_owned()));
        let head = test.call(route(), Call::head("/app/contacts")).await;
        assert_eq!((head.status, head.text()), (StatusCode::OK, String::new()));
        let packed = test.call(route(), Call::get("/app/assets/a-1.js").header("accept-encoding", "br, gzip;q=0.9")).await;
        assert_eq!((packed.header("content-encoding"), packed.bytes()), ("gzip".to_owned(), &[0x1f, 0x8b, 0xff][..]));
    }

    #[tokio::test]
    async fn the_page_learns_where_to_sign_in() {
        let folder = built();
        let mut test = serving(folder.path()).await;
        let config = get(&test, "/app/config.json").await;
        assert_eq!(config.json, json!({"issuer": "https://login.example.com/tenant", "clientId": "kdesk-app", "scope": "openid kdesk"}));
        let mut settings = (*test.app.settings).clone();
        settings.console.as_mut().expect("set").client_id = None;
        test.app.settings = Arc::new(settings);
        for path in ["/app/config.json", "/app/contacts"] {
            let refused = get(&test, path).await;
            assert!(refused.status == StatusCode::SERVICE_UNAVAILABLE && refused.text().contains("AppClientId"), "{path}");
        }
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let outside = tempfile::tempdir().expect("a folder");
        std::fs::write(outside.path().join("secret.txt"), "secret").expect("written");
        let folder = built();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), folder.path().join("assets/link")).expect("linked");
        let test = serving(folder.path()).await;
        for path in
            ["../secret.txt", "assets/../../secret.txt", "assets/link/secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "//etc/passwd", ".env"]
        {
            let answer = get(&test, &format!("/app/{path}")).await;
            assert!(!answer.text().contains("secret") && !answer.text().contains("root:"), "{path}");
        }
        assert_eq!(get(&test, "/app/assets/link/secret.txt").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn whatever_is_answered_is_guarded() {
        let folder = built();
        let (test, bare) = (serving(folder.path()).await, serving(Path::new("/nowhere")).await);
        for (test, path) in [(&test, "/app/"), (&test, "/app"), (&test, "/app/config.json"), (&test, "/app/assets/gone.js"), (&bare, "/app/")] {
            let answer = get(test, path).await;
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("connect-src 'self' https://login.example.com https://files.example.com;"), "{path}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{path}");
            for guard in ["x-content-type-options", "cross-origin-opener-policy", "referrer-policy", "permissions-policy"] {
                assert!(!answer.header(guard).is_empty(), "{path} without {guard}");
            }
        }
    }

    #[tokio::test]
    async fn without_built_pages_it_says_what_to_install() {
        let test = serving(Path::new("/nowhere")).await;
        let answer = get(&test, "/app/contacts").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().contains("Node.js 20") && answer.text().contains("cargo run"));
    }
}
