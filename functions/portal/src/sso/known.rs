//! What is known of each issuer: its endpoints and its keys, for an hour. A key that nobody knows is asked for at most once a minute.

use super::{Trouble, fetch};
use openidconnect::core::CoreJsonWebKeySet;
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

/// How long what is known is believed, in seconds.
const KEPT_SECONDS: i64 = 60 * 60;
/// How long nobody asks again for keys that were just asked for, in seconds.
const REFETCH_SECONDS: i64 = 60;

/// What an issuer says of itself (OpenID Connect Discovery section 3, RFC 9207 section 3).
#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    /// Its name.
    pub issuer: String,
    /// Where browsers are sent to.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where it tells of a person.
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    /// How clients show who they are where codes are redeemed.
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether each answer names it.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// An issuer behind TLS has everything behind TLS.
    fn is_sound(&self, issuer: &str) -> bool {
        let scheme = |url: &str| url.split_once("://").map(|(scheme, _)| scheme.to_owned());
        let endpoints = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        self.issuer == issuer && endpoints.into_iter().chain(&self.userinfo_endpoint).all(|url| scheme(url) == scheme(issuer))
    }

    /// Whether the client's secret goes into the form. An issuer that names no method takes it in the header.
    pub fn takes_secret_in_form(&self) -> bool {
        self.token_endpoint_auth_methods_supported.iter().any(|method| method == "client_secret_post")
    }
}

#[derive(Default)]
struct Known {
    metadata: Option<(Metadata, i64)>,
    keys: Option<(CoreJsonWebKeySet, i64)>,
    refetched_at: Option<i64>,
}

static KNOWN: LazyLock<Mutex<HashMap<String, Known>>> = LazyLock::new(Mutex::default);

fn with<T>(issuer: &str, look: impl FnOnce(&mut Known) -> T) -> T {
    look(KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(issuer.to_owned()).or_default())
}

fn fresh<T: Clone>(kept: Option<&(T, i64)>, now: i64) -> Option<T> {
    kept.filter(|(_, at)| now < at + KEPT_SECONDS).map(|(value, _)| value.clone())
}

/// What an issuer says of itself. One that calls itself otherwise is not believed (section 4.3).
pub async fn metadata(issuer: &str, now: i64) -> Result<Metadata, Trouble> {
    if let Some(metadata) = with(issuer, |known| fresh(known.metadata.as_ref(), now)) {
        return Ok(metadata);
    }
    let metadata: Metadata = fetch::get(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).await?;
    if !metadata.is_sound(issuer) {
        return Err(Trouble::Refused("the issuer's metadata is another's".to_owned()));
    }
    with(issuer, |known| known.metadata = Some((metadata.clone(), now)));
    Ok(metadata)
}

/// An issuer's keys.
pub async fn keys(metadata: &Metadata, now: i64) -> Result<CoreJsonWebKeySet, Trouble> {
    match with(&metadata.issuer, |known| fresh(known.keys.as_ref(), now)) {
        Some(keys) => Ok(keys),
        None => fetched(metadata, now).await,
    }
}

/// An issuer's keys, asked for anew because a token names one that is not among them.
pub async fn fresh_keys(metadata: &Metadata, now: i64) -> Result<CoreJsonWebKeySet, Trouble> {
    // Noted before asking, so that many at once ask once.
    let may_ask = with(&metadata.issuer, |known| {
        let may_ask = known.refetched_at.is_none_or(|at| now >= at + REFETCH_SECONDS);
        if may_ask {
            known.refetched_at = Some(now);
        }
        may_ask
    });
    if may_ask { fetched(metadata, now).await } else { Err(Trouble::Refused("the token's key is not known".to_owned())) }
}

async fn fetched(metadata: &Metadata, now: i64) -> Result<CoreJsonWebKeySet, Trouble> {
    let keys: CoreJsonWebKeySet = fetch::get(&metadata.jwks_uri).await?;
    with(&metadata.issuer, |known| known.keys = Some((keys.clone(), now)));
    Ok(keys)
}
