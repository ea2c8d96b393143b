//! What SES tells of a mail, in both of its shapes: `eventType` (a configuration set's) and `notificationType` (an identity's). Unknown
//! fields are passed over. See <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>.

use app::mailer::{TEAM_HEADER, TEAM_TAG, header};
use domain::{
    email::Email,
    ids::TeamId,
    mail::{MailProblem, MailProblemKind},
};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub enum Report {
    /// Addresses that this team is to mail no more.
    Stop(TeamId, Vec<MailProblem>),
    /// SES found something in a mail and did not deliver it.
    Rejected,
    /// Nothing that stops mail: a full mailbox, an out-of-office note, a delivery.
    Passing,
    /// A mail that is not ours, or not to be told whose.
    Foreign,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    event_type: Option<String>,
    notification_type: Option<String>,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
struct Mail {
    timestamp: Option<Timestamp>,
    #[serde(default)]
    destination: Vec<String>,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    #[serde(default)]
    bounced_recipients: Vec<Recipient>,
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    #[serde(default)]
    complained_recipients: Vec<Recipient>,
    #[serde(rename = "complaintFeedbackType")]
    kind: Option<String>,
    timestamp: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

/// Reads a message that was published at a moment.
pub fn read(message: &str, published_at: Timestamp) -> Result<Report, serde_json::Error> {
    let Message { event_type, notification_type, mail, bounce, complaint } = serde_json::from_str(message)?;
    let told = match (event_type.or(notification_type).as_deref(), bounce, complaint) {
        (Some("Bounce"), Some(bounce), _) if bounce.kind == "Permanent" => {
            Some((MailProblemKind::Bounce, bounce.bounced_recipients, bounce.timestamp))
        }
        // “Not spam” is the opposite of a complaint (RFC 6430).
        (Some("Complaint"), _, Some(complaint)) if complaint.kind.as_deref() != Some("not-spam") => {
            Some((MailProblemKind::Complaint, complaint.complained_recipients, complaint.timestamp))
        }
        (Some("Reject" | "Rendering Failure"), ..) => return Ok(Report::Rejected),
        _ => None,
    };
    let Some((kind, recipients, at)) = told else { return Ok(Report::Passing) };
    let Some(team) = team(&mail) else { return Ok(Report::Foreign) };
    // The same whenever and however often the event arrives, so that it counts once.
    let at = at.or(mail.timestamp).unwrap_or(published_at);
    let problems: Vec<MailProblem> = concerned(&mail, &recipients).into_iter().map(|address| MailProblem { address, kind, at }).collect();
    Ok(if problems.is_empty() { Report::Foreign } else { Report::Stop(team, problems) })
}

/// The team that the mail was tagged with when it was sent. Where the tag and the header do not agree, it is nobody's.
fn team(mail: &Mail) -> Option<TeamId> {
    let tag = mail.tags.get(TEAM_TAG).and_then(|values| values.first());
    let header = mail.headers.iter().find(|header| header.name.eq_ignore_ascii_case(TEAM_HEADER)).map(|header| &header.value);
    match (tag, header) {
        (Some(tag), Some(header)) if tag != header => None,
        (Some(team), _) | (None, Some(team)) => team.parse().ok(),
        (None, None) => None,
    }
}

/// The addresses that we mailed and that the report is about. A forwarder may report the address behind it, which we never mailed: it was
/// the one we did mail that it came back from, if there was only one.
fn concerned(mail: &Mail, recipients: &[Recipient]) -> Vec<Email> {
    let mailed: Vec<Email> = mail.destination.iter().filter_map(|to| header::address(to)).collect();
    let told: Vec<Email> = recipients.iter().filter_map(|recipient| header::address(&recipient.email_address)).collect();
    let both: Vec<Email> = mailed.iter().filter(|to| told.iter().any(|told| told.key() == to.key())).cloned().collect();
    if both.is_empty() && mailed.len() == 1 && !recipients.is_empty() { mailed } else { both }
}

#[cfg(test)]
mod tests {
    use super::{Report, read};
    use domain::mail::{MailProblem, MailProblemKind};
    use jiff::Timestamp;
    use serde_json::{Value, json};

    fn bounce(kind: &str, to: &[&str], bounced: &[&str]) -> Value {
        let bounced: Vec<Value> = bounced.iter().map(|address| json!({"emailAddress": address, "status": "5.1.1", "action": "failed"})).collect();
        json!({
            "eventType": "Bounce",
            "bounce": {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": bounced, "timestamp": "2026-03-01T10:00:00.5Z", "new": {}},
            "mail": {"destination": to, "tags": {"team": ["demo"], "ses:configuration-set": ["kdesk"]}, "sendingAccountId": "1"},
            "another": [1],
        })
    }

    fn reported(message: &Value) -> Report {
        read(&message.to_string(), Timestamp::UNIX_EPOCH).expect("a message")
    }

    fn stops(message: &Value) -> Vec<String> {
        match reported(message) {
            Report::Stop(team, problems) => {
                assert_eq!(team.to_string(), "demo");
                problems.into_iter().map(|problem| problem.address.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn both_shapes_say_the_same() {
        let event = bounce("Permanent", &["a@x.com"], &["A@x.com"]);
        let mut notification = event.clone();
        notification["notificationType"] = notification["eventType"].take();
        notification["mail"]["tags"].take();
        notification["mail"].as_object_mut().expect("an object").remove("tags");
        notification["mail"]["headers"] = json!([{"name": "From", "value": "x"}, {"name": "x-kdesk-team", "value": "demo"}]);
        let problem = MailProblem {
            address: "a@x.com".parse().expect("an address"),
            kind: MailProblemKind::Bounce,
            at: "2026-03-01T10:00:00.5Z".parse().expect("a time"),
        };
        for message in [event, notification] {
            assert_eq!(reported(&message), Report::Stop("demo".parse().expect("a team"), vec![problem.clone()]));
        }
    }

    #[test]
    fn each_recipient_that_we_mailed_is_concerned_and_nobody_else() {
        assert_eq!(stops(&bounce("Permanent", &["a@x.com", "b@x.com", "c@x.com"], &["B@x.com", "a@x.com"])), ["a@x.com", "b@x.com"]);
        assert_eq!(stops(&bounce("Permanent", &["a@x.com", "b@x.com"], &["victim@y.com"])), Vec::<String>::new());
        assert_eq!(stops(&bounce("Permanent", &["a@x.com"], &["behind@forwarder.com"])), ["a@x.com"]);
        assert_eq!(stops(&bounce("Permanent", &["info@xn--mller-kva.de"], &["<info@xn--mller-kva.de>"])), ["info@müller.de"]);
        assert_eq!(stops(&bounce("Permanent", &["a@x.com"], &[])), Vec::<String>::new());
    }

    #[test]
    fn only_what_is_for_good_stops_mail() {
        for kind in ["Transient", "Undetermined", "Another"] {
            assert_eq!(reported(&bounce(kind, &["a@x.com"], &["a@x.com"])), Report::Passing, "{kind}");
        }
        let complaint = |kind: &str| {
            json!({
                "notificationType": "Complaint", "mail": {"destination": ["a@x.com"], "tags": {"team": ["demo"]}},
                "complaint": {"complainedRecipients": [{"emailAddress": "a@x.com"}], "complaintFeedbackType": kind},
            })
        };
        assert_eq!((stops(&complaint("abuse")).len(), stops(&complaint("not-spam")).len()), (1, 0));
        let other = |kind: &str| reported(&json!({"eventType": kind, "mail": {}}));
        assert_eq!([other("Delivery"), other("Open"), other("Reject")], [Report::Passing, Report::Passing, Report::Rejected]);
    }

    #[test]
    fn a_mail_of_no_team_or_of_two_stops_nothing() {
        for (tags, headers) in [
            (json!({}), json!([])),
            (json!({"team": ["No Team"]}), json!([])),
            (json!({"team": []}), json!([])),
            (json!({"team": ["demo"]}), json!([{"name": "X-KDesk-Team", "value": "other"}])),
        ] {
            let mut message = bounce("Permanent", &["a@x.com"], &["a@x.com"]);
            message["mail"]["tags"] = tags;
            message["mail"]["headers"] = headers;
            assert_eq!(reported(&message), Report::Foreign, "{message}");
        }
        assert!(read("no message", Timestamp::UNIX_EPOCH).is_err());
    }
}
