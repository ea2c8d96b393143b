//! SES v2's `SendEmail` in this process, with a mailbox to look into.
//! See <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>.

mod mail;
mod refusal;

use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;
use serde_json::{Value, json};

use crate::server::Server;
use crate::{Data, Error};
pub use mail::Mail;
pub use refusal::Refusal;

/// The largest request: SES takes mails of 40 MB, which are base64 on the wire.
const BODY_LIMIT: usize = 56 * 1024 * 1024;

/// The running mail engine.
#[derive(Debug)]
pub struct Ses {
    server: Server,
    mailbox: Arc<Mailbox>,
}

#[derive(Debug, Default)]
struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    refusals: Mutex<VecDeque<Refusal>>,
    file: Option<PathBuf>,
}

impl Ses {
    /// Listens. In a folder the mails are kept in `mails.ndjson`, one JSON object per line.
    pub async fn start(data: &Data, port: u16) -> Result<Self, Error> {
        let mailbox = match data {
            Data::Memory => Mailbox::default(),
            Data::Folder(folder) => Mailbox::open(folder.join("mails.ndjson"))?,
        };
        let mailbox = Arc::new(mailbox);
        let router =
            Router::new().route("/v2/email/outbound-emails", post(send)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(mailbox.clone());
        let server = Server::start(Server::listen(port).await?, router)?;
        Ok(Self { server, mailbox })
    }

    /// The endpoint for the SDK.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every mail that was accepted, newest first.
    pub fn sent(&self) -> Vec<Mail> {
        self.mailbox.mails().iter().rev().cloned().collect()
    }

    /// Those of [`Ses::sent`] that went to this address, compared without case.
    pub fn sent_to(&self, address: &str) -> Vec<Mail> {
        self.mailbox.mails().iter().rev().filter(|mail| mail.is_to(address)).cloned().collect()
    }

    /// Answers the next requests with these refusals, in order, before accepting mails again.
    pub fn refuse_next(&self, refusals: impl IntoIterator<Item = Refusal>) {
        self.mailbox.refusals.lock().unwrap_or_else(PoisonError::into_inner).extend(refusals);
    }

    /// Stops listening; every accepted mail is in the file.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl Mailbox {
    fn open(file: PathBuf) -> Result<Self, Error> {
        let mut mails = Vec::new();
        if file.exists() {
            let text = std::fs::read_to_string(&file).map_err(|error| Error::file(&file, &error))?;
            // A last line that a crash cut short is no mail that anybody was told of.
            mails.extend(text.lines().filter_map(|line| serde_json::from_str::<Mail>(line).ok()));
        }
        Ok(Self { mails: Mutex::new(mails), file: Some(file), ..Self::default() })
    }

    fn mails(&self) -> std::sync::MutexGuard<'_, Vec<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mail: Mail) -> std::io::Result<()> {
        let mut mails = self.mails();
        if let Some(file) = &self.file {
            append(file, &mail)?;
        }
        mails.push(mail);
        Ok(())
    }
}

fn append(file: &Path, mail: &Mail) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(mail)?;
    line.push(b'\n');
    std::fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(&line)
}

async fn send(State(mailbox): State<Arc<Mailbox>>, body: Bytes) -> Response {
    let refused = mailbox.refusals.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    if let Some(refusal) = refused {
        return refusal.into_response();
    }
    let request: Value = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return Refusal::BadRequest(error.to_string()).into_response(),
    };
    let mail = match Mail::from_request(&request) {
        Ok(mail) => mail,
        Err(reason) => return Refusal::BadRequest(reason).into_response(),
    };
    let id = mail.id.clone();
    if let Err(error) = mailbox.keep(mail) {
        tracing::error!(error = %error, "a mail could not be kept");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    axum::Json(json!({ "MessageId": id })).into_response()
}
