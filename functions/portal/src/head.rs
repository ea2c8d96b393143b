//! Whoever only looks changes nothing: HEAD, with which mail scanners and link checkers come, on every page that the router has. The portal's
//! other rows of that kind are about one page each; these are about who is signed in, for whom looking in is a use of the session.

use crate::stage::{Browser, Stage, id};
use domain::{
    contact::Contact,
    field::Field,
    portal::{IDLE_SECONDS, SEEN_SECONDS},
};
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use testing::Call;

const ZOE: &str = "zoe@x.example";

/// Calls every page of the portal with this method, as the browser would; the pages that changed something.
async fn call_every_page(stage: &Stage, browser: &Browser<'_>, method: &Method, link: &str) -> BTreeSet<&'static str> {
    let mut changing = BTreeSet::new();
    let names = || crate::routes().into_iter().filter(|route| route.description().is_none() && route.method == Method::GET);
    for (name, path) in names().map(|route| (route.name, route.path)) {
        let token = link.rsplit('/').next().unwrap_or_default();
        let path = path.replace("{team}", "demo").replace("{provider}", "google").replace("{token}", token);
        let call = if *method == Method::HEAD { Call::head(&path) } else { Call::get(&path) };
        let call = browser.jar.iter().fold(call.from_ip("192.0.2.1"), |call, (name, value)| call.cookie(name, value));
        let before = stage.test.everything().await;
        let route = names().find(|route| route.name == name).expect("the same");
        let answer = stage.test.call(route, call).await;
        assert!(answer.status != StatusCode::METHOD_NOT_ALLOWED && (*method == Method::GET || answer.text().is_empty()), "{name}: {}", answer.status);
        if stage.test.everything().await != before {
            changing.insert(name);
        }
    }
    changing
}

/// Somebody with a link, an attempt, and a session that was last seen a while ago.
async fn arranged(stage: &Stage) -> (Contact, Browser<'_>, String) {
    let zoe = stage.contact(ZOE).await;
    let link = stage.link(&zoe).await;
    let mut browser = stage.signed_in(ZOE).await;
    browser.get(&link).await;
    browser.ask("ann@x.example").await;
    stage.test.clock_forward(SEEN_SECONDS.unsigned_abs()).await;
    (zoe, browser, link)
}

#[tokio::test]
async fn looking_at_any_page_notes_no_use_of_a_session_and_sets_out_for_no_provider() {
    let stage = Stage::offering_google().await;
    let (_, browser, link) = arranged(&stage).await;
    assert_eq!(call_every_page(&stage, &browser, &Method::HEAD, &link).await, BTreeSet::new());
    let noted = call_every_page(&stage, &browser, &Method::GET, &link).await;
    assert_eq!(noted, BTreeSet::from(["portal-sign-in", "portal-sso-start"]), "the first page notes it for an hour");
}

#[tokio::test]
async fn looking_in_ends_no_session_whose_access_has_ended_and_using_it_does() {
    let stage = Stage::open().await;
    let (zoe, mut browser, link) = arranged(&stage).await;
    let zoe = stage.test.app.store.get_contact(&id("demo"), zoe.id).await.expect("there");
    let mut profile = zoe.profile.clone();
    profile.set(Field::PortalAccess, &false.into()).expect("it fits");
    stage.test.save(&id("demo"), &zoe, profile).await;
    assert_eq!(browser.head("/home").await.status, StatusCode::FORBIDDEN);
    assert_eq!(call_every_page(&stage, &browser, &Method::HEAD, &link).await, BTreeSet::new());
    assert_eq!(browser.get("/home").await.status, StatusCode::FORBIDDEN);
    let refusals = stage.test.app.store.list_refusals(&id("demo"), zoe.id, 0).await.expect("listed");
    assert_eq!((refusals.len(), stage.test.app.store.list_sessions(&id("demo"), zoe.id).await.expect("listed")), (1, vec![]));
}

#[tokio::test]
async fn looking_in_keeps_no_session_alive_and_ends_none_of_a_contact_who_was_deleted() {
    let stage = Stage::open().await;
    let (zoe, mut browser, link) = arranged(&stage).await;
    stage.test.clock_forward(IDLE_SECONDS.unsigned_abs() - SEEN_SECONDS.unsigned_abs() - 1).await;
    assert_eq!(browser.head("/home").await.status, StatusCode::OK);
    let cookies = browser.jar.clone();
    let zoe = stage.test.app.store.get_contact(&id("demo"), zoe.id).await.expect("there");
    stage.test.remove(&id("demo"), &zoe).await;
    assert_eq!(call_every_page(&stage, &browser, &Method::HEAD, &link).await, BTreeSet::new());
    stage.test.clock_forward(1).await;
    browser.jar = cookies;
    assert_eq!(browser.get("/home").await.status, StatusCode::UNAUTHORIZED, "a week unused");
}
