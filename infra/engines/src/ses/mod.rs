//! SES v2's `SendEmail` in this process, with a mailbox to look into.
//! See <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>.

mod mail;
mod refusal;
mod simulator;

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

use crate::lambda::Events;
use crate::server::Server;
use crate::{Data, Error, MAIL_EVENT_FUNCTION};
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

#[derive(Debug)]
struct Mailbox {
    events: Events,
    mails: Mutex<Vec<Mail>>,
    refusals: Mutex<VecDeque<Refusal>>,
    file: Option<PathBuf>,
}

impl Ses {
    /// Listens. In a folder the mails are kept in `mails.ndjson`, one JSON object per line.
    pub(crate) async fn start(data: &Data, port: u16, events: Events) -> Result<Self, Error> {
        let mailbox = match data {
            Data::Memory => Mailbox { events, mails: Mutex::default(), refusals: Mutex::default(), file: None },
            Data::Folder(folder) => Mailbox::open(folder.join("mails.ndjson"), events)?,
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
    fn open(file: PathBuf, events: Events) -> Result<Self, Error> {
        let mut mails = Vec::new();
        if file.exists() {
            let text = std::fs::read_to_string(&file).map_err(|error| Error::file(&file, &error))?;
            // A last line that a crash cut short is no mail that anybody was told of.
            mails.extend(text.lines().filter_map(|line| serde_json::from_str::<Mail>(line).ok()));
        }
        Ok(Self { events, mails: Mutex::new(mails), refusals: Mutex::default(), file: Some(file) })
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
    let (id, event) = (mail.id.clone(), simulator::event(&mail));
    if let Err(error) = mailbox.keep(mail) {
        tracing::error!(error = %error, "a mail could not be kept");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if let Some(event) = event
        && !mailbox.events.send(MAIL_EVENT_FUNCTION, event)
    {
        tracing::warn!(function = MAIL_EVENT_FUNCTION, "something came back from a mail, and the function that hears of it has no code here");
    }
    axum::Json(json!({ "MessageId": id })).into_response()
}
