//! Sending mail by SES, and what each of its refusals means. SES's errors end here; no address is ever logged.

pub mod header;

use crate::{aws::WhenUsed, random, settings::Settings};
use aws_sdk_sesv2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use domain::{email::Email, ids::TeamId};
use std::time::Duration;

/// What is logged of a mail that no retry will send. The metric filter in infra/mail.yaml looks for these words and raises an alarm.
pub const NOT_SENT: &str = "a mail was not sent and will not be";

/// The tag and the header that name a mail's team, so that what comes back finds it.
pub const TEAM_TAG: &str = "team";
/// The header that says the same where no tags come back.
pub const TEAM_HEADER: &str = "X-KDesk-Team";
/// The header that two copies of one mail have in common.
const REFERENCE_HEADER: &str = "X-KDesk-Reference";

/// How often a mail is offered to SES while it says that it is busy, and the longest first pause between two tries.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);
/// How often a mail is offered whose fate is unknown: at most one copy too many.
const BLIND_TRIES: u32 = 2;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// A code to sign in with.
    Code,
    /// Somebody signed in.
    NewSignIn,
}

impl MailKind {
    /// The name in tags and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::NewSignIn => "new-sign-in",
        }
    }
}

/// A mail to one person.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The team it comes from.
    pub team: TeamId,
    /// Whom it goes to.
    pub to: Email,
    /// Whom it comes from, by name: the team's. Any text; it is cut and encoded here.
    pub from_name: String,
    /// What it is about, on one line; cut here.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// What it is about.
    pub kind: MailKind,
    /// The same for every copy of this mail and for no other. It tells nothing, since everybody on the mail's way reads it.
    pub reference: String,
}

/// Why a mail was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// SES is busy, or the day's quota is used up: later it will go.
    #[error("mail cannot be sent at the moment")]
    Later,
    /// SES did not answer in time. It may have gone, so it is not offered again.
    #[error("it is not known whether the mail went")]
    Unknown,
    /// SES will not take this mail, or the address cannot be mailed.
    #[error("the mail was refused")]
    Refused,
    /// No mail goes until an operator has done something.
    #[error("mail is not set up or was stopped")]
    Stopped,
}

/// Sends mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: WhenUsed<Client>,
    from: Option<String>,
    configuration_set: Option<String>,
}

impl Mailer {
    /// A mailer over this client of SES.
    pub fn new(client: WhenUsed<Client>, settings: &Settings) -> Self {
        Self { client, from: settings.mail_from.clone(), configuration_set: settings.mail_configuration_set.clone() }
    }

    /// Sends a mail. When SES is busy it is offered a few times more; whoever gets [`MailError::Later`] asks again later.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let Some(from) = &self.from else { return Err(given_up(mail, MailError::Stopped, "MAIL_FROM is not set")) };
        let Some(to) = header::recipient(&mail.to) else {
            return Err(given_up(mail, MailError::Refused, "SES mails no mailbox outside ASCII"));
        };
        let content = content(mail).map_err(|problem| given_up(mail, MailError::Refused, &problem.to_string()))?;
        let (mut tries, mut blind_tries) = (0, 0);
        loop {
            let request = self
                .client
                .send_email()
                .from_email_address(header::from(&mail.from_name, from))
                .destination(Destination::builder().to_addresses(&to).build())
                .content(content.clone())
                .set_email_tags(tags(mail).ok())
                .set_configuration_set_name(self.configuration_set.clone());
            let Err(error) = request.send().await else { return Ok(()) };
            tries += 1;
            match meaning(&error) {
                Meaning::Busy if tries < TRIES => pause(tries).await,
                Meaning::Busy | Meaning::QuotaUsedUp => {
                    tracing::warn!(mail.kind = mail.kind.name(), mail.cause = cause(&error), "a mail has to wait");
                    return Err(MailError::Later);
                }
                Meaning::NoAnswer => {
                    blind_tries += 1;
                    if blind_tries >= BLIND_TRIES {
                        return Err(given_up(mail, MailError::Unknown, cause(&error)));
                    }
                    pause(tries).await;
                }
                Meaning::Refused => return Err(given_up(mail, MailError::Refused, cause(&error))),
                Meaning::Stopped => return Err(given_up(mail, MailError::Stopped, cause(&error))),
            }
        }
    }
}

/// What can be done about an error.
enum Meaning {
    /// The sending rate, or SES itself: try again in a moment.
    Busy,
    /// Tomorrow there is a new quota: try again much later.
    QuotaUsedUp,
    /// It may have been sent.
    NoAnswer,
    /// Not this mail.
    Refused,
    /// No mail, until an operator has done something.
    Stopped,
}

fn meaning(error: &SdkError<SendEmailError>) -> Meaning {
    let failure = match error {
        SdkError::ServiceError(failure) => failure,
        SdkError::ConstructionFailure(_) => return Meaning::Refused,
        _ => return Meaning::NoAnswer,
    };
    match failure.err() {
        SendEmailError::TooManyRequestsException(_) => Meaning::Busy,
        SendEmailError::LimitExceededException(_) => Meaning::QuotaUsedUp,
        SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_) => Meaning::Refused,
        SendEmailError::AccountSuspendedException(_)
        | SendEmailError::SendingPausedException(_)
        | SendEmailError::MailFromDomainNotVerifiedException(_)
        | SendEmailError::NotFoundException(_) => Meaning::Stopped,
        _ if failure.raw().status().is_server_error() || failure.raw().status().as_u16() == 429 => Meaning::Busy,
        // Such as a right that is missing.
        _ => Meaning::Stopped,
    }
}

/// SES writes addresses into its messages, so only the kind of an error is told.
fn cause(error: &SdkError<SendEmailError>) -> &str {
    error.code().unwrap_or(match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the connection failed",
        SdkError::ResponseError(_) => "the answer could not be read",
        _ => "an unknown error",
    })
}

fn given_up(mail: &Mail, error: MailError, cause: &str) -> MailError {
    tracing::error!(mail.kind = mail.kind.name(), mail.error = %error, mail.cause = cause, "{NOT_SENT}");
    error
}

/// Waits, longer after each try, and each sender a different time so that they do not come back together.
async fn pause(tries: u32) {
    let mut chance = [0_u8; 2];
    random::fill(&mut chance);
    let longest = PAUSE * 2_u32.pow(tries - 1);
    tokio::time::sleep(longest / 2 + longest / 2 * u32::from(u16::from_be_bytes(chance)) / u32::from(u16::MAX)).await;
}

fn content(mail: &Mail) -> Result<EmailContent, aws_sdk_sesv2::error::BuildError> {
    let text = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let header = |name: &str, value: &str| MessageHeader::builder().name(name).value(header::line(value, 200)).build();
    let body = Body::builder().text(text(&mail.text)?).html(text(&mail.html)?).build();
    let message = Message::builder()
        .subject(text(&header::subject(&mail.subject))?)
        .body(body)
        .headers(header(TEAM_HEADER, &mail.team.to_string())?)
        .headers(header(REFERENCE_HEADER, &mail.reference)?)
        // No out-of-office note answers a machine (RFC 3834 section 5).
        .headers(header("Auto-Submitted", "auto-generated")?);
    Ok(EmailContent::builder().simple(message.build()).build())
}

fn tags(mail: &Mail) -> Result<Vec<MessageTag>, aws_sdk_sesv2::error::BuildError> {
    let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build();
    Ok(vec![tag(TEAM_TAG, &mail.team.to_string())?, tag("kind", mail.kind.name())?])
}

#[cfg(test)]
mod tests {
    use super::NOT_SENT;

    const STACK: &str = include_str!("../../../../infra/mail.yaml");

    #[test]
    fn the_alarm_listens_for_what_is_logged() {
        assert!(STACK.contains(&format!("FilterPattern: '\"{NOT_SENT}\"'")), "infra/mail.yaml filters the log for other words");
    }

    /// SES reviews an account at 5 % of bounces and 0.1 % of complaints.
    #[test]
    fn the_alarms_ring_at_half_of_what_ses_reviews_an_account_for() {
        for (resource, metric, reviewed_at) in
            [("BouncesAlarm", "\"Reputation.BounceRate\"", 0.05_f64), ("ComplaintsAlarm", "\"Reputation.ComplaintRate\"", 0.001)]
        {
            let alarm = STACK.split_once(&format!("\n  {resource}:\n")).and_then(|(_, rest)| rest.split("\n\n").next()).expect("the alarm");
            let of = |name: &str| alarm.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default();
            assert_eq!((of("Namespace"), of("MetricName"), of("Statistic")), ("AWS/SES", metric, "Maximum"));
            assert_eq!(of("ComparisonOperator"), "GreaterThanOrEqualToThreshold");
            assert_eq!((of("EvaluationPeriods"), of("AlarmActions")), ("1", "[!Ref AlarmTopicArn]"));
            let threshold: f64 = of("Threshold").parse().expect("a number");
            assert!((threshold - reviewed_at / 2.0).abs() < 1e-9, "{resource}: {threshold}");
            assert!(of("AlarmDescription").contains(&format!("More than {} %", threshold * 100.0)), "{resource} says another figure");
        }
    }
}
