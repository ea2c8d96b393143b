//! A portal whose mails go, and somebody's browser, which remembers everything that nobody else may know.

use crate::listener::Secret;
use app::{
    Route,
    host::Deadline,
    settings::{self, Provider, Settings},
};
use domain::team::Communication;
use engines::MAIL_EVENT_FUNCTION;
use http::Method;
use local::issuer::{
    Key,
    sso::{self, Providers},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use testing::{Answer, Call, TestApp};

/// The portal of the team `demo`.
pub struct Portal {
    pub test: TestApp,
}

impl Portal {
    /// Opens it. Whatever is to be mailed is, and whatever comes back is heard of.
    pub async fn open() -> Self {
        let test = TestApp::start().await;
        let within = |app: &app::App| Deadline::within(&app.clock, Duration::from_mins(2));
        let app = test.app.clone();
        test.engines.lambda.register("mail", move |task| {
            let app = app.clone();
            async move { mail::send::handle(app.clone(), task, within(&app)).await.map_err(|error| format!("{error:?}")) }
        });
        let app = test.app.clone();
        test.engines.lambda.register(MAIL_EVENT_FUNCTION, move |event| {
            let app = app.clone();
            async move { mail::event::handle(app.clone(), event, within(&app)).await.map_err(|error| format!("{error:?}")) }
        });
        let switches = Communication { portal: true, sso_google: true, ..Communication::default() };
        test.app.store.save_communication(&"demo".parse().unwrap(), &switches).await.unwrap();
        Self { test }
    }

    /// The code that was mailed last.
    pub async fn code(&self, address: &str) -> String {
        self.test.settle().await;
        let mails = self.test.engines.ses.sent_to(address);
        mails[0].text.lines().find_map(|line| line.split_once("code: ")).unwrap().1.to_owned()
    }

    /// Has the laptop's Google sign contacts in, with this client secret here.
    pub async fn let_google_play(&mut self, client_secret: &str) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let providers = Providers::new(&url, Key::passing().unwrap(), Vec::new(), self.test.app.clock.clone());
        tokio::spawn(async move { axum::serve(listener, sso::router(Arc::new(providers))).await });
        let google = Provider {
            name: "Google".to_owned(),
            address: sso::google(&url),
            client_id: sso::CLIENT.to_owned(),
            client_secret: Some(client_secret.to_owned()),
        };
        let before = self.test.app.settings.as_ref();
        let portal = settings::Portal { google: Some(google), origin: Some(url), ..before.portal.clone() };
        self.test.app.settings = Arc::new(Settings { portal, ..before.clone() });
    }
}

/// Somebody's browser.
pub struct Visitor<'a> {
    portal: &'a Portal,
    cookies: BTreeMap<String, String>,
    token: String,
    /// What only this browser may know.
    pub secrets: Vec<Secret>,
}

impl<'a> Visitor<'a> {
    pub const fn new(portal: &'a Portal) -> Self {
        Self { portal, cookies: BTreeMap::new(), token: String::new(), secrets: Vec::new() }
    }

    pub async fn get(&mut self, rest: &str) -> Answer {
        self.open(&format!("/portal/demo{rest}")).await
    }

    /// Goes to an address of the portal's.
    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.go(&Method::GET, path, Call::get(path)).await;
        self.take(&answer);
        answer
    }

    /// Looks at a page and keeps nothing of it.
    pub async fn peek(&self, rest: &str) -> Answer {
        let path = format!("/portal/demo{rest}");
        self.go(&Method::GET, &path, Call::get(&path)).await
    }

    pub async fn post(&mut self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("/portal/demo{rest}");
        let token = self.token.clone();
        let fields: Vec<(&str, &str)> = std::iter::once(("token", token.as_str())).chain(fields.iter().copied()).collect();
        let origin = self.portal.test.app.settings.portal.origin.clone().unwrap();
        let answer = self.go(&Method::POST, &path, Call::post(&path).header("origin", &origin).form(&fields)).await;
        self.take(&answer);
        answer
    }

    async fn go(&self, method: &Method, path: &str, call: Call) -> Answer {
        let call = self.cookies.iter().fold(call, |call, (name, value)| call.cookie(name, value));
        let answer = self.portal.test.call(route(method, path.split('?').next().unwrap()), call).await;
        self.portal.test.settle().await;
        answer
    }

    fn take(&mut self, answer: &Answer) {
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
            if !value.is_empty() {
                self.secrets.push(("a cookie", value.to_owned()));
            }
        }
        if let Some((_, rest)) = answer.text().split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.token);
            self.secrets.push(("a form's token", self.token.clone()));
        }
    }

    /// To Google and back.
    pub async fn single_sign_on(&mut self, email: &str) -> Answer {
        let out = self.get("/sso/google").await.header("location");
        let (issuer, query) = out.split_once("/authorize?").unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let choice = client.post(format!("{issuer}/choose")).header("content-type", "application/x-www-form-urlencoded");
        let chosen = choice.body(format!("{query}&email={email}")).send().await.unwrap();
        let back = chosen.headers()["location"].to_str().unwrap().to_owned();
        for sent in [query, back.split_once('?').unwrap().1] {
            let secret = |name: &str| matches!(name, "state" | "nonce" | "code_challenge" | "code");
            let pairs = sent.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| secret(name));
            self.secrets.extend(pairs.map(|(_, value)| ("of a visit to Google", value.to_owned())));
        }
        let origin = self.portal.test.app.settings.portal.origin.clone().unwrap();
        let path = back.strip_prefix(&origin).unwrap().to_owned();
        self.secrets.push(("the way back", path.clone()));
        self.open(&path).await
    }
}

/// The route that a path leads to, literal names before parameters, as API Gateway chooses.
fn route(method: &Method, path: &str) -> Route {
    let fits = |pattern: &str| {
        let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
        pattern.len() == path.len() && pattern.iter().zip(&path).all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
    };
    let routes = portal::routes().into_iter().filter(|route| route.method == *method && fits(&route.path));
    routes.min_by_key(|route| route.path.matches('{').count()).unwrap()
}
