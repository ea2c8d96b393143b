//! What the mailer relies on in SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag, RawMessage};
use engines::{Data, MAIL_CONFIGURATION_SET, MAIL_EVENT_FUNCTION, MAIL_TOPIC, Refusal};
use serde_json::Value;
use std::sync::{Arc, Mutex};

use crate::{client, engines, engines_with};

fn text(value: &str) -> Content {
    Content::builder().data(value).charset("UTF-8").build().unwrap()
}

async fn send(client: &Client, to: &str) -> Result<(), aws_sdk_sesv2::Error> {
    let body = Body::builder().text(text("Your code is ABC.")).html(text("<p>ABC</p>")).build();
    let message = Message::builder().subject(text("Grüße")).body(body).build();
    let request = client.send_email().from_email_address("desk@example.com");
    let request = request.destination(Destination::builder().to_addresses(to).build());
    request.content(EmailContent::builder().simple(message).build()).send().await?;
    Ok(())
}

#[tokio::test]
async fn mails_are_listed_newest_first_and_by_address() {
    let engines = engines().await;
    let client = client!(aws_sdk_sesv2, engines.ses.url());
    send(&client, "first@example.com").await.unwrap();
    send(&client, "Second <second@example.com>").await.unwrap();
    let sent = engines.ses.sent();
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["Second <second@example.com>", "first@example.com"]);
    assert_eq!((sent[0].subject.as_str(), sent[0].text.as_str(), sent[0].html.as_str()), ("Grüße", "Your code is ABC.", "<p>ABC</p>"));
    assert_eq!(engines.ses.sent_to("SECOND@example.com").len(), 1);
}

#[tokio::test]
async fn a_raw_mail_is_taken_too() {
    let engines = engines().await;
    let client = client!(aws_sdk_sesv2, engines.ses.url());
    let raw = RawMessage::builder().data(Blob::new("From: desk@example.com\r\nTo: a@example.com\r\nSubject: Hi\r\n\r\nText")).build().unwrap();
    client.send_email().content(EmailContent::builder().raw(raw).build()).send().await.unwrap();
    assert_eq!(engines.ses.sent_to("a@example.com")[0].subject, "Hi");
}

#[tokio::test]
async fn every_documented_error_can_be_asked_for() {
    let engines = engines().await;
    let client = client!(aws_sdk_sesv2, engines.ses.url(), retry_config = aws_sdk_sesv2::config::retry::RetryConfig::disabled());
    for (refusal, code) in [
        (Refusal::TooManyRequests, "TooManyRequestsException"),
        (Refusal::LimitExceeded, "LimitExceededException"),
        (Refusal::AccountSuspended, "AccountSuspendedException"),
        (Refusal::SendingPaused, "SendingPausedException"),
        (Refusal::MessageRejected, "MessageRejected"),
        (Refusal::MailFromDomainNotVerified, "MailFromDomainNotVerifiedException"),
        (Refusal::BadRequest("wrong".to_owned()), "BadRequestException"),
        (Refusal::NotFound, "NotFoundException"),
        (Refusal::Unavailable, "ServiceUnavailable"),
    ] {
        engines.ses.refuse_next([refusal]);
        assert_eq!(send(&client, "a@example.com").await.unwrap_err().code(), Some(code));
    }
    assert!(engines.ses.sent().is_empty());
    send(&client, "a@example.com").await.unwrap();
    assert_eq!(engines.ses.sent().len(), 1);
}

#[tokio::test]
async fn kept_mails_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = engines_with(Data::Folder(folder.path().to_owned())).await;
    send(&client!(aws_sdk_sesv2, first.ses.url()), "a@example.com").await.unwrap();
    let sent = first.ses.sent();
    first.shutdown().await;
    let second = engines_with(Data::Folder(folder.path().to_owned())).await;
    assert_eq!(second.ses.sent(), sent);
}

#[tokio::test]
async fn the_simulators_addresses_send_back_what_they_stand_for() {
    let engines = engines().await;
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let keep = heard.clone();
    engines.lambda.register(MAIL_EVENT_FUNCTION, move |event| {
        keep.lock().unwrap().push(event);
        async { Ok(()) }
    });
    let client = client!(aws_sdk_sesv2, engines.ses.url());
    for (to, set) in [
        ("bounce+label@simulator.amazonses.com", Some(MAIL_CONFIGURATION_SET)),
        ("complaint@simulator.amazonses.com", Some(MAIL_CONFIGURATION_SET)),
        ("ooto@simulator.amazonses.com", Some(MAIL_CONFIGURATION_SET)),
        ("success@simulator.amazonses.com", Some(MAIL_CONFIGURATION_SET)),
        ("bounce@simulator.amazonses.com", None),
        ("bounce@example.com", Some(MAIL_CONFIGURATION_SET)),
    ] {
        let message = Message::builder().subject(text("Hi")).body(Body::builder().text(text("Hi")).build()).build();
        let request = client.send_email().from_email_address("desk@example.com").destination(Destination::builder().to_addresses(to).build());
        let tag = MessageTag::builder().name("team").value("demo").build().unwrap();
        let request = request.email_tags(tag).set_configuration_set_name(set.map(str::to_owned));
        request.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
        engines.lambda.idle().await;
    }
    let heard = heard.lock().unwrap();
    let messages: Vec<Value> =
        heard.iter().map(|event| serde_json::from_str(event["Records"][0]["Sns"]["Message"].as_str().unwrap()).unwrap()).collect();
    assert!(heard.iter().all(|event| event["Records"][0]["Sns"]["TopicArn"] == MAIL_TOPIC));
    assert!(messages.iter().all(|message| message["mail"]["tags"]["team"][0] == "demo"));
    let kinds: Vec<(&Value, &Value)> = messages.iter().map(|message| (&message["eventType"], &message["bounce"]["bounceType"])).collect();
    assert_eq!(kinds, [(&"Bounce".into(), &"Permanent".into()), (&"Complaint".into(), &Value::Null), (&"Bounce".into(), &"Transient".into())]);
    assert_eq!(messages[0]["bounce"]["bouncedRecipients"][0]["emailAddress"], "bounce+label@simulator.amazonses.com");
}
