//! Identity providers: what is asked of them and what is believed of their answers. Nothing here knows contacts.

mod fetch;
#[cfg(test)]
mod forgeries;
mod known;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;
mod token;

use app::{App, settings::Provider};
use domain::{
    portal::Way,
    sso::{HostedDomain, Identity, Sso},
    team::Communication,
};
use known::Metadata;
use openidconnect::url::{Url, form_urlencoded::Serializer};
use serde::Deserialize;
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
}

/// A provider for the people of one team.
#[derive(Clone)]
pub struct TeamProvider {
    way: Way,
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
pub fn offered(app: &App, communication: &Communication, sso: &Sso) -> Vec<Way> {
    [Way::Microsoft, Way::Google].into_iter().filter(|&way| provider(app, communication, sso, way).is_some()).collect()
}

/// A provider as a team uses it; `None` unless the team's switch is on and both sides are set up.
pub fn provider(app: &App, communication: &Communication, sso: &Sso, way: Way) -> Option<TeamProvider> {
    if !app::portal::switch_of(way).is_on(communication) {
        return None;
    }
    let of = |provider: &Provider, issuer: String| TeamProvider {
        way,
        issuer,
        client_id: provider.client_id.clone(),
        client_secret: provider.client_secret.clone(),
        tenant: None,
        hosted_domain: None,
    };
    let settings = &app.settings.portal;
    match way {
        Way::Code => None,
        Way::Microsoft => {
            let (provider, tenant) = (settings.microsoft.as_ref()?, sso.microsoft_tenant.as_ref()?);
            // Never `common`: each tenant has an issuer of its own.
            Some(TeamProvider { tenant: Some(tenant.to_string()), ..of(provider, format!("{}/{tenant}/v2.0", provider.address)) })
        }
        Way::Google => {
            let provider = settings.google.as_ref()?;
            Some(TeamProvider { hosted_domain: sso.google_hosted_domain.clone(), ..of(provider, provider.address.clone()) })
        }
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
            match token::verify(self, &tokens, &known::keys(&metadata, now).await?, secrets.nonce, now) {
                Err(token::Doubt::UnknownKey) => {
                    let keys = known::fresh_keys(&metadata, now).await?;
                    token::verify(self, &tokens, &keys, secrets.nonce, now).map_err(Trouble::from)
                }
                other => other.map_err(Trouble::from),
            }
        })
        .await
    }

    async fn redeem(&self, metadata: &Metadata, code: &str, secrets: &Secrets<'_>) -> Result<Tokens, Trouble> {
        let Some(client_secret) = &self.client_secret else { return Err(Trouble::Unreachable("the client's secret is not set".to_owned())) };
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", secrets.redirect_uri)
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", client_secret)
            .append_pair("code_verifier", secrets.verifier)
            .finish();
        fetch::post_form(&metadata.token_endpoint, form).await
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
