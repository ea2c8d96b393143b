//! What SES reports of mails, by SNS: bounces and complaints stop mail to an address. It may be told twice, late and in any order.
//!
//! Messages are not checked for a signature: SNS hands them to the function itself, which nobody may invoke but this one topic (the
//! function's resource policy, made from its event in template.yaml), to which nobody may publish but SES for this one configuration set
//! (the topic's policy in infra/mail.yaml). A signature proves who published where anybody can deliver, as to a public address.

use crate::report::{self, Report};
use app::{App, Error, host::Deadline, mailer::NOT_SENT};
use jiff::Timestamp;
use serde_json::Value;

/// Notes what came back. Whatever no retry would mend is recorded and acknowledged.
pub async fn handle(app: App, event: Value, _: Deadline) -> Result<(), Error> {
    for record in event["Records"].as_array().into_iter().flatten() {
        let message = &record["Sns"];
        if app.settings.mail_topic.is_none() || message["TopicArn"].as_str() != app.settings.mail_topic.as_deref() {
            tracing::error!("a message of another topic than the mail's was refused");
            continue;
        }
        let published_at: Option<Timestamp> = message["Timestamp"].as_str().and_then(|at| at.parse().ok());
        match report::read(message["Message"].as_str().unwrap_or_default(), published_at.unwrap_or_else(|| app.clock.now())) {
            Ok(report) => note(&app, report).await?,
            // What the problem says could hold a part of the message, and so an address.
            Err(problem) => tracing::error!(message.line = problem.line(), message.column = problem.column(), "a report about a mail cannot be read"),
        }
    }
    Ok(())
}

async fn note(app: &App, report: Report) -> Result<(), Error> {
    match report {
        Report::Stop(team, problems) => {
            for problem in &problems {
                if app.store.note_mail_problem(&team, problem).await? {
                    tracing::info!(team.id = %team, mail.problem = ?problem.kind, "mail to an address is stopped");
                }
            }
        }
        Report::Rejected => tracing::error!(mail.cause = "SES found something in it", "{NOT_SENT}"),
        Report::Foreign => tracing::warn!("something came back from a mail that is of no team"),
        Report::Passing => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::handle;
    use app::host::Deadline;
    use domain::mail::{MailProblem, MailProblemKind};
    use engines::MAIL_TOPIC;
    use serde_json::{Value, json};
    use std::time::Duration;
    use testing::TestApp;

    fn complaint(at: &str, addresses: &[&str]) -> Value {
        let complained: Vec<Value> = addresses.iter().map(|address| json!({"emailAddress": address})).collect();
        json!({
            "eventType": "Complaint", "mail": {"destination": addresses, "tags": {"team": ["demo"]}},
            "complaint": {"complainedRecipients": complained, "complaintFeedbackType": "abuse", "timestamp": at, "aNewField": {"of": ["SES"]}},
            "anotherNewField": 1,
        })
    }

    fn bounce(at: &str, address: &str) -> Value {
        json!({
            "notificationType": "Bounce", "mail": {"destination": [address], "headers": [{"name": "X-KDesk-Team", "value": "demo"}]},
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}], "timestamp": at},
        })
    }

    async fn hear(test: &TestApp, topic: &str, messages: &[Value]) {
        let records = messages.iter().map(|message| json!({"Sns": {"TopicArn": topic, "Message": message.to_string()}}));
        let event = json!({"Records": records.collect::<Vec<_>>()});
        handle(test.app_of("mail-event"), event, Deadline::within(&test.app.clock, Duration::from_mins(1))).await.expect("it is handled");
    }

    async fn problems(test: &TestApp, team: &str) -> Vec<MailProblem> {
        let addresses = ["a@x.com", "b@x.com"].map(|address| address.parse().expect("an address"));
        test.app.store.find_mail_problems(&team.parse().expect("a team"), &addresses).await.expect("found").into_vec()
    }

    #[tokio::test]
    async fn whatever_the_order_and_however_often_the_state_is_the_same() {
        let events = [
            complaint("2026-03-01T10:00:00Z", &["a@x.com", "b@x.com"]),
            bounce("2026-03-01T09:00:00Z", "a@x.com"),
            bounce("2026-03-01T11:00:00Z", "a@x.com"),
        ];
        let mut states = Vec::new();
        for order in [vec![0, 1, 2], vec![2, 1, 0], vec![1, 0, 0, 2, 1, 2]] {
            let test = TestApp::start().await;
            for index in order {
                hear(&test, MAIL_TOPIC, &events[index..=index]).await;
            }
            states.push(problems(&test, "demo").await);
            assert_eq!(problems(&test, "other").await, [], "another team's mail is its own");
        }
        let told: Vec<(String, MailProblemKind, String)> =
            states[0].iter().map(|problem| (problem.address.to_string(), problem.kind, problem.at.to_string())).collect();
        let told: Vec<(&str, MailProblemKind, &str)> = told.iter().map(|(address, kind, at)| (address.as_str(), *kind, at.as_str())).collect();
        let (bounced, complained) = (MailProblemKind::Bounce, MailProblemKind::Complaint);
        let (ten, eleven) = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z");
        assert_eq!(told, [("a@x.com", bounced, eleven), ("a@x.com", complained, ten), ("b@x.com", complained, ten)]);
        assert!(states.iter().all(|state| *state == states[0]));
    }

    #[tokio::test]
    async fn a_message_of_another_topic_is_refused() {
        let test = TestApp::start().await;
        for topic in ["", "arn:aws:sns:us-east-1:999999999999:kdesk-mail", &format!("{MAIL_TOPIC}2")] {
            hear(&test, topic, &[bounce("2026-03-01T09:00:00Z", "a@x.com")]).await;
        }
        assert_eq!(problems(&test, "demo").await, []);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_acknowledged_and_the_rest_is_done() {
        let test = TestApp::start().await;
        hear(&test, MAIL_TOPIC, &[json!("text"), json!({"mail": 1}), json!({}), bounce("2026-03-01T09:00:00Z", "a@x.com")]).await;
        assert_eq!(problems(&test, "demo").await.len(), 1);
        for event in [json!({}), json!(null), json!({"Records": [{"Sns": {"TopicArn": MAIL_TOPIC}}]})] {
            assert!(handle(test.app_of("mail-event"), event, Deadline::within(&test.app.clock, Duration::from_mins(1))).await.is_ok());
        }
    }
}
