//! Whoever is not whom the portal waits for: another team's flow, a thief with a cookie, somebody who was deleted.

use crate::stage::{Browser, Stage, id};
use http::StatusCode;
use testing::a_contact;

const ZOE: &str = "zoe@x.example";
const SESSION: &str = "__Host-kdesk.demo";
const FLOW: &str = "__Host-kdesk-flow.demo";

async fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.get("/home").await.status == StatusCode::OK
}

#[tokio::test]
async fn another_teams_flow_reads_like_one_that_never_was() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let mut browser = stage.browser();
    browser.ask(ZOE).await;
    let code = stage.codes().await[0].code.clone();
    let mut seen = Vec::new();
    for flow in [browser.jar[FLOW].clone(), app::portal::Token::random().as_str().to_owned()] {
        let mut other = stage.browser_at("other");
        other.jar.insert(FLOW.replace("demo", "other"), flow.clone());
        other.get("").await;
        let before = stage.test.everything().await;
        let answer = other.enter(&code).await;
        assert_eq!(stage.test.everything().await, before, "nor is it a try");
        let cookies: Vec<String> = answer.cookies().iter().map(|cookie| cookie.replace(&flow, "")).collect();
        seen.push((answer.status, answer.headers().clone(), cookies, answer.text().replace(&other.token, "")));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.enter(&code).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_neither_taken_over_nor_left_alive() {
    let stage = Stage::open().await;
    let (zoe, eve) = (stage.contact(ZOE).await, stage.contact("eve@x.example").await);
    let mut thief = stage.signed_in("eve@x.example").await;
    let planted = thief.jar[SESSION].clone();
    let mut victim = stage.browser();
    victim.ask(ZOE).await;
    victim.jar.insert(SESSION.to_owned(), planted.clone());
    let code = stage.codes().await.last().expect("mailed").code.clone();
    assert_eq!(victim.enter(&code).await.status, StatusCode::SEE_OTHER);
    assert_ne!(victim.jar[SESSION], planted, "a new one was issued");
    assert!(victim.get("/home").await.text().contains(ZOE));
    assert!(!is_in(&mut thief).await, "and the planted one is dead");
    for (contact, sessions) in [(zoe, 1), (eve, 0)] {
        assert_eq!(stage.test.app.store.list_sessions(&id("demo"), contact.id).await.expect("listed").len(), sessions);
    }
}

#[tokio::test]
async fn a_cookie_that_was_stolen_opens_nothing_once_its_session_has_ended() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    for end in ["/sign-out", "/settings/end-all-sessions"] {
        let mut browser = stage.signed_in(ZOE).await;
        stage.test.clock_forward(61).await;
        let mut stolen = browser.clone();
        assert!(is_in(&mut stolen).await);
        browser.get("/settings").await;
        assert_eq!(browser.post(end, &[]).await.status, StatusCode::SEE_OTHER);
        for page in ["/home", "/settings"] {
            assert_eq!(stolen.clone().get(page).await.status, StatusCode::UNAUTHORIZED, "{page} after {end}");
        }
        for form in ["/sign-out", "/settings/end-all-sessions", "/settings/end-session", "/settings/remove-identity"] {
            assert_eq!(stolen.clone().post(form, &[]).await.status, StatusCode::UNAUTHORIZED, "{form} after {end}");
        }
    }
}

#[tokio::test]
async fn whoever_is_deleted_is_out_at_the_next_click_and_the_session_is_gone() {
    let stage = Stage::open().await;
    let zoe = stage.contact(ZOE).await;
    let mut browser = stage.signed_in(ZOE).await;
    stage.test.remove(&id("demo"), &zoe).await;
    let answer = browser.get("/home").await;
    assert!(answer.status == StatusCode::FORBIDDEN && answer.text().contains("Your access has ended"), "{}", answer.text());
    assert_eq!(stage.test.app.store.list_sessions(&id("demo"), zoe.id).await.expect("listed"), []);
    stage.test.clock_forward(61).await;
    let sent = stage.codes().await.len();
    stage.browser().ask(ZOE).await;
    assert_eq!(stage.codes().await.len(), sent, "nor is a code mailed to who is gone");
    stage.contact_in("demo", a_contact().named("Another Zoë").emailed(ZOE)).await;
    stage.test.clock_forward(61).await;
    stage.signed_in(ZOE).await;
    assert_eq!(
        stage.test.app.store.list_sessions(&id("demo"), zoe.id).await.expect("listed"),
        [],
        "and whoever has the address now is somebody else"
    );
}
