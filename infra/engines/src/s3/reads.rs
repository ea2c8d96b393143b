//! What S3 does on reads beside the object itself: `If-Match` and `If-None-Match`
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>) and the `response-*` parameters of signed links.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode};

const PRECONDITION_FAILED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>PreconditionFailed</Code>\
    <Message>At least one of the pre-conditions you specified did not hold</Message></Error>";

/// What a read asked for.
#[derive(Debug)]
pub(super) struct Read {
    if_match: Option<String>,
    if_none_match: Option<String>,
    replaced: Vec<(HeaderName, HeaderValue)>,
}

impl Read {
    /// None unless the request reads.
    pub(super) fn of(request: &Request) -> Option<Self> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return None;
        }
        let text = |headers: &HeaderMap, name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let query = request.uri().query().unwrap_or_default();
        Some(Self {
            if_match: text(request.headers(), IF_MATCH),
            if_none_match: text(request.headers(), IF_NONE_MATCH),
            replaced: query.split('&').filter_map(replacement).collect(),
        })
    }

    /// The answer as S3 would give it.
    pub(super) fn finish(&self, mut response: Response) -> Response {
        if !response.status().is_success() {
            return response;
        }
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        if self.if_match.as_deref().is_some_and(|wanted| !names(wanted, &etag)) {
            return (StatusCode::PRECONDITION_FAILED, [(CONTENT_TYPE, "application/xml")], PRECONDITION_FAILED).into_response();
        }
        if self.if_none_match.as_deref().is_some_and(|known| names(known, &etag)) {
            let mut unchanged = Response::new(Body::empty());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            if let Some(etag) = response.headers_mut().remove(ETAG) {
                unchanged.headers_mut().insert(ETAG, etag);
            }
            return unchanged;
        }
        for (name, value) in &self.replaced {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

/// Whether a list of entity tags names this one; quotes are optional, as on S3.
fn names(list: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.trim() == "*" || list.split(',').any(|tag| bare(tag) == bare(etag))
}

/// `response-content-type=text%2Fcsv` as the header it replaces.
fn replacement(pair: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = pair.split_once('=')?;
    let name = match name.strip_prefix("response-")? {
        known @ ("content-type" | "content-disposition" | "content-encoding" | "content-language" | "cache-control" | "expires") => {
            HeaderName::from_bytes(known.as_bytes()).ok()?
        }
        _ => return None,
    };
    Some((name, HeaderValue::from_bytes(&percent_decoded(value)).ok()?))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let (b'%', Some(decoded)) = (byte, hex) {
            out.push(decoded);
            at += 3;
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_match_with_and_without_quotes_and_in_lists() {
        assert!(names("\"abc\"", "\"abc\""));
        assert!(names("abc", "\"abc\""));
        assert!(names("\"x\", \"abc\"", "\"abc\""));
        assert!(names("*", "\"abc\""));
        assert!(!names("\"abd\"", "\"abc\""));
    }

    #[test]
    fn only_the_documented_response_headers_are_replaced() {
        let (name, value) = replacement("response-content-disposition=attachment%3B%20filename%3D%22a.csv%22").unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("content-disposition", "attachment; filename=\"a.csv\""));
        assert!(replacement("response-set-cookie=a").is_none());
        assert!(replacement("response-content-type=a%0d%0ab").is_none());
        assert!(replacement("X-Amz-Date=2026").is_none());
    }
}
