//! Events out, answers back, and who gets through.

use std::net::Ipv4Addr;

use axum::Json;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use lambda_http::RequestExt;
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;
use crate::issuer::{Issuer, Key, SCOPE};
use crate::teams::Member;

const RUNNER: &str = "http://127.0.0.1:3000";

fn request(method: Method, target: &str, headers: &[(http::HeaderName, &str)], body: &[u8]) -> Request {
    let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
    Request {
        method,
        uri: target.parse().unwrap(),
        headers: headers.collect(),
        body: Bytes::copy_from_slice(body),
        source: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn event(request: Request) -> Value {
    event::build(&Incoming { request, route_key: "GET /x".to_owned(), parameters: Vec::new(), identity: None, at: jiff::Timestamp::UNIX_EPOCH })
}

fn issuer() -> Issuer {
    Issuer::new(RUNNER, Key::passing().unwrap())
}

fn member() -> Member {
    Member { id: "m1".to_owned(), email: "a@demo.example".to_owned(), name: "A".to_owned(), permissions: Vec::new() }
}

fn gateway(path: &str, caller: Caller, router: Router) -> Gateway {
    let route = engines::Route { function: "f".to_owned(), method: "ANY".to_owned(), path: path.to_owned(), caller };
    Gateway::new(&[route], [("f".to_owned(), router)].into(), issuer().authorizer())
}

async fn read(response: Response) -> (StatusCode, Bytes) {
    let status = response.status();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

#[test]
fn an_event_has_the_shape_that_api_gateway_sends() {
    let headers = [(CONTENT_TYPE, "application/json"), (COOKIE, "a=1; b=2"), ("x-list".parse().unwrap(), "1"), ("x-list".parse().unwrap(), "2")];
    let headers: Vec<_> = headers.to_vec();
    let mut incoming = request(Method::POST, "/v1/contacts?q=a%20b&q=c&empty", &[], b"{}");
    for (name, value) in headers {
        incoming.headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let event = event(incoming);
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/v1/contacts");
    assert_eq!(event["rawQueryString"], "q=a%20b&q=c&empty");
    assert_eq!(event["queryStringParameters"], json!({ "q": "a b,c", "empty": "" }));
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["x-list"], "1,2");
    assert!(event["headers"].get("cookie").is_none());
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert_eq!(event["requestContext"]["time"], "01/Jan/1970:00:00:00 +0000");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
}

#[test]
fn a_body_that_is_no_text_travels_as_base64() {
    for (kind, body) in [("application/octet-stream", &b"abc"[..]), ("application/json", &b"\xff"[..])] {
        let event = event(request(Method::POST, "/", &[(CONTENT_TYPE, kind)], body));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(STANDARD.encode(body)), &json!(true)), "{kind}");
    }
    assert!(event(request(Method::GET, "/", &[], b"")).get("body").is_none());
}

#[test]
fn an_answer_keeps_status_headers_cookies_and_body() {
    let answer = json!({
        "statusCode": 201, "headers": { "location": "/x", "content-length": "7" }, "multiValueHeaders": {},
        "cookies": ["a=1; HttpOnly", "b=2"], "body": STANDARD.encode(b"\x00\xff"), "isBase64Encoded": true,
    });
    let response = reply::read(&answer).unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/x");
    assert!(!response.headers().contains_key("content-length"));
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
    for broken in [json!({}), json!({ "statusCode": 1 }), json!({ "statusCode": 200, "body": "*", "isBase64Encoded": true })] {
        assert!(reply::read(&broken).is_err(), "{broken}");
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    /// Whatever a client sends, the route sees it, and the client gets back what the route answers. A route answers types of text with
    /// text only: `lambda_http` replaces what is no UTF-8 there, on AWS as here.
    #[test]
    fn a_round_trip_through_the_event_changes_nothing(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        value in "\\PC{0,20}",
        kind in proptest::sample::select(vec!["application/json", "text/plain; charset=utf-8", "application/octet-stream", "image/png"]),
    ) {
        let body = if kind.contains("json") || kind.contains("text") { String::from_utf8_lossy(&body).into_owned().into_bytes() } else { body };
        let echo = post(|headers: HeaderMap, uri: Uri, body: Bytes| async move {
            let query = uri.query().unwrap_or_default().to_owned();
            let answered = headers[CONTENT_TYPE].clone();
            ([(CONTENT_TYPE, answered), ("x-query".parse::<http::HeaderName>().unwrap(), HeaderValue::from_str(&query).unwrap())], body)
        });
        let gateway = gateway("/echo", Caller::Anyone, Router::new().route("/echo", echo));
        let query: Vec<String> = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = query.concat();
        let request = request(Method::POST, &format!("/echo?v={query}"), &[(CONTENT_TYPE, kind)], &body);
        let response = run(gateway.call(request));
        prop_assert_eq!(response.headers()["x-query"].to_str().unwrap(), format!("v={query}"));
        prop_assert_eq!(response.headers()[CONTENT_TYPE].to_str().unwrap(), kind);
        let (status, answered) = run(read(response));
        prop_assert_eq!(status, StatusCode::OK);
        prop_assert_eq!(answered.to_vec(), body);
    }
}

#[tokio::test]
async fn the_route_sees_the_claims_and_the_path() {
    let show = get(|request: http::Request<Body>| async move {
        let context = request.request_context();
        let lambda_http::request::RequestContext::ApiGatewayV2(context) = context else { return Json(json!("another kind of event")) };
        let claims = context.authorizer.and_then(|authorizer| authorizer.jwt).map(|jwt| jwt.claims).unwrap_or_default();
        Json(json!({ "team": claims.get("team"), "sub": claims.get("sub"), "path": request.uri().path() }))
    });
    let caller = Caller::Member { scopes: vec![SCOPE.to_owned()] };
    let gateway = gateway("/v1/contacts/{id}", caller, Router::new().route("/v1/contacts/{id}", show));
    let token = issuer().access_token("demo", &member()).unwrap();
    let response = gateway.call(request(Method::GET, "/v1/contacts/c1", &[(AUTHORIZATION, &format!("Bearer {token}"))], b"")).await;
    assert!(response.headers().contains_key("apigw-requestid"));
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "team": "demo", "sub": "m1", "path": "/v1/contacts/c1" }));
}

#[tokio::test]
async fn without_a_valid_token_nobody_gets_through() {
    let caller = Caller::Member { scopes: vec![SCOPE.to_owned()] };
    let gateway = gateway("/v1/me", caller, Router::new().route("/v1/me", get(|| async { "in" })));
    let good = issuer().access_token("demo", &member()).unwrap();
    let foreign = Issuer::new("http://127.0.0.1:9", Key::passing().unwrap()).access_token("demo", &member()).unwrap();
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let changed = format!("{head}.{}.{signature}", claims.chars().rev().collect::<String>());
    for token in ["", "nonsense", foreign.as_str(), changed.as_str(), &format!("{head}.{claims}.")] {
        let response = gateway.call(request(Method::GET, "/v1/me", &[(AUTHORIZATION, &format!("Bearer {token}"))], b"")).await;
        let (status, body) = read(response).await;
        assert_eq!((status, &body[..]), (StatusCode::UNAUTHORIZED, &br#"{"message":"Unauthorized"}"#[..]), "{token}");
    }
    let response = gateway.call(request(Method::GET, "/v1/me", &[], b"")).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let response = gateway.call(request(Method::GET, "/v1/me", &[(AUTHORIZATION, &good)], b"")).await;
    assert_eq!(read(response).await.1, "in");
}

#[tokio::test]
async fn a_token_without_the_routes_scope_is_forbidden() {
    let caller = Caller::Member { scopes: vec!["another".to_owned()] };
    let gateway = gateway("/v1/me", caller, Router::new().route("/v1/me", get(|| async { "in" })));
    let token = issuer().access_token("demo", &member()).unwrap();
    let response = gateway.call(request(Method::GET, "/v1/me", &[(AUTHORIZATION, &format!("Bearer {token}"))], b"")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_limits_of_the_gateway_hold() {
    let router = Router::new().route("/x", post(|| async { "in" })).layer(axum::extract::DefaultBodyLimit::disable());
    let gateway = gateway("/x", Caller::Anyone, router);
    let send = async |body: Vec<u8>, header: String| {
        let request = http::Request::post("/x").header("content-type", "text/plain").header("x-long", header).body(Body::from(body)).unwrap();
        gateway.answer(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.status()
    };
    assert_eq!(send(vec![b'a'; 10 * 1024 * 1024 + 1], String::new()).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(vec![b'a'; 6 * 1024 * 1024 + 1], String::new()).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(vec![b'a'; 5 * 1024 * 1024], String::new()).await, StatusCode::OK);
    assert_eq!(send(Vec::new(), "h".repeat(10_240)).await, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(send(Vec::new(), "h".repeat(10_000)).await, StatusCode::OK);
}

#[tokio::test]
async fn a_function_that_hangs_or_crashes_is_answered_for() {
    let router =
        Router::new().route("/hang", get(std::future::pending::<()>)).route("/crash", get(|| async { assert_eq!(1, 2, "a handler that panics") }));
    let mut gateway = gateway("/{name}", Caller::Anyone, router);
    let crash = gateway.call(request(Method::GET, "/crash", &[], b"")).await;
    assert_eq!(crash.status(), StatusCode::INTERNAL_SERVER_ERROR);
    gateway.time_limit = Duration::ZERO;
    let hang = gateway.call(request(Method::GET, "/hang", &[], b"")).await;
    assert_eq!(read(hang).await, (StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(br#"{"message":"Service Unavailable"}"#)));
    let nowhere = gateway.call(request(Method::GET, "/a/b", &[], b"")).await;
    assert_eq!(read(nowhere).await, (StatusCode::NOT_FOUND, Bytes::from_static(br#"{"message":"Not Found"}"#)));
}

#[test]
fn the_most_specific_route_wins() {
    let route = |path: &str, function: &str, method: &str| engines::Route {
        function: function.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        caller: Caller::Anyone,
    };
    let routes =
        [route("/{rest+}", "rest", "ANY"), route("/c/{id}", "one", "GET"), route("/c/duplicates", "literal", "GET"), route("/c/{id}", "any", "ANY")];
    let code = routes.iter().map(|route| (route.function.clone(), Router::new())).collect();
    let gateway = Gateway::new(&routes, code, issuer().authorizer());
    let found = |method: Method, path: &str| gateway.find(&method, path).map(|(served, _)| format!("{} {}", served.method, served.pattern));
    assert_eq!(found(Method::GET, "/c/duplicates").as_deref(), Some("GET /c/duplicates"));
    assert_eq!(found(Method::GET, "/c/1").as_deref(), Some("GET /c/{id}"));
    assert_eq!(found(Method::POST, "/c/1").as_deref(), Some("ANY /c/{id}"));
    assert_eq!(found(Method::GET, "/other/path").as_deref(), Some("ANY /{rest+}"));
}
