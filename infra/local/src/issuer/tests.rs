//! The code flow as a browser goes through it.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::*;

const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-a-real-one";
const BACK: &str = "http://localhost:3000/app/callback";

fn issuer() -> Arc<Issuer> {
    let issuer = Issuer::new("http://127.0.0.1:3000", Key::passing().unwrap());
    let member = Member { id: "m1".to_owned(), email: "owner@demo.example".to_owned(), name: "O’Hara <b>".to_owned(), permissions: Vec::new() };
    issuer.know(vec![Team { id: "demo".to_owned(), name: "Demo".to_owned(), portal: String::new(), contact: String::new(), members: vec![member] }]);
    Arc::new(issuer)
}

async fn send(issuer: &Arc<Issuer>, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = router(issuer.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", pages::percent_encoded(value))).collect();
    Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body.join("&"))).unwrap()
}

fn asked() -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "s&1"),
        ("nonce", "n1"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

async fn code(issuer: &Arc<Issuer>) -> String {
    let mut fields = asked();
    fields.push(("member", "Owner@demo.example".to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (status, headers, _) = send(issuer, form("/local/oidc/choose", &fields)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let location = headers[LOCATION].to_str().unwrap();
    let code = location.strip_prefix(&format!("{BACK}?code=")).and_then(|rest| rest.strip_suffix("&state=s%261")).unwrap();
    code.to_owned()
}

fn exchange(code: &str, verifier: &str, back: &str) -> Request<Body> {
    let grant = [("grant_type", "authorization_code"), ("client_id", CLIENT), ("code", code), ("code_verifier", verifier), ("redirect_uri", back)];
    form("/local/oidc/token", &grant)
}

#[tokio::test]
async fn a_chosen_member_gets_a_token_that_the_authorizer_accepts_once() {
    let issuer = issuer();
    let code = code(&issuer).await;
    let (status, _, body) = send(&issuer, exchange(&code, VERIFIER, BACK)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    let bearer = |token: &Value| HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {}", token.as_str().unwrap()).parse().unwrap())]);
    let identity = issuer.authorizer().check(&bearer(&answer["access_token"]), &[SCOPE.to_owned()]).unwrap();
    assert_eq!((&identity.claims["team"], &identity.claims["sub"]), (&json!("demo"), &json!("m1")));
    assert!(issuer.authorizer().check(&bearer(&answer["id_token"]), &[SCOPE.to_owned()]).is_err(), "an ID token is no access token");
    assert_eq!(send(&issuer, exchange(&code, VERIFIER, BACK)).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_worthless_without_its_verifier_and_address() {
    let issuer = issuer();
    for (verifier, back) in [("another", BACK), (VERIFIER, "http://localhost:3000/elsewhere"), ("", BACK)] {
        let code = code(&issuer).await;
        assert_eq!(send(&issuer, exchange(&code, verifier, back)).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_page_offers_the_members_and_refuses_foreign_addresses() {
    let issuer = issuer();
    let page = |change: (&'static str, &'static str)| {
        let mut query = asked();
        query.retain(|(name, _)| *name != change.0);
        query.push((change.0, change.1.to_owned()));
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", pages::percent_encoded(value))).collect();
        Request::get(format!("/local/oidc/authorize?{}", query.join("&"))).body(Body::empty()).unwrap()
    };
    let (status, _, html) = send(&issuer, page(("state", "\"><script>"))).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("owner@demo.example") && html.contains("O’Hara &lt;b&gt;") && !html.contains("<script>"), "{html}");
    for change in [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://localhost.evil.example/"),
        ("redirect_uri", "http://localhost@evil.example/"),
        ("code_challenge_method", "plain"),
        ("response_type", "token"),
        ("client_id", "another"),
    ] {
        assert_eq!(send(&issuer, page(change)).await.0, StatusCode::BAD_REQUEST, "{change:?}");
    }
}

#[tokio::test]
async fn discovery_and_keys_describe_the_tokens() {
    let issuer = issuer();
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let (_, _, discovery) = send(&issuer, get("/local/oidc/.well-known/openid-configuration")).await;
    let discovery: Value = serde_json::from_str(&discovery).unwrap();
    assert_eq!(discovery["issuer"], "http://127.0.0.1:3000/local/oidc");
    assert_eq!(discovery["jwks_uri"], "http://127.0.0.1:3000/local/oidc/jwks");
    let (_, _, keys) = send(&issuer, get("/local/oidc/jwks")).await;
    let keys: Value = serde_json::from_str(&keys).unwrap();
    assert_eq!(keys["keys"][0]["kid"], issuer.key.id());
    assert!(keys["keys"][0].get("d").is_none());
}

#[tokio::test]
async fn a_script_gets_a_token_for_a_known_member_only() {
    let issuer = issuer();
    let ask = |member: &str| {
        let body = Body::from(json!({ "member": member }).to_string());
        Request::post("/local/token").header(CONTENT_TYPE, "application/json").body(body).unwrap()
    };
    let (status, _, body) = send(&issuer, ask("owner@demo.example")).await;
    assert!(status == StatusCode::OK && body.contains("access_token"), "{body}");
    assert_eq!(send(&issuer, ask("nobody@demo.example")).await.0, StatusCode::NOT_FOUND);
}

#[test]
fn a_kept_key_is_the_same_after_a_restart_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.pem");
    assert_eq!(Key::kept(&file).unwrap().id(), Key::kept(&file).unwrap().id());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
