//! The addresses of SES's mailbox simulator, and what comes back from them: SNS hands the event to the function of the mail topic.
//! See <https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator>.

use serde_json::{Map, Value, json};

use super::mail::{Mail, bare};
use crate::{MAIL_CONFIGURATION_SET, MAIL_TOPIC};

const DOMAIN: &str = "simulator.amazonses.com";

/// The event that follows a mail, as Lambda gets it from SNS; none when nothing comes back, or the mail names no configuration set.
pub fn event(mail: &Mail) -> Option<Value> {
    mail.configuration_set.as_ref()?;
    let recipients: Vec<&str> = mail.to.split(", ").map(bare).collect();
    let answer = recipients.iter().find_map(|recipient| answer(recipient))?;
    let tags: Map<String, Value> = mail.tags.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    let mut message = json!({
        "mail": {
            "timestamp": mail.at, "source": bare(&mail.from), "messageId": mail.id, "destination": recipients, "headersTruncated": false,
            "headers": mail.headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
            "tags": tags,
        },
    });
    message["mail"]["tags"]["ses:configuration-set"] = json!([MAIL_CONFIGURATION_SET]);
    for (name, value) in answer {
        message[name] = value;
    }
    Some(json!({
        "Records": [{
            "EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": format!("{MAIL_TOPIC}:local"),
            "Sns": {
                "Type": "Notification", "MessageId": mail.id, "TopicArn": MAIL_TOPIC, "Subject": "Amazon SES Email Event Notification",
                "Timestamp": mail.at, "Message": message.to_string(), "MessageAttributes": {},
            },
        }],
    }))
}

/// What an address of the simulator answers; a label behind `+` does not matter.
fn answer(recipient: &str) -> Option<Vec<(&'static str, Value)>> {
    let (local, domain) = recipient.rsplit_once('@')?;
    if !domain.eq_ignore_ascii_case(DOMAIN) {
        return None;
    }
    let bounce = |kind: &str, sub_kind: &str, status: &str| {
        let bounced = json!([{"emailAddress": recipient, "action": "failed", "status": status, "diagnosticCode": format!("smtp; {status}")}]);
        let bounce = json!({"bounceType": kind, "bounceSubType": sub_kind, "bouncedRecipients": bounced, "timestamp": now(), "feedbackId": id()});
        vec![("eventType", json!("Bounce")), ("bounce", bounce)]
    };
    match local.split('+').next()?.to_ascii_lowercase().as_str() {
        "bounce" => Some(bounce("Permanent", "General", "5.1.1")),
        "suppressionlist" => Some(bounce("Permanent", "Suppressed", "5.1.1")),
        "ooto" => Some(bounce("Transient", "General", "4.0.0")),
        "complaint" => {
            let complained = json!([{"emailAddress": recipient}]);
            let complaint = json!({"complainedRecipients": complained, "complaintFeedbackType": "abuse", "timestamp": now(), "feedbackId": id()});
            Some(vec![("eventType", json!("Complaint")), ("complaint", complaint)])
        }
        _ => None,
    }
}

fn now() -> Value {
    json!(jiff::Timestamp::now())
}

fn id() -> String {
    uuid::Uuid::new_v4().to_string()
}
