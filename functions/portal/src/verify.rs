//! `POST /portal/{team}/verify`: whoever asked for a code in this browser enters it and is signed in.

use crate::{
    enter_code::{self, Said},
    extract::{Browser, Portal, Posted},
    failure::Failure,
    pages::{Message, SignInPage, page, see_other, with_cookies},
    sign_in::{self, OVER},
};
use app::{
    App, Route,
    portal::{Redeem, Redeemed, cookies::Cookie},
};
use axum::{extract::State, response::Response};
use http::{Method, StatusCode};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-verify", Method::POST, "/portal/{team}/verify", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    token: String,
    code: String,
}

async fn handle(State(app): State<App>, portal: Portal, browser: Browser, Posted(entered): Posted<Entered>) -> Result<Response, Failure> {
    browser.sent(&entered.token, &portal)?;
    let Some(flow) = &browser.flow else { return Err(Failure::OldForm(portal.frame())) };
    let redeem = Redeem { team: &portal.team, flow, typed: &entered.code, device: browser.device.clone(), before: browser.session.clone() };
    match app.redeem(redeem).await? {
        Redeemed::SignedIn(token) => {
            let team = &portal.team;
            let cookies = [Cookie::Session.set(team, token.as_str()), Cookie::Flow.clear(team), Cookie::Link.clear(team)];
            Ok(with_cookies(see_other(&format!("/portal/{team}/home")), cookies))
        }
        Redeemed::NotACode => again(&app, &portal, &browser, "A code has 7 letters and digits. Please look again.".to_owned()).await,
        Redeemed::Wrong { left: 1 } => again(&app, &portal, &browser, "This is not the code. You can try one more time.".to_owned()).await,
        Redeemed::Wrong { left } => again(&app, &portal, &browser, format!("This is not the code. You can try {left} more times.")).await,
        Redeemed::Over => Ok(over(&app, &portal, &browser)),
        Redeemed::TooMany => {
            let text = "Too many codes were wrong for this address, so none is tried for a day. The team that supports you can lift that at once.";
            Ok(refused(&app, &portal, StatusCode::TOO_MANY_REQUESTS, "Too many wrong codes", text))
        }
        Redeemed::Refused => {
            let text = "The code is right, but you cannot use this portal at present. Please ask the team that supports you.";
            Ok(refused(&app, &portal, StatusCode::FORBIDDEN, "You cannot sign in", text))
        }
    }
}

/// Whom a code does not let in may have another address, or an account with one of the providers.
fn refused(app: &App, portal: &Portal, status: StatusCode, title: &str, text: &str) -> Response {
    let label = if portal.providers(app).is_empty() { "Use another address" } else { "Sign in another way" };
    page(status, &Message { frame: portal.frame(), title, text, next: Some((format!("/portal/{}", portal.team), label)) })
}

async fn again(app: &App, portal: &Portal, browser: &Browser, problem: String) -> Result<Response, Failure> {
    Ok(match enter_code::running(app, portal, browser).await? {
        Some(attempt) => {
            let said = Said { problem: Some(problem), ..Said::default() };
            enter_code::show(StatusCode::UNPROCESSABLE_ENTITY, app, portal, browser, attempt, said)
        }
        None => over(app, portal, browser),
    })
}

fn over(app: &App, portal: &Portal, browser: &Browser) -> Response {
    let told = SignInPage { notice: Some(OVER.to_owned()), ..sign_in::empty(app, portal) };
    sign_in::show(StatusCode::UNPROCESSABLE_ENTITY, portal, browser, told)
}

#[cfg(test)]
mod tests {
    use crate::stage::{Stage, id};
    use app::portal::MailTask;
    use domain::{contact::Contact, field::Field};
    use futures::future::join_all;
    use http::StatusCode;
    use std::collections::BTreeSet;
    use testing::{Answer, FailingNetwork, Fault, TestApp};

    const ZOE: &str = "zoe@x.example";

    fn wrong(code: &str) -> String {
        let other = if code.starts_with('2') { "3" } else { "2" };
        format!("{other}{}", &code[1..])
    }

    async fn sessions(stage: &Stage, contact: &Contact) -> usize {
        stage.test.app.store.list_sessions(&id("demo"), contact.id).await.expect("listed").len()
    }

    #[tokio::test]
    async fn a_code_typed_as_people_type_signs_its_contact_in() {
        let stage = Stage::open().await;
        let zoe = stage.contact("Zoe@X.example").await;
        let mut browser = stage.browser();
        browser.ask("zoe@x.example").await;
        let code = stage.codes().await[0].code.clone();
        let answer = browser.enter(&format!(" {} {} ", &code[..3].to_lowercase(), &code[3..])).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/portal/demo/home".to_owned()));
        let session = answer.cookies().iter().find(|cookie| cookie.starts_with("__Host-kdesk.demo=")).expect("a session");
        assert!(["Path=/;", "Secure", "HttpOnly", "SameSite=Lax"].iter().all(|part| session.contains(part)), "{session}");
        let home = browser.get("/home").await;
        assert!(home.status == StatusCode::OK && home.text().contains("Hello, Zoë"), "{}", home.text());
        let after = stage.test.app.store.get_contact(&id("demo"), zoe.id).await.expect("there");
        assert_eq!(after.last_sign_in_at, Some(stage.test.app.clock.now()));
        assert_eq!((after.version, &after.profile), (zoe.version, &zoe.profile), "a sign-in is no edit");
        assert!(!stage.test.everything().await.contains(session.split(['=', ';']).nth(1).expect("a token")), "only a hash is kept");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_fifty_wrong_codes_at_once_five_are_compared_and_the_flow_is_dead() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        let tries = (0..50).map(|_| {
            let (route, call) = browser.form("/verify", &[("code", &wrong(&code))]);
            stage.test.call(route, call)
        });
        let answers: Vec<Answer> = join_all(tries).await;
        let told_wrong = answers.iter().filter(|answer| answer.text().contains("This is not the code")).count();
        assert!(told_wrong <= 5, "{told_wrong}");
        assert!(answers.iter().all(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY));
        let late = |answer: Answer| (answer.status, answer.text());
        let (sixth, right) = (late(browser.enter(&wrong(&code)).await), late(browser.enter(&code).await));
        assert_eq!(sixth, right, "the right code comes too late, and nothing tells that it is right");
        assert_eq!(sessions(&stage, &zoe).await, 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_twenty_right_codes_at_once_one_signs_in() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        let tries = (0..20).map(|_| {
            let (route, call) = browser.form("/verify", &[("code", &code)]);
            stage.test.call(route, call)
        });
        let answers: Vec<Answer> = join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count(), 1);
        assert_eq!(sessions(&stage, &zoe).await, 1);
        assert_eq!(browser.enter(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a code is used once");
    }

    #[tokio::test]
    async fn a_new_code_does_not_forgive_the_failures_before_it() {
        let stage = Stage::open().await;
        let (zoe, _) = (stage.contact(ZOE).await, stage.contact("ann@x.example").await);
        let mut browser = stage.browser();
        for _ in 0..6 {
            assert_eq!(browser.ask(ZOE).await.status, StatusCode::SEE_OTHER);
            let code = stage.codes().await.last().expect("mailed").code.clone();
            for _ in 0..5 {
                assert_eq!(browser.enter(&wrong(&code)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
            }
            stage.test.clock_forward(3_600).await;
        }
        browser.ask(ZOE).await;
        let code = stage.codes().await.last().expect("mailed").code.clone();
        assert_eq!(browser.enter(&code).await.status, StatusCode::TOO_MANY_REQUESTS, "thirty failed within a day");
        assert_eq!(sessions(&stage, &zoe).await, 0);
        stage.signed_in("ann@x.example").await;
        stage.test.clock_forward(24 * 3_600).await;
        stage.signed_in(ZOE).await;
        assert_eq!(sessions(&stage, &zoe).await, 1);
    }

    #[tokio::test]
    async fn after_a_hundred_failures_in_a_row_no_code_is_tried_however_long_it_took() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        let mut failed = 0;
        for _ in 0..4 {
            for _ in 0..6 {
                browser.ask(ZOE).await;
                let code = stage.codes().await.last().expect("mailed").code.clone();
                for _ in 0..5 {
                    let answer = browser.enter(&wrong(&code)).await;
                    failed += usize::from(answer.status == StatusCode::UNPROCESSABLE_ENTITY);
                }
                stage.test.clock_forward(3_600).await;
            }
            stage.test.clock_forward(24 * 3_600).await;
        }
        assert_eq!(failed, 100, "thirty a day, and a hundred in all");
        browser.ask(ZOE).await;
        let code = stage.codes().await.last().expect("mailed").code.clone();
        assert_eq!(browser.enter(&code).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(sessions(&stage, &zoe).await, 0);
        stage.test.settle().await;
        let refusals = stage.test.app.store.list_refusals(&id("demo"), zoe.id, 0).await.expect("listed");
        assert!(refusals.iter().all(|refusal| refusal.reason.contains("fewer than 100 in a row")) && !refusals.is_empty(), "{refusals:?}");
    }

    #[tokio::test]
    async fn a_sign_in_is_not_lost_when_what_it_makes_needless_cannot_be_removed() {
        let network = std::sync::OnceLock::new();
        let test = TestApp::start_over(|http| {
            let failing = FailingNetwork::new(http, "DeleteItem", Fault::NeverSent, 1);
            network.set(failing.clone()).expect("set once");
            aws_smithy_runtime_api::client::http::SharedHttpClient::new(failing)
        })
        .await;
        let stage = Stage::over(test).await;
        let zoe = stage.contact(ZOE).await;
        stage.signed_in(ZOE).await;
        assert!(network.get().expect("set").failed() > 0);
        assert_eq!(sessions(&stage, &zoe).await, 1);
    }

    #[tokio::test]
    async fn a_code_whose_key_is_not_here_yet_fails_nobody() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        let mut elsewhere = stage.test.app.clone();
        let portal = app::settings::Portal {
            code_keys: app::portal::CodeKeys::parse("another key of sixty-four characters, as the deployment makes them"),
            ..elsewhere.settings.portal.clone()
        };
        elsewhere.settings = std::sync::Arc::new(app::settings::Settings { portal, ..elsewhere.settings.as_ref().clone() });
        let (team, flow) = (id("demo"), app::portal::Token::parse(&browser.jar["__Host-kdesk-flow.demo"]).expect("a token"));
        let redeem = app::portal::Redeem { team: &team, flow: &flow, typed: &code, device: String::new(), before: None };
        assert!(elsewhere.redeem(redeem).await.is_err());
        let attempt = flow.hash();
        assert!(elsewhere.prepare_code(&team, &attempt).await.is_err(), "so that it is tried again by who has the key");
        assert_eq!(browser.enter(&code).await.status, StatusCode::SEE_OTHER);
        assert_eq!(sessions(&stage, &zoe).await, 1);
    }

    #[tokio::test]
    async fn a_code_works_in_the_browser_that_asked_and_nowhere_else() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut first = stage.browser();
        first.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        let mut without = stage.browser();
        assert_eq!(without.enter(&code).await.status, StatusCode::FORBIDDEN, "no cookie, no form");
        stage.test.clock_forward(60).await;
        let mut second = stage.browser();
        second.ask(ZOE).await;
        let failures = async || stage.test.everything().await.lines().filter(|line| line.contains("failures#")).count();
        assert_eq!(failures().await, 0);
        assert_eq!(second.enter(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(failures().await, 1, "it counts as a failure of the address");
        assert_eq!(first.enter(&code).await.status, StatusCode::SEE_OTHER, "the first browser can still finish");
    }

    #[tokio::test]
    async fn only_the_newest_code_of_a_browser_counts() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let old = browser.clone();
        stage.test.clock_forward(61).await;
        assert_eq!(browser.post("/code", &[("email", ZOE)]).await.status, StatusCode::SEE_OTHER);
        browser.get("/verify").await;
        let codes = stage.codes().await;
        assert_eq!((codes.len(), codes[0] == codes[1]), (2, false));
        assert_eq!(browser.enter(&codes[0].code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(old.clone().enter(&codes[0].code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "nor with the cookie of before");
        assert_eq!(browser.enter(&codes[1].code).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn a_code_lives_for_ten_minutes_to_the_second() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        for (seconds, status) in [(599, StatusCode::SEE_OTHER), (600, StatusCode::UNPROCESSABLE_ENTITY), (601, StatusCode::UNPROCESSABLE_ENTITY)] {
            let mut browser = stage.browser();
            browser.ask(ZOE).await;
            let code = stage.codes().await.last().expect("mailed").code.clone();
            stage.test.clock_forward(seconds).await;
            assert_eq!(browser.enter(&code).await.status, status, "after {seconds} seconds");
        }
    }

    #[tokio::test]
    async fn another_teams_portal_answers_as_if_the_flow_had_never_been() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        let flow = browser.jar["__Host-kdesk-flow.demo"].clone();
        let mut other = stage.browser_at("other");
        other.get("").await;
        let nobodys = other.enter(&code).await;
        other.jar.insert("__Host-kdesk-flow.other".to_owned(), flow);
        other.token.clone_from(&browser.token);
        let theirs = other.enter(&code).await;
        assert_eq!((theirs.status, nobodys.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
        let without_token = |answer: &Answer, token: &str| answer.text().replace(token, "");
        assert!(without_token(&theirs, &other.token).contains("can no longer be used"));
        assert_eq!(browser.enter(&code).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn a_reply_that_is_lost_after_the_write_signs_in_once_and_spends_one_try() {
        for (operation, every) in [("TransactWriteItems", 2), ("UpdateItem", 6), ("PutItem", 4)] {
            let network = std::sync::OnceLock::new();
            let test = TestApp::start_over(|http| {
                let failing = FailingNetwork::new(http, operation, Fault::ReplyLost, every);
                network.set(failing.clone()).expect("set once");
                aws_smithy_runtime_api::client::http::SharedHttpClient::new(failing)
            })
            .await;
            let stage = Stage::over(test).await;
            let zoe = stage.contact(ZOE).await;
            stage.signed_in(ZOE).await;
            assert!(network.get().expect("set").failed() > 0, "{operation}");
            assert_eq!((sessions(&stage, &zoe).await, stage.codes().await.len()), (1, 1), "{operation}");
        }
    }

    #[tokio::test]
    async fn who_lost_access_after_the_code_was_mailed_is_refused_and_members_see_why() {
        let changes: [(&str, &str); 2] = [("portalAccess", "The contact has portal access."), ("contactIsActive", "The contact is active.")];
        for (field, reason) in changes {
            let stage = Stage::open().await;
            let zoe = stage.contact(ZOE).await;
            let mut browser = stage.browser();
            browser.ask(ZOE).await;
            let code = stage.codes().await[0].code.clone();
            let mut profile = zoe.profile.clone();
            profile.set(field.parse().expect("a field"), &false.into()).expect("it fits");
            stage.test.save(&id("demo"), &zoe, profile).await;
            assert_eq!(browser.enter(&code).await.status, StatusCode::FORBIDDEN);
            assert_eq!(sessions(&stage, &zoe).await, 0);
            let refusals = stage.test.app.store.list_refusals(&id("demo"), zoe.id, 0).await.expect("listed");
            assert_eq!(refusals.iter().map(|refusal| refusal.reason.as_str()).collect::<Vec<_>>(), [reason]);
            assert_eq!(browser.enter(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the code is gone");
        }
    }

    #[tokio::test]
    async fn a_code_to_an_address_that_is_no_longer_the_contacts_is_refused() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        stage.test.change_in(&id("demo"), &zoe, Field::PrimaryEmail.name(), "new@x.example").await;
        assert_eq!(browser.enter(&code).await.status, StatusCode::FORBIDDEN);
        assert_eq!(sessions(&stage, &zoe).await, 0);
    }

    #[tokio::test]
    async fn signing_in_ends_the_session_that_the_browser_held_and_takes_a_new_token() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.signed_in(ZOE).await;
        let planted = browser.jar["__Host-kdesk.demo"].clone();
        stage.test.clock_forward(60).await;
        let mut again = stage.browser();
        again.ask(ZOE).await;
        again.jar.insert("__Host-kdesk.demo".to_owned(), planted.clone());
        let code = stage.codes().await.last().expect("mailed").code.clone();
        assert_eq!(again.enter(&code).await.status, StatusCode::SEE_OTHER);
        assert_ne!(again.jar["__Host-kdesk.demo"], planted);
        assert_eq!(sessions(&stage, &zoe).await, 1);
        assert_eq!(browser.get("/home").await.status, StatusCode::UNAUTHORIZED, "the planted one is dead");
    }

    #[tokio::test]
    async fn a_new_device_is_told_by_mail_and_a_known_one_is_not() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut agents = BTreeSet::new();
        for (agent, told) in [("Firefox/127.0 Linux", 0), ("Firefox/128.0 Linux", 0), ("Chrome/126.0 Windows", 1), ("Chrome/127.0 Windows", 1)] {
            stage.test.clock_forward(1_200).await;
            let mut browser = stage.browser();
            agent.clone_into(&mut browser.agent);
            browser.sign_in(ZOE).await;
            agents.insert(agent);
            let tasks = stage.tasks().await;
            assert_eq!(tasks.iter().filter(|task| matches!(task, MailTask::NewSignIn { .. })).count(), told, "{agent}");
        }
        let tasks = stage.tasks().await;
        let Some(MailTask::NewSignIn { team, contact, session }) = tasks.iter().find(|task| matches!(task, MailTask::NewSignIn { .. })) else {
            panic!("asked for")
        };
        let mail = stage.test.app.prepare_new_sign_in(team, *contact, session).await.expect("prepared").expect("due");
        assert_eq!((mail.to.as_str(), mail.device.as_str()), (ZOE, "Chrome on Windows"));
    }
}
