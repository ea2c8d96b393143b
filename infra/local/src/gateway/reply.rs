//! From a function's answer, payload format 2.0, to HTTP.

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONNECTION, CONTENT_LENGTH, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

/// The HTTP answer; the error says what makes it none.
pub fn read(answer: &Value) -> Result<Response, String> {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or("the answer has no statusCode")?;
    let mut response = Response::new(Body::from(body(answer)?));
    *response.status_mut() = status;
    for members in ["headers", "multiValueHeaders"] {
        for (name, value) in answer[members].as_object().into_iter().flatten() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name} is no header"))?;
            // How the body travels is between this server and its client.
            if [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
                continue;
            }
            for value in strings(value) {
                response.headers_mut().append(&name, header_value(value)?);
            }
        }
    }
    for cookie in strings(&answer["cookies"]) {
        response.headers_mut().append(SET_COOKIE, header_value(cookie)?);
    }
    Ok(response)
}

fn body(answer: &Value) -> Result<Vec<u8>, String> {
    let body = answer["body"].as_str().unwrap_or_default();
    if answer["isBase64Encoded"] == true {
        return STANDARD.decode(body).map_err(|_| "the body is not base64".to_owned());
    }
    Ok(body.as_bytes().to_vec())
}

fn header_value(value: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(value).map_err(|_| "a header has a value that HTTP does not allow".to_owned())
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
