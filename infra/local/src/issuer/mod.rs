//! A small OpenID Connect issuer for the members of the local teams: discovery, keys, "choose a member", code flow with PKCE.
//! It asks for no password and must never be reachable from elsewhere: the runner listens on 127.0.0.1 only.

mod code;
mod key;
mod pages;
pub mod sso;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::gateway::authorizer::Authorizer;
use crate::teams::{Member, Team};
use code::{Code, Codes};
pub(crate) use key::write_private;
pub use key::{Key, KeyError};

/// The audience of access tokens.
pub const AUDIENCE: &str = "kdesk";
/// The App's client id.
pub const CLIENT: &str = "kdesk-app";
/// The scope that the API asks for.
pub const SCOPE: &str = "kdesk";
/// How long an access token lives: a working day, so that nobody is thrown out of a demo.
const TOKEN_SECONDS: i64 = 12 * 3_600;

/// The address of a runner's issuer.
pub fn address(runner: &str) -> String {
    format!("{runner}/local/oidc")
}

/// The issuer of one runner.
#[derive(Debug)]
pub struct Issuer {
    url: String,
    key: Key,
    teams: Mutex<Vec<Team>>,
    codes: Codes<(String, Member)>,
}

impl Issuer {
    /// The issuer under this address of the runner.
    pub fn new(runner: &str, key: Key) -> Self {
        Self { url: address(runner), key, teams: Mutex::default(), codes: Codes::default() }
    }

    /// Says who can sign in.
    pub fn know(&self, teams: Vec<Team>) {
        *self.teams.lock().unwrap_or_else(PoisonError::into_inner) = teams;
    }

    /// The authorizer that accepts this issuer's tokens.
    pub fn authorizer(&self) -> Authorizer {
        Authorizer::new(&self.url, AUDIENCE, self.key.id().to_owned(), self.key.decoding())
    }

    /// An access token of a member. None when the token cannot be signed, which a sound key never causes.
    pub fn access_token(&self, team: &str, member: &Member) -> Option<String> {
        self.sign(&json!({
            "iss": self.url, "aud": AUDIENCE, "sub": member.id, "client_id": CLIENT, "scope": SCOPE,
            "team": team, "email": member.email, "name": member.name,
        }))
    }

    fn id_token(&self, member: &Member, nonce: Option<&str>) -> Option<String> {
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT, "sub": member.id, "email": member.email, "email_verified": true, "name": member.name,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = Value::from(nonce);
        }
        self.sign(&claims)
    }

    fn sign(&self, claims: &Value) -> Option<String> {
        let now = jiff::Timestamp::now().as_second();
        let mut claims = claims.clone();
        claims["iat"] = Value::from(now);
        claims["nbf"] = Value::from(now);
        claims["exp"] = Value::from(now + TOKEN_SECONDS);
        let header = Header { kid: Some(self.key.id().to_owned()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, self.key.encoding()).ok()
    }

    fn find(&self, email: &str) -> Option<(String, Member)> {
        let teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        let mut members = teams.iter().flat_map(|team| team.members.iter().map(move |member| (team, member)));
        members.find(|(_, member)| member.email.eq_ignore_ascii_case(email.trim())).map(|(team, member)| (team.id.clone(), member.clone()))
    }
}

/// The issuer's pages and endpoints, and `POST /local/token` for scripts.
pub fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/local/oidc/.well-known/openid-configuration", get(discovery))
        .route("/local/oidc/jwks", get(keys))
        .route("/local/oidc/authorize", get(authorize))
        .route("/local/oidc/choose", post(choose))
        .route("/local/oidc/token", post(token))
        .route("/local/token", post(direct))
        .with_state(issuer)
}

async fn discovery(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let url = &issuer.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", SCOPE],
        "claims_supported": ["sub", "team", "email", "name"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    Json(json!({ "keys": [issuer.key.public()] }))
}

/// What the App asks the issuer for (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
}

impl Asked {
    /// What is wrong with it, if anything. It is shown and never sent on: the address to send it to may be the wrong part.
    fn problem(&self) -> Option<&'static str> {
        self.problem_for(CLIENT)
    }

    fn problem_for(&self, client: &str) -> Option<&'static str> {
        let host = self.redirect_uri.strip_prefix("http://").unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
        let is_local = ["localhost", "127.0.0.1"].contains(&host.rsplit_once(':').map_or(host, |(name, _)| name));
        match self {
            _ if !is_local => Some("redirect_uri must be a page of this machine"),
            _ if self.response_type != "code" => Some("response_type must be code"),
            _ if self.client_id != client => Some("client_id must be one that is known here"),
            _ if self.code_challenge.is_none() || self.code_challenge_method.as_deref() != Some("S256") => Some("PKCE with S256 is required"),
            _ => None,
        }
    }
}

async fn authorize(State(issuer): State<Arc<Issuer>>, Query(asked): Query<Asked>) -> Response {
    if let Some(problem) = asked.problem() {
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    let teams = issuer.teams.lock().unwrap_or_else(PoisonError::into_inner);
    Html(pages::choose(&teams, &asked)).into_response()
}

#[derive(Debug, Deserialize)]
struct Chosen {
    member: String,
    #[serde(flatten)]
    asked: Asked,
}

async fn choose(State(issuer): State<Arc<Issuer>>, Form(chosen): Form<Chosen>) -> Response {
    if let Some(problem) = chosen.asked.problem() {
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    let Some((team, member)) = issuer.find(&chosen.member) else {
        return (StatusCode::BAD_REQUEST, "no such member").into_response();
    };
    let Asked { redirect_uri, code_challenge, state, nonce, .. } = chosen.asked;
    let code =
        issuer.codes.keep(Code { person: (team, member), redirect_uri: redirect_uri.clone(), challenge: code_challenge.unwrap_or_default(), nonce });
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    let state = state.map(|state| format!("&state={}", pages::percent_encoded(&state))).unwrap_or_default();
    Redirect::to(&format!("{redirect_uri}{separator}code={code}{state}")).into_response()
}

async fn token(State(issuer): State<Arc<Issuer>>, Form(form): Form<HashMap<String, String>>) -> Response {
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if given("grant_type") != "authorization_code" {
        return refused("unsupported_grant_type");
    }
    if given("client_id") != CLIENT {
        return refused("invalid_client");
    }
    let Some(code) = issuer.codes.take(given("code")).filter(|code| code.fits(given("redirect_uri"), given("code_verifier"))) else {
        return refused("invalid_grant");
    };
    let (team, member) = &code.person;
    let tokens = (issuer.access_token(team, member), issuer.id_token(member, code.nonce.as_deref()));
    let (Some(access_token), Some(id_token)) = tokens else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let answer = json!({
        "access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS,
        "scope": format!("openid email profile {SCOPE}"),
    });
    ([("cache-control", "no-store")], Json(answer)).into_response()
}

#[derive(Debug, Deserialize)]
struct Direct {
    member: String,
}

async fn direct(State(issuer): State<Arc<Issuer>>, Json(Direct { member }): Json<Direct>) -> Response {
    let token = issuer.find(&member).and_then(|(team, member)| issuer.access_token(&team, &member));
    match token {
        Some(token) => ([("cache-control", "no-store")], Json(json!({ "access_token": token }))).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "message": "no local member has this address" }))).into_response(),
    }
}

#[cfg(test)]
mod tests;
