//! What a deployment sets, read from the environment once at start and nowhere else.

use crate::portal::CodeKeys;
use domain::{ids::TeamId, portal::Way};
use http::Uri;
use std::{env, fmt, path::PathBuf};

/// Where the AWS services are and with what rights. On AWS the runtime sets all of it; elsewhere it names endpoints in the same process.
#[derive(Debug, Clone)]
pub struct Aws {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`; a function's role always has one.
    pub session_token: Option<String>,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, when it is not Amazon's.
    pub dynamodb_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_S3`, when it is not Amazon's.
    pub s3_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_LAMBDA`, when it is not Amazon's.
    pub lambda_endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SESV2`, when it is not Amazon's.
    pub ses_endpoint: Option<String>,
}

/// The settings of a deployment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where AWS is.
    pub aws: Aws,
    /// `TABLE_NAME`: the DynamoDB table.
    pub table: String,
    /// `BUCKET_NAME`: the bucket for uploads, parts, exports and snapshots.
    pub bucket: String,
    /// `WORKER_FUNCTION`: the function that jobs are handed to.
    pub worker_function: String,
    /// `MAIL_FUNCTION`: the function that sends mails; only functions that cause mails have it.
    pub mail_function: String,
    /// `MAIL_FROM`: the address that mail comes from; only the function that sends has it.
    pub mail_from: Option<String>,
    /// `MAIL_CONFIGURATION_SET`: the SES configuration set that reports what comes back; only the function that sends has it.
    pub mail_configuration_set: Option<String>,
    /// `MAILS_PER_TEAM_AND_DAY`: how many mails one team may cause within a day (in UTC), so that none uses up what SES lets the account send.
    pub mails_per_team_and_day: u32,
    /// `MAIL_TOPIC`: the ARN of the topic it reports to; only the function that hears of it has it.
    pub mail_topic: Option<String>,
    /// `TEAM_CLAIM`: the token's claim that names the team. The issuer must be the only one who can set it.
    pub team_claim: String,
    /// `WRITE_UNITS_PER_SECOND`: what a job may write at most. One DynamoDB partition takes 1,000 units a second; a job stays at 800 for each of
    /// a team's eight. `None` where the engine has no such limit.
    pub write_units_per_second: Option<u32>,
    /// `DIRECTORY_BYTES`: how much memory the directories of all teams may take in one process.
    pub directory_bytes: usize,
    /// What the function that serves the App needs; other functions have none of it.
    pub console: Option<Console>,
    /// What the portal needs.
    pub portal: Portal,
}

/// What the portal needs.
#[derive(Debug, Clone)]
pub struct Portal {
    /// `PORTAL_ORIGIN`: where browsers find the portal, such as `https://help.example.com`. Without it that is the API's own address.
    pub origin: Option<String>,
    /// `CODE_KEYS`: the keys that codes are derived with. Only the functions that check and mail codes have them.
    pub code_keys: Option<CodeKeys>,
    /// Microsoft, where this service was made known to it.
    pub microsoft: Option<Provider>,
    /// Google, where this service was made known to it.
    pub google: Option<Provider>,
    /// Another OpenID Connect issuer, where the operator added one.
    pub oidc: Option<Provider>,
}

impl Portal {
    /// A provider, where this service was made known to it.
    pub const fn provider(&self, way: Way) -> Option<&Provider> {
        match way {
            Way::Code => None,
            Way::Microsoft => self.microsoft.as_ref(),
            Way::Google => self.google.as_ref(),
            Way::Oidc => self.oidc.as_ref(),
        }
    }
}

/// An identity provider.
#[derive(Clone)]
pub struct Provider {
    /// What people call it: “Microsoft”, “Google” or `OIDC_NAME`.
    pub name: String,
    /// `MICROSOFT_AUTHORITY`, below which each tenant has its issuer, or `GOOGLE_ISSUER`, when it is not the provider's own; `OIDC_ISSUER`.
    pub address: String,
    /// `MICROSOFT_CLIENT_ID`, `GOOGLE_CLIENT_ID` or `OIDC_CLIENT_ID`: what the provider calls this service.
    pub client_id: String,
    /// `MICROSOFT_CLIENT_SECRET`, `GOOGLE_CLIENT_SECRET` or `OIDC_CLIENT_SECRET`. Only the function that contacts come back to has it.
    pub client_secret: Option<String>,
}

impl Provider {
    fn from_environment(name: Option<String>, address: Option<String>, client_id: &'static str, client_secret: &'static str) -> Option<Self> {
        let set = |text: Option<String>| text.filter(|text| text != NONE);
        Some(Self { name: set(name)?, address: set(address)?, client_id: set(optional(client_id))?, client_secret: set(optional(client_secret)) })
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("address", &self.address).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl Portal {
    fn from_environment() -> Result<Self, SettingError> {
        let keys = optional("CODE_KEYS").map(|text| CodeKeys::parse(&text).ok_or(SettingError("CODE_KEYS")));
        let or = |address, usual: &str| Some(optional(address).unwrap_or_else(|| usual.to_owned()));
        let named = |name: &str| Some(name.to_owned());
        Ok(Self {
            origin: optional("PORTAL_ORIGIN").as_deref().and_then(origin),
            code_keys: keys.transpose()?,
            microsoft: Provider::from_environment(
                named(Way::Microsoft.title()),
                or("MICROSOFT_AUTHORITY", "https://login.microsoftonline.com"),
                "MICROSOFT_CLIENT_ID",
                "MICROSOFT_CLIENT_SECRET",
            ),
            google: Provider::from_environment(
                named(Way::Google.title()),
                or("GOOGLE_ISSUER", "https://accounts.google.com"),
                "GOOGLE_CLIENT_ID",
                "GOOGLE_CLIENT_SECRET",
            ),
            oidc: Provider::from_environment(optional("OIDC_NAME"), optional("OIDC_ISSUER"), "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
        })
    }
}

/// What the App's pages need.
#[derive(Debug, Clone)]
pub struct Console {
    /// `APP_FILES`: the folder with the built pages, `/opt` by default, where Lambda puts a layer.
    pub files: PathBuf,
    /// `ISSUER`: the OpenID Connect issuer that members sign in with.
    pub issuer: String,
    /// `CLIENT_ID`: what the issuer calls the App; `None` where the App was not made known to it.
    pub client_id: Option<String>,
    /// `APP_SCOPE`: what the App asks the issuer for.
    pub scope: String,
    /// The origins that the pages talk to besides their own: the issuer's, those of `ISSUER_ORIGINS` when its endpoints lie elsewhere, and
    /// `FILES_ORIGIN`, the bucket's.
    pub origins: Vec<String>,
}

impl Console {
    fn from_environment() -> Option<Self> {
        let issuer = optional("ISSUER")?;
        let further = optional("ISSUER_ORIGINS").filter(|text| text != NONE).unwrap_or_default();
        let files = optional("FILES_ORIGIN").unwrap_or_default();
        let named = std::iter::once(issuer.as_str()).chain(further.split([',', ' '])).chain([files.as_str()]);
        Some(Self {
            files: optional("APP_FILES").map_or_else(|| PathBuf::from("/opt"), PathBuf::from),
            client_id: optional("CLIENT_ID").filter(|text| text != NONE),
            scope: optional("APP_SCOPE").unwrap_or_else(|| "openid profile email kdesk".to_owned()),
            origins: named.filter_map(origin).collect(),
            issuer,
        })
    }
}

/// How many mails one team may cause within a day where the deployment says nothing else: a fifth of the 50,000 a day that SES usually lets an account
/// begin with once it is out of the sandbox, and as many as a team's portal takes requests for codes.
pub const MAILS_PER_TEAM_AND_DAY: u32 = 10_000;

/// What a deployment's parameter says when it is left out: prompts take no empty answer.
const NONE: &str = "none";

/// The origin of an address: `https://login.example.com` of `https://login.example.com/tenant/v2.0`.
pub fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}

/// A setting that is missing or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is missing or cannot be read")]
pub struct SettingError(&'static str);

impl Settings {
    /// Reads the environment.
    pub fn from_environment() -> Result<Self, SettingError> {
        let number = |name: &'static str| optional(name).map(|text| text.parse().map_err(|_| SettingError(name))).transpose();
        Ok(Self {
            aws: Aws {
                region: required("AWS_REGION")?,
                access_key_id: required("AWS_ACCESS_KEY_ID")?,
                secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
                session_token: optional("AWS_SESSION_TOKEN"),
                dynamodb_endpoint: optional("AWS_ENDPOINT_URL_DYNAMODB"),
                s3_endpoint: optional("AWS_ENDPOINT_URL_S3"),
                lambda_endpoint: optional("AWS_ENDPOINT_URL_LAMBDA"),
                ses_endpoint: optional("AWS_ENDPOINT_URL_SESV2"),
            },
            table: required("TABLE_NAME")?,
            bucket: required("BUCKET_NAME")?,
            worker_function: required("WORKER_FUNCTION")?,
            mail_function: optional("MAIL_FUNCTION").unwrap_or_default(),
            mail_from: optional("MAIL_FROM"),
            mail_configuration_set: optional("MAIL_CONFIGURATION_SET"),
            mails_per_team_and_day: number("MAILS_PER_TEAM_AND_DAY")?.unwrap_or(MAILS_PER_TEAM_AND_DAY),
            mail_topic: optional("MAIL_TOPIC"),
            team_claim: optional("TEAM_CLAIM").unwrap_or_else(|| "team".to_owned()),
            write_units_per_second: number("WRITE_UNITS_PER_SECOND")?,
            directory_bytes: number("DIRECTORY_BYTES")?.map_or(512 << 20, |bytes: u32| bytes as usize),
            console: Console::from_environment(),
            portal: Portal::from_environment()?,
        })
    }
}

/// What leads every object of a team in one class of the bucket, e.g. `jobs/demo/`. Classes come first because expiry rules go by prefix.
pub fn prefix(class: &str, team: &TeamId) -> String {
    format!("{class}/{team}/")
}

#[expect(clippy::disallowed_methods, reason = "this file is where the environment is read")]
fn optional(name: &'static str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn required(name: &'static str) -> Result<String, SettingError> {
    optional(name).ok_or(SettingError(name))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_an_address_without_its_path() {
        assert_eq!(origin("https://login.example.com/tenant/v2.0").as_deref(), Some("https://login.example.com"));
        assert_eq!(origin("http://127.0.0.1:3000/local/oidc").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!([origin(""), origin("login.example.com"), origin("/path")], [None, None, None]);
    }
}
