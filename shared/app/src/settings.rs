//! What a deployment sets, read from the environment once at start and nowhere else.

use domain::ids::TeamId;
use std::env;

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
    /// `TEAM_CLAIM`: the token's claim that names the team. The issuer must be the only one who can set it.
    pub team_claim: String,
    /// `WRITE_UNITS_PER_SECOND`: what a job may write at most. One DynamoDB partition takes 1,000 units a second; a job stays at 800 for each of
    /// a team's eight. `None` where the engine has no such limit.
    pub write_units_per_second: Option<u32>,
    /// `DIRECTORY_BYTES`: how much memory the directories of all teams may take in one process.
    pub directory_bytes: usize,
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
            },
            table: required("TABLE_NAME")?,
            bucket: required("BUCKET_NAME")?,
            worker_function: required("WORKER_FUNCTION")?,
            team_claim: optional("TEAM_CLAIM").unwrap_or_else(|| "team".to_owned()),
            write_units_per_second: number("WRITE_UNITS_PER_SECOND")?,
            directory_bytes: number("DIRECTORY_BYTES")?.map_or(512 << 20, |bytes: u32| bytes as usize),
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
