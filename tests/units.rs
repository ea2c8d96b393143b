//! What each route consumes of the table, called once on a team of a hundred contacts whose directory is in memory, as the table itself
//! tells; and what a month of a helpdesk team costs. The table printed here is the README's.
//!
//! The engine that tells is the embedded one, which counts as AWS documents it: a read that finds nothing and a query without a result
//! cost the least there is, a transaction twice as much. DynamoDB Local counts neither so, which is why it is not asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed and says where")]

#[path = "units/rights.rs"]
mod rights;
#[path = "units/visit.rs"]
mod visit;

use app::{
    host::Deadline,
    random,
    store::{Change, Unit},
};
use domain::{
    contact::Profile,
    history::{Author, Source},
    ids::ContactId,
    mail::{MailProblem, MailProblemKind},
    team::{Member, Permission},
};
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Call, Meter, TestApp, Units};

/// Function, what it is asked, read units, write units.
type Measured = (String, &'static str, f64, f64);

/// What is expected, in the order of the calls. A change here is a change of the price of each such call.
const EXPECTED: &[(&str, &str, f64, f64)] = &[
    ("team-me", "", 3.0, 0.0),
    ("team-describe", "", 0.0, 0.0),
    ("team-list-members", "one member", 2.0, 0.0),
    ("team-set-permissions", "", 1.0, 1.0),
    ("team-show-general", "", 2.0, 0.0),
    ("team-set-general", "", 1.0, 1.0),
    ("team-show-communication", "", 2.0, 0.0),
    ("team-set-communication", "", 1.0, 1.0),
    ("team-show-sso", "", 2.0, 0.0),
    ("team-set-sso", "", 1.0, 1.0),
    ("contacts-list", "cold", 14.0, 0.0),
    ("contacts-list", "warm", 10.0, 0.0),
    ("contacts-duplicates", "", 10.0, 0.0),
    ("contacts-create", "", 1.0, 7.0),
    ("contacts-get", "", 3.0, 0.0),
    ("contacts-update", "", 2.0, 5.0),
    ("contacts-history", "", 1.5, 0.0),
    ("contacts-why", "", 5.0, 0.0),
    ("mail-clear", "", 2.0, 1.0),
    ("contacts-delete", "", 12.0, 15.0),
    ("jobs-bulk", "one contact", 12.0, 13.0),
    ("jobs-merge", "", 15.0, 20.0),
    ("jobs-undo", "one contact", 16.0, 14.0),
    ("jobs-start-export", "", 11.0, 2.0),
    ("jobs-work", "export a hundred contacts", 101.0, 3.0),
    ("jobs-import-template", "", 1.0, 0.0),
    ("jobs-start-import", "", 2.0, 1.0),
    ("jobs-preview-import", "", 4.0, 0.0),
    ("jobs-plan-import", "", 4.0, 2.0),
    ("jobs-work", "plan an import of ten rows", 15.0, 11.0),
    ("jobs-rows", "", 2.0, 0.0),
    ("jobs-failed", "", 2.0, 0.0),
    ("jobs-apply", "", 5.0, 2.0),
    ("jobs-work", "apply an import of ten new contacts", 5.0, 79.0),
    ("jobs-get", "", 2.0, 0.0),
    ("jobs-list", "five jobs", 2.0, 0.0),
    ("jobs-start-import", "again", 2.0, 1.0),
    ("jobs-cancel", "", 4.0, 1.0),
    ("contacts-create", "with an Idempotency-Key", 1.0, 8.0),
    ("contacts-create", "the same sent again", 2.0, 1.0),
    ("jobs-sweep", "nothing to do", 0.5, 0.0),
    ("portal-make-link", "", 2.0, 1.0),
    ("portal-team-link", "", 1.0, 0.0),
    ("portal-open-link", "", 4.0, 0.0),
    ("portal-show-link", "", 4.0, 0.0),
    ("portal-ask-link-code", "", 6.0, 6.0),
    ("portal-revoke-link", "", 2.0, 1.0),
    ("portal-clear-limits", "", 2.0, 5.0),
    ("portal-sign-in", "", 2.0, 0.0),
    ("portal-ask-code", "", 4.0, 6.0),
    ("mail-send", "a code", 7.0, 4.0),
    ("portal-enter-code", "", 3.0, 0.0),
    ("portal-verify", "", 5.0, 13.0),
    ("portal-home", "", 4.0, 0.0),
    ("portal-home", "an hour later", 4.0, 1.0),
    ("portal-settings", "", 6.0, 0.0),
    ("portal-end-session", "of one that is over", 5.0, 0.0),
    ("portal-sign-out", "", 5.0, 3.0),
    ("portal-sign-in", "again", 2.0, 0.0),
    ("portal-ask-code", "again", 4.0, 6.0),
    ("mail-send", "again", 7.0, 4.0),
    ("portal-enter-code", "again", 3.0, 0.0),
    ("portal-verify", "again", 5.0, 13.0),
    ("portal-settings", "again", 6.0, 0.0),
    ("portal-end-all-sessions", "one session", 5.0, 3.0),
    ("portal-manifest", "", 2.0, 0.0),
    ("portal-service-worker", "", 0.0, 0.0),
    ("portal-sign-in", "with single sign-on", 3.0, 0.0),
    ("portal-sso-start", "", 3.0, 2.0),
    ("portal-sso-return", "the first time", 9.0, 14.0),
    ("portal-sso-start", "again", 3.0, 2.0),
    ("portal-sso-return", "of one that is linked", 7.0, 8.0),
    ("portal-settings", "again", 6.0, 0.0),
    ("portal-remove-identity", "", 5.0, 4.0),
];

/// US dollars for a million units, on demand, in us-east-1 (<https://aws.amazon.com/dynamodb/pricing/on-demand/>).
const READ_PRICE: f64 = 0.125;
const WRITE_PRICE: f64 = 0.625;

/// What a team of 20 members with 10,000 contacts does in a month of 22 days: function, what it is asked, how often.
const MONTH: &[(&str, &str, f64)] = &[
    ("team-me", "", 20.0 * 22.0 * 10.0),
    ("team-list-members", "one member", 20.0 * 22.0 * 10.0),
    ("contacts-list", "warm", 20.0 * 22.0 * 300.0),
    ("contacts-get", "", 20.0 * 22.0 * 100.0),
    ("contacts-history", "", 20.0 * 22.0 * 100.0),
    ("contacts-why", "", 20.0 * 22.0 * 5.0),
    ("contacts-create", "", 20.0 * 22.0 * 5.0),
    ("contacts-update", "", 20.0 * 22.0 * 20.0),
    ("jobs-bulk", "one contact", 22.0 * 20.0),
    // Each week a file of 10,000 people, of whom a tenth is new; what a row costs is a tenth of what ten rows cost.
    ("jobs-work", "plan an import of ten rows", 4.0 * 1_000.0),
    ("jobs-work", "apply an import of ten new contacts", 4.0 * 100.0),
    ("jobs-work", "export a hundred contacts", 4.0 * 100.0),
    ("jobs-sweep", "nothing to do", 30.0 * 24.0 * 60.0),
    // Each contact signs in once by a code and opens the portal five times, on different days.
    ("portal-sign-in", "", CONTACTS),
    ("portal-ask-code", "", CONTACTS),
    ("mail-send", "a code", CONTACTS),
    ("portal-enter-code", "", CONTACTS),
    ("portal-verify", "", CONTACTS),
    ("portal-home", "an hour later", 5.0 * CONTACTS),
];

const CONTACTS: f64 = 10_000.0;

/// How often a process reads the directory cold in that month.
const COLD_TIMES: f64 = 22.0 * 100.0;

/// What that costs with 10,000 contacts: the member, the pointer to the snapshot, a query of each shard, and the changes since the
/// snapshot, on average half of the thousand after which a new one is made, each of up to 1 kB.
const COLD_READS: f64 = 1.0 + 1.0 + 8.0 + 500.0 / 4.0;

struct Bench<'a> {
    test: &'a TestApp,
    meter: &'a Meter,
    measured: Vec<Measured>,
}

impl Bench<'_> {
    fn note(&mut self, name: &str, what: &'static str) {
        let Units { read, write } = self.meter.take();
        self.measured.push((name.to_owned(), what, read, write));
    }

    /// Calls a route once; what it hands to the worker is done and noted by [`Bench::work`].
    async fn call(&mut self, route: app::Route, what: &'static str, call: Call) -> Value {
        // An hour later, so that no change before is looked at again, and the worker waits.
        self.test.clock_forward(3_600).await;
        self.test.hold_worker();
        self.meter.take();
        let name = route.name;
        let answer = self.test.call(route, call).await;
        self.test.settle().await;
        assert!(answer.status.is_success(), "{name}: {}", answer.text());
        self.note(name, what);
        answer.json
    }

    async fn work(&mut self, what: &'static str) {
        self.meter.take();
        self.test.release_worker().await;
        self.note("jobs-work", what);
    }
}

/// A hundred contacts, spread over the shards the same way each time.
async fn arrange(test: &TestApp, member: &Member) -> Vec<ContactId> {
    let ids: Vec<ContactId> = (1..=100).map(|n| ContactId::from_uuid(uuid::Uuid::from_u128(n))).collect();
    let unit = |(n, &id): (usize, &ContactId)| {
        let fields = json!({
            "firstName": format!("Zoë {n:03}"), "primaryEmail": format!("zoe{n:03}@x.example"), "company": "Example GmbH", "phones": {"work": "+49 30 901820"},
        });
        let profile = Profile::parse(fields.as_object().unwrap()).unwrap();
        let author = Author { source: Source::Member, member: Some(member.id.clone()), job: None };
        let change = Change::new(id, None, Some(profile), author, test.app.clock.now_ms(), random::uuid().to_string());
        Unit { changes: vec![change], guards: Vec::new() }
    };
    let units: Vec<Unit> = ids.iter().enumerate().map(unit).collect();
    let committed = test.app.store.commit(&member.team, &units).await.unwrap();
    assert!(committed.results.iter().all(Result::is_ok));
    ids
}

async fn measure() -> (TestApp, Vec<Measured>) {
    let meter = Meter::default();
    let mut test = TestApp::start_metered(&meter).await;
    visit::let_google_play(&mut test).await;
    let member = test.member("demo", &Permission::ALL).await;
    let contacts = arrange(&test, &member).await;
    let (ann, bob) = (contacts[0], contacts[1]);
    let mut bench = Bench { test: &test, meter: &meter, measured: Vec::new() };
    let get = |path: &str| Call::get(path).by(&member);
    let post = |path: &str, body: Value| Call::post(path).by(&member).json(&body);
    let of = |contact: ContactId, rest: &str| format!("/v1/contacts/{contact}{rest}");

    bench.call(team::me::route(), "", get("/v1/me")).await;
    bench.call(team::describe::route(), "", get("/v1/openapi.json")).await;
    bench.call(team::list_members::route(), "one member", get("/v1/members")).await;
    let permissions = Call::put(&format!("/v1/members/{}/permissions", member.id)).by(&member).json(&json!({"permissions": Permission::ALL}));
    bench.call(team::set_permissions::route(), "", permissions).await;
    let general = bench.call(team::show_general::route(), "", get("/v1/team/settings/general")).await;
    bench.call(team::set_general::route(), "", Call::put("/v1/team/settings/general").by(&member).json(&general)).await;
    let switches = bench.call(team::show_communication::route(), "", get("/v1/team/settings/communication")).await;
    bench.call(team::set_communication::route(), "", Call::put("/v1/team/settings/communication").by(&member).json(&switches)).await;
    let sso = bench.call(team::show_sso::route(), "", get("/v1/team/settings/sso")).await;
    bench.call(team::set_sso::route(), "", Call::put("/v1/team/settings/sso").by(&member).json(&sso)).await;

    bench.call(contacts::list::route(), "cold", get("/v1/contacts?q=zoe")).await;
    bench.call(contacts::list::route(), "warm", get("/v1/contacts?q=zoe")).await;
    bench.call(contacts::duplicates::route(), "", get("/v1/contacts/duplicates")).await;
    let new = json!({"firstName": "Ann", "primaryEmail": "ann@x.example", "company": "Example GmbH"});
    bench.call(contacts::create::route(), "", post("/v1/contacts", new)).await;
    bench.call(contacts::get::route(), "", get(&of(ann, ""))).await;
    let patch = Call::patch(&of(ann, "")).by(&member).header("if-match", "1").json(&json!({"job": "Head of IT"}));
    bench.call(contacts::update::route(), "", patch).await;
    bench.call(contacts::history::route(), "", get(&of(ann, "/history"))).await;
    bench.call(contacts::why::route(), "", get(&of(ann, "/why?question=sign-in"))).await;
    let bounced = MailProblem { address: "zoe000@x.example".parse().unwrap(), kind: MailProblemKind::Bounce, at: test.app.clock.now() };
    test.app.store.note_mail_problem(&member.team, &bounced).await.unwrap();
    let clear = Call::delete(&of(ann, "/mail-problems/zoe000@x.example")).by(&member);
    bench.call(mail::clear::route(), "", clear).await;
    bench.call(contacts::delete::route(), "", Call::delete(&of(bob, "")).by(&member)).await;

    let one = json!({"action": {"set": {"division": "IT"}}, "selection": {"ids": [contacts[2]]}});
    let bulk = bench.call(jobs::bulk::route(), "one contact", post("/v1/contacts/bulk", one)).await;
    let pair = json!({"keep": contacts[3], "remove": contacts[4]});
    bench.call(jobs::merge::route(), "", post("/v1/contacts/merge", pair)).await;
    let job_of = |job: &Value, rest: &str| format!("/v1/jobs/{}{rest}", job["id"].as_str().unwrap());
    bench.call(jobs::undo::route(), "one contact", post(&job_of(&bulk, "/undo"), json!({}))).await;

    bench.call(jobs::start_export::route(), "", post("/v1/exports", json!({"selection": "all"}))).await;
    bench.work("export a hundred contacts").await;
    bench.call(jobs::import_template::route(), "", get("/v1/imports/template.csv")).await;
    let people: Vec<String> = (0..10).map(|n| format!("New {n},new{n}@x.example,Example GmbH")).collect();
    let file = format!("firstName,primaryEmail,company\n{}\nBad,nobody,x\n", people.join("\n"));
    let started = bench.call(jobs::start_import::route(), "", post("/v1/imports", json!({"fileName": "a.csv", "size": file.len()}))).await;
    assert!(test.upload(&started["upload"], file.as_bytes()).await);
    let import = &started["job"];
    let preview = get(&format!("/v1/imports/{}/preview", import["id"].as_str().unwrap()));
    bench.call(jobs::preview_import::route(), "", preview).await;
    let plan = post(&format!("/v1/imports/{}/plan", import["id"].as_str().unwrap()), json!({}));
    bench.call(jobs::plan_import::route(), "", plan).await;
    bench.work("plan an import of ten rows").await;
    bench.call(jobs::rows::route(), "", get(&job_of(import, "/rows"))).await;
    bench.call(jobs::failed::route(), "", get(&job_of(import, "/failed.csv"))).await;
    bench.call(jobs::apply::route(), "", post(&job_of(import, "/apply"), json!({}))).await;
    bench.work("apply an import of ten new contacts").await;
    bench.call(jobs::get::route(), "", get(&job_of(import, ""))).await;
    bench.call(jobs::list::route(), "five jobs", get("/v1/jobs?pageSize=5")).await;
    let waiting = bench.call(jobs::start_import::route(), "again", post("/v1/imports", json!({"fileName": "b.csv", "size": 1}))).await;
    bench.call(jobs::cancel::route(), "", post(&job_of(&waiting["job"], "/cancel"), json!({}))).await;
    let named = post("/v1/contacts", json!({"firstName": "Bea", "primaryEmail": "bea@x.example", "company": "Example GmbH"}))
        .header("idempotency-key", "bea");
    bench.call(contacts::create::route(), "with an Idempotency-Key", named.clone()).await;
    bench.call(contacts::create::route(), "the same sent again", named).await;
    test.clock_forward(3_600).await;
    meter.take();
    jobs::sweep::handle(test.app_of("jobs-sweep"), json!({}), Deadline::within(&test.app.clock, Duration::from_mins(1))).await.unwrap();
    bench.note("jobs-sweep", "nothing to do");
    bench.portal(&member, ann).await;
    let measured = bench.measured;
    (test, measured)
}

fn markdown(measured: &[Measured]) -> String {
    let row = |(name, what, read, write): &Measured| {
        let name = if what.is_empty() { format!("`{name}`") } else { format!("`{name}`, {what}") };
        format!("| {name} | {read} | {write} |\n")
    };
    let rows = measured.iter().filter(|(_, what, ..)| *what != "again").map(row).collect::<String>();
    format!("| function | read units | write units |\n| --- | ---: | ---: |\n{rows}")
}

fn month(measured: &[Measured]) -> Units {
    let cold = Units { read: COLD_TIMES * COLD_READS, write: 0.0 };
    MONTH.iter().fold(cold, |sum, (name, what, times)| {
        let (_, _, read, write) = measured.iter().find(|(a, b, ..)| a == name && b == what).unwrap();
        Units { read: sum.read + read * times, write: sum.write + write * times }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_consumes_the_units_that_are_said() {
    let (_, measured) = Box::pin(measure()).await;
    println!("{}", markdown(&measured));
    let Units { read, write } = month(&measured);
    let (reads, writes) = (read / 1e6 * READ_PRICE, write / 1e6 * WRITE_PRICE);
    println!("A month: {read:.0} read units (${reads:.2}) and {write:.0} write units (${writes:.2}): ${:.2}", reads + writes);
    let plain: Vec<(&str, &str, f64, f64)> = measured.iter().map(|(name, what, read, write)| (name.as_str(), *what, *read, *write)).collect();
    assert_eq!(plain, EXPECTED);
    // Files, and what is not there, touch no table: the template gives their functions no right to.
    let routes = contacts::routes().into_iter().chain(jobs::routes()).chain(mail::routes()).chain(portal::routes()).chain(team::routes());
    let missing: Vec<&str> = routes
        .map(|route| route.name)
        .filter(|name| !["portal-asset", "portal-nothing"].contains(name) && plain.iter().all(|(measured, ..)| measured != name))
        .collect();
    assert!(missing.is_empty(), "routes without a measure: {missing:?}");
}
