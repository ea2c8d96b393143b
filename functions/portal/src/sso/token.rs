//! Whether an ID token is believed (OpenID Connect Core section 3.1.3.7), and whom it is about.
//!
//! The library checks the signature, the issuer, the audience, the nonce and the expiry. Everything else is checked here.

use super::{TeamProvider, Tokens, Trouble};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::{
    portal::Way,
    sso::{Address, Identity, Standing},
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, IssuerUrl, Nonce,
    SignatureVerificationError,
    core::{CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::str::FromStr;

/// How far clocks may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// How old a token may be that was made for this very sign-in, in seconds.
const MAX_AGE_SECONDS: i64 = 10 * 60;
/// Headers that lead to a key elsewhere or change what the signature means.
const FORBIDDEN: [&str; 5] = ["crit", "jku", "jwk", "x5u", "b64"];

/// What providers say beyond the standard.
#[derive(Debug, Serialize, Deserialize)]
struct Extra {
    #[serde(default)]
    nbf: Option<i64>,
    /// Microsoft: the tenant.
    #[serde(default)]
    tid: Option<String>,
    /// Microsoft: the person in the tenant.
    #[serde(default)]
    oid: Option<String>,
    /// Microsoft: whether the owner of the address's domain is verified; a boolean, a number or a text, depending on the token's version.
    #[serde(default)]
    xms_edov: Option<Value>,
    /// Google: the Workspace's domain.
    #[serde(default)]
    hd: Option<String>,
}

impl AdditionalClaims for Extra {}

type Token = IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Claims = IdTokenClaims<Extra, CoreGenderClaim>;

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It is signed with a key that is not among the issuer's.
    UnknownKey,
    /// It is sound, and about an account that is not of the team's organisation.
    WrongAccount,
    /// Anything else.
    Wrong(String),
}

impl From<Doubt> for Trouble {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::UnknownKey => Self::Refused("the token's key is not known".to_owned()),
            Doubt::WrongAccount => Self::WrongAccount,
            Doubt::Wrong(what) => Self::Refused(what),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to map_err")]
fn wrong(what: impl ToString) -> Doubt {
    Doubt::Wrong(what.to_string())
}

/// Base64 for addresses (RFC 4648 section 5), without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Who a token is about, if all of it holds.
pub fn verify(provider: &TeamProvider, tokens: &Tokens, keys: &CoreJsonWebKeySet, nonce: &str, now: i64) -> Result<Identity, Doubt> {
    check_form(&tokens.id_token)?;
    let token = Token::from_str(&tokens.id_token).map_err(|_| wrong("the token cannot be read"))?;
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(wrong)?;
    let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(provider.client_id.clone()), issuer, keys.clone())
        .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
        .set_time_fn(move || time(now - LEEWAY_SECONDS))
        .set_issue_time_verifier_fn(move |issued_at| check_age(issued_at.timestamp(), now));
    let claims = token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(|problem| match problem {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => Doubt::UnknownKey,
        other => wrong(other),
    })?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.client_id) {
        return Err(wrong("azp is another client"));
    }
    if claims.additional_claims().nbf.is_some_and(|not_before| not_before > now + LEEWAY_SECONDS) {
        return Err(wrong("the token is not valid yet"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let access_token = tokens.access_token.clone().ok_or_else(|| wrong("the token's access token is missing"))?;
        let (alg, key) = (token.signing_alg().map_err(wrong)?, token.signing_key(&verifier).map_err(wrong)?);
        let actual = AccessTokenHash::from_token(&AccessToken::new(access_token), alg, key).map_err(wrong)?;
        if actual != *expected {
            return Err(wrong("at_hash is of another access token"));
        }
    }
    match provider.way {
        Way::Microsoft => microsoft(provider, claims),
        Way::Google => google(provider, claims),
        Way::Oidc => identity(provider, claims.subject().as_str(), address(claims, claims.email_verified() == Some(true))),
        Way::Code => Err(wrong("a code is no provider")),
    }
}

/// Read apart from the library, which passes over names that it does not know and over bits that belong to no byte (RFC 4648 section 3.5).
fn check_form(token: &str) -> Result<(), Doubt> {
    let parts =
        token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part)).collect::<Result<Vec<_>, _>>().map_err(|_| wrong("the token is not base64"))?;
    let [header, _, _] = parts.as_slice() else { return Err(wrong("the token has not three parts")) };
    let header: Map<String, Value> = serde_json::from_slice(header).map_err(|_| wrong("the token has no header"))?;
    if header.get("alg") != Some(&Value::from("RS256")) {
        return Err(wrong("the token is not signed with RS256"));
    }
    match FORBIDDEN.iter().find(|name| header.contains_key(**name)) {
        Some(name) => Err(wrong(format!("the token's header has {name}"))),
        None => Ok(()),
    }
}

fn check_age(issued_at: i64, now: i64) -> Result<(), String> {
    if issued_at > now + LEEWAY_SECONDS {
        return Err("the token is from the future".to_owned());
    }
    if issued_at < now - MAX_AGE_SECONDS { Err("the token is too old".to_owned()) } else { Ok(()) }
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// The person is the object in the tenant, whatever the token calls them.
/// See <https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation>.
fn microsoft(provider: &TeamProvider, claims: &Claims) -> Result<Identity, Doubt> {
    let extra = claims.additional_claims();
    if extra.tid.is_none() || extra.tid != provider.tenant {
        return Err(wrong("tid is another tenant"));
    }
    identity(provider, extra.oid.as_deref().unwrap_or_default(), address(claims, is_true(extra.xms_edov.as_ref())))
}

/// Whether a claim says yes: as a boolean, a number or a text.
pub fn is_true(claim: Option<&Value>) -> bool {
    match claim {
        Some(Value::Bool(is_true)) => *is_true,
        Some(Value::String(text)) => text == "1" || text.eq_ignore_ascii_case("true"),
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

/// Google speaks for the addresses of its Workspaces and of Gmail only.
/// See <https://developers.google.com/identity/gsi/web/guides/verify-google-id-token>.
fn google(provider: &TeamProvider, claims: &Claims) -> Result<Identity, Doubt> {
    let hosted = claims.additional_claims().hd.as_ref();
    if let Some(wanted) = &provider.hosted_domain
        && hosted.is_none_or(|hosted| !hosted.eq_ignore_ascii_case(wanted.as_str()))
    {
        return Err(Doubt::WrongAccount);
    }
    let is_gmail = claims.email().is_some_and(|email| email.as_str().to_ascii_lowercase().ends_with("@gmail.com"));
    let is_verified = claims.email_verified() == Some(true) && (hosted.is_some() || is_gmail);
    identity(provider, claims.subject().as_str(), address(claims, is_verified))
}

fn identity(provider: &TeamProvider, subject: &str, address: Option<Address>) -> Result<Identity, Doubt> {
    if subject.is_empty() {
        return Err(wrong("the token names nobody"));
    }
    Ok(Identity { way: provider.way, issuer: provider.issuer.clone(), subject: subject.to_owned(), address })
}

fn address(claims: &Claims, is_verified: bool) -> Option<Address> {
    let email = claims.email()?.as_str().parse().ok()?;
    Some(Address { email, standing: if is_verified { Standing::Proven } else { Standing::Claimed } })
}
