//! SDK clients that start fast and give up in time.

use crate::settings::Settings;
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{box_error::BoxError, client::http::SharedHttpClient};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

/// Amazon Trust Services' roots (<https://www.amazontrust.com/repository/>), which every AWS endpoint chains to.
/// Reading the system's whole store instead is most of a client's cold start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon_roots.pem");

/// One operation with its retries: a request must be answered within 25 seconds whatever happens to one call.
const OPERATION: Duration = Duration::from_secs(5);
/// One attempt.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Moving a part of a file takes longer than a table operation.
const FILE_OPERATION: Duration = Duration::from_mins(1);
const FILE_ATTEMPT: Duration = Duration::from_secs(25);
/// A mail is sent off the request's path, and one that is given up too early goes twice.
const MAIL_ATTEMPT: Duration = Duration::from_secs(10);

/// A client that is made when it is first used: making one takes a good part of a cold start, and most functions need the table's only.
pub type WhenUsed<T> = Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>;

/// The clients of one process.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The table.
    pub dynamodb: WhenUsed<aws_sdk_dynamodb::Client>,
    /// The bucket.
    pub s3: WhenUsed<aws_sdk_s3::Client>,
    /// Asynchronous invocation of the worker.
    pub lambda: WhenUsed<aws_sdk_lambda::Client>,
    /// Mail, which only the function that sends it needs.
    pub ses: WhenUsed<aws_sdk_sesv2::Client>,
}

/// A client that is made by this when it is first used.
pub fn when_used<T>(make: impl FnOnce() -> T + Send + 'static) -> WhenUsed<T> {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// Makes the clients. Nothing is connected yet.
pub fn clients(settings: &Settings) -> Result<Clients, BoxError> {
    Ok(clients_over(settings, &http_client()?))
}

/// Makes the clients over an HTTP client; tests hand in one that fails.
pub fn clients_over(settings: &Settings, http: &SharedHttpClient) -> Clients {
    let aws = &settings.aws;
    let region = Region::new(aws.region.clone());
    let credentials = Credentials::new(&aws.access_key_id, &aws.secret_access_key, aws.session_token.clone(), None, "environment");
    let retry = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)).with_max_backoff(Duration::from_secs(1));
    let timeouts = |operation, attempt| {
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(operation).operation_attempt_timeout(attempt).build()
    };

    macro_rules! config {
        ($sdk:ident, $endpoint:expr, $operation:expr, $attempt:expr) => {{
            let mut config = $sdk::config::Builder::new()
                .behavior_version(BehaviorVersion::latest())
                .region(region.clone())
                .credentials_provider(credentials.clone())
                .http_client(http.clone())
                .retry_config(retry.clone())
                .timeout_config(timeouts($operation, $attempt));
            config.set_endpoint_url($endpoint.clone());
            config
        }};
    }
    let s3 = config!(aws_sdk_s3, aws.s3_endpoint, FILE_OPERATION, FILE_ATTEMPT).force_path_style(aws.s3_endpoint.is_some());
    let dynamodb = config!(aws_sdk_dynamodb, aws.dynamodb_endpoint, OPERATION, ATTEMPT);
    let lambda = config!(aws_sdk_lambda, aws.lambda_endpoint, OPERATION, ATTEMPT);
    // The mailer itself knows which of SES's errors are worth another try.
    let ses = config!(aws_sdk_sesv2, aws.ses_endpoint, MAIL_ATTEMPT, MAIL_ATTEMPT).retry_config(RetryConfig::disabled());
    Clients {
        dynamodb: when_used(|| aws_sdk_dynamodb::Client::from_conf(dynamodb.build())),
        s3: when_used(|| aws_sdk_s3::Client::from_conf(s3.build())),
        lambda: when_used(|| aws_sdk_lambda::Client::from_conf(lambda.build())),
        ses: when_used(|| aws_sdk_sesv2::Client::from_conf(ses.build())),
    }
}

/// The HTTP client of all SDK clients, which trusts Amazon's roots only.
pub fn http_client() -> Result<SharedHttpClient, BoxError> {
    let trust = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let tls = TlsContext::builder().with_trust_store(trust).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https())
}
