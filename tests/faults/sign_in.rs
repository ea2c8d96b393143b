//! Signing in while SES is busy, over the portal and the function that mails: whoever asked hears the same as ever, the code comes once and
//! later, and no two codes of one browser work.

use app::{Route, host::Deadline, portal::MailTask};
use domain::{field::Field, team::Communication};
use engines::Refusal;
use http::{Method, StatusCode};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use testing::{Answer, Call, ORIGIN, TestApp, a_contact};

const ZOE: &str = "zoe@x.example";

/// A portal whose mails are sent by the function that sends them, and what that was asked.
struct Portal {
    test: TestApp,
    tasks: Arc<Mutex<Vec<MailTask>>>,
}

impl Portal {
    async fn open() -> Self {
        let (test, tasks) = (TestApp::start().await, Arc::<Mutex<Vec<MailTask>>>::default());
        let (app, kept) = (test.app.clone(), tasks.clone());
        test.engines.lambda.register("mail", move |event| {
            let app = app.clone();
            kept.lock().expect("no test fails here").extend(serde_json::from_value::<MailTask>(event.clone()));
            async move { send(&app, event).await }
        });
        let open = Communication { portal: true, ..Communication::default() };
        test.app.store.save_communication(&"demo".parse().expect("a team"), &open).await.expect("saved");
        test.contact("demo", a_contact().emailed(ZOE).with(Field::PortalAccess, true.into())).await;
        Self { test, tasks }
    }

    /// The codes that were mailed, the newest first.
    async fn codes(&self) -> Vec<String> {
        self.test.settle().await;
        let code = |mail: &engines::Mail| mail.text.lines().find_map(|line| Some(line.split_once("code: ")?.1.to_owned())).expect("a code");
        self.test.engines.ses.sent().iter().map(code).collect()
    }

    /// How often the function that mails was asked, and asked again.
    fn deliveries(&self) -> usize {
        self.tasks.lock().expect("no test fails here").len()
    }
}

async fn send(app: &app::App, event: serde_json::Value) -> Result<(), String> {
    let deadline = Deadline::within(&app.clock, Duration::from_mins(2));
    mail::send::handle(app.clone(), event, deadline).await.map_err(|error| format!("{error:?}"))
}

/// Somebody's browser.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    token: String,
}

impl Browser {
    async fn go(&mut self, portal: &Portal, route: Route, path: &str, fields: &[(&str, &str)]) -> Answer {
        let call = if route.method == Method::POST {
            Call::post(path).header("origin", ORIGIN).form(&[&[("token", self.token.as_str())], fields].concat())
        } else {
            Call::get(path)
        };
        let answer = portal.test.call(route, self.cookies.iter().fold(call, |call, (name, value)| call.cookie(name, value))).await;
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
        }
        if let Some((_, rest)) = answer.text().split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap_or_default().clone_into(&mut self.token);
        }
        answer
    }

    /// Asks for a code; the answer and the page that it leads to, but for what is drawn by chance.
    async fn ask(&mut self, portal: &Portal, email: &str) -> (StatusCode, String, String) {
        self.go(portal, portal::sign_in::route(), "/portal/demo", &[]).await;
        let asked = self.go(portal, portal::ask_code::route(), "/portal/demo/code", &[("email", email)]).await;
        let page = self.go(portal, portal::enter_code::route(), "/portal/demo/verify", &[]).await;
        (asked.status, asked.header("location"), page.text().replace(&self.token, "").replace(email, ""))
    }

    async fn enter(&mut self, portal: &Portal, code: &str) -> StatusCode {
        self.go(portal, portal::verify::route(), "/portal/demo/verify", &[("code", code)]).await.status
    }
}

#[tokio::test]
async fn while_ses_is_busy_whoever_asks_hears_the_same_and_one_mail_comes_later() {
    for refusals in [vec![Refusal::TooManyRequests; 5], vec![Refusal::Unavailable; 4], vec![Refusal::LimitExceeded; 2]] {
        let portal = Portal::open().await;
        portal.test.engines.ses.refuse_next(refusals.clone());
        let mut zoe = Browser::default();
        let told = zoe.ask(&portal, ZOE).await;
        assert_eq!((told.0, told.1.as_str()), (StatusCode::SEE_OTHER, "/portal/demo/verify"), "{refusals:?}");
        let codes = portal.codes().await;
        assert_eq!((codes.len(), portal.deliveries() > 1), (1, true), "{refusals:?}: it came when it was delivered again");
        assert_eq!(Browser::default().ask(&portal, "nobody@x.example").await, told, "and nothing tells who is known");
        assert_eq!(zoe.enter(&portal, &codes[0]).await, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn when_ses_stays_busy_another_code_can_be_asked_for_and_the_first_never_works() {
    let portal = Portal::open().await;
    portal.test.engines.ses.refuse_next(vec![Refusal::LimitExceeded; 3]);
    let mut zoe = Browser::default();
    zoe.ask(&portal, ZOE).await;
    assert_eq!((portal.codes().await.len(), portal.deliveries()), (0, 3), "it was delivered as often as Lambda does");
    let first = portal.tasks.lock().expect("no test fails here")[0].clone();
    portal.test.clock_forward(61).await;
    zoe.ask(&portal, ZOE).await;
    let newer = portal.codes().await;
    assert_eq!(newer.len(), 1);
    // Whoever looks after the queue of failed events sends the first one in again.
    send(&portal.test.app, serde_json::to_value(&first).expect("JSON")).await.expect("acknowledged");
    assert_eq!(portal.codes().await, newer, "a code that was replaced is not mailed");
    assert_eq!(zoe.enter(&portal, &newer[0]).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_code_that_comes_too_late_is_not_mailed() {
    let portal = Portal::open().await;
    portal.test.engines.ses.refuse_next(vec![Refusal::LimitExceeded; 3]);
    Browser::default().ask(&portal, ZOE).await;
    portal.codes().await;
    let task = portal.tasks.lock().expect("no test fails here")[0].clone();
    portal.test.clock_forward(600).await;
    send(&portal.test.app, serde_json::to_value(&task).expect("JSON")).await.expect("acknowledged");
    assert_eq!(portal.codes().await, Vec::<String>::new());
}
