//! From an HTTP request to the event that an HTTP API sends to a function, payload format 2.0.
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use serde_json::{Map, Value, json};

use super::Request;
use super::authorizer::Identity;
use super::pattern::percent_decoded;

/// A request and what the gateway found out about it.
#[derive(Debug)]
pub struct Incoming {
    /// The request.
    pub request: Request,
    /// Such as `GET /v1/contacts/{id}`.
    pub route_key: String,
    /// The decoded path parameters.
    pub parameters: Vec<(String, String)>,
    /// Who calls, when the route has an authorizer.
    pub identity: Option<Identity>,
    /// When it came.
    pub at: jiff::Timestamp,
}

/// The event. Members that would be empty are left out, as on AWS.
pub fn build(incoming: &Incoming) -> Value {
    let Request { method, uri, headers, body, source } = &incoming.request;
    // Every API has a name on AWS, and the route's request needs one; only a client without a Host header leaves it open.
    let domain = text(headers, &HOST).split(':').next().filter(|name| !name.is_empty()).unwrap_or("localhost").to_owned();
    let mut context = json!({
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.split('.').next().unwrap_or_default(),
        "http": {
            "method": method.as_str(),
            "path": uri.path(),
            "protocol": "HTTP/1.1",
            "sourceIp": source.to_string(),
            "userAgent": text(headers, &USER_AGENT),
        },
        "requestId": request_id(),
        "routeKey": incoming.route_key,
        "stage": "$default",
        "time": incoming.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": incoming.at.as_millisecond(),
    });
    if let Some(identity) = &incoming.identity {
        context["authorizer"] = json!({ "jwt": { "claims": identity.claims, "scopes": identity.scopes } });
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": incoming.route_key,
        "rawPath": uri.path(),
        "rawQueryString": uri.query().unwrap_or_default(),
        "headers": joined(headers, *source),
        "requestContext": context,
        "isBase64Encoded": false,
    });
    let cookies = cookies(headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if let Some(query) = uri.query().filter(|query| !query.is_empty()) {
        event["queryStringParameters"] = Value::Object(query_parameters(query));
    }
    if !incoming.parameters.is_empty() {
        event["pathParameters"] = incoming.parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(body) if is_text(text(headers, &CONTENT_TYPE)) => event["body"] = Value::from(body),
            _ => {
                event["body"] = Value::from(STANDARD.encode(body));
                event["isBase64Encoded"] = Value::from(true);
            }
        }
    }
    event
}

/// Names in lower case, repeated headers joined by commas, cookies apart, and where the request came from.
fn joined(headers: &HeaderMap, source: std::net::IpAddr) -> Map<String, Value> {
    let mut all = Map::new();
    for name in headers.keys().filter(|name| **name != COOKIE) {
        let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        all.insert(name.as_str().to_owned(), Value::from(values.join(",")));
    }
    let forwarded = match all.get("x-forwarded-for").and_then(Value::as_str) {
        Some(before) => format!("{before}, {source}"),
        None => source.to_string(),
    };
    all.insert("x-forwarded-for".to_owned(), Value::from(forwarded));
    all.insert("x-forwarded-proto".to_owned(), Value::from("http"));
    all
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).filter(|cookie| !cookie.is_empty()).collect()
}

/// Decoded; repeated names joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut all = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| percent_decoded(&text.replace('+', " "));
        let (name, value) = (decode(name), decode(value));
        let value = match all.get(&name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        all.insert(name, Value::from(value));
    }
    all
}

/// Whether a body of this type travels as text.
fn is_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_named = ["application/json", "application/javascript", "application/xml"].contains(&kind.as_str());
    is_named || kind.starts_with("text/") || kind.ends_with("+json") || kind.ends_with("+xml")
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn request_id() -> String {
    // Shaped like API Gateway's own: 15 letters and an equals sign.
    app::random::uuid().simple().to_string().chars().take(15).chain(['=']).collect()
}
