//! An identity provider for tests that answers as each test wants: soundly, forged, late or not at all.

use super::token::base64url;
use axum::{
    Router,
    body::Body,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey};
use rsa::{
    RsaPrivateKey,
    pkcs1::{EncodeRsaPrivateKey, LineEnding},
    traits::PublicKeyParts,
};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock, Mutex};

/// What the providers call this service.
pub const CLIENT: &str = "portal-client";
/// The access token that each answer has.
pub const ACCESS_TOKEN: &str = "an access token";

/// Two keys, so that one can follow the other.
static KEYS: LazyLock<[RsaPrivateKey; 2]> = LazyLock::new(|| [0, 1].map(|_| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).expect("a key")));

/// How a token is signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Signature {
    /// As it should be.
    #[default]
    Sound,
    /// Not at all, with `alg` none.
    None,
    /// With HS256 and the public key's modulus as the secret.
    Hs256,
    /// With a key that is not among those that are shown, under the name of one that is.
    Wrong,
    /// With an `alg` of the same key that is not RS256.
    Rs512,
    /// As it should be, without the key's name.
    Unnamed,
}

/// What the provider does at present.
#[derive(Debug, Default)]
pub struct Conduct {
    /// Which key it signs with and shows.
    pub key: usize,
    /// The name of the key in tokens, when it is not the key's.
    pub kid: Option<String>,
    /// How it signs.
    pub signature: Signature,
    /// More in the token's header.
    pub header: Map<String, Value>,
    /// The claims; `null` leaves one out.
    pub claims: Map<String, Value>,
    /// What it answers to a code instead of a token.
    pub instead: Option<Instead>,
    /// How often its keys were asked for.
    pub keys_asked: usize,
    /// What its codes were redeemed with.
    pub forms: Vec<String>,
    /// What clients showed who they are with, other than in the form.
    pub authorizations: Vec<String>,
    /// Whether both keys are shown.
    pub shows_both_keys: bool,
    /// What it calls itself, when that is not what it is called.
    pub issuer: Option<String>,
    /// What it tells of a person beside the token, other than who it is.
    pub user_info: Map<String, Value>,
    /// What becomes of a token on its way.
    pub spoil: Option<fn(&str) -> String>,
}

/// What a provider that is not well answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// 500.
    Error,
    /// A page.
    Html,
    /// Ten megabytes.
    Flood,
    /// 401 and this word.
    Refusal(&'static str),
    /// Another place.
    Redirect,
    /// Nothing, ever.
    Silence,
}

/// A provider. Its address is no other test's.
#[derive(Clone)]
pub struct Simulator {
    /// Below it is everything.
    pub url: String,
    conduct: Arc<Mutex<Conduct>>,
}

impl Simulator {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/{}", listener.local_addr().expect("an address"), app::random::uuid());
        let simulator = Self { url, conduct: Arc::default() };
        let router = Router::new().fallback(answer).with_state(simulator.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        simulator
    }

    /// Looks at what it does, or changes it.
    pub fn with<T>(&self, change: impl FnOnce(&mut Conduct) -> T) -> T {
        change(&mut self.conduct.lock().expect("no test fails here"))
    }

    /// Sets these claims and forgets the others.
    pub fn claim(&self, claims: &Value) {
        self.with(|conduct| conduct.claims = claims.as_object().expect("claims").clone());
    }

    /// Sets one claim; `null` leaves it out.
    pub fn set(&self, name: &str, value: Value) {
        self.with(|conduct| conduct.claims.insert(name.to_owned(), value));
    }
}

fn key_id(key: usize) -> String {
    format!("key-{key}")
}

fn token(conduct: &Conduct) -> String {
    let mut claims = conduct.claims.clone();
    claims.retain(|_, value| !value.is_null());
    let modulus = base64url(&KEYS[conduct.key].n().to_bytes_be());
    let of = |key: usize| EncodingKey::from_rsa_pem(KEYS[key].to_pkcs1_pem(LineEnding::LF).expect("a text").as_bytes()).expect("a key");
    let kid = conduct.kid.clone().unwrap_or_else(|| key_id(conduct.key));
    let (alg, key) = match conduct.signature {
        Signature::Hs256 => ("HS256", EncodingKey::from_secret(modulus.as_bytes())),
        Signature::Wrong => ("RS256", of(1 - conduct.key)),
        Signature::Rs512 => ("RS512", of(conduct.key)),
        Signature::None => ("none", of(conduct.key)),
        Signature::Sound | Signature::Unnamed => ("RS256", of(conduct.key)),
    };
    let mut header = json!({ "alg": alg, "typ": "JWT" });
    if conduct.signature != Signature::Unnamed {
        header["kid"] = kid.into();
    }
    header.as_object_mut().expect("an object").extend(conduct.header.clone());
    let message = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(Value::from(claims).to_string().as_bytes()));
    let algorithm = match alg {
        "HS256" => Algorithm::HS256,
        "RS512" => Algorithm::RS512,
        _ => Algorithm::RS256,
    };
    let signed = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).expect("signed");
    let signature = if alg == "none" { String::new() } else { signed };
    let token = format!("{message}.{signature}");
    conduct.spoil.map_or_else(|| token.clone(), |spoil| spoil(&token))
}

/// As the two names of it want their clients' secrets: the operator's own provider is one that follows the standard's defaults.
fn discovery(issuer: &str, called: &str) -> Value {
    let mut metadata = json!({
        "issuer": called, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    });
    if issuer.ends_with("/oidc") {
        metadata["userinfo_endpoint"] = format!("{issuer}/userinfo").into();
    } else {
        metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post", "private_key_jwt"]);
    }
    metadata
}

async fn answer(State(simulator): State<Simulator>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let root = simulator.url.split('/').nth(3).unwrap_or_default();
    let Some(path) = uri.path().strip_prefix('/').and_then(|path| path.strip_prefix(root)) else { return StatusCode::NOT_FOUND.into_response() };
    let json = |value: Value| ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response();
    if let Some(issuer) = path.strip_suffix("/.well-known/openid-configuration") {
        let issuer = format!("{}{issuer}", simulator.url);
        let called = simulator.with(|conduct| conduct.issuer.clone()).unwrap_or_else(|| issuer.clone());
        return json(discovery(&issuer, &called));
    }
    if path.ends_with("/keys") {
        let shown = simulator.with(|conduct| {
            conduct.keys_asked += 1;
            if conduct.shows_both_keys { vec![0, 1] } else { vec![conduct.key] }
        });
        let number = |bytes: Vec<u8>| base64url(&bytes);
        let public = |key: usize| {
            let (n, e) = (number(KEYS[key].n().to_bytes_be()), number(KEYS[key].e().to_bytes_be()));
            json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id(key), "n": n, "e": e })
        };
        return json(json!({ "keys": shown.into_iter().map(public).collect::<Vec<_>>() }));
    }
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if path.ends_with("/userinfo") {
        let is_ours = authorization == format!("Bearer {ACCESS_TOKEN}");
        let told = simulator.with(|conduct| {
            let sub = conduct.claims.get("sub").cloned().unwrap_or_default();
            Map::from_iter([("sub".to_owned(), sub)]).into_iter().chain(conduct.user_info.clone()).collect::<Map<_, _>>()
        });
        return if is_ours { json(told.into()) } else { StatusCode::UNAUTHORIZED.into_response() };
    }
    let instead = simulator.with(|conduct| {
        conduct.forms.push(body);
        conduct.authorizations.push(authorization.to_owned());
        conduct.instead
    });
    match instead {
        None => json(json!({ "token_type": "Bearer", "access_token": ACCESS_TOKEN, "id_token": simulator.with(|conduct| token(conduct)) })),
        Some(Instead::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Instead::Refusal(error)) => {
            (StatusCode::UNAUTHORIZED, json(json!({ "error": error, "error_description": "what no log should hold" }))).into_response()
        }
        Some(Instead::Html) => "<!doctype html><p>We are down".into_response(),
        Some(Instead::Flood) => Body::from(vec![b'['; 10 << 20]).into_response(),
        Some(Instead::Redirect) => (StatusCode::FOUND, [(header::LOCATION, format!("{}/elsewhere", simulator.url))]).into_response(),
        Some(Instead::Silence) => std::future::pending().await,
    }
}
