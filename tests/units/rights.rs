//! Functions may do nothing that they never do. That they do nothing else is held at each call of each test ([`testing::Rights`]); here they
//! go every way that the walk which is measured leaves out, and then everything that the template allows was done.

use super::{
    Bench, measure,
    visit::{EMAIL, Visitor},
};
use app::{App, Route, host::Deadline, settings::Settings, worker::Task};
use domain::{
    field::Field,
    team::{Member, Permission},
};
use engines::MAIL_TOPIC;
use http::StatusCode;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testing::{Answer, Call, ImportRoutes, Meter, TestApp, a_contact, people_csv};

const IMPORT: ImportRoutes = ImportRoutes { start: jobs::start_import::route, plan: jobs::plan_import::route, apply: jobs::apply::route };

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const SAFARI: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

#[tokio::test(flavor = "multi_thread")]
async fn functions_may_do_nothing_that_they_never_do() {
    let (test, _) = Box::pin(measure()).await;
    test.release_worker().await;
    let member = test.member("demo", &Permission::ALL).await;
    let desk = Desk { test: &test, member: &member };
    desk.change_contacts().await;
    desk.run_jobs().await;
    desk.send_again().await;
    desk.read_snapshots().await;
    let mut portal = Bench { test: &test, meter: &Meter::default(), measured: Vec::new() };
    let visitor = portal.come_from_elsewhere().await;
    portal.be_refused(&member, visitor).await;
    assert_eq!(test.rights.unused(), Vec::<String>::new(), "the template allows what nothing here does");
}

/// A member at work.
struct Desk<'a> {
    test: &'a TestApp,
    member: &'a Member,
}

impl Desk<'_> {
    async fn call(&self, route: Route, call: Call) -> Answer {
        let answer = self.test.call(route, call.by(self.member)).await;
        self.test.settle().await;
        answer
    }

    async fn post(&self, route: Route, path: &str, body: &Value) -> Value {
        let answer = self.call(route, Call::post(path).json(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json
    }

    async fn post_twice(&self, route: fn() -> Route, path: &str, body: &Value) {
        for _ in 0..2 {
            let answer = self.call(route(), Call::post(path).header("idempotency-key", path).json(body)).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text());
        }
    }

    /// Who reports to whom, and whom a directory knows, also when they come back.
    async fn change_contacts(&self) {
        let boss = self.test.contact("demo", a_contact().named("Boss")).await;
        let synced = self.test.contact("demo", a_contact().named("Synced").with(Field::DirectorySyncId, "tenant/1".into())).await;
        let path = format!("/v1/contacts/{}", synced.id);
        let change = Call::patch(&path).header("if-match", "1").json(&json!({"reportsToContactId": boss.id}));
        let patched = self.call(contacts::update::route(), change).await;
        assert_eq!(patched.status, StatusCode::OK, "{}", patched.text());
        let history = self.call(contacts::history::route(), Call::get(&format!("{path}/history?pageSize=1"))).await.json;
        let next = format!("{path}/history?pageSize=1&cursor={}", history["next"].as_str().unwrap().replace('#', "%23"));
        assert_eq!(self.call(contacts::history::route(), Call::get(&next)).await.status, StatusCode::OK);
        let never = format!("/v1/contacts/{}/history", uuid::Uuid::from_u128(0));
        assert_eq!(self.call(contacts::history::route(), Call::get(&never)).await.status, StatusCode::NOT_FOUND);
        let deleted = self.call(contacts::delete::route(), Call::delete(&path)).await;
        self.post(jobs::undo::route(), &format!("/v1/jobs/{}/undo", deleted.header("kdesk-job")), &json!({})).await;
    }

    /// A large job that waits to be looked at, an export that is fetched, a file that never came, and a worker that fell silent.
    async fn run_jobs(&self) {
        let rest = json!({"action": {"set": {"division": "IT"}}, "selection": {"filter": {}}});
        let bulk = self.post(jobs::bulk::route(), "/v1/contacts/bulk", &rest).await;
        self.post(jobs::apply::route(), &format!("/v1/jobs/{}/apply", bulk["id"].as_str().unwrap()), &json!({})).await;
        let one = self.test.contact("demo", a_contact()).await;
        let export = self.post(jobs::start_export::route(), "/v1/exports", &json!({"selection": {"ids": [one.id]}})).await;
        let done = self.call(jobs::get::route(), Call::get(&format!("/v1/jobs/{}", export["id"].as_str().unwrap()))).await.json;
        assert!(done["download"].is_string(), "{done}");
        let listed = Call::get(&format!("/v1/jobs?cursor={}", export["id"].as_str().unwrap()));
        assert_eq!(self.call(jobs::list::route(), listed).await.status, StatusCode::OK);
        let started = self.post(jobs::start_import::route(), "/v1/imports", &json!({"fileName": "a.csv", "size": 1})).await;
        let preview = Call::get(&format!("/v1/imports/{}/preview", started["job"]["id"].as_str().unwrap()));
        assert_eq!(self.call(jobs::preview_import::route(), preview).await.status, StatusCode::CONFLICT);

        self.test.hold_worker();
        self.post(jobs::start_export::route(), "/v1/exports", &json!({"selection": "all"})).await;
        self.test.clock_forward(3_600).await;
        let sweep = self.test.app_of("jobs-sweep");
        jobs::sweep::handle(sweep, json!({}), Deadline::within(&self.test.app.clock, Duration::from_mins(1))).await.unwrap();
        self.test.release_worker().await;
    }

    /// The same requests again, by the name that their action has; and one that was refused gives its name back.
    async fn send_again(&self) {
        let [keep, remove] = [self.test.contact("demo", a_contact()).await.id, self.test.contact("demo", a_contact()).await.id];
        let set = json!({"action": {"set": {"division": "HR"}}, "selection": {"ids": [keep]}});
        self.post_twice(jobs::bulk::route, "/v1/contacts/bulk", &set).await;
        self.post_twice(jobs::merge::route, "/v1/contacts/merge", &json!({"keep": keep, "remove": remove})).await;
        self.post_twice(jobs::start_export::route, "/v1/exports", &json!({"selection": {"ids": [keep]}})).await;
        self.post_twice(jobs::start_import::route, "/v1/imports", &json!({"fileName": "b.csv", "size": 1})).await;
        let nobody = json!({"action": "delete", "selection": {"ids": [uuid::Uuid::from_u128(0)]}});
        let refused = self.call(jobs::bulk::route(), Call::post("/v1/contacts/bulk").header("idempotency-key", "nobody").json(&nobody)).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }

    /// A directory large enough for a snapshot, which is read, lost, and made anew by a worker that keeps to the table's pace.
    async fn read_snapshots(&self) {
        let TestApp { app, .. } = self.test;
        self.test.import(&IMPORT, self.member, &people_csv(0..1_200, "X"), &json!({})).await;
        self.test.settle().await;
        let pointer = app.store.find_snapshot(&self.member.team).await.unwrap().unwrap();
        let search = || self.call(contacts::list::route(), Call::get("/v1/contacts?q=person"));
        app.directories.forget().await;
        assert_eq!(search().await.json["total"], 1_200);
        app.files.remove(&pointer.object).await.unwrap();
        app.directories.forget().await;
        assert_eq!(search().await.json["total"], 1_200);
        assert_eq!(app.store.find_snapshot(&self.member.team).await.unwrap().unwrap().version, pointer.version + 1);

        let planned = self.test.plan_import(&IMPORT, self.member, &people_csv(0..2, "Y"), &json!({})).await;
        self.test.hold_worker();
        self.post(jobs::apply::route(), &format!("/v1/jobs/{}/apply", planned.id), &json!({})).await;
        let worker = self.test.app_of("jobs-work");
        let settings = Settings { write_units_per_second: Some(6_400), ..(*worker.settings).clone() };
        let worker = App { settings: Arc::new(settings), ..worker };
        let task = Task::Job { team: self.member.team.clone(), job: planned.id };
        worker.perform(task, Deadline::within(&app.clock, Duration::from_mins(15))).await.unwrap();
    }
}

impl Bench<'_> {
    /// Mails go as soon as they are asked for.
    fn mail_at_once(&self) {
        let (app, clock) = (self.test.app_of("mail-send"), self.test.app.clock.clone());
        self.test.engines.lambda.register("mail", move |task| {
            let sent = mail::send::handle(app.clone(), task, Deadline::within(&clock, Duration::from_mins(1)));
            async { sent.await.map_err(|problem| format!("{problem:?}")) }
        });
    }

    async fn ask_code(&mut self, visitor: &mut Visitor) {
        self.test.clock_forward(3_600).await;
        self.visit(visitor, portal::sign_in::route(), "", "/portal/demo", &[]).await;
        self.visit(visitor, portal::ask_code::route(), "", "/portal/demo/code", &[("email", EMAIL)]).await;
    }

    async fn enter_code(&mut self, visitor: &mut Visitor) -> StatusCode {
        let code = self.mailed_code();
        self.visit(visitor, portal::enter_code::route(), "", "/portal/demo/verify", &[]).await;
        self.try_visit(visitor, portal::verify::route(), "", "/portal/demo/verify", &[("code", &code)]).await.status
    }

    /// From one device by a code that was asked for twice, after a wrong one, from another by one, from a third with single sign-on, and back an hour later.
    async fn come_from_elsewhere(&mut self) -> Visitor {
        self.mail_at_once();
        let [mut first, mut second, mut third] = [FIREFOX, CHROME, SAFARI].map(Visitor::with);
        self.ask_code(&mut first).await;
        self.ask_code(&mut first).await;
        self.visit(&mut first, portal::enter_code::route(), "", "/portal/demo/verify", &[]).await;
        let wrong = self.try_visit(&mut first, portal::verify::route(), "", "/portal/demo/verify", &[("code", "2222222")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(self.enter_code(&mut first).await, StatusCode::SEE_OTHER);
        self.ask_code(&mut second).await;
        assert_eq!(self.enter_code(&mut second).await, StatusCode::SEE_OTHER);
        self.single_sign_on(&mut third, "", "").await;
        self.test.clock_forward(3_600).await;
        self.visit(&mut first, portal::home::route(), "", "/portal/demo/home", &[]).await;
        first
    }

    /// Who may no longer be here: with a code, with a session, when they ask for a code. Then their address bounces, they are deleted, and
    /// their account at the provider is another contact's.
    async fn be_refused(&mut self, member: &Member, mut there: Visitor) {
        let test = self.test;
        let mut elsewhere = Visitor::with(CHROME);
        self.ask_code(&mut elsewhere).await;
        let contact = test
            .contacts("demo")
            .await
            .into_iter()
            .find(|contact| contact.profile.primary_email().is_some_and(|email| email.key() == EMAIL))
            .unwrap();
        let mut profile = contact.profile.clone();
        profile.set(Field::PortalAccess, &false.into()).unwrap();
        test.save(&member.team, &contact, profile).await;
        assert_eq!(self.enter_code(&mut elsewhere).await, StatusCode::FORBIDDEN);
        self.try_visit(&mut there, portal::home::route(), "", "/portal/demo/home", &[]).await;
        self.ask_code(&mut elsewhere).await;
        assert_eq!(test.app.store.list_refusals(&member.team, contact.id, 0).await.unwrap().len(), 3);

        let bounce = json!({
            "eventType": "Bounce", "mail": {"destination": [EMAIL], "tags": {"team": ["demo"]}},
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": EMAIL}], "timestamp": "2026-03-01T09:00:00Z"},
        });
        let event = json!({"Records": [{"Sns": {"TopicArn": MAIL_TOPIC, "Message": bounce.to_string()}}]});
        let deadline = Deadline::within(&test.app.clock, Duration::from_mins(1));
        mail::event::handle(test.app_of("mail-event"), event, deadline).await.unwrap();

        let deleted = test.call(contacts::delete::route(), Call::delete(&format!("/v1/contacts/{}", contact.id)).by(member)).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text());
        test.contact("demo", a_contact().emailed(EMAIL).with(Field::PortalAccess, true.into())).await;
        self.single_sign_on(&mut Visitor::with(SAFARI), "", "").await;
    }
}
