//! The sender: mails what it is asked to, off the path of the request that asked. It may be asked twice, and late.

use crate::words::{self, Words};
use app::{
    App, Error,
    host::Deadline,
    mailer::{Mail, MailError, MailKind},
    portal::MailTask,
};
use domain::{
    email::Email,
    ids::{ContactId, TeamId},
    portal::Way,
};
use jiff::Timestamp;
use serde_json::Value;

/// How long to wait before a mail that SES was too busy for is offered again.
const LATER_SECONDS: u32 = 60;

/// Sends a mail, if it is due. An error asks for a retry; what no retry would mend is recorded and acknowledged.
pub async fn handle(app: App, event: Value, _: Deadline) -> Result<(), Error> {
    match serde_json::from_value(event) {
        Ok(MailTask::Code { team, attempt }) => send_code(&app, &team, &attempt).await,
        Ok(MailTask::Locked { team, attempt }) => app.note_locked(&team, &attempt).await,
        Ok(MailTask::NewSignIn { team, contact, session }) => send_new_sign_in(&app, &team, contact, &session).await,
        Err(problem) => {
            tracing::error!(task.problem = %problem, "the sender was asked for something it does not know");
            Ok(())
        }
    }
}

async fn send_code(app: &App, team: &TeamId, attempt: &str) -> Result<(), Error> {
    let reference = reference(MailKind::Code, attempt);
    if app.store.find_sent_mail(team, &reference).await? {
        return Ok(());
    }
    let Some(due) = app.prepare_code(team, attempt).await? else { return Ok(()) };
    let words = words::code(&due.team_name, &due.code, due.minutes)?;
    match send(app, mail(team, due.to, due.team_name, words, MailKind::Code, reference)).await {
        Ok(()) => Ok(()),
        Err(MailError::Later) => Err(Error::TooMany { retry_after_seconds: LATER_SECONDS }),
        Err(problem) => note(app, team, attempt, problem).await,
    }
}

async fn send_new_sign_in(app: &App, team: &TeamId, contact: ContactId, session: &str) -> Result<(), Error> {
    let reference = reference(MailKind::NewSignIn, session);
    if app.store.find_sent_mail(team, &reference).await? {
        return Ok(());
    }
    let Some(due) = app.prepare_new_sign_in(team, contact, session).await? else { return Ok(()) };
    let words = words::new_sign_in(&due.team_name, &shown(due.at, &due.time_zone), &due.device, due.way.title())?;
    match send(app, mail(team, due.to, due.team_name, words, MailKind::NewSignIn, reference)).await {
        Err(MailError::Later) => Err(Error::TooMany { retry_after_seconds: LATER_SECONDS }),
        _ => Ok(()),
    }
}

/// Sends a mail and notes that it went. When only the note fails the mail went all the same, so it is not asked for again.
async fn send(app: &App, mail: Mail) -> Result<(), MailError> {
    app.mailer.send(&mail).await?;
    if app.store.add_sent_mail(&mail.team, &mail.reference).await.is_err() {
        tracing::warn!(mail.kind = mail.kind.name(), "it was not noted that a mail went");
    }
    Ok(())
}

/// Tells members why the contact got no code.
async fn note(app: &App, team: &TeamId, attempt: &str, problem: MailError) -> Result<(), Error> {
    let attempt = app.store.find_attempt(team, attempt).await?;
    let Some(contact) = attempt.and_then(|attempt| attempt.contact) else { return Ok(()) };
    let Some(contact) = app.store.find_contact(team, contact).await? else { return Ok(()) };
    app.note_refusal(team, &contact, Way::Code, &format!("The code could not be mailed: {problem}.")).await
}

fn mail(team: &TeamId, to: Email, from_name: String, words: Words, kind: MailKind, reference: String) -> Mail {
    let Words { subject, text, html } = words;
    Mail { team: team.clone(), to, from_name, subject, text, html, kind, reference }
}

/// What all copies of a mail have in common: a part of the name of what it is about, which is a hash.
fn reference(kind: MailKind, name: &str) -> String {
    format!("{}-{}", kind.name(), name.chars().take(16).collect::<String>())
}

/// A time as the team reads it.
fn shown(at: Timestamp, time_zone: &str) -> String {
    let zoned = at.in_tz(time_zone).unwrap_or_else(|_| at.to_zoned_datetime(jiff::tz::TimeZone::UTC));
    zoned.strftime("%-d %B %Y, %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::{handle, shown};
    use crate::event;
    use app::{App, host::Deadline, portal::MailTask, store::Attempt};
    use domain::{contact::Contact, field::Field, portal::CODE_SECONDS, team::Communication};
    use engines::{MAIL_EVENT_FUNCTION, Mail, Refusal};
    use serde_json::json;
    use std::time::Duration;
    use testing::{FailingNetwork, Fault, TestApp, a_contact};

    async fn ask(app: &App, task: &MailTask) -> bool {
        let deadline = Deadline::within(&app.clock, Duration::from_mins(2));
        handle(app.clone(), serde_json::to_value(task).expect("JSON"), deadline).await.is_ok()
    }

    async fn a_portal_contact(test: &TestApp, address: &str) -> Contact {
        let team = "demo".parse().expect("a team");
        test.app.store.save_communication(&team, &Communication { portal: true, ..Communication::default() }).await.expect("saved");
        test.contact("demo", a_contact().emailed(address).with(Field::PortalAccess, json!(true))).await
    }

    /// An attempt of whoever typed the address, and the task to mail its code.
    async fn an_attempt(test: &TestApp, id: &str, address: &str) -> MailTask {
        let now = test.app.clock.now().as_second();
        let attempt = Attempt {
            address: address.to_owned(),
            shown: address.to_owned(),
            by_link: false,
            contact: None,
            key: test.app.settings.portal.code_keys.as_ref().expect("keys").current(),
            tries: 0,
            asked_at: now,
            expires_at: now + CODE_SECONDS,
            used_by: None,
            tried_by: None,
        };
        let team = "demo".parse().expect("a team");
        test.app.store.add_attempt(&team, id, &attempt).await.expect("added");
        MailTask::Code { team, attempt: id.to_owned() }
    }

    fn header<'a>(mail: &'a Mail, name: &str) -> &'a str {
        mail.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    #[tokio::test]
    async fn members_read_that_an_address_is_locked_and_nobody_is_mailed() {
        let test = TestApp::start().await;
        let zoe = a_portal_contact(&test, "zoe@x.example").await;
        let team = "demo".parse().expect("a team");
        for (id, address, told) in [("known", "zoe@x.example", 1), ("unknown", "nobody@x.example", 1), ("known", "zoe@x.example", 2)] {
            let code = an_attempt(&test, id, address).await;
            assert!(ask(&test.app, &code).await);
            let sent = test.engines.ses.sent().len();
            assert!(ask(&test.app, &MailTask::Locked { team: "demo".parse().expect("a team"), attempt: id.to_owned() }).await);
            let refusals = test.app.store.list_refusals(&team, zoe.id, 0).await.expect("listed");
            assert_eq!((refusals.len(), test.engines.ses.sent().len()), (told, sent), "{id}");
        }
        assert!(ask(&test.app, &MailTask::Locked { team, attempt: "never was".to_owned() }).await);
    }

    #[tokio::test]
    async fn a_code_goes_once_to_whom_the_address_belongs() {
        let test = TestApp::start().await;
        a_portal_contact(&test, "Zoe@x.com").await;
        let task = an_attempt(&test, "a-hash-of-a-token", "zoe@x.com").await;
        assert!(ask(&test.app, &task).await && ask(&test.app, &task).await, "an event that is handed over twice");
        assert!(ask(&test.app, &an_attempt(&test, "another", "nobody@x.com").await).await);
        let mails = test.engines.ses.sent();
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].from.as_str(), mails[0].to.as_str()), ("\"demo\" <desk@example.com>", "Zoe@x.com"));
        assert_eq!(mails[0].tags, [("team".to_owned(), "demo".to_owned()), ("kind".to_owned(), "code".to_owned())]);
        assert_eq!((header(&mails[0], "X-KDesk-Team"), header(&mails[0], "X-KDesk-Reference")), ("demo", "code-a-hash-of-a-toke"));
        assert!(mails[0].text.contains("10 minutes") && mails[0].html.contains("10 minutes"));
    }

    #[tokio::test]
    async fn while_ses_is_busy_a_mail_waits_and_keeps_its_code() {
        for (refusals, goes_at_once) in [
            (vec![Refusal::TooManyRequests, Refusal::Unavailable, Refusal::TooManyRequests], true),
            (vec![Refusal::TooManyRequests; 4], false),
            (vec![Refusal::Unavailable; 4], false),
            (vec![Refusal::LimitExceeded], false),
        ] {
            let test = TestApp::start().await;
            a_portal_contact(&test, "zoe@x.com").await;
            let task = an_attempt(&test, "hash", "zoe@x.com").await;
            test.engines.ses.refuse_next(refusals.clone());
            assert_eq!(ask(&test.app, &task).await, goes_at_once, "{refusals:?}: an error asks for a retry");
            assert_eq!(test.engines.ses.sent().len(), usize::from(goes_at_once), "{refusals:?}");
            assert!(ask(&test.app, &task).await);
            assert_eq!(test.engines.ses.sent().len(), 1, "{refusals:?}");
        }
    }

    #[tokio::test]
    async fn what_ses_refuses_is_not_offered_again_and_members_are_told() {
        for refusal in [
            Refusal::MessageRejected,
            Refusal::BadRequest("wrong".to_owned()),
            Refusal::AccountSuspended,
            Refusal::SendingPaused,
            Refusal::MailFromDomainNotVerified,
            Refusal::NotFound,
        ] {
            let test = TestApp::start().await;
            let zoe = a_portal_contact(&test, "zoe@x.com").await;
            let task = an_attempt(&test, "hash", "zoe@x.com").await;
            test.engines.ses.refuse_next([refusal.clone()]);
            assert!(ask(&test.app, &task).await, "{refusal:?}: acknowledged");
            assert!(test.engines.ses.sent().is_empty(), "{refusal:?}");
            let refusals = test.app.store.list_refusals(&"demo".parse().expect("a team"), zoe.id, 0).await.expect("listed");
            assert_eq!(refusals.len(), 1, "{refusal:?}");
            assert!(refusals[0].reason.starts_with("The code could not be mailed"), "{}", refusals[0].reason);
        }
    }

    #[tokio::test]
    async fn when_the_reply_is_lost_one_more_copy_goes_and_it_has_the_same_code() {
        let test = TestApp::start_over(|http| aws(FailingNetwork::new(http, "SendEmail", Fault::ReplyLost, 1))).await;
        a_portal_contact(&test, "zoe@x.com").await;
        let task = an_attempt(&test, "hash", "zoe@x.com").await;
        assert!(ask(&test.app, &task).await);
        let mails = test.engines.ses.sent();
        assert_eq!(mails.len(), 2);
        assert_eq!((&mails[0].text, header(&mails[0], "X-KDesk-Reference")), (&mails[1].text, header(&mails[1], "X-KDesk-Reference")));
    }

    #[tokio::test]
    async fn what_came_back_stops_the_next_mail() {
        let test = TestApp::start().await;
        let app = test.app.clone();
        test.engines.lambda.register(MAIL_EVENT_FUNCTION, move |message| {
            let app = app.clone();
            async move {
                let deadline = Deadline::within(&app.clock, Duration::from_mins(1));
                event::handle(app, message, deadline).await.map_err(|error| format!("{error:?}"))
            }
        });
        let address = "bounce+zoe@simulator.amazonses.com";
        let zoe = a_portal_contact(&test, address).await;
        for id in ["first", "second"] {
            assert!(ask(&test.app, &an_attempt(&test, id, address).await).await);
            test.engines.lambda.idle().await;
        }
        assert_eq!(test.engines.ses.sent().len(), 1);
        let refusals = test.app.store.list_refusals(&"demo".parse().expect("a team"), zoe.id, 0).await.expect("listed");
        assert_eq!(refusals.iter().map(|refusal| refusal.reason.as_str()).collect::<Vec<_>>(), ["No bounce or complaint stops mail to the address."]);
    }

    #[tokio::test]
    async fn what_it_does_not_know_is_acknowledged() {
        let test = TestApp::start().await;
        let deadline = Deadline::within(&test.app.clock, Duration::from_mins(1));
        assert!(handle(test.app.clone(), json!({"task": "another"}), deadline).await.is_ok());
        assert!(test.engines.ses.sent().is_empty());
    }

    #[test]
    fn a_time_is_shown_in_the_teams_zone() {
        let at = "2026-03-01T09:05:00Z".parse().expect("a time");
        assert_eq!(shown(at, "Europe/Berlin"), "1 March 2026, 10:05 CET");
        assert_eq!(shown(at, "nowhere"), "1 March 2026, 09:05 UTC");
    }

    fn aws(network: FailingNetwork) -> aws_smithy_runtime_api::client::http::SharedHttpClient {
        aws_smithy_runtime_api::client::http::SharedHttpClient::new(network)
    }
}
