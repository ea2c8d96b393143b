//! The JWT authorizer of an HTTP API:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.

use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

/// Checks access tokens of one issuer.
pub struct Authorizer {
    key: DecodingKey,
    key_id: String,
    validation: Validation,
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorizer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Who a checked token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The token's claims, all as text.
    pub claims: Map<String, Value>,
    /// Those of the route's scopes that the token has; none when the route asks for none.
    pub scopes: Option<Vec<String>>,
}

/// Why a request does not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// 401: no token, or one that is not valid.
    Unauthorized,
    /// 403: a valid token without any of the route's scopes.
    Forbidden,
}

impl Authorizer {
    /// Accepts RS256 tokens of this issuer and audience, signed by this key.
    pub fn new(issuer: &str, audience: &str, key_id: String, key: DecodingKey) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Self { key, key_id, validation }
    }

    /// Checks the token of a request; one of the scopes is enough.
    pub fn check(&self, headers: &HeaderMap, scopes: &[String]) -> Result<Identity, Refused> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Refused::Unauthorized)?;
        let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")).unwrap_or(header).trim();
        let head = jsonwebtoken::decode_header(token).map_err(|_| Refused::Unauthorized)?;
        if head.kid.as_deref() != Some(&self.key_id) {
            return Err(Refused::Unauthorized);
        }
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &self.key, &self.validation);
        let claims = decoded.map_err(|_| Refused::Unauthorized)?.claims;
        let issued_at = claims.get("iat").and_then(Value::as_i64).unwrap_or_default();
        if issued_at > jiff::Timestamp::now().as_second() {
            return Err(Refused::Unauthorized);
        }
        let granted: Vec<&str> = claims.get("scope").and_then(Value::as_str).unwrap_or_default().split(' ').collect();
        let shared: Vec<String> = scopes.iter().filter(|scope| granted.contains(&scope.as_str())).cloned().collect();
        if !scopes.is_empty() && shared.is_empty() {
            return Err(Refused::Forbidden);
        }
        let claims = claims.into_iter().map(|(name, value)| (name, Value::from(plain(&value)))).collect();
        Ok(Identity { claims, scopes: (!scopes.is_empty()).then_some(shared) })
    }
}

/// A claim as the gateway passes it on: text as it is, a list as `[a b]`.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, challenge, message) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Bearer", "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Bearer error=\"insufficient_scope\"", "Forbidden"),
        };
        (status, [(WWW_AUTHENTICATE, challenge)], axum::Json(json!({ "message": message }))).into_response()
    }
}
