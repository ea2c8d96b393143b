//! Identity providers: what is asked of them and what is believed of their answers. Nothing here knows contacts.

#[cfg(test)]
mod conformance;
mod fetch;
#[cfg(test)]
mod forgeries;
mod known;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tampered;
#[cfg(test)]
mod tests;
mod token;

use app::App;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    portal::Way,
    rules::switch_of,
    sso::{Address, HostedDomain, Identity, Sso, Standing},
    team::Communication,
};
use known::Metadata;
use openidconnect::url::{
    Url,
    form_urlencoded::{Serializer, byte_serialize},
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long everything may take that a provider is asked while somebody waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where every provider sends people back to. Which provider it was is bound to the state.
pub const RETURN: &str = "/portal/sso/callback";

/// Why nobody is known after a visit to a provider. What is in it is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The provider did not answer, or not with anything of use.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// What it answered is not believed.
    #[error("the answer is not believed: {0}")]
    Refused(String),
    /// It does not know this service, or not by this secret: the operators' to mend.
    #[error("the provider refuses this service: {0}")]
    NotSetUp(&'static str),
    /// It knows the person, with an account that is not of the team's organisation.
    #[error("the account is not of the team's organisation")]
    WrongAccount,
}

/// What providers answer when they refuse (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6).
const ERRORS: [&str; 14] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "login_required",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];

/// The word of the standard for what a provider answered: anything else it says may hold what no log should.
pub fn error_word(answered: &str) -> &'static str {
    ERRORS.into_iter().find(|word| *word == answered).unwrap_or("an error of no standard")
}

impl Trouble {
    /// What a refusal in the standard's words means.
    pub fn of_word(word: &'static str) -> Self {
        match word {
            "invalid_client" | "unauthorized_client" | "invalid_scope" | "unsupported_response_type" | "unsupported_grant_type" => {
                Self::NotSetUp(word)
            }
            "server_error" | "temporarily_unavailable" => Self::Unreachable(format!("it answered {word}")),
            _ => Self::Refused(format!("it answered {word}")),
        }
    }
}

/// A provider for the people of one team.
#[derive(Clone)]
pub struct TeamProvider {
    /// Which one.
    pub way: Way,
    /// What people call it.
    pub name: String,
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    tenant: Option<String>,
    hosted_domain: Option<HostedDomain>,
}

/// What only one sign-in knows, and where it comes back to.
pub struct Secrets<'a> {
    /// What the token must name.
    pub nonce: &'a str,
    /// The secret of PKCE.
    pub verifier: &'a str,
    /// Where the provider sends people back to.
    pub redirect_uri: &'a str,
}

/// The providers that a team's sign-in page offers.
pub fn offered(app: &App, communication: &Communication, sso: &Sso) -> impl Iterator<Item = TeamProvider> {
    Way::PROVIDERS.into_iter().filter_map(|way| provider(app, communication, sso, way))
}

/// A provider as a team uses it; `None` unless the team's switch is on and both sides are set up.
pub fn provider(app: &App, communication: &Communication, sso: &Sso, way: Way) -> Option<TeamProvider> {
    let set = app.settings.portal.provider(way).filter(|_| switch_of(way).is_on(communication))?;
    let provider = TeamProvider {
        way,
        name: set.name.clone(),
        issuer: set.address.clone(),
        client_id: set.client_id.clone(),
        client_secret: set.client_secret.clone(),
        tenant: None,
        hosted_domain: None,
    };
    match way {
        Way::Code | Way::Oidc => Some(provider),
        Way::Microsoft => {
            // Never `common`: each tenant has an issuer of its own.
            let tenant = sso.microsoft_tenant.as_ref()?.to_string();
            Some(TeamProvider { issuer: format!("{}/{tenant}/v2.0", provider.issuer), tenant: Some(tenant), ..provider })
        }
        Way::Google => Some(TeamProvider { hosted_domain: sso.google_hosted_domain.clone(), ..provider }),
    }
}

impl TeamProvider {
    /// Where to send a browser to (OpenID Connect Core section 3.1.2.1, RFC 7636 section 4.3).
    pub async fn address(&self, app: &App, state: &str, secrets: &Secrets<'_>) -> Result<String, Trouble> {
        let metadata = in_time(known::metadata(&self.issuer, app.clock.now().as_second())).await?;
        let mut url = Url::parse(&metadata.authorization_endpoint).map_err(|problem| Trouble::Unreachable(problem.to_string()))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", secrets.redirect_uri)
            .append_pair("scope", "openid email profile")
            .append_pair("state", state)
            .append_pair("nonce", secrets.nonce)
            .append_pair("code_challenge", &token::base64url(&Sha256::digest(secrets.verifier)))
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "select_account");
        if let Some(domain) = &self.hosted_domain {
            url.query_pairs_mut().append_pair("hd", domain.as_str());
        }
        Ok(url.into())
    }

    /// Who came back with this code; `iss` is what the answer names as its issuer (RFC 9207), if anything.
    pub async fn identify(&self, app: &App, code: &str, iss: Option<&str>, secrets: &Secrets<'_>) -> Result<Identity, Trouble> {
        in_time(async {
            let metadata = known::metadata(&self.issuer, app.clock.now().as_second()).await?;
            match iss {
                Some(iss) if iss != self.issuer => return Err(Trouble::Refused("the answer is another issuer's".to_owned())),
                None if metadata.authorization_response_iss_parameter_supported => {
                    return Err(Trouble::Refused("the answer does not name its issuer".to_owned()));
                }
                _ => {}
            }
            let tokens = self.redeem(&metadata, code, secrets).await?;
            let now = app.clock.now().as_second();
            let identity = match token::verify(self, &tokens, &known::keys(&metadata, now).await?, secrets.nonce, now) {
                Err(token::Doubt::UnknownKey) => {
                    let keys = known::fresh_keys(&metadata, now).await?;
                    token::verify(self, &tokens, &keys, secrets.nonce, now)
                }
                other => other,
            };
            self.complete(&metadata, &tokens, identity?).await
        })
        .await
    }

    /// An issuer may name the address at its `UserInfo` endpoint only (OpenID Connect Core section 5.4). Microsoft and Google name it in the
    /// token, with what it is worth.
    async fn complete(&self, metadata: &Metadata, tokens: &Tokens, identity: Identity) -> Result<Identity, Trouble> {
        match (self.way, &identity.address, &metadata.userinfo_endpoint, &tokens.access_token) {
            (Way::Oidc, None, Some(endpoint), Some(access_token)) => {
                let said: UserInfo = fetch::get_with(endpoint, &format!("Bearer {access_token}")).await?;
                // Section 5.3.2: what is said of another subject must not be used.
                if said.sub != identity.subject {
                    return Err(Trouble::Refused("what is known of the person is another's".to_owned()));
                }
                Ok(Identity { address: said.address(), ..identity })
            }
            _ => Ok(identity),
        }
    }

    async fn redeem(&self, metadata: &Metadata, code: &str, secrets: &Secrets<'_>) -> Result<Tokens, Trouble> {
        let Some(client_secret) = &self.client_secret else { return Err(Trouble::Unreachable("the client's secret is not set".to_owned())) };
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", secrets.redirect_uri), ("code_verifier", secrets.verifier)];
        let authorization = if metadata.takes_secret_in_form() {
            fields.extend([("client_id", self.client_id.as_str()), ("client_secret", client_secret)]);
            None
        } else {
            // RFC 6749 section 2.3.1: both are encoded as in a form before they are put together.
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(&self.client_id), encoded(client_secret)))))
        };
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        fetch::post_form(&metadata.token_endpoint, form, authorization.as_deref()).await
    }
}

/// What an issuer says of a person (OpenID Connect Core section 5.3.2).
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
    email_verified: Option<Value>,
}

impl UserInfo {
    fn address(&self) -> Option<Address> {
        let email = self.email.as_ref()?.parse().ok()?;
        let standing = if token::is_true(self.email_verified.as_ref()) { Standing::Proven } else { Standing::Claimed };
        Some(Address { email, standing })
    }
}

/// What a provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| Err(Trouble::Unreachable("it took too long".to_owned())))
}
