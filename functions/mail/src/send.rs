//! The sender: mails what it is asked to, off the path of the request that asked. It may be asked twice, and late.

use crate::words::{self, Words};
use app::{
    App, Error,
    host::Deadline,
    mailer::{Mail, MailError, MailKind},
    portal::MailTask,
    store::MailStage,
};
use domain::{
    email::Email,
    ids::{ContactId, TeamId},
};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// After how long a mail that has to wait is offered again.
const LATER_SECONDS: u32 = 60;
/// How often a mail that waits for its moment looks at the clock, which on a laptop can be moved.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// The window in which a team's mails are counted.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Sends a mail, if it is due. An error asks for a retry; what no retry would mend is recorded and acknowledged.
pub async fn handle(app: App, event: Value, _: Deadline) -> Result<(), Error> {
    match serde_json::from_value(event) {
        Ok(MailTask::Code { team, attempt }) => send_code(&app, &team, &attempt).await,
        Ok(MailTask::Locked { team, attempt }) => app.note_locked(&team, &attempt).await,
        Ok(MailTask::NewSignIn { team, contact, session }) => send_new_sign_in(&app, &team, contact, &session).await,
        Err(problem) => {
            // What the problem says of itself names what it met, and that may be anything.
            tracing::error!(task.problem = ?problem.classify(), "the sender was asked for something it does not know");
            Ok(())
        }
    }
}

async fn send_code(app: &App, team: &TeamId, attempt: &str) -> Result<(), Error> {
    let reference = reference(MailKind::Code, attempt);
    let stage = app.store.find_mail(team, &reference).await?;
    if stage == Some(MailStage::Went) {
        return Ok(());
    }
    let Some(mut due) = app.prepare_code(team, attempt).await? else { return Ok(()) };
    // One that SES had no time for had its turn.
    if stage.is_none() && wait_for(app, app.take_codes_turn(team, &due.to).await?).await {
        // Meanwhile the code may have been asked for anew, or access may have ended.
        let Some(still_due) = app.prepare_code(team, attempt).await? else { return Ok(()) };
        due = still_due;
    }
    let words = words::code(&due.team_name, &due.code, due.minutes)?;
    let Some(unsent) = send(app, mail(team, due.to, due.team_name, words, MailKind::Code, reference), stage).await? else { return Ok(()) };
    if note(app, team, attempt, unsent).await.is_err() {
        tracing::warn!("members were not told why a code was not mailed");
    }
    unsent.later()
}

/// Waits for a moment in seconds since 1970; whether it was still to come. An address gets five codes an hour at most, so it is seldom more than two
/// minutes off; whom Lambda ends while waiting it starts anew.
async fn wait_for(app: &App, moment: i64) -> bool {
    let is_later = || app.clock.now().as_second() < moment;
    let waits = is_later();
    while is_later() {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    waits
}

async fn send_new_sign_in(app: &App, team: &TeamId, contact: ContactId, session: &str) -> Result<(), Error> {
    let reference = reference(MailKind::NewSignIn, session);
    let stage = app.store.find_mail(team, &reference).await?;
    if stage == Some(MailStage::Went) {
        return Ok(());
    }
    let Some(due) = app.prepare_new_sign_in(team, contact, session).await? else { return Ok(()) };
    let words = words::new_sign_in(&due.team_name, &shown(due.at, &due.time_zone), &due.device, due.way.title())?;
    let unsent = send(app, mail(team, due.to, due.team_name, words, MailKind::NewSignIn, reference), stage).await?;
    unsent.map_or(Ok(()), Unsent::later)
}

/// Why a mail did not go, or may not have gone.
#[derive(Clone, Copy)]
enum Unsent {
    /// The team caused as many mails today as one may.
    DayUsedUp,
    /// What SES said.
    Refused(MailError),
}

impl Unsent {
    /// Asks to be asked again, when that may help.
    const fn later(self) -> Result<(), Error> {
        match self {
            Self::DayUsedUp | Self::Refused(MailError::Later) => Err(Error::TooMany { retry_after_seconds: LATER_SECONDS }),
            Self::Refused(_) => Ok(()),
        }
    }

    /// What stood against the rule that a code can be mailed.
    const fn cause(self) -> &'static str {
        match self {
            Self::DayUsedUp => "The team had sent as many mails as one team may in a day.",
            Self::Refused(MailError::Later) => {
                "The mail service was busy, or its quota for the day was used up. The code went later, if that was soon enough."
            }
            Self::Refused(MailError::Unknown) => "The mail service did not answer, so the mail may have gone all the same.",
            Self::Refused(MailError::Refused) => "The mail service did not take the mail.",
            Self::Refused(MailError::Stopped) => "Mail is not set up, or was stopped.",
        }
    }
}

/// Sends a mail and notes how far it came, before anything else can fail: a mail that went, or may have gone, goes no second time. When only this
/// note fails it is not asked for again either. A mail counts as one of its team's day once, however often it is tried.
async fn send(app: &App, mail: Mail, stage: Option<MailStage>) -> Result<Option<Unsent>, Error> {
    if stage.is_none() {
        let (most, now) = (app.settings.mails_per_team_and_day, app.clock.now().as_second());
        if app.store.count_in_window(&mail.team, "mails", most, DAY_SECONDS, now).await?.is_err() {
            tracing::warn!(team.id = %mail.team, mail.kind = mail.kind.name(), "a mail has to wait: its team sent as many today as one may");
            return Ok(Some(Unsent::DayUsedUp));
        }
    }
    let sent = app.mailer.send(&mail).await;
    let reached = match sent {
        Ok(()) | Err(MailError::Unknown) => Some(MailStage::Went),
        Err(MailError::Later) => Some(MailStage::Waits),
        Err(MailError::Refused | MailError::Stopped) => None,
    };
    if let Some(reached) = reached.filter(|reached| stage != Some(*reached))
        && app.store.save_mail(&mail.team, &mail.reference, reached).await.is_err()
    {
        tracing::warn!(mail.kind = mail.kind.name(), "it was not noted how far a mail came");
    }
    Ok(sent.err().map(Unsent::Refused))
}

/// Tells members why the contact got no code: a sentence that is true of codes that are mailed, and what stood against it.
async fn note(app: &App, team: &TeamId, id: &str, unsent: Unsent) -> Result<(), Error> {
    let Some(attempt) = app.store.find_attempt(team, id).await? else { return Ok(()) };
    let Some(contact) = attempt.contact else { return Ok(()) };
    let Some(contact) = app.store.find_contact(team, contact).await? else { return Ok(()) };
    let reason = format!("The code could be mailed to the address. {}", unsent.cause());
    app.note_attempt_refusal(team, (id, &attempt), &contact, &reason).await
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
mod tests;
