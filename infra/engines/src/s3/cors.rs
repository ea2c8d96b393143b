//! The bucket's CORS rules, answered as S3 does: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>.

use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, StatusCode};

use crate::CorsRule;

const REFUSED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessForbidden</Code><Message>CORSResponse: \
    This CORS request is not allowed.</Message></Error>";

/// The rules of one bucket.
#[derive(Debug)]
pub(super) struct Cors(Vec<CorsRule>);

impl Cors {
    pub(super) fn new(rules: Vec<CorsRule>) -> Self {
        Self(rules)
    }

    /// The answer to a browser's question before an upload.
    pub(super) fn preflight(&self, asked: &HeaderMap) -> Response {
        let origin = text(asked, &ORIGIN);
        let method = text(asked, &ACCESS_CONTROL_REQUEST_METHOD);
        let wanted = text(asked, &ACCESS_CONTROL_REQUEST_HEADERS).to_lowercase();
        let wanted: Vec<&str> = wanted.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let rule = self.rule(origin, method).filter(|rule| wanted.iter().all(|name| rule.headers.iter().any(|allowed| matches(allowed, name))));
        let Some(rule) = rule else {
            return (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/xml")], REFUSED).into_response();
        };
        let mut response = StatusCode::OK.into_response();
        let headers = response.headers_mut();
        grant(rule, origin, headers);
        if !wanted.is_empty() {
            set(headers, ACCESS_CONTROL_ALLOW_HEADERS, &wanted.join(", "));
        }
        if let Some(seconds) = rule.max_age_seconds {
            set(headers, ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
        response
    }

    /// Adds to an answer what lets the page read it, when a rule fits.
    pub(super) fn allow(&self, method: &Method, origin: &HeaderValue, headers: &mut HeaderMap) {
        let origin = origin.to_str().unwrap_or_default();
        if let Some(rule) = self.rule(origin, method.as_str()) {
            grant(rule, origin, headers);
        }
    }

    fn rule(&self, origin: &str, method: &str) -> Option<&CorsRule> {
        let fits =
            |rule: &&CorsRule| rule.methods.iter().any(|allowed| allowed == method) && rule.origins.iter().any(|allowed| comes_from(allowed, origin));
        self.0.iter().find(fits)
    }
}

fn grant(rule: &CorsRule, origin: &str, headers: &mut HeaderMap) {
    if rule.origins.iter().any(|allowed| allowed == "*") {
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    set(headers, ACCESS_CONTROL_ALLOW_METHODS, &rule.methods.join(", "));
    if !rule.exposed.is_empty() {
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed.join(", "));
    }
    set(headers, VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

/// A literal origin, one with a `*`, or the deployment's own page when the template takes it from a parameter.
fn comes_from(allowed: &str, origin: &str) -> bool {
    let is_parameter = allowed.contains("${") || !(allowed == "*" || allowed.contains("://"));
    if is_parameter {
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        return ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| host == *own || host.starts_with(&format!("{own}:")));
    }
    matches(allowed, origin)
}

/// Whether a text fits a pattern with at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origin: &str) -> Cors {
        Cors(vec![CorsRule {
            origins: vec![origin.to_owned()],
            methods: vec!["PUT".to_owned()],
            headers: vec!["content-type".to_owned(), "x-amz-*".to_owned()],
            exposed: vec!["ETag".to_owned()],
            max_age_seconds: Some(600),
        }])
    }

    fn ask(cors: &Cors, origin: &'static str, method: &'static str, headers: &'static str) -> Response {
        let mut asked = HeaderMap::new();
        asked.insert(ORIGIN, HeaderValue::from_static(origin));
        asked.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
        asked.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static(headers));
        cors.preflight(&asked)
    }

    #[test]
    fn a_preflight_that_fits_a_rule_is_granted_with_its_terms() {
        let answer = ask(&cors("https://app.example.com"), "https://app.example.com", "PUT", "Content-Type, x-amz-acl");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example.com");
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "content-type, x-amz-acl");
        assert_eq!(answer.headers()[ACCESS_CONTROL_MAX_AGE], "600");
        assert_eq!(answer.headers()[ACCESS_CONTROL_EXPOSE_HEADERS], "ETag");
    }

    #[test]
    fn another_origin_method_or_header_is_refused() {
        let cors = cors("https://app.example.com");
        for (origin, method, header) in [
            ("https://evil.example.com", "PUT", "content-type"),
            ("https://app.example.com", "DELETE", "content-type"),
            ("https://app.example.com", "PUT", "authorization"),
        ] {
            assert_eq!(ask(&cors, origin, method, header).status(), StatusCode::FORBIDDEN, "{origin} {method} {header}");
        }
    }

    #[test]
    fn an_origin_from_a_parameter_is_any_page_of_this_machine_only() {
        let cors = cors("AppOrigin");
        assert_eq!(ask(&cors, "http://localhost:3000", "PUT", "").status(), StatusCode::OK);
        assert_eq!(ask(&cors, "http://127.0.0.1:3000", "PUT", "").status(), StatusCode::OK);
        assert_eq!(ask(&cors, "http://localhost.evil.com", "PUT", "").status(), StatusCode::FORBIDDEN);
    }
}
