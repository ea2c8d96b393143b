//! Asking a provider: redirects are not followed, and of an answer no more than [`MAX_BYTES`] is read.

use super::{Trouble, error_word};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::http::{HttpConnector, SharedHttpConnector},
    http::Request,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::LazyLock;

/// The longest answer that is read, in bytes.
const MAX_BYTES: usize = 512 << 10;

/// Made by the first who asks: reading the system's roots is slow, and no other function needs them.
static CONNECTOR: LazyLock<Option<SharedHttpConnector>> = LazyLock::new(|| {
    let tls = TlsContext::builder().with_trust_store(TrustStore::default()).build().ok()?;
    Some(SharedHttpConnector::new(Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build()))
});

/// Fetches a JSON document.
pub async fn get<T: DeserializeOwned>(url: &str) -> Result<T, Trouble> {
    ask(http::Request::get(url), SdkBody::empty()).await
}

/// Fetches a JSON document as somebody who may.
pub async fn get_with<T: DeserializeOwned>(url: &str, authorization: &str) -> Result<T, Trouble> {
    ask(http::Request::get(url).header("authorization", authorization), SdkBody::empty()).await
}

/// Sends a form, as somebody who may if it does not say that itself, and reads a JSON document.
pub async fn post_form<T: DeserializeOwned>(url: &str, form: String, authorization: Option<&str>) -> Result<T, Trouble> {
    let request = http::Request::post(url).header("content-type", "application/x-www-form-urlencoded");
    let request = match authorization {
        Some(authorization) => request.header("authorization", authorization),
        None => request,
    };
    ask(request, SdkBody::from(form)).await
}

async fn ask<T: DeserializeOwned>(request: http::request::Builder, body: SdkBody) -> Result<T, Trouble> {
    let unreachable = |problem: &dyn std::fmt::Display| Trouble::Unreachable(problem.to_string());
    let request = request.header("accept", "application/json").body(body);
    let request = Request::try_from(request.map_err(|problem| unreachable(&problem))?).map_err(|problem| unreachable(&problem))?;
    let Some(connector) = &*CONNECTOR else { return Err(Trouble::Unreachable("there is no TLS".to_owned())) };
    let answer = connector.call(request).await.map_err(|problem| unreachable(&problem))?;
    let status = answer.status().as_u16();
    if !matches!(status, 200 | 400 | 401) {
        return Err(Trouble::Unreachable(format!("it answered {status}")));
    }
    let body = Limited::new(answer.into_body(), MAX_BYTES)
        .collect()
        .await
        .map_err(|_| Trouble::Unreachable("its answer broke off or is too long".to_owned()))?
        .to_bytes();
    // What cannot be read is not shown: it may be a token.
    let unreadable = |_| Trouble::Unreachable("its answer is not what it should be".to_owned());
    if status != 200 {
        let refusal: Refusal = serde_json::from_slice(&body).map_err(unreadable)?;
        return Err(Trouble::of_word(error_word(&refusal.error)));
    }
    serde_json::from_slice(&body).map_err(unreadable)
}

/// How a provider refuses (RFC 6749 section 5.2). What else it says of it is not read.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}
