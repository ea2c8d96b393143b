//! `GET /local/mail?to=`: the mails sent, newest first, as JSON or as a page.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use engines::{Engines, Mail};
use http::HeaderMap;
use http::header::ACCEPT;
use serde::Deserialize;

use crate::page::{escaped, page};

#[derive(Debug, Deserialize)]
struct Asked {
    to: Option<String>,
}

/// The mailbox of these engines.
pub fn router(engines: Arc<Engines>) -> Router {
    Router::new().route("/local/mail", get(list)).with_state(engines)
}

async fn list(State(engines): State<Arc<Engines>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let mails = match asked.to.as_deref().filter(|to| !to.is_empty()) {
        Some(to) => engines.ses.sent_to(to),
        None => engines.ses.sent(),
    };
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") { Html(rendered(&mails)).into_response() } else { Json(mails).into_response() }
}

fn rendered(mails: &[Mail]) -> String {
    let mut body = String::from("<h1>Mailbox</h1>");
    if mails.is_empty() {
        body.push_str("<p>No mail has been sent yet.</p>");
    }
    for mail in mails {
        let (subject, to, text) = (escaped(&mail.subject), escaped(&mail.to), escaped(&mail.text));
        write!(body, "<article><h2>{subject}</h2><p>To {to}, <time>{}</time></p><pre>{text}</pre>", mail.at).ok();
        if !mail.html.is_empty() {
            // The frame may run nothing and belongs to no origin: a mail is somebody else's text.
            write!(body, "<iframe sandbox title=\"HTML of {subject}\" srcdoc=\"{}\"></iframe>", escaped(&mail.html)).ok();
        }
        body.push_str("</article>");
    }
    page("Mailbox", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_a_mail_without_running_it() {
        let mail = Mail {
            id: "1".to_owned(),
            from: "desk@example.com".to_owned(),
            to: "zoe@example.com".to_owned(),
            subject: "<script>a</script>".to_owned(),
            text: "Your code & more".to_owned(),
            html: "<p onclick=\"x\">Hi</p>".to_owned(),
            headers: Vec::new(),
            tags: Vec::new(),
            configuration_set: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let html = rendered(&[mail]);
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("Your code &amp; more"), "{html}");
        assert!(html.contains("sandbox title"), "{html}");
        assert!(html.contains("srcdoc=\"&lt;p onclick=&quot;x&quot;&gt;Hi&lt;/p&gt;\""), "{html}");
        assert!(rendered(&[]).contains("No mail"));
    }
}
