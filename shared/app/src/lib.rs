//! The hands of KDesk Contacts: the table, the bucket, the clock, who is calling, and how a function starts. Rules live in `domain`.

pub mod aws;
pub mod clock;
pub mod directory;
pub mod engine;
pub mod error;
pub mod extract;
pub mod files;
mod guard;
pub mod host;
pub mod mailer;
pub mod once;
pub mod openapi;
pub mod portal;
pub mod random;
pub mod route;
pub mod settings;
pub mod store;
pub mod worker;

pub use error::Error;
pub use route::Route;

use clock::Clock;
use settings::Settings;
use std::sync::Arc;

/// Everything a handler works with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The table.
    pub store: store::Store,
    /// The bucket.
    pub files: files::Files,
    /// The function that works on jobs.
    pub worker: worker::Worker,
    /// The function that sends mails.
    pub mail: portal::MailSender,
    /// Mail to contacts.
    pub mailer: mailer::Mailer,
    /// The directories this process has in memory.
    pub directories: Arc<directory::Directories>,
    /// The time.
    pub clock: Clock,
    /// What the deployment sets.
    pub settings: Arc<Settings>,
}

impl App {
    /// Puts an app together. Nothing is connected or read yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, aws_smithy_runtime_api::box_error::BoxError> {
        let clients = aws::clients(&settings)?;
        Ok(Self::over(clients, settings, clock))
    }

    /// Puts an app together over clients that were made elsewhere.
    pub fn over(clients: aws::Clients, settings: Settings, clock: Clock) -> Self {
        Self {
            store: store::Store::new(clients.dynamodb, settings.table.clone(), clock.clone()),
            files: files::Files::new(clients.s3, settings.bucket.clone()),
            mailer: mailer::Mailer::new(clients.ses, &settings),
            mail: portal::MailSender::new(clients.lambda.clone(), settings.mail_function.clone()),
            worker: worker::Worker::new(clients.lambda, settings.worker_function.clone()),
            directories: Arc::new(directory::Directories::new(settings.directory_bytes)),
            clock,
            settings: Arc::new(settings),
        }
    }
}
