//! Microsoft, Google and a provider of the operator's own as contacts sign in with them: each with discovery, keys, "choose an account" and the code flow with PKCE.
//! They vouch for whatever address is chosen, so that every path of single sign-on can be walked on a laptop.

use std::fmt::Write;
use std::sync::Arc;

use app::clock::Clock;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::text::hex;
use http::StatusCode;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::code::{Code, Codes};
use super::pages::percent_encoded;
use super::{Asked, Key};
use crate::page::{escaped, page};

/// What the operator's own provider is called.
pub const OIDC: &str = "Example ID";
/// What the providers call this service.
pub const CLIENT: &str = "kdesk-portal";
/// The secret it shows them.
pub const SECRET: &str = "local";
/// The tenant of the demo team.
pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";
/// How long an ID token lives.
const TOKEN_SECONDS: i64 = 3_600;

/// The providers of one runner.
#[derive(Debug)]
pub struct Providers {
    url: String,
    key: Key,
    people: Vec<String>,
    clock: Clock,
    codes: Codes<Account>,
}

/// Somebody's account with a provider.
#[derive(Clone, Debug)]
struct Account {
    provider: Provider,
    email: String,
}

/// Whose part is played.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Provider {
    Microsoft { tenant: String },
    Google,
    Oidc,
}

impl Provider {
    /// By its path below `/local/sso`.
    fn parse(path: &str) -> Option<Self> {
        match path {
            "google" => return Some(Self::Google),
            "oidc" => return Some(Self::Oidc),
            _ => {}
        }
        let tenant = path.strip_prefix("microsoft/")?.strip_suffix("/v2.0")?;
        uuid::Uuid::try_parse(tenant).is_ok().then(|| Self::Microsoft { tenant: tenant.to_owned() })
    }

    fn path(&self) -> String {
        match self {
            Self::Microsoft { tenant } => format!("microsoft/{tenant}/v2.0"),
            Self::Google => "google".to_owned(),
            Self::Oidc => "oidc".to_owned(),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Microsoft { .. } => "Microsoft",
            Self::Google => "Google",
            Self::Oidc => OIDC,
        }
    }
}

/// Below what Microsoft's tenants have their issuers.
pub fn microsoft(runner: &str) -> String {
    format!("{runner}/local/sso/microsoft")
}

/// The issuer of the operator's own provider.
pub fn oidc(runner: &str) -> String {
    format!("{runner}/local/sso/oidc")
}

/// Google's issuer.
pub fn google(runner: &str) -> String {
    format!("{runner}/local/sso/google")
}

impl Providers {
    /// The providers under this address of the runner, with the accounts of these people.
    pub fn new(runner: &str, key: Key, people: Vec<String>, clock: Clock) -> Self {
        Self { url: format!("{runner}/local/sso"), key, people, clock, codes: Codes::default() }
    }

    fn issuer(&self, provider: &Provider) -> String {
        format!("{}/{}", self.url, provider.path())
    }

    /// What each provider says of an account it vouches for. The same address is the same person each time.
    fn id_token(&self, account: &Account, nonce: Option<&str>) -> Option<String> {
        let now = self.clock.now().as_second();
        let email = account.email.to_lowercase();
        let mut claims = json!({
            "iss": self.issuer(&account.provider), "aud": CLIENT, "email": account.email, "iat": now, "nbf": now, "exp": now + TOKEN_SECONDS, "nonce": nonce,
        });
        let digest = Sha256::digest(&email);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        let more = match &account.provider {
            Provider::Microsoft { tenant } => {
                let oid = uuid::Builder::from_random_bytes(bytes).into_uuid();
                json!({ "sub": hex(&digest[16..]), "tid": tenant, "oid": oid, "xms_edov": true, "ver": "2.0" })
            }
            Provider::Google => {
                let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
                json!({ "sub": u64::from_be_bytes(bytes[..8].try_into().ok()?).to_string(), "email_verified": true, "hd": domain })
            }
            Provider::Oidc => json!({ "sub": hex(&bytes), "email_verified": true }),
        };
        for (name, value) in more.as_object()? {
            claims[name] = value.clone();
        }
        let header = Header { kid: Some(self.key.id().to_owned()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, self.key.encoding()).ok()
    }
}

/// The providers' pages and endpoints.
pub fn router(providers: Arc<Providers>) -> Router {
    Router::new().route("/local/sso/{*path}", get(show)).route("/local/sso/{*path}", post(take)).with_state(providers)
}

/// Splits a path below `/local/sso` into the provider and what is asked of it.
fn place(path: &str) -> Option<(Provider, &str)> {
    ["/.well-known/openid-configuration", "/jwks", "/authorize", "/token", "/choose"]
        .into_iter()
        .find_map(|end| Some((Provider::parse(path.strip_suffix(end)?)?, end)))
}

async fn show(State(providers): State<Arc<Providers>>, Path(path): Path<String>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Some((provider, what)) = place(&path) else { return StatusCode::NOT_FOUND.into_response() };
    match (what, asked) {
        ("/.well-known/openid-configuration", _) => Json(discovery(&providers.issuer(&provider))).into_response(),
        ("/jwks", _) => Json(json!({ "keys": [providers.key.public()] })).into_response(),
        ("/authorize", Ok(Query(asked))) => match asked.problem_for(CLIENT) {
            Some(problem) => (StatusCode::BAD_REQUEST, problem).into_response(),
            None => Html(choose(&providers, &provider, &asked)).into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn discovery(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    })
}

fn choose(providers: &Providers, provider: &Provider, asked: &Asked) -> String {
    let mut body = format!("<h1>Choose an account</h1><p>This plays {}; nobody is asked for a password.</p>", provider.name());
    let form = format!("<form method=\"post\" action=\"/local/sso/{}/choose\">{}", provider.path(), asked.hidden());
    write!(body, "{form}<ul>").ok();
    for email in &providers.people {
        let email = escaped(email);
        write!(body, "<li><button name=\"email\" value=\"{email}\">{email}</button></li>").ok();
    }
    write!(
        body,
        "</ul></form>{form}<p><label>Somebody else: <input name=\"email\" type=\"email\" required></label> <button>Go on</button></p></form>"
    )
    .ok();
    page("Choose an account", &body)
}

/// What is posted: the choice of an account, or a code to redeem.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Posted {
    email: String,
    response_type: String,
    grant_type: String,
    client_id: String,
    client_secret: String,
    redirect_uri: String,
    code: String,
    code_verifier: String,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
}

async fn take(State(providers): State<Arc<Providers>>, Path(path): Path<String>, Form(posted): Form<Posted>) -> Response {
    match place(&path) {
        Some((provider, "/choose")) => chosen(&providers, provider, posted),
        Some((provider, "/token")) => redeemed(&providers, &provider, &posted),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn chosen(providers: &Providers, provider: Provider, posted: Posted) -> Response {
    let Posted { email, response_type, client_id, redirect_uri, code_challenge, code_challenge_method, state, nonce, .. } = posted;
    let asked = Asked { response_type, client_id, redirect_uri, code_challenge, code_challenge_method, state, nonce };
    if let Some(problem) = asked.problem_for(CLIENT) {
        return (StatusCode::BAD_REQUEST, problem).into_response();
    }
    let Asked { redirect_uri, code_challenge, state, nonce, .. } = asked;
    let challenge = code_challenge.unwrap_or_default();
    let code = providers.codes.keep(Code { person: Account { provider, email }, redirect_uri: redirect_uri.clone(), challenge, nonce });
    let state = percent_encoded(&state.unwrap_or_default());
    Redirect::to(&format!("{redirect_uri}?code={code}&state={state}")).into_response()
}

fn redeemed(providers: &Providers, provider: &Provider, posted: &Posted) -> Response {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if posted.grant_type != "authorization_code" {
        return refused("unsupported_grant_type");
    }
    if posted.client_id != CLIENT || posted.client_secret != SECRET {
        return refused("invalid_client");
    }
    let fits = |code: &Code<Account>| code.person.provider == *provider && code.fits(&posted.redirect_uri, &posted.code_verifier);
    let Some(code) = providers.codes.take(&posted.code).filter(fits) else { return refused("invalid_grant") };
    match providers.id_token(&code.person, code.nonce.as_deref()) {
        Some(id_token) => {
            let answer = json!({ "access_token": "none", "id_token": id_token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS });
            ([("cache-control", "no-store")], Json(answer)).into_response()
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
