//! What becomes of codes that are entered where they do not belong, too late, or twice; and of two that are asked for at once.

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
async fn a_code_that_is_entered_in_a_second_browser_counts_as_one_failure_there() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let (mut first, mut second) = (stage.browser(), stage.browser());
    first.ask(ZOE).await;
    let code = stage.codes().await[0].code.clone();
    stage.test.clock_forward(60).await;
    second.ask(ZOE).await;
    let refused = second.enter(&code).await;
    assert!(refused.text().contains("You can try 4 more times"), "{}", refused.text());
    // With 29 more it is thirty, after which nothing is tried: not with 28.
    stage.test.clock_forward(3_600).await;
    fail(&stage, &mut second, 28).await;
    second.ask(ZOE).await;
    assert_eq!(second.enter("2222222").await.status, StatusCode::UNPROCESSABLE_ENTITY, "the thirtieth");
    let late = second.enter("2222222").await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS, "{}", late.text());
}

#[tokio::test]
async fn without_the_cookie_nobody_knows_what_a_code_is_for_and_nothing_is_counted() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let mut first = stage.browser();
    first.ask(ZOE).await;
    let code = stage.codes().await[0].code.clone();
    let before = stage.test.everything().await;
    let mut without = stage.browser();
    without.token.clone_from(&first.token);
    assert_eq!(without.enter(&code).await.status, StatusCode::FORBIDDEN);
    without.get("").await;
    assert_eq!(without.enter(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nor with the cookie of a form");
    assert_eq!(stage.test.everything().await, before);
    assert_eq!(first.enter(&code).await.header("location"), "/portal/demo/home", "the first browser can still finish");
}

#[tokio::test]
async fn a_contact_who_was_deleted_after_the_code_was_mailed_is_refused() {
    let stage = Stage::open().await;
    let zoe = stage.contact(ZOE).await;
    let mut browser = stage.browser();
    browser.ask(ZOE).await;
    let code = stage.codes().await[0].code.clone();
    stage.delete(&zoe).await;
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
