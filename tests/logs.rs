//! What functions log while whole stories run: never a code, a token, a cookie, an address, a name, a search word or a secret that occurred,
//! whatever went well or wrong. Logged is what a function logs, and of this service's own crates more: everything down to DEBUG.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed and says where")]

#[path = "logs/listener.rs"]
mod listener;
#[path = "logs/visitor.rs"]
mod visitor;

use app::{App, host::Deadline, settings::Settings};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::{field::Field, job::State, team::Permission};
use engines::Refusal;
use listener::Listener;
use serde_json::json;
use std::time::Duration;
use testing::{Call, FailingNetwork, Fault, ImportRoutes, TestApp, a_contact};
use visitor::{Portal, Visitor};

const ZOE: &str = "zoe.quittenbaum@private.example";
const ROUTES: ImportRoutes = ImportRoutes { start: jobs::start_import::route, plan: jobs::plan_import::route, apply: jobs::apply::route };

/// A portal with one contact, of whom everything is a secret.
async fn a_portal(listener: &mut Listener) -> Portal {
    a_portal_of(listener, a_contact().named("Zoë-Quittenbaum").emailed(ZOE)).await
}

async fn a_portal_of(listener: &mut Listener, contact: testing::ContactBuilder) -> Portal {
    let portal = Portal::open().await;
    let contact =
        contact.with(Field::PortalAccess, json!(true)).with(Field::Company, json!("Kieselgur & Söhne")).with(Field::Notes, json!("likes Rhabarber"));
    let zoe = portal.test.contact("demo", contact).await;
    for value in [zoe.profile.display_name().as_str(), "Quittenbaum", "Kieselgur", "Rhabarber"] {
        listener.keep_secret("of the contact", value);
    }
    listener.keep_secret("an address", zoe.profile.primary_email().unwrap().as_str());
    portal
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_with_a_code_and_out_again_tells_nothing() {
    let mut listener = Listener::start();
    let portal = a_portal(&mut listener).await;
    let mut visitor = Visitor::new(&portal);
    visitor.get("").await;
    visitor.post("/code", &[("email", "not.an.address.but.private")]).await;
    visitor.post("/code", &[("email", ZOE)]).await;
    visitor.get("/verify").await;
    for wrong in ["ZZZ 2222", "YYYY333", "something long that is no code"] {
        listener.keep_secret("a wrong code", wrong);
        visitor.post("/verify", &[("code", wrong)]).await;
    }
    let code = portal.code(ZOE).await;
    listener.keep_secret("a code", &code);
    let answer = visitor.post("/verify", &[("code", &code)]).await;
    assert_eq!(answer.header("location"), "/portal/demo/home");
    for page in ["/home", "/settings"] {
        assert!(visitor.get(page).await.text().contains("Quittenbaum"));
    }
    visitor.post("/sign-out", &[]).await;
    portal.test.clock_forward(61).await;
    // From another device, which is told of; and by somebody whom nobody knows, until nothing more is sent.
    for address in [ZOE, "nobody.at.all@private.example"] {
        let mut other = Visitor::new(&portal);
        other.get("").await;
        for _ in 0..3 {
            other.post("/code", &[("email", address)]).await;
        }
        listener.keep_secret("an address", address);
        visitor.secrets.append(&mut other.secrets);
    }
    portal.test.settle().await;
    listener.keep_secret("the deployment's key", "a key for tests that has thirty-two bytes");
    listener.keep_secret("what was typed", "not.an.address.but.private");
    listener.hears_none_of(&visitor.secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contacts_own_link_and_why_tell_nothing() {
    let mut listener = Listener::start();
    let portal = a_portal(&mut listener).await;
    let member = portal.test.member("demo", &[Permission::ModifyContacts]).await;
    let zoe = portal.test.app.store.find_email_holders(&member.team, &[ZOE.to_owned()].into()).await.unwrap()[ZOE];
    let made = portal.test.call(portal::make_link::route(), Call::post(&format!("/v1/contacts/{zoe}/portal-link")).by(&member)).await;
    let link = made.json["url"].as_str().unwrap().split_once("/portal/demo").unwrap().1.to_owned();
    listener.keep_secret("a link", link.trim_start_matches("/link/"));
    let mut visitor = Visitor::new(&portal);
    visitor.get(&link).await;
    visitor.get("/link").await;
    let asked = visitor.post(&format!("{link}/code"), &[]).await;
    assert_eq!(asked.header("location"), "/portal/demo/verify");
    visitor.get("/verify").await;
    let code = portal.code(ZOE).await;
    listener.keep_secret("a code", &code);
    assert_eq!(visitor.post("/verify", &[("code", &code)]).await.header("location"), "/portal/demo/home");
    visitor.get("/link/a-link-that-never-was").await;
    for question in ["why?question=sign-in", "history"] {
        let asked = portal
            .test
            .call(
                if question == "history" { contacts::history::route() } else { contacts::why::route() },
                Call::get(&format!("/v1/contacts/{zoe}/{question}")).by(&member),
            )
            .await;
        assert!(asked.status.is_success(), "{}", asked.text());
    }
    listener.hears_none_of(&visitor.secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn single_sign_on_tells_nothing_when_it_works_and_when_it_does_not() {
    let mut listener = Listener::start();
    for client_secret in [local::issuer::sso::SECRET, "a-wrong-client-secret-7731"] {
        let mut portal = a_portal(&mut listener).await;
        portal.let_google_play(client_secret).await;
        let mut visitor = Visitor::new(&portal);
        let back = visitor.single_sign_on(ZOE).await;
        assert_eq!(back.header("location") == "/portal/demo/home", client_secret == local::issuer::sso::SECRET, "{}", back.text());
        // Once more with what was used up, and with nothing of its own.
        let used = visitor.secrets.iter().find(|(what, _)| *what == "the way back").unwrap().1.clone();
        visitor.open(&used).await;
        visitor.open("/portal/sso/callback?code=a-code-from-nowhere&state=a-state-from-nowhere").await;
        visitor.open("/portal/sso/callback?error=access_denied&error_description=zoe.quittenbaum%40private.example").await;
        listener.keep_secret("a code of nobody's", "a-code-from-nowhere");
        listener.keep_secret("a state of nobody's", "a-state-from-nowhere");
        listener.hears_none_of(&visitor.secrets);
    }
    listener.keep_secret("a client secret", "a-wrong-client-secret-7731");
    Listener::hears("an identity provider refuses this service");
    listener.hears_none_of(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_a_search_an_export_and_an_undo_tell_nothing() {
    let mut listener = Listener::start();
    let test = TestApp::start().await;
    let member = test.member("demo", &Permission::ALL).await;
    let file = "firstName,lastName,primaryEmail,phones,company,notes\r\n\
        Łukasz,Zwiebelfisch,lukasz@private.example,+49 30 5550199,Kieselgur GmbH,\"mag, Rhabarber\"\r\n\
        Åsa,Ochsenmaulsalat,asa(at)private.example,a phone of theirs,Kieselgur GmbH,\r\n\
        李,Zwiebelfisch,lukasz@private.example,,Kieselgur GmbH,\r\n";
    for value in
        ["Łukasz", "Zwiebelfisch", "lukasz@private.example", "5550199", "Kieselgur", "Rhabarber", "Ochsenmaulsalat", "asa(at)", "a phone of theirs"]
    {
        listener.keep_secret("of the file", value);
    }
    let how = json!({"mode": "both", "matchBy": "primaryEmail"});
    let done = test.import(&ROUTES, &member, file.as_bytes(), &how).await;
    assert_eq!((done.state, done.counts.created), (State::Done, 1), "{:?}", done.counts);
    let id = done.id.to_string();
    let call = async |route, call: Call| {
        let answer = test.call(route, call.by(&member)).await;
        assert!(!answer.status.is_server_error(), "{}", answer.text());
        test.settle().await;
        answer
    };
    call(jobs::rows::route(), Call::get(&format!("/v1/jobs/{id}/rows"))).await;
    call(jobs::failed::route(), Call::get(&format!("/v1/jobs/{id}/failed.csv"))).await;
    for (q, total) in [("Zwiebel", 1), ("Pfefferkuchenmann", 0)] {
        listener.keep_secret("a search word", q);
        let found = call(contacts::list::route(), Call::get(&format!("/v1/contacts?q={q}&sort=name"))).await;
        assert_eq!(found.json["total"], total, "{q}");
    }
    call(contacts::list::route(), Call::get("/v1/contacts?q=Pfefferkuchenmann&sort=Sauerampfer")).await;
    listener.keep_secret("a wrong sort", "Sauerampfer");
    // What cannot be read or taken.
    let create = || Call::post("/v1/contacts");
    call(
        contacts::create::route(),
        create().json(&json!({"firstName": "Ochsenmaulsalat", "primaryEmail": "asa(at)private.example", "Sauerampfer": 1})),
    )
    .await;
    call(contacts::create::route(), create().header("content-type", "application/json").body(b"{\"firstName\": \"Ochsenmaulsalat".to_vec())).await;
    call(contacts::create::route(), create().json(&json!({"firstName": ["Ochsenmaulsalat"]}))).await;
    call(contacts::create::route(), create().json(&json!({"firstName": "Ochsenmaulsalat", "primaryEmail": "lukasz@private.example"}))).await;
    call(jobs::start_export::route(), Call::post("/v1/exports").json(&json!({"selection": "all"}))).await;
    call(jobs::undo::route(), Call::post(&format!("/v1/jobs/{id}/undo"))).await;
    assert_eq!(test.finish(&member, &json!(id)).await.state, State::Done);
    listener.hears_none_of(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ses_refuses_and_whatever_comes_back_tells_nothing() {
    let mut listener = Listener::start();
    let address = "bounce+zoe.quittenbaum@simulator.amazonses.com";
    let refusals = [
        Refusal::MessageRejected,
        Refusal::BadRequest(format!("Illegal address {address}")),
        Refusal::AccountSuspended,
        Refusal::SendingPaused,
        Refusal::MailFromDomainNotVerified,
        Refusal::NotFound,
        Refusal::LimitExceeded,
    ];
    let portal = a_portal_of(&mut listener, a_contact().named("Zoë-Quittenbaum").emailed(address)).await;
    let mut secrets = Vec::new();
    for refusal in refusals.into_iter().map(Some).chain([None, None]) {
        let mut visitor = Visitor::new(&portal);
        portal.test.engines.ses.refuse_next(refusal);
        visitor.get("").await;
        visitor.post("/code", &[("email", address)]).await;
        portal.test.settle().await;
        portal.test.clock_forward(2 * 60 * 60).await;
        secrets.append(&mut visitor.secrets);
    }
    assert_eq!(portal.test.engines.ses.sent().len(), 1, "the one after came back");
    Listener::hears(app::mailer::NOT_SENT);
    Listener::hears("mail to an address is stopped");
    // Messages that nobody can read, with an address where none belongs.
    let deadline = || Deadline::within(&portal.test.app.clock, Duration::from_mins(1));
    let sns = |message: String| json!({"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": engines::MAIL_TOPIC, "Message": message}}]});
    for event in [
        sns(format!("{{\"eventType\": \"Bounce\", \"bounce\": \"{address}\"}}")),
        sns(address.to_owned()),
        json!({"Records": address}),
        json!(address),
    ] {
        let handled = mail::event::handle(portal.test.app.clone(), event, deadline()).await;
        assert!(handled.is_ok());
    }
    for task in [
        json!({"task": address}),
        json!({"task": "code", "team": "demo", "attempt": {"of": address}}),
        json!({"task": "code", "team": address, "attempt": "x"}),
        json!(address),
    ] {
        assert!(mail::send::handle(portal.test.app.clone(), task.clone(), deadline()).await.is_ok());
        assert!(jobs::work::handle(portal.test.app.clone(), task, deadline()).await.is_ok());
    }
    listener.hears_none_of(&secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_inside_tells_nothing() {
    let mut listener = Listener::start();
    let mut portal = a_portal(&mut listener).await;
    let member = portal.test.member("demo", &Permission::ALL).await;
    let sound = portal.test.app.clone();
    let mut secrets = Vec::new();
    for operation in ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems", "SendEmail"] {
        for fault in [Fault::NeverSent, Fault::Throttled] {
            let network = FailingNetwork::new(app::aws::http_client().unwrap(), operation, fault, 1);
            let settings: Settings = sound.settings.as_ref().clone();
            let clients = app::aws::clients_over(&settings, &SharedHttpClient::new(network));
            portal.test.app = App::over(clients, settings, sound.clock.clone());
            let mut visitor = Visitor::new(&portal);
            visitor.get("").await;
            visitor.post("/code", &[("email", ZOE)]).await;
            visitor.post("/verify", &[("code", "ZZZ2222")]).await;
            let body = json!({"firstName": "Ochsenmaulsalat", "primaryEmail": "asa@private.example"});
            portal.test.call(contacts::create::route(), Call::post("/v1/contacts").by(&member).json(&body)).await;
            portal.test.call(contacts::list::route(), Call::get("/v1/contacts?q=Pfefferkuchenmann").by(&member)).await;
            portal.test.settle().await;
            portal.test.clock_forward(2 * 60 * 60).await;
            secrets.append(&mut visitor.secrets);
        }
    }
    for value in ["Ochsenmaulsalat", "asa@private.example", "Pfefferkuchenmann", "ZZZ2222"] {
        listener.keep_secret("what was sent", value);
    }
    Listener::hears("a request failed for a reason inside the service");
    listener.hears_none_of(&secrets);
}

/// Each attribute of each record in turn holds what cannot be read there: something private.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_tells_nothing_of_what_is_in_it() {
    let mut listener = Listener::start();
    let portal = a_portal(&mut listener).await;
    let test = &portal.test;
    let member = test.member("demo", &Permission::ALL).await;
    let mut visitor = Visitor::new(&portal);
    visitor.get("").await;
    visitor.post("/code", &[("email", ZOE)]).await;
    visitor.get("/verify").await;
    let code = portal.code(ZOE).await;
    let answer = visitor.post("/verify", &[("code", &code)]).await;
    assert_eq!(answer.header("location"), "/portal/demo/home");
    let zoe = test.app.store.find_email_holders(&member.team, &[ZOE.to_owned()].into()).await.unwrap()[ZOE];
    let client = app::aws::clients(&test.app.settings).unwrap().dynamodb;
    let items = client.scan().table_name(&test.app.settings.table).send().await.unwrap().items.unwrap_or_default();
    listener.keep_secret("what was damaged", "Sauerampfer");
    let mut damaged = 0;
    for item in items {
        for name in item.keys().filter(|name| !["pk", "sk", "live", "history_of"].contains(&name.as_str())) {
            let mut broken = item.clone();
            broken.insert(name.clone(), AttributeValue::S("\"Sauerampfer\"".to_owned()));
            client.put_item().table_name(&test.app.settings.table).set_item(Some(broken)).send().await.unwrap();
            for path in ["/home", "/settings", "/verify"] {
                visitor.peek(path).await;
            }
            let of = |rest: &str| Call::get(&format!("/v1/contacts/{zoe}{rest}")).by(&member);
            for (route, call) in [
                (contacts::get::route(), of("")),
                (contacts::history::route(), of("/history")),
                (contacts::why::route(), of("/why?question=sign-in")),
            ] {
                test.call(route, call).await;
            }
            client.put_item().table_name(&test.app.settings.table).set_item(Some(item.clone())).send().await.unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 30, "{damaged}");
    assert!(visitor.peek("/home").await.text().contains("Quittenbaum"), "all is mended again");
    Listener::hears("a request failed for a reason inside the service");
    listener.hears_none_of(&visitor.secrets);
}

/// The one message that every test of this kind hears, so that none is content because nothing is heard at all.
#[test]
fn what_is_logged_is_heard_and_what_is_secret_is_found() {
    let mut listener = Listener::start();
    tracing::debug!(target: "app::portal", text = "Blaubeer\"kuchen", "one of ours");
    tracing::info!(target: "hyper", "an address: blaubeere%40private.example");
    tracing::debug!(target: "hyper", "only functions' own crates say this much");
    Listener::hears("one of ours");
    listener.keep_secret("a name", "Blaubeer\"kuchen");
    listener.keep_secret("an address", "blaubeere@private.example");
    assert_eq!(listener.found(&[]).len(), 2);
    assert!(!Listener::heard().contains("only functions' own"));
}
