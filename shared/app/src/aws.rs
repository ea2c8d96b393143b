//! SDK clients that start fast and give up in time.

use crate::settings::{Aws, Settings};
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
    let parts = Arc::new((settings.aws.clone(), http.clone()));

    // What a client is made of is put together when it is used, too: that was a good part of what was left of a cold start.
    macro_rules! client {
        ($sdk:ident, $endpoint:ident, $operation:expr, $attempt:expr, $more:expr) => {{
            let parts = parts.clone();
            when_used(move || {
                let (aws, http) = &*parts;
                let credentials = Credentials::new(&aws.access_key_id, &aws.secret_access_key, aws.session_token.clone(), None, "environment");
                let mut config = $sdk::config::Builder::new()
                    .behavior_version(BehaviorVersion::latest())
                    .region(Region::new(aws.region.clone()))
                    .credentials_provider(credentials)
                    .http_client(http.clone())
                    .retry_config(retry())
                    .timeout_config(timeouts($operation, $attempt));
                config.set_endpoint_url(aws.$endpoint.clone());
                let more: fn($sdk::config::Builder, &Aws) -> $sdk::config::Builder = $more;
                $sdk::Client::from_conf(more(config, aws).build())
            })
        }};
    }
    Clients {
        dynamodb: client!(aws_sdk_dynamodb, dynamodb_endpoint, OPERATION, ATTEMPT, |config, _| config),
        s3: client!(aws_sdk_s3, s3_endpoint, FILE_OPERATION, FILE_ATTEMPT, |config, aws| config.force_path_style(aws.s3_endpoint.is_some())),
        lambda: client!(aws_sdk_lambda, lambda_endpoint, OPERATION, ATTEMPT, |config, _| config),
        // The mailer itself knows which of SES's errors are worth another try.
        ses: client!(aws_sdk_sesv2, ses_endpoint, MAIL_ATTEMPT, MAIL_ATTEMPT, |config, _| config.retry_config(RetryConfig::disabled())),
    }
}

fn retry() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)).with_max_backoff(Duration::from_secs(1))
}

fn timeouts(operation: Duration, attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(1)).operation_timeout(operation).operation_attempt_timeout(attempt).build()
}

/// The HTTP client of all SDK clients, which trusts Amazon's roots only.
pub fn http_client() -> Result<SharedHttpClient, BoxError> {
    let trust = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let tls = TlsContext::builder().with_trust_store(trust).build()?;
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https())
}
