//! A contact's visit to the portal, from the sign-in page to the way out, and what each step of it consumes.

use super::Bench;
use app::{
    Route,
    host::Deadline,
    settings::{Portal, Provider, Settings},
};
use domain::{field::Field, ids::ContactId, team::Communication};
use http::Method;
use local::issuer::{
    Key,
    sso::{self, Providers},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use testing::{Answer, Call, TestApp, a_contact};

/// Somebody's browser.
#[derive(Default)]
pub struct Visitor {
    cookies: BTreeMap<String, String>,
    token: String,
    agent: &'static str,
}

impl Visitor {
    /// A browser that calls itself this.
    pub fn with(agent: &'static str) -> Self {
        Self { agent, ..Self::default() }
    }
}

/// Whose it is.
pub const EMAIL: &str = "visitor@x.example";

/// Has the laptop's Google sign contacts in.
pub async fn let_google_play(test: &mut TestApp) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let providers = Providers::new(&url, Key::passing().unwrap(), Vec::new(), test.app.clock.clone());
    tokio::spawn(async move { axum::serve(listener, sso::router(Arc::new(providers))).await });
    let google = Provider {
        name: "Google".to_owned(),
        address: sso::google(&url),
        client_id: sso::CLIENT.to_owned(),
        client_secret: Some(sso::SECRET.to_owned()),
    };
    let settings = test.app.settings.as_ref();
    let portal = Portal { google: Some(google), origin: Some(url), ..settings.portal.clone() };
    test.app.settings = Arc::new(Settings { portal, ..settings.clone() });
}

impl Bench<'_> {
    /// Where the portal is: on this machine, for the laptop's Google sends nobody elsewhere.
    fn origin(&self) -> String {
        self.test.app.settings.portal.origin.clone().unwrap()
    }

    /// To Google and back.
    pub async fn single_sign_on(&mut self, visitor: &mut Visitor, out: &'static str, back: &'static str) {
        let answer = self.visit(visitor, portal::sso_start::route(), out, "/portal/demo/sso/google", &[]).await;
        let location = answer.header("location");
        let (issuer, query) = location.split_once("/authorize?").unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let choice = client.post(format!("{issuer}/choose")).header("content-type", "application/x-www-form-urlencoded");
        let chosen = choice.body(format!("{query}&email={EMAIL}")).send().await.unwrap();
        let location = chosen.headers()["location"].to_str().unwrap().to_owned();
        let path = location.strip_prefix(&self.origin()).unwrap();
        let answer = self.visit(visitor, portal::sso_return::route(), back, path, &[]).await;
        assert_eq!(answer.header("location"), "/portal/demo/home");
    }

    /// A page or a form that succeeds.
    pub async fn visit(&mut self, visitor: &mut Visitor, route: Route, what: &'static str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let name = route.name;
        let answer = self.try_visit(visitor, route, what, path, fields).await;
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{name}: {}", answer.text());
        answer
    }

    /// A page or a form.
    pub async fn try_visit(&mut self, visitor: &mut Visitor, route: Route, what: &'static str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = visitor.token.clone();
        let call = if route.method == Method::POST {
            let fields: Vec<(&str, &str)> = std::iter::once(("token", token.as_str())).chain(fields.iter().copied()).collect();
            Call::post(path).header("origin", &self.origin()).form(&fields)
        } else {
            Call::get(path)
        };
        let call = call.header("user-agent", visitor.agent);
        let call = visitor.cookies.iter().fold(call, |call, (name, value)| call.cookie(name, value));
        self.meter.take();
        let name = route.name;
        let answer = self.test.call(route, call).await;
        self.test.settle().await;
        self.note(name, what);
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            visitor.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
        }
        if let Some((_, rest)) = answer.text().split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap_or_default().clone_into(&mut visitor.token);
        }
        answer
    }

    /// Sends the mail that was asked for last; what `mail-send` consumes of it.
    async fn send(&mut self, tasks: &Mutex<Vec<Value>>, what: &'static str) {
        let task = tasks.lock().unwrap().pop().unwrap();
        self.meter.take();
        mail::send::handle(self.test.app_of("mail-send"), task, Deadline::within(&self.test.app.clock, Duration::from_mins(1))).await.unwrap();
        self.note("mail-send", what);
    }

    /// The code of the newest mail.
    pub fn mailed_code(&self) -> String {
        let text = self.test.engines.ses.sent_to(EMAIL)[0].text.clone();
        text.lines().find_map(|line| line.split_once("code: ")).unwrap().1.to_owned()
    }

    /// The whole visit.
    pub async fn portal(&mut self, member: &domain::team::Member, contact: ContactId) {
        let app = &self.test.app;
        let tasks: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = tasks.clone();
        self.test.engines.lambda.register("mail", move |event| {
            kept.lock().unwrap().push(event);
            async { Ok(()) }
        });
        app.store.save_communication(&member.team, &Communication { portal: true, ..Communication::default() }).await.unwrap();
        self.test.contact("demo", a_contact().emailed(EMAIL).with(Field::PortalAccess, true.into())).await;

        let of = |rest: &str| format!("/v1/contacts/{contact}{rest}");
        let link = self.call(portal::make_link::route(), "", Call::post(&of("/portal-link")).by(member)).await;
        let link = link["url"].as_str().unwrap().strip_prefix(&self.origin()).unwrap().to_owned();
        self.call(portal::team_link::route(), "", Call::get("/v1/portal-link").by(member)).await;
        let mut guest = Visitor::default();
        self.visit(&mut guest, portal::open_link::route(), "", &link, &[]).await;
        self.visit(&mut guest, portal::show_link::route(), "", "/portal/demo/link", &[]).await;
        self.visit(&mut guest, portal::ask_link_code::route(), "", &format!("{link}/code"), &[]).await;
        self.call(portal::revoke_link::route(), "", Call::delete(&of("/portal-link")).by(member)).await;
        self.call(portal::clear_limits::route(), "", Call::delete(&of("/sign-in-limits")).by(member)).await;

        let mut visitor = Visitor::default();
        self.visit(&mut visitor, portal::sign_in::route(), "", "/portal/demo", &[]).await;
        self.visit(&mut visitor, portal::ask_code::route(), "", "/portal/demo/code", &[("email", EMAIL)]).await;
        self.send(&tasks, "a code").await;
        self.visit(&mut visitor, portal::enter_code::route(), "", "/portal/demo/verify", &[]).await;
        let code = self.mailed_code();
        self.visit(&mut visitor, portal::verify::route(), "", "/portal/demo/verify", &[("code", &code)]).await;
        self.visit(&mut visitor, portal::home::route(), "", "/portal/demo/home", &[]).await;
        self.test.clock_forward(60 * 60).await;
        self.visit(&mut visitor, portal::home::route(), "an hour later", "/portal/demo/home", &[]).await;
        let page = self.visit(&mut visitor, portal::settings::route(), "", "/portal/demo/settings", &[]).await;
        let never = json!(page.bytes().len()).to_string();
        self.visit(&mut visitor, portal::end_session::route(), "of one that is over", "/portal/demo/settings/end-session", &[("session", &never)])
            .await;
        let mut copy = Visitor { cookies: visitor.cookies.clone(), token: visitor.token.clone(), agent: visitor.agent };
        self.visit(&mut visitor, portal::sign_out::route(), "", "/portal/demo/sign-out", &[]).await;
        self.test.clock_forward(61).await;
        copy.cookies.clear();
        self.visit(&mut copy, portal::sign_in::route(), "again", "/portal/demo", &[]).await;
        self.visit(&mut copy, portal::ask_code::route(), "again", "/portal/demo/code", &[("email", EMAIL)]).await;
        self.send(&tasks, "again").await;
        self.visit(&mut copy, portal::enter_code::route(), "again", "/portal/demo/verify", &[]).await;
        let code = self.mailed_code();
        self.visit(&mut copy, portal::verify::route(), "again", "/portal/demo/verify", &[("code", &code)]).await;
        self.visit(&mut copy, portal::settings::route(), "again", "/portal/demo/settings", &[]).await;
        self.visit(&mut copy, portal::end_all_sessions::route(), "one session", "/portal/demo/settings/end-all-sessions", &[]).await;
        self.visit(&mut copy, portal::manifest::route(), "", "/portal/demo/manifest.webmanifest", &[]).await;
        self.visit(&mut copy, portal::service_worker::route(), "", "/portal/sw.js", &[]).await;

        let switches = Communication { portal: true, sso_google: true, ..Communication::default() };
        self.test.app.store.save_communication(&member.team, &switches).await.unwrap();
        let mut known = Visitor::default();
        self.visit(&mut known, portal::sign_in::route(), "with single sign-on", "/portal/demo", &[]).await;
        self.single_sign_on(&mut known, "", "the first time").await;
        known.cookies.clear();
        self.single_sign_on(&mut known, "again", "of one that is linked").await;
        let page = self.visit(&mut known, portal::settings::route(), "again", "/portal/demo/settings", &[]).await.text();
        let linked = page.split_once("name=\"identity\" value=\"").unwrap().1.split('"').next().unwrap();
        self.visit(&mut known, portal::remove_identity::route(), "", "/portal/demo/settings/remove-identity", &[("identity", linked)]).await;
    }
}
