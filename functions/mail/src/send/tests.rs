//! What becomes of a mail: it goes once, waits, or is refused, and members read why.

use super::{handle, shown};
use crate::event;
use app::{
    host::Deadline,
    portal::MailTask,
    settings::Settings,
    store::{Attempt, MailStage},
};
use domain::{
    contact::Contact,
    field::Field,
    portal::{CODE_SECONDS, Way},
    team::Communication,
};
use engines::{MAIL_EVENT_FUNCTION, Mail, Refusal};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use testing::{FailingNetwork, Fault, TestApp, a_contact};

async fn ask(test: &TestApp, task: &MailTask) -> bool {
    let deadline = Deadline::within(&test.app.clock, Duration::from_mins(2));
    handle(test.app_of("mail-send"), serde_json::to_value(task).expect("JSON"), deadline).await.is_ok()
}

async fn a_portal_contact(test: &TestApp, address: &str) -> Contact {
    a_portal_contact_of(test, "demo", address).await
}

async fn a_portal_contact_of(test: &TestApp, team: &str, address: &str) -> Contact {
    let id = team.parse().expect("a team");
    test.app.store.save_communication(&id, &Communication { portal: true, ..Communication::default() }).await.expect("saved");
    test.contact(team, a_contact().emailed(address).with(Field::PortalAccess, json!(true))).await
}

/// The reasons for which members read that the contact was refused, newest first.
async fn reasons(test: &TestApp, contact: &Contact) -> Vec<String> {
    let refusals = test.app.store.list_refusals(&"demo".parse().expect("a team"), contact.id, 0).await.expect("listed");
    refusals.into_iter().map(|refusal| refusal.reason).collect()
}

/// Lets each team cause no more mails a day than this.
fn allow(test: &mut TestApp, mails_per_team_and_day: u32) {
    test.app.settings = Arc::new(Settings { mails_per_team_and_day, ..test.app.settings.as_ref().clone() });
}

/// An attempt of whoever typed the address, and the task to mail its code.
async fn an_attempt(test: &TestApp, id: &str, address: &str) -> MailTask {
    an_attempt_at(test, "demo", id, address).await
}

async fn an_attempt_at(test: &TestApp, team: &str, id: &str, address: &str) -> MailTask {
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
    let team = team.parse().expect("a team");
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
    for (id, address, told) in [("known", "zoe@x.example", 1), ("unknown", "nobody@x.example", 1), ("known", "zoe@x.example", 2)] {
        let code = an_attempt(&test, id, address).await;
        assert!(ask(&test, &code).await);
        let sent = test.engines.ses.sent().len();
        assert!(ask(&test, &MailTask::Locked { team: "demo".parse().expect("a team"), attempt: id.to_owned() }).await);
        assert_eq!((reasons(&test, &zoe).await.len(), test.engines.ses.sent().len()), (told, sent), "{id}");
    }
    assert!(ask(&test, &MailTask::Locked { team: "demo".parse().expect("a team"), attempt: "never was".to_owned() }).await);
}

#[tokio::test]
async fn a_code_goes_once_to_whom_the_address_belongs() {
    let test = TestApp::start().await;
    a_portal_contact(&test, "Zoe@x.com").await;
    let task = an_attempt(&test, "a-hash-of-a-token", "zoe@x.com").await;
    assert!(ask(&test, &task).await && ask(&test, &task).await, "an event that is handed over twice");
    assert!(ask(&test, &an_attempt(&test, "another", "nobody@x.com").await).await);
    let mails = test.engines.ses.sent();
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].from.as_str(), mails[0].to.as_str()), ("\"demo\" <desk@example.com>", "Zoe@x.com"));
    assert_eq!(mails[0].tags, [("team".to_owned(), "demo".to_owned()), ("kind".to_owned(), "code".to_owned())]);
    assert_eq!((header(&mails[0], "X-KDesk-Team"), header(&mails[0], "X-KDesk-Reference")), ("demo", "code-a-hash-of-a-toke"));
    assert!(mails[0].text.contains("10 minutes") && mails[0].html.contains("10 minutes"));
}

/// Turns an attempt into one of the contact's own link.
async fn by_link(test: &TestApp, id: &str, contact: &Contact) -> MailTask {
    let task = an_attempt(test, id, contact.profile.primary_email().expect("an address").as_str()).await;
    let team = "demo".parse().expect("a team");
    let attempt = test.app.store.find_attempt(&team, id).await.expect("found").expect("it is there");
    test.app.store.remove_attempt(&team, id).await.expect("removed");
    test.app.store.add_attempt(&team, id, &Attempt { by_link: true, contact: Some(contact.id), ..attempt }).await.expect("added");
    task
}

#[tokio::test]
async fn two_codes_for_one_address_come_a_minute_apart_in_whatever_ways_they_were_asked_for() {
    let test = TestApp::start().await;
    let zoe = a_portal_contact(&test, "zoe@x.com").await;
    a_portal_contact(&test, "ann@x.com").await;
    let (typed, other, link) =
        (an_attempt(&test, "typed", "zoe@x.com").await, an_attempt(&test, "other", "ann@x.com").await, by_link(&test, "link", &zoe).await);
    assert!(ask(&test, &typed).await && ask(&test, &other).await);
    // While one waits, the next is asked for. It waits its own minute, and takes nobody's.
    let again = an_attempt(&test, "again", "zoe@x.com").await;
    let sent = || test.engines.ses.sent().len();
    let look = async {
        let pause = || tokio::time::sleep(Duration::from_millis(1_500));
        pause().await;
        assert_eq!(sent(), 2, "both wait");
        test.clock_forward(59).await;
        pause().await;
        assert_eq!(sent(), 2, "a minute is not over");
        test.clock_forward(1).await;
        pause().await;
        assert_eq!(sent(), 3, "the first of them is mailed");
        test.clock_forward(60).await;
    };
    let first = async { assert!(ask(&test, &link).await) };
    let second = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(ask(&test, &again).await);
    };
    tokio::join!(look, first, second);
    let mails = test.engines.ses.sent();
    let references: Vec<&str> = mails.iter().map(|mail| header(mail, "X-KDesk-Reference")).collect();
    assert_eq!((references.len(), references[0], references[1]), (4, "code-again", "code-link"), "newest first");
    assert!(mails[0].text.contains("8 minutes") && reasons(&test, &zoe).await.is_empty(), "{}", mails[0].text);
}

#[tokio::test]
async fn a_code_that_is_asked_for_anew_while_it_waits_is_not_mailed() {
    let test = TestApp::start().await;
    let zoe = a_portal_contact(&test, "zoe@x.com").await;
    assert!(ask(&test, &an_attempt(&test, "typed", "zoe@x.com").await).await);
    let link = by_link(&test, "link", &zoe).await;
    let (asked, ()) = tokio::join!(ask(&test, &link), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        test.app.store.remove_attempt(&"demo".parse().expect("a team"), "link").await.expect("removed");
        test.clock_forward(60).await;
    });
    assert!(asked);
    assert_eq!(test.engines.ses.sent().len(), 1);
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
        assert_eq!(ask(&test, &task).await, goes_at_once, "{refusals:?}: an error asks for a retry");
        assert_eq!(test.engines.ses.sent().len(), usize::from(goes_at_once), "{refusals:?}");
        assert!(ask(&test, &task).await);
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
        assert!(ask(&test, &task).await, "{refusal:?}: acknowledged");
        assert!(test.engines.ses.sent().is_empty(), "{refusal:?}");
        let reasons = reasons(&test, &zoe).await;
        assert_eq!(reasons.len(), 1, "{refusal:?}");
        // The App shows it behind “This did not hold:”.
        assert!(reasons[0].starts_with("The code could be mailed to the address. "), "{}", reasons[0]);
    }
}

#[tokio::test]
async fn when_the_reply_is_lost_one_more_copy_goes_and_it_has_the_same_code() {
    let test = TestApp::start_over(|http| aws(FailingNetwork::new(http, "SendEmail", Fault::ReplyLost, 1))).await;
    a_portal_contact(&test, "zoe@x.com").await;
    let task = an_attempt(&test, "hash", "zoe@x.com").await;
    assert!(ask(&test, &task).await);
    let mails = test.engines.ses.sent();
    assert_eq!(mails.len(), 2);
    assert_eq!((&mails[0].text, header(&mails[0], "X-KDesk-Reference")), (&mails[1].text, header(&mails[1], "X-KDesk-Reference")));
}

#[tokio::test]
async fn a_mail_that_may_have_gone_goes_no_third_time_even_when_nothing_can_be_noted() {
    // The switches and the attempt are written; then either the note that the mail went, or only the one for the members fails.
    for (spared, stage) in [(2, None), (3, Some(MailStage::Went))] {
        let network = |http| {
            let lost = aws(FailingNetwork::new(http, "SendEmail", Fault::ReplyLost, 1));
            aws(FailingNetwork::after(spared, lost, "PutItem", Fault::NeverSent, 1))
        };
        let test = TestApp::start_over(network).await;
        let zoe = a_portal_contact(&test, "zoe@x.com").await;
        let task = an_attempt(&test, "hash", "zoe@x.com").await;
        assert!(ask(&test, &task).await, "nobody is asked to try again");
        assert_eq!(test.engines.ses.sent().len(), 2);
        assert_eq!(test.app.store.find_mail(&"demo".parse().expect("a team"), "code-hash").await.expect("found"), stage);
        assert!(reasons(&test, &zoe).await.is_empty());
    }
    let test = TestApp::start_over(|http| aws(FailingNetwork::new(http, "SendEmail", Fault::ReplyLost, 1))).await;
    let zoe = a_portal_contact(&test, "zoe@x.com").await;
    let task = an_attempt(&test, "hash", "zoe@x.com").await;
    assert!(ask(&test, &task).await && ask(&test, &task).await);
    assert_eq!(test.engines.ses.sent().len(), 2, "an event that is handed over twice");
    assert_eq!(reasons(&test, &zoe).await.len(), 1);
}

#[tokio::test]
async fn members_read_once_that_a_code_had_to_wait_however_often_it_was_tried() {
    for busy in [vec![Refusal::TooManyRequests; 4], vec![Refusal::LimitExceeded]] {
        let test = TestApp::start().await;
        let zoe = a_portal_contact(&test, "zoe@x.com").await;
        let task = an_attempt(&test, "hash", "zoe@x.com").await;
        for _ in 0..3 {
            test.engines.ses.refuse_next(busy.clone());
            assert!(!ask(&test, &task).await);
            test.clock_forward(60).await;
        }
        let told = reasons(&test, &zoe).await;
        assert!(told.len() == 1 && told[0].starts_with("The code could be mailed to the address. The mail service was busy"), "{told:?}");
        let history = test.app.store.list_history(&"demo".parse().expect("a team"), zoe.id, None, 10).await.expect("listed").0;
        assert_eq!(history.iter().filter(|entry| entry.portal.is_some()).count(), 1);
        test.engines.ses.refuse_next(busy);
        assert!(!ask(&test, &an_attempt(&test, "another", "zoe@x.com").await).await);
        assert_eq!(reasons(&test, &zoe).await.len(), 2);
    }
}

#[tokio::test]
async fn a_team_that_used_up_its_day_waits_and_no_other_does() {
    let mut test = TestApp::start().await;
    allow(&mut test, 1);
    let zoe = a_portal_contact(&test, "zoe@x.com").await;
    a_portal_contact_of(&test, "other", "zoe@x.com").await;
    assert!(ask(&test, &an_attempt(&test, "first", "zoe@x.com").await).await);
    test.clock_forward(60).await;
    let second = an_attempt(&test, "second", "zoe@x.com").await;
    for _ in 0..2 {
        assert!(!ask(&test, &second).await, "an error asks for a retry");
        test.clock_forward(60).await;
    }
    assert!(ask(&test, &an_attempt_at(&test, "other", "third", "zoe@x.com").await).await);
    assert_eq!(test.engines.ses.sent().len(), 2);
    let told = ["The code could be mailed to the address. The team had sent as many mails as one team may in a day."];
    assert_eq!(reasons(&test, &zoe).await, told);
    test.clock_forward(CODE_SECONDS.unsigned_abs()).await;
    assert!(ask(&test, &second).await, "a code that is too old is dropped");
    assert_eq!((test.engines.ses.sent().len(), reasons(&test, &zoe).await.len()), (2, 1));
    test.clock_forward(24 * 60 * 60).await;
    assert!(ask(&test, &an_attempt(&test, "tomorrow", "zoe@x.com").await).await);
    assert_eq!(test.engines.ses.sent().len(), 3);
}

#[tokio::test]
async fn a_mail_that_waits_counts_once() {
    let mut test = TestApp::start().await;
    allow(&mut test, 2);
    a_portal_contact(&test, "zoe@x.com").await;
    let waiting = an_attempt(&test, "waits", "zoe@x.com").await;
    for _ in 0..3 {
        test.engines.ses.refuse_next([Refusal::LimitExceeded]);
        assert!(!ask(&test, &waiting).await);
    }
    assert!(ask(&test, &waiting).await && ask(&test, &waiting).await);
    test.clock_forward(60).await;
    assert!(ask(&test, &an_attempt(&test, "second", "zoe@x.com").await).await);
    test.clock_forward(60).await;
    assert!(!ask(&test, &an_attempt(&test, "third", "zoe@x.com").await).await);
    assert_eq!(test.engines.ses.sent().len(), 2);
}

#[tokio::test]
async fn who_signs_in_from_a_new_device_is_told_of_it() {
    let test = TestApp::start().await;
    let (zoe, team) = (a_portal_contact(&test, "zoe@x.com").await, "demo".parse().expect("a team"));
    let begun = test.app.begin_session(&team, &zoe, Way::Code, "Firefox on Linux", None, app::random::uuid()).await.expect("signed in");
    let task = |session: String| MailTask::NewSignIn { team: team.clone(), contact: zoe.id, session };
    assert!(ask(&test, &task("one that is over".to_owned())).await && test.engines.ses.sent().is_empty());
    assert!(ask(&test, &task(begun.1.hash())).await && ask(&test, &task(begun.1.hash())).await, "an event that is handed over twice");
    let mails = test.engines.ses.sent();
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_str(), &mails[0].tags[1]), ("zoe@x.com", &("kind".to_owned(), "new-sign-in".to_owned())));
    assert!(mails[0].text.contains("Firefox on Linux") && mails[0].html.contains("Firefox on Linux"));
}

#[tokio::test]
async fn what_came_back_stops_the_next_mail() {
    let test = TestApp::start().await;
    let app = test.app_of("mail-event");
    test.engines.lambda.register(MAIL_EVENT_FUNCTION, move |message| {
        let app = app.clone();
        async move {
            let deadline = Deadline::within(&app.clock, Duration::from_mins(1));
            event::handle(app, message, deadline).await.map_err(|error| format!("{error:?}"))
        }
    });
    let team = "demo".parse().expect("a team");
    for kind in ["bounce", "complaint"] {
        let address = format!("{kind}+zoe@simulator.amazonses.com");
        let zoe = a_portal_contact(&test, &address).await;
        let before = test.engines.ses.sent().len();
        for id in ["first", "second"] {
            assert!(ask(&test, &an_attempt(&test, &format!("{id}-{kind}"), &address).await).await);
            test.engines.lambda.idle().await;
        }
        let begun = test.app.begin_session(&team, &zoe, Way::Google, "Firefox on Linux", None, app::random::uuid()).await.expect("signed in");
        assert!(ask(&test, &MailTask::NewSignIn { team: team.clone(), contact: zoe.id, session: begun.1.hash() }).await);
        assert_eq!(test.engines.ses.sent().len(), before + 1, "neither another code nor a notice goes");
        assert_eq!(reasons(&test, &zoe).await, ["No bounce or complaint stops mail to the address."]);
    }
}

#[tokio::test]
async fn what_it_does_not_know_is_acknowledged() {
    let test = TestApp::start().await;
    let deadline = Deadline::within(&test.app.clock, Duration::from_mins(1));
    assert!(handle(test.app_of("mail-send"), json!({"task": "another"}), deadline).await.is_ok());
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
