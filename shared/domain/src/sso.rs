//! Single sign-on of contacts: what a team sets for it, and who somebody is at an identity provider.

use crate::as_text::as_text;
use crate::{email::Email, portal::Way};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use uuid::Uuid;

/// How long somebody may take at the provider, in seconds.
pub const FLOW_SECONDS: i64 = 10 * 60;

/// The tenant of everybody's own Microsoft accounts: whoever is in it belongs to no organisation.
/// See <https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference>.
const CONSUMERS: Uuid = Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad);
/// The longest domain name, in characters (RFC 1035 section 2.3.4).
const MAX_DOMAIN: usize = 253;

/// What a team sets for single sign-on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sso {
    /// The Microsoft tenant whose people can sign in. Without it nobody can sign in with Microsoft.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Uuid, examples("6f1d3c8a-2b7e-4c55-9d0f-3a1e8b7c6d5e"))]
    pub microsoft_tenant: Option<MicrosoftTenant>,
    /// The Google Workspace domain whose people can sign in. Without it everybody with a Google account can try.
    #[serde(default)]
    #[schema(value_type = Option<String>, examples("example.com"))]
    pub google_hosted_domain: Option<HostedDomain>,
}

/// The identifier of a Microsoft tenant: a UUID in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MicrosoftTenant(String);

/// Why a text is no tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tenant ID of an organisation is needed, as Microsoft Entra shows it: a UUID")]
pub struct NotATenant;

impl FromStr for MicrosoftTenant {
    type Err = NotATenant;

    fn from_str(text: &str) -> Result<Self, NotATenant> {
        let id = Uuid::try_parse(text.trim()).map_err(|_| NotATenant)?;
        if id.is_nil() || id == CONSUMERS { Err(NotATenant) } else { Ok(Self(id.hyphenated().to_string())) }
    }
}

/// The domain of a Google Workspace, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostedDomain(String);

/// Why a text is no domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a domain such as “example.com” is needed")]
pub struct NotADomain;

impl FromStr for HostedDomain {
    type Err = NotADomain;

    fn from_str(text: &str) -> Result<Self, NotADomain> {
        let domain = text.trim().to_ascii_lowercase();
        let is_label = |label: &str| {
            let is_plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            is_plain && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_domain = domain.len() <= MAX_DOMAIN && domain.contains('.') && domain.split('.').all(is_label);
        if is_domain { Ok(Self(domain)) } else { Err(NotADomain) }
    }
}

as_text!(MicrosoftTenant, NotATenant);
as_text!(HostedDomain, NotADomain);

/// Who somebody is at a provider, as its verified token says. Issuer and subject say who; nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub way: Way,
    /// The issuer; Microsoft's has the tenant in it.
    pub issuer: String,
    /// `sub`; of Microsoft `oid`.
    pub subject: String,
    /// The address that the token names.
    pub address: Option<Address>,
}

impl Identity {
    /// What directory sync stores of this person: Google's user id is its `sub`, Entra's object id its `oid`. Other issuers' subjects are no
    /// directory's identifiers.
    pub fn directory_sync_id(&self) -> Option<&str> {
        match self.way {
            Way::Microsoft | Way::Google => Some(&self.subject),
            Way::Code | Way::Oidc => None,
        }
    }
}

/// An address in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub email: Email,
    /// What it is worth.
    pub standing: Standing,
}

/// What an address in a token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The provider vouches that it is the person's.
    Proven,
    /// Somebody wrote it there.
    Claimed,
}

#[cfg(test)]
mod tests {
    use super::{HostedDomain, MicrosoftTenant, NotADomain, NotATenant, Sso};

    #[test]
    fn a_tenant_is_one_organisation() {
        let tenant = " 72F988BF-86f1-41af-91ab-2d7cd011db47 ".parse::<MicrosoftTenant>();
        assert_eq!(tenant.map(|tenant| tenant.to_string()).as_deref(), Ok("72f988bf-86f1-41af-91ab-2d7cd011db47"));
        let everybody = ["common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad", "00000000-0000-0000-0000-000000000000"];
        for bad in everybody.into_iter().chain(["", "contoso.com", "../x", "72f988bf-86f1-41af-91ab-2d7cd011db47/../common"]) {
            assert_eq!(bad.parse::<MicrosoftTenant>(), Err(NotATenant), "{bad}");
        }
    }

    #[test]
    fn a_domain_is_a_plain_name() {
        assert_eq!(" Example.COM ".parse::<HostedDomain>().map(|domain| domain.to_string()).as_deref(), Ok("example.com"));
        for bad in ["", "example", "*", "-a.com", "a..com", "a.com/", "a@b.com", ".com", &format!("{}.com", "a".repeat(64))] {
            assert_eq!(bad.parse::<HostedDomain>(), Err(NotADomain), "{bad}");
        }
    }

    #[test]
    fn what_is_not_set_can_be_left_out() -> Result<(), serde_json::Error> {
        assert_eq!(serde_json::from_str::<Sso>("{}")?, Sso::default());
        assert!(serde_json::from_str::<Sso>(r#"{"microsoftTenant": "common"}"#).is_err());
        Ok(())
    }
}
