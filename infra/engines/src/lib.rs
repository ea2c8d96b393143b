//! Stand-ins for the parts of AWS that KDesk Contacts talks to, in this process: DynamoDB (SQLite), S3 (a folder), SES
//! and Lambda's asynchronous invoke. The code under development reaches them through the real AWS SDKs; only the
//! endpoint differs. Used by the local runner and by tests, never linked into a function.

#![expect(clippy::disallowed_methods, reason = "what stands in for AWS has a clock and chance of its own, as AWS has")]

mod dynamodb;
mod error;
mod lambda;
mod s3;
mod server;
mod ses;
mod template;

use std::path::PathBuf;
use std::sync::Arc;

pub use dynamodb::DynamoDb;
pub use error::Error;
pub use lambda::Lambda;
pub use s3::S3;
pub use server::{Ports, Server};
pub use ses::{Mail, Refusal, Ses};
pub use template::{Asked, Caller, Condition, CorsRule, Function, Right, Route, Schedule, Table, Template, is_like};

/// The region every engine signs for.
pub const REGION: &str = "us-east-1";
/// The access key that the engines accept.
pub const ACCESS_KEY: &str = "local";
/// The secret that belongs to [`ACCESS_KEY`]; it guards nothing but this machine's own demo data.
pub const SECRET_KEY: &str = "local-secret";
/// The name of the one table.
pub const TABLE: &str = "kdesk";
/// The name of the one bucket.
pub const BUCKET: &str = "kdesk";
/// The SES configuration set that mails name to hear what comes back from them.
pub const MAIL_CONFIGURATION_SET: &str = "kdesk";
/// The topic that it reports to.
pub const MAIL_TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:kdesk-mail";
/// The function that hears of it.
pub const MAIL_EVENT_FUNCTION: &str = "mail-event";

/// Where the engines keep what they are told.
#[derive(Clone, Debug)]
pub enum Data {
    /// Gone when the engines stop: for tests.
    Memory,
    /// Kept in this folder (made when absent): for the local runner.
    Folder(PathBuf),
}

/// How to start the engines.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Where data is kept.
    pub data: Data,
    /// Where the engines listen, always on 127.0.0.1.
    pub ports: Ports,
    /// The folder that holds `template.yaml` and `infra/*.yaml`.
    pub template_root: PathBuf,
}

/// The running engines. Dropping them stops them too; [`Engines::shutdown`] also waits for it.
#[derive(Debug)]
pub struct Engines {
    /// What the deployment template says.
    pub template: Arc<Template>,
    /// The table's engine.
    pub dynamodb: DynamoDb,
    /// The bucket's engine.
    pub s3: S3,
    /// The mail engine.
    pub ses: Ses,
    /// The asynchronous invoke.
    pub lambda: Lambda,
}

impl Engines {
    /// Reads the template and starts every engine; when it returns, all of them accept connections and the table and
    /// the bucket exist. With [`Ports::From`] the order is DynamoDB, S3, SES, Lambda.
    pub async fn start(options: EngineOptions) -> Result<Self, Error> {
        let template = Template::read(&options.template_root)?;
        let mut ports = options.ports;
        if let Data::Folder(folder) = &options.data {
            std::fs::create_dir_all(folder).map_err(|error| Error::file(folder, &error))?;
        }
        let dynamodb = DynamoDb::start(&options.data, ports.take(), &template.table).await?;
        let s3 = S3::start(&options.data, ports.take(), template.cors.clone()).await?;
        let mail_port = ports.take();
        let lambda = Lambda::start(ports.take()).await?;
        let ses = Ses::start(&options.data, mail_port, lambda.events()).await?;
        Ok(Self { template, dynamodb, s3, ses, lambda })
    }

    /// Lets running requests end, for a moment, and stops listening. Everything answered before is on disk.
    pub async fn shutdown(self) {
        let Self { dynamodb, s3, ses, lambda, .. } = self;
        lambda.shutdown().await;
        futures::join!(s3.shutdown(), ses.shutdown());
        dynamodb.shutdown().await;
    }
}
