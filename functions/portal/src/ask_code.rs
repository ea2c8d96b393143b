//! `POST /portal/{team}/code`: anybody asks for a code. Whether anybody has the address shows in no answer: it is not looked up here.

use crate::{
    enter_code::{self, Said},
    extract::{Browser, Portal, Posted},
    failure::Failure,
    pages::{SignInPage, see_other, with_cookies},
    sign_in::{empty, show},
    too_many,
};
use app::{
    App, Route,
    portal::{Ask, Asked, Limit, Token, cookies::Cookie},
    store::Attempt,
};
use axum::{extract::State, response::Response};
use domain::email::{Email, EmailError};
use http::{Method, StatusCode};
use serde::Deserialize;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-ask-code", Method::POST, "/portal/{team}/code", handle)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    token: String,
    email: String,
}

async fn handle(State(app): State<App>, portal: Portal, browser: Browser, Posted(typed): Posted<Typed>) -> Result<Response, Failure> {
    browser.sent(&typed.token, &portal)?;
    let address: Email = match typed.email.parse() {
        Ok(address) => address,
        Err(problem) => {
            let told = SignInPage { email: typed.email, problem: Some(mend(&problem)), ..empty(&app, &portal) };
            return Ok(show(StatusCode::UNPROCESSABLE_ENTITY, &portal, &browser, told));
        }
    };
    let shown = address.to_string();
    let ask = Ask { team: &portal.team, address: &address, shown, contact: None, source: browser.source, before: browser.flow.clone() };
    match app.ask_for_code(ask).await? {
        Asked::Sent(token) => Ok(on_its_way(&portal, &token)),
        Asked::OnItsWay => Ok(not_yet(&portal)),
        Asked::Later { seconds, limit, running: Some(attempt) } => Ok(later(&app, &portal, &browser, *attempt, limit, seconds)),
        Asked::Later { seconds, limit, running: None } => {
            let notice = Some(too_many::notice(limit, seconds, None));
            let told = SignInPage { email: address.to_string(), notice, ..empty(&app, &portal) };
            Ok(too_many::retry_after(show(StatusCode::TOO_MANY_REQUESTS, &portal, &browser, told), seconds))
        }
    }
}

/// On to the page that asks for the code, in the browser that has its token.
pub fn on_its_way(portal: &Portal, token: &Token) -> Response {
    with_cookies(see_other(&format!("/portal/{}/verify", portal.team)), [Cookie::Flow.set(&portal.team, token.as_str())])
}

/// Back to that page, which says how long to wait.
pub fn not_yet(portal: &Portal) -> Response {
    see_other(&format!("/portal/{}/verify?after=again", portal.team))
}

/// That page as well, for the code that this browser has: there is no other now, and it says why.
pub fn later(app: &App, portal: &Portal, browser: &Browser, attempt: Attempt, limit: Limit, seconds: i64) -> Response {
    let said = Said { notice: Some(too_many::notice(limit, seconds, Some(&attempt))), wait: Some(seconds), problem: None };
    too_many::retry_after(enter_code::show(StatusCode::TOO_MANY_REQUESTS, app, portal, browser, attempt, said), seconds)
}

fn mend(problem: &EmailError) -> String {
    match problem {
        EmailError::Empty => "Enter your email address.".to_owned(),
        EmailError::TooLong => "An email address is never that long.".to_owned(),
        EmailError::Character(_) | EmailError::Form => "This is not an email address. It looks like name@example.com.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::stage::{Browser, Stage, id};
    use http::StatusCode;
    use testing::{Answer, Call, ORIGIN, a_contact};

    const ZOE: &str = "zoe@x.example";

    /// Everything that a browser can see of an answer, but for what is drawn by chance.
    fn seen(answer: &Answer, browser: &Browser<'_>, email: &str) -> String {
        let cookies: Vec<&str> = answer.cookies().iter().map(|cookie| cookie.split_once('=').map_or("", |(name, _)| name)).collect();
        format!("{} {:?} {cookies:?} {}", answer.status, answer.headers(), answer.text().replace(&browser.token, "").replace(email, "<email>"))
    }

    #[tokio::test]
    async fn whether_anybody_has_the_address_shows_nowhere() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        stage.test.contact("demo", a_contact().emailed("eve@x.example")).await;
        let mut all = Vec::new();
        for email in [ZOE, "bob@x.example", "eve@x.example"] {
            let (mut browser, mut told) = (stage.browser(), Vec::new());
            browser.get("").await;
            let asked = browser.post("/code", &[("email", email)]).await;
            told.push(seen(&asked, &browser, email));
            stage.codes().await;
            let page = browser.get("/verify").await;
            told.push(seen(&page, &browser, email));
            for _ in 0..6 {
                let wrong = browser.enter("2222222").await;
                told.push(seen(&wrong, &browser, email));
            }
            all.push(told);
        }
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
        assert_eq!(stage.codes().await.len(), 1, "and one code was mailed");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn twenty_presses_within_a_minute_send_one_mail() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.get("").await;
        let presses = (0..20).map(|_| {
            let (route, call) = browser.form("/code", &[("email", ZOE)]);
            stage.test.call(route, call)
        });
        let answers = futures::future::join_all(presses).await;
        assert!(answers.iter().all(|answer| [StatusCode::SEE_OTHER, StatusCode::TOO_MANY_REQUESTS].contains(&answer.status)));
        for _ in 0..20 {
            stage.browser().ask(ZOE).await;
        }
        assert_eq!(stage.codes().await.len(), 1);
    }

    #[tokio::test]
    async fn asking_again_in_the_same_minute_leads_to_the_same_page_and_later_there_is_a_new_code() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.ask(ZOE).await;
        let page = browser.get("/verify").await;
        assert!(page.text().contains("data-wait=\"60\"") && page.text().contains("ask again in 60 seconds"), "{}", page.text());
        stage.test.clock_forward(59).await;
        let again = browser.post("/code", &[("email", ZOE)]).await;
        assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, "/portal/demo/verify?after=again".to_owned()));
        assert!(browser.get("/verify?after=again").await.text().contains("You can ask for another in 1 second."), "who has no script is told");
        assert_eq!(stage.codes().await.len(), 1);
        stage.test.clock_forward(1).await;
        assert!(!browser.get("/verify?after=again").await.text().contains("on its way already"), "the minute is over");
        browser.post("/code", &[("email", ZOE)]).await;
        assert_eq!(stage.codes().await.len(), 2);
    }

    #[tokio::test]
    async fn an_address_that_is_typed_gets_three_codes_an_hour_and_fourteen_a_day() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        for hour in 0..24 {
            for _ in 0..7 {
                stage.browser().ask(ZOE).await;
                stage.test.clock_forward(61).await;
            }
            assert!(stage.codes().await.len() <= 3 * (hour + 1).min(5));
            stage.test.clock_forward(3_600 - 7 * 61).await;
        }
        assert_eq!(stage.codes().await.len(), 14);
        stage.test.clock_forward(24 * 3_600).await;
        stage.browser().ask(ZOE).await;
        assert_eq!(stage.codes().await.len(), 15);
    }

    #[tokio::test]
    async fn one_place_cannot_ask_for_everybody() {
        let stage = Stage::open().await;
        let mut statuses = Vec::new();
        for n in 0..31 {
            statuses.push(stage.browser().ask(&format!("n{n}@x.example")).await.status);
        }
        assert_eq!(statuses.iter().filter(|&&status| status == StatusCode::SEE_OTHER).count(), 30);
        let mut elsewhere = stage.browser();
        "198.51.100.7".clone_into(&mut elsewhere.source_ip);
        assert_eq!(elsewhere.ask("n31@x.example").await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn a_team_that_was_asked_for_too_many_codes_has_to_wait_and_no_other_team() {
        let stage = Stage::open().await;
        let now = stage.test.app.clock.now().as_second();
        for _ in 0..600 {
            stage.test.app.store.count_in_window(&id("demo"), "team", 600, 600, now).await.expect("counted").expect("it has room");
        }
        assert_eq!(stage.browser().ask(ZOE).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(stage.browser_at("other").ask(ZOE).await.status, StatusCode::SEE_OTHER);
        assert_eq!(stage.tasks().await.len(), 1);
        stage.test.clock_forward(600).await;
        assert_eq!(stage.browser().ask(ZOE).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn nothing_that_is_kept_holds_the_code() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        stage.browser().ask(ZOE).await;
        let code = stage.codes().await[0].code.clone();
        assert!(!stage.test.everything().await.contains(&code));
        assert!(!format!("{:?}", stage.tasks().await).contains(&code));
    }

    #[tokio::test]
    async fn what_is_no_address_is_refused_before_anything_is_sent() {
        let stage = Stage::open().await;
        let long = format!("{}@x.example", "a".repeat(321));
        let bad = ["", "zoe", "a@b@x.example", "a\r\nBcc: b@x.example@x.example", "a@x.example,b@x.example", "a＠x.example", &long, "a\0@x.example"];
        for email in bad {
            let mut browser = stage.browser();
            let answer = browser.ask(email).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
            assert!(answer.text().contains("email-problem"), "{email:?}");
        }
        let shown = stage.browser().ask("<script>alert(1)</script>").await.text();
        assert!(!shown.contains("<script>alert") && shown.contains("&#60;script"), "{shown}");
        assert_eq!(stage.tasks().await, []);
    }

    #[tokio::test]
    async fn a_form_that_another_site_sent_does_nothing() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.get("").await;
        let plain = || {
            let fields = [("token", browser.token.as_str()), ("email", ZOE)];
            browser.jar.iter().fold(Call::post("/portal/demo/code").form(&fields), |call, (name, value)| call.cookie(name, value))
        };
        let foreign = [
            plain(),
            plain().header("origin", "null"),
            plain().header("origin", "https://evil.example"),
            plain().header("origin", ORIGIN).header("sec-fetch-site", "cross-site"),
            plain().header("host", "evil.example").header("origin", "https://evil.example"),
        ];
        for call in foreign {
            assert_eq!(stage.test.call(route(), call).await.status, StatusCode::FORBIDDEN);
        }
        let mut without = browser.clone();
        without.token = "0".repeat(64);
        assert_eq!(without.post("/code", &[("email", ZOE)]).await.status, StatusCode::FORBIDDEN);
        let mut without = browser.clone();
        without.jar.clear();
        assert_eq!(without.post("/code", &[("email", ZOE)]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(stage.tasks().await, []);
        let by_origin = stage.test.call(route(), plain().header("origin", ORIGIN)).await;
        assert_eq!(by_origin.status, StatusCode::SEE_OTHER, "an old browser says it by Origin");
    }

    #[tokio::test]
    async fn a_closed_portal_and_a_team_that_never_was_are_the_same() {
        let stage = Stage::open().await;
        stage.switch_portal("demo", false).await;
        let (closed, never) = (stage.browser().get("").await, stage.browser_at("never-was").get("").await);
        assert_eq!((closed.status, closed.text()), (StatusCode::NOT_FOUND, never.text()));
        assert_eq!(stage.browser_at("NOT-A-TEAM").get("").await.text(), never.text());
    }
}
