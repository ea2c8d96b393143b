//! API Gateway in this process: matches a request to the template's routes, plays the JWT authorizer, and hands the event
//! that AWS would send to the same axum route through `lambda_http`, with the limits that hold on AWS
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).

pub mod authorizer;
pub mod event;
pub mod pattern;
pub mod reply;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use engines::Caller;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};

use authorizer::{Authorizer, Identity};
use event::Incoming;
use pattern::Pattern;

/// The largest body of a request, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// The largest event and the largest answer of a function, in bytes.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;
/// Request line and headers together, in bytes.
const HEAD_LIMIT: usize = 10_240;
/// How long a function may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The API: the template's routes and the code behind each.
#[derive(Debug)]
pub struct Gateway {
    routes: Vec<Served>,
    authorizer: Authorizer,
    time_limit: Duration,
}

#[derive(Debug)]
struct Served {
    method: String,
    pattern: Pattern,
    caller: Caller,
    router: Router,
}

/// A request that has been read whole.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The target as sent.
    pub uri: Uri,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Where it came from.
    pub source: IpAddr,
}

impl Gateway {
    /// Puts the template's routes and the code together, by the function's name. A route without code is left out and
    /// logged, so that a template that is ahead of the code still runs.
    pub fn new(routes: &[engines::Route], mut code: HashMap<String, Router>, authorizer: Authorizer) -> Self {
        let mut served = Vec::with_capacity(routes.len());
        for route in routes {
            let Some(behind) = code.get(&route.function).cloned() else {
                tracing::warn!(function = route.function, path = route.path, "the template has a route that no code serves");
                continue;
            };
            let pattern = Pattern::new(&route.path);
            served.push(Served { method: route.method.clone(), pattern, caller: route.caller.clone(), router: behind });
        }
        for route in routes {
            code.remove(&route.function);
        }
        for function in code.keys() {
            tracing::warn!(function, "no route of the template leads to this function");
        }
        Self { routes: served, authorizer, time_limit: TIME_LIMIT }
    }

    /// Whether a request of this method and path belongs to the API.
    pub fn serves(&self, method: &Method, path: &str) -> bool {
        self.find(method, path).is_some()
    }

    /// Answers one HTTP request as API Gateway would.
    pub async fn answer(&self, request: http::Request<Body>, source: IpAddr) -> Response {
        let (parts, body) = request.into_parts();
        if head_size(&parts.method, &parts.uri, &parts.headers) > HEAD_LIMIT {
            return refusal(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        let request = Request { method: parts.method, uri: parts.uri, headers: parts.headers, body: body.to_bytes(), source };
        self.call(request).await
    }

    /// Answers a request that has been read whole.
    pub async fn call(&self, request: Request) -> Response {
        let Some((served, parameters)) = self.find(&request.method, request.uri.path()) else {
            return refusal(StatusCode::NOT_FOUND, "Not Found");
        };
        let identity = match &served.caller {
            Caller::Anyone => None,
            Caller::Member { scopes } => match self.authorizer.check(&request.headers, scopes) {
                Ok(identity) => Some(identity),
                Err(refused) => return refused.into_response(),
            },
        };
        served.run(request, parameters, identity, self.time_limit).await
    }

    /// The route that fits best: literal segments before parameters, parameters before the rest of a path, a method before any.
    fn find(&self, method: &Method, path: &str) -> Option<(&Served, Vec<(String, String)>)> {
        let fits = self.routes.iter().filter(|served| served.method == "ANY" || served.method == method.as_str());
        let matches = fits.filter_map(|served| Some((served, served.pattern.matches(path)?)));
        matches.min_by_key(|(served, _)| (served.pattern.rank(), served.method == "ANY"))
    }
}

impl Served {
    async fn run(&self, request: Request, parameters: Vec<(String, String)>, identity: Option<Identity>, time_limit: Duration) -> Response {
        let route_key = format!("{} {}", self.method, self.pattern);
        let event = event::build(&Incoming { request, route_key, parameters, identity, at: jiff::Timestamp::now() });
        if event.to_string().len() > EVENT_LIMIT {
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
        }
        let id = event["requestContext"]["requestId"].as_str().unwrap_or_default().to_owned();
        // A task of its own, so that a handler that panics ends this request and not the connection.
        let work = tokio::spawn(app::host::serve(self.router.clone(), event));
        let mut response = match tokio::time::timeout(time_limit, work).await {
            Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Ok(Ok(answer))) => answered(&answer),
            Ok(Ok(Err(error))) => failed(&error),
            Ok(Err(error)) => failed(&error.to_string()),
        };
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }
}

fn answered(answer: &Value) -> Response {
    match reply::read(answer) {
        Ok(response) if answer["body"].as_str().map_or(0, str::len) <= EVENT_LIMIT => response,
        Ok(_) => failed("the answer is larger than 6 MB"),
        Err(error) => failed(&error),
    }
}

fn failed(error: &str) -> Response {
    tracing::error!(error, "a function failed");
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn refusal(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}

fn head_size(method: &Method, uri: &Uri, headers: &HeaderMap) -> usize {
    let line = method.as_str().len() + uri.path_and_query().map_or(1, |target| target.as_str().len()) + " HTTP/1.1\r\n".len() + 1;
    line + headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum::<usize>()
}

#[cfg(test)]
mod tests;
