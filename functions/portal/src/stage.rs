//! What the portal's tests stand on: a team with an open portal, people with browsers, and the codes that would be mailed.

use app::{
    Route,
    portal::{CodeMail, MailTask, Origin},
    settings::{Portal, Provider, Settings},
};
use domain::{contact::Contact, field::Field, general::General, ids::TeamId, team::Communication};
use http::Method;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use testing::{Answer, Call, ContactBuilder, ORIGIN, TestApp, a_contact};

/// A portal.
pub struct Stage {
    pub test: TestApp,
    mails: Arc<Mutex<Mails>>,
}

#[derive(Default)]
struct Mails {
    codes: Vec<CodeMail>,
    tasks: Vec<MailTask>,
}

impl Stage {
    /// The teams `demo` and `other`, both with an open portal.
    pub async fn open() -> Self {
        Self::over(TestApp::start().await).await
    }

    /// The same over an app that a test made.
    pub async fn over(test: TestApp) -> Self {
        let mails: Arc<Mutex<Mails>> = Arc::default();
        let (app, kept) = (test.app_of("mail-send"), mails.clone());
        test.engines.lambda.register("mail", move |event| {
            let (app, kept) = (app.clone(), kept.clone());
            async move {
                let task: MailTask = serde_json::from_value(event).map_err(|problem| problem.to_string())?;
                kept.lock().expect("no test fails here").tasks.push(task.clone());
                match task {
                    MailTask::Code { team, attempt } => {
                        if let Some(mail) = app.prepare_code(&team, &attempt).await.map_err(|error| format!("{error:?}"))? {
                            kept.lock().expect("no test fails here").codes.push(mail);
                        }
                    }
                    MailTask::Locked { team, attempt } => app.note_locked(&team, &attempt).await.map_err(|error| format!("{error:?}"))?,
                    MailTask::NewSignIn { .. } => {}
                }
                Ok(())
            }
        });
        let stage = Self { test, mails };
        for team in ["demo", "other"] {
            stage.switch_portal(team, true).await;
        }
        stage
    }

    /// The same, where `demo` has a button for Google. Nobody answers there.
    pub async fn offering_google() -> Self {
        let mut stage = Self::open().await;
        let google =
            Provider { name: "Google".to_owned(), address: "http://127.0.0.1:9".to_owned(), client_id: "portal".to_owned(), client_secret: None };
        let settings = stage.test.app.settings.as_ref();
        let portal = Portal { google: Some(google), ..settings.portal.clone() };
        stage.test.app.settings = Arc::new(Settings { portal, ..settings.clone() });
        let switches = Communication { portal: true, sso_google: true, ..Communication::default() };
        stage.test.app.store.save_communication(&id("demo"), &switches).await.expect("saved");
        stage
    }

    /// Names the team `demo` and says where it is.
    pub async fn call_it(&self, name: &str, time_zone: &str) {
        let general = General { name: name.parse().expect("a name"), time_zone: time_zone.parse().expect("a zone") };
        self.test.app.store.save_general(&id("demo"), &general).await.expect("saved");
    }

    /// From now on what the mail's function is asked lies there and is not done.
    pub fn hold_mail(&self) {
        let kept = self.mails.clone();
        self.test.engines.lambda.register("mail", move |event| {
            let task = serde_json::from_value(event).map_err(|problem| problem.to_string());
            let kept = task.map(|task| kept.lock().expect("no test fails here").tasks.push(task));
            async { kept }
        });
    }

    pub async fn switch_portal(&self, team: &str, portal: bool) {
        let switches = Communication { portal, ..Communication::default() };
        self.test.app.store.save_communication(&id(team), &switches).await.expect("saved");
    }

    /// A contact of `demo` who may be in the portal.
    pub async fn contact(&self, email: &str) -> Contact {
        self.contact_in("demo", a_contact().named("Zoë").emailed(email)).await
    }

    pub async fn contact_in(&self, team: &str, contact: ContactBuilder) -> Contact {
        self.test.contact(team, contact.with(Field::PortalAccess, true.into())).await
    }

    /// A contact's own link, below the team's portal.
    pub async fn link(&self, contact: &Contact) -> String {
        let url = self.test.app.make_link(&Origin(ORIGIN.to_owned()), &id("demo"), contact.id).await.expect("made");
        url.strip_prefix("https://portal.example/portal/demo").expect("at the portal's own address").to_owned()
    }

    /// Every mail with a code so far.
    pub async fn codes(&self) -> Vec<CodeMail> {
        self.test.settle().await;
        self.mails.lock().expect("no test fails here").codes.clone()
    }

    /// Everything the mail's function was asked so far.
    pub async fn tasks(&self) -> Vec<MailTask> {
        self.test.settle().await;
        self.mails.lock().expect("no test fails here").tasks.clone()
    }

    /// A browser that has been nowhere.
    pub fn browser(&self) -> Browser<'_> {
        self.browser_at("demo")
    }

    pub fn browser_at(&self, team: &str) -> Browser<'_> {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0".to_owned();
        Browser { stage: self, team: team.to_owned(), jar: BTreeMap::new(), token: String::new(), agent, source_ip: "192.0.2.1".to_owned() }
    }

    /// A browser in which this contact has just signed in.
    pub async fn signed_in(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.sign_in(email).await;
        browser
    }
}

pub fn id(team: &str) -> TeamId {
    team.parse().expect("a team")
}

/// Somebody's browser: it keeps cookies, and knows the form of the page it shows.
#[derive(Clone)]
pub struct Browser<'a> {
    stage: &'a Stage,
    pub team: String,
    pub jar: BTreeMap<String, String>,
    pub token: String,
    pub agent: String,
    pub source_ip: String,
}

impl Browser<'_> {
    fn dressed(&self, call: Call) -> Call {
        let call = call.header("user-agent", &self.agent).from_ip(&self.source_ip);
        self.jar.iter().fold(call, |call, (name, value)| call.cookie(name, value))
    }

    fn path(&self, rest: &str) -> String {
        format!("/portal/{}{rest}", self.team)
    }

    /// A form of the page it shows, ready to be sent.
    pub fn form(&self, rest: &str, fields: &[(&str, &str)]) -> (Route, Call) {
        let path = self.path(rest);
        let fields: Vec<(&str, &str)> = std::iter::once(("token", self.token.as_str())).chain(fields.iter().copied()).collect();
        let call = Call::post(&path).header("sec-fetch-site", "same-origin").header("origin", ORIGIN).form(&fields);
        (route(&Method::POST, &path), self.dressed(call))
    }

    pub async fn get(&mut self, rest: &str) -> Answer {
        self.open(&self.path(rest)).await
    }

    /// Goes to any address of the portal's host.
    pub async fn open(&mut self, path: &str) -> Answer {
        let call = self.dressed(Call::get(path));
        let answer = self.stage.test.call(route(&Method::GET, path.split('?').next().unwrap_or_default()), call).await;
        self.take(&answer);
        answer
    }

    pub async fn head(&self, rest: &str) -> Answer {
        let path = self.path(rest);
        self.stage.test.call(route(&Method::GET, &path), self.dressed(Call::head(&path))).await
    }

    pub async fn post(&mut self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        let (route, call) = self.form(rest, fields);
        let answer = self.stage.test.call(route, call).await;
        self.take(&answer);
        answer
    }

    fn take(&mut self, answer: &Answer) {
        for cookie in answer.cookies() {
            let (pair, _) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            if cookie.contains("Max-Age=0;") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = form_field(&answer.text(), "token") {
            self.token = token;
        }
    }

    /// Opens the sign-in page, asks for a code and opens the page to enter it.
    pub async fn ask(&mut self, email: &str) -> Answer {
        self.get("").await;
        let answer = self.post("/code", &[("email", email)]).await;
        if answer.status == http::StatusCode::SEE_OTHER {
            self.get("/verify").await;
        }
        answer
    }

    pub async fn enter(&mut self, code: &str) -> Answer {
        self.post("/verify", &[("code", code)]).await
    }

    pub async fn sign_in(&mut self, email: &str) {
        self.ask(email).await;
        let code = self.stage.codes().await.last().expect("a code was mailed").code.clone();
        let answer = self.enter(&code).await;
        assert_eq!((answer.status, answer.header("location")), (http::StatusCode::SEE_OTHER, self.path("/home")), "{}", answer.text());
        self.get("/home").await;
    }
}

/// The route that a path leads to, literal names before parameters, as API Gateway chooses.
fn route(method: &Method, path: &str) -> Route {
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
        pattern.len() == path.len() && pattern.iter().zip(&path).all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
    };
    let routes = crate::routes().into_iter().filter(|route| route.method == *method && fits(&route.path));
    routes.min_by_key(|route| route.path.matches('{').count()).unwrap_or_else(|| panic!("no route for {method} {path}"))
}

/// What a hidden field of a page holds.
fn form_field(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}
