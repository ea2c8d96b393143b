//! What becomes of codes whose contact was deleted, of two that are asked for at once, and of whoever entered too many wrong ones.

use crate::stage::{Browser, Stage, id};
use app::portal::MailTask;
use http::StatusCode;

const ZOE: &str = "zoe@x.example";

/// Asks for codes and enters wrong ones until so many have failed, three codes an hour.
async fn fail(stage: &Stage, browser: &mut Browser<'_>, times: usize) {
    for n in 0..times {
        if n % 5 == 0 {
            stage.test.clock_forward(1_200).await;
            assert_eq!(browser.ask(ZOE).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(browser.enter("2222222").await.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    stage.test.clock_forward(1_200).await;
}

#[tokio::test]
async fn a_contact_who_was_deleted_after_the_code_was_mailed_is_refused() {
    let stage = Stage::open().await;
    let zoe = stage.contact(ZOE).await;
    let mut browser = stage.browser();
    browser.ask(ZOE).await;
    let code = stage.codes().await[0].code.clone();
    stage.test.remove(&id("demo"), &zoe).await;
    let refused = browser.enter(&code).await;
    assert_eq!((refused.status, browser.jar.contains_key("__Host-kdesk.demo")), (StatusCode::FORBIDDEN, false), "{}", refused.text());
    assert_eq!(stage.test.app.store.list_sessions(&id("demo"), zoe.id).await.expect("listed"), []);
}

#[tokio::test]
async fn while_the_first_mail_waits_a_second_code_replaces_the_first_which_is_never_mailed() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    stage.hold_mail();
    let mut browser = stage.browser();
    browser.ask(ZOE).await;
    stage.test.clock_forward(60).await;
    assert_eq!(browser.post("/code", &[("email", ZOE)]).await.status, StatusCode::SEE_OTHER);
    browser.get("/verify").await;
    let tasks = stage.tasks().await;
    let mut mails = Vec::new();
    for task in &tasks {
        let MailTask::Code { team, attempt } = task else { panic!("only codes are asked for: {task:?}") };
        mails.push(stage.test.app.prepare_code(team, attempt).await.expect("prepared"));
        // However often it is tried, it is the same code.
        assert_eq!(stage.test.app.prepare_code(team, attempt).await.expect("prepared").as_ref(), mails.last().expect("just added").as_ref());
    }
    let [None, Some(mail)] = mails.as_slice() else { panic!("one of two is mailed: {mails:?}") };
    assert_eq!(browser.enter(&mail.code).await.header("location"), "/portal/demo/home");
}

#[tokio::test]
async fn who_entered_too_many_wrong_codes_is_led_on() {
    for (stage, label) in [(Stage::open().await, "Use another address"), (Stage::offering_google().await, "Sign in another way")] {
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        fail(&stage, &mut browser, 30).await;
        browser.ask(ZOE).await;
        let page = browser.enter("2222222").await;
        assert!(page.status == StatusCode::TOO_MANY_REQUESTS && page.text().contains("Too many wrong codes"), "{}", page.text());
        assert!(page.text().contains(&format!("href=\"/portal/demo\">{label}</a>")), "{}", page.text());
    }
}
