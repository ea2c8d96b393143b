//! Signing in with providers that are sound, forged, confused, down or hostile.

use super::forgeries::{claim, forgeries};
use super::scene::{OID, SECRET, Sso, ZOE, is_in};
use super::simulator::{CLIENT, Conduct, Instead, Simulator};
use super::token::base64url;
use crate::stage::id;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{contact::Contact, field::Field, portal::Way};
use http::StatusCode;
use openidconnect::url::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, time::Instant};
use testing::a_contact;

#[tokio::test]
async fn who_is_proven_gets_in_and_is_known_by_the_identity_from_then_on() {
    for way in ["google", "microsoft", "oidc"] {
        let sso = Sso::open().await;
        let zoe = sso.stage.contact("Zoe@X.example").await;
        let mut browser = sso.stage.browser();
        let page = browser.get("").await.text();
        assert!(page.contains(&format!("href=\"/portal/demo/sso/{way}\"")), "{page}");
        let query = sso.set_out(&mut browser, way).await;
        for (name, value) in [("response_type", "code"), ("response_mode", "query"), ("client_id", CLIENT), ("code_challenge_method", "S256")] {
            assert_eq!(query[name], value);
        }
        assert_eq!(query["redirect_uri"], "https://portal.example/portal/sso/callback");
        assert!(is_in(&sso.come_back(&mut browser, &query).await));
        let form: HashMap<String, String> =
            openidconnect::url::form_urlencoded::parse(sso.provider.with(|conduct| conduct.forms[0].clone()).as_bytes()).into_owned().collect();
        assert_eq!(base64url(&Sha256::digest(&form["code_verifier"])), query["code_challenge"]);
        assert_eq!(form["code"], "c0de");
        // Who follows the standard's default takes the secret in the header (RFC 6749 section 2.3.1).
        let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:a+secret+%26+more")));
        let shown = sso.provider.with(|conduct| conduct.authorizations[0].clone());
        let expected = if way == "oidc" { (basic.as_str(), None) } else { ("", Some(SECRET)) };
        assert_eq!((shown.as_str(), form.get("client_secret").map(String::as_str)), expected);
        assert!(browser.get("/home").await.text().contains("Hello, Zoë"));
        // Whatever the provider says of the address later, and whatever the contact's is.
        let zoe = sso.stage.test.change_in(&id("demo"), &zoe, "primaryEmail", "other@x.example").await;
        let mut other = sso.stage.browser();
        assert!(is_in(&sso.visit(&mut other, way, |provider| provider.set("email", Value::Null)).await));
        assert_eq!(sso.sessions(&zoe).await, 2);
        assert!(
            !sso.stage.test.everything().await.contains("the-subject-1089") && !sso.stage.test.everything().await.contains(OID),
            "only a hash is kept"
        );
    }
}

#[tokio::test]
async fn an_address_that_nobody_proves_is_nobodys() {
    let microsoft = [json!({"xms_edov": null}), json!({"xms_edov": false}), json!({"xms_edov": "0"}), json!({"xms_edov": "false"})];
    let google = [json!({"hd": null}), json!({"email_verified": false}), json!({"email_verified": "false"}), json!({"email_verified": null})];
    let oidc = [json!({"email_verified": false}), json!({"email_verified": null, "hd": "x.example", "xms_edov": true})];
    let cases = microsoft.map(|case| ("microsoft", case)).into_iter().chain(google.map(|case| ("google", case)));
    let cases = cases.chain(oidc.map(|case| ("oidc", case)));
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    for (way, case) in cases {
        let change = |provider: &Simulator| case.as_object().expect("claims").iter().for_each(|(name, value)| provider.set(name, value.clone()));
        let answer = sso.visit(&mut sso.stage.browser(), way, change).await;
        assert!(!is_in(&answer) && answer.status == StatusCode::FORBIDDEN, "{way} {case}");
        let nobodys = sso.visit(&mut sso.stage.browser(), way, |provider| provider.set("email", "nobody@x.example".into())).await;
        assert_eq!((nobodys.status, nobodys.text()), (answer.status, answer.text()), "nothing tells who is known");
    }
    assert_eq!(sso.sessions(&zoe).await, 0);
    let reasons = sso.reasons(&zoe).await;
    assert!(
        reasons.len() == 10 && reasons.iter().all(|(_, reason)| reason.contains("or the provider proves that the address is the person's")),
        "{reasons:?}"
    );
    for proof in [json!("1"), json!("true"), json!(1)] {
        assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set("xms_edov", proof.clone())).await), "{proof}");
    }
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |provider| provider.set("email_verified", "true".into())).await));
}

#[tokio::test]
async fn the_same_object_in_another_tenant_is_another_person() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await));
    let other = "11111111-2222-4333-8444-555555555555";
    let wrong = sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set("tid", other.into())).await;
    assert!(!is_in(&wrong), "issuer and tid disagree");
    let set = domain::sso::Sso { microsoft_tenant: Some(other.parse().expect("a tenant")), google_hosted_domain: None };
    sso.stage.test.app.store.save_sso(&id("demo"), &set).await.expect("saved");
    let mut browser = sso.stage.browser();
    let answer = browser.get("/sso/microsoft").await;
    let address = Url::parse(&answer.header("location")).expect("an address");
    let query: HashMap<String, String> = address.query_pairs().into_owned().collect();
    sso.provider.claim(&sso.claims("microsoft"));
    let issuer = format!("{}/microsoft/{other}/v2.0", sso.provider.url);
    for (name, value) in [("nonce", query["nonce"].as_str()), ("tid", other), ("iss", &issuer), ("xms_edov", "0")] {
        sso.provider.set(name, value.into());
    }
    assert!(!is_in(&sso.come_back(&mut browser, &query).await));
    assert_eq!(sso.sessions(&zoe).await, 1);
}

#[tokio::test]
async fn a_token_with_anything_wrong_opens_nothing() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    for way in ["google", "microsoft", "oidc"] {
        let of_microsoft = [("tid", claim("tid", Value::Null)), ("oid", claim("oid", Value::Null)), ("no oid", claim("oid", "".into()))];
        let more = if way == "microsoft" { of_microsoft.into_iter().collect() } else { Vec::new() };
        for (what, forge) in forgeries().into_iter().chain(more) {
            sso.stage.test.clock_forward(3).await;
            let now = sso.now();
            let answer = sso.visit(&mut sso.stage.browser(), way, |provider| provider.with(|conduct| forge(conduct, now))).await;
            assert!(!is_in(&answer) && answer.status == StatusCode::FORBIDDEN, "{way} {what}: {}", answer.status);
            sso.provider.with(|conduct| *conduct = Conduct { keys_asked: conduct.keys_asked, ..Conduct::default() });
        }
        for (what, allow) in [("exp", -59), ("nbf", 60), ("iat", 60), ("iat", -600)] {
            sso.stage.test.clock_forward(3).await;
            let now = sso.now();
            let answer = sso.visit(&mut sso.stage.browser(), way, |provider| provider.set(what, (now + allow).into())).await;
            assert!(is_in(&answer), "{way}: {what} is within the minute that clocks may differ");
        }
    }
    assert_eq!(sso.sessions(&zoe).await, 12);
}

#[tokio::test]
async fn a_token_that_says_where_its_key_is_has_nobody_ask_there() {
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    for (n, name) in ["jku", "x5u"].into_iter().enumerate() {
        let elsewhere = format!("{}/elsewhere/keys", sso.provider.url);
        let change = |provider: &Simulator| provider.with(|conduct| conduct.header = [(name.to_owned(), elsewhere.into())].into_iter().collect());
        assert!(!is_in(&sso.visit(&mut sso.stage.browser(), "google", change).await), "{name}");
        let (keys_asked, codes_redeemed) = sso.provider.with(|conduct| (conduct.keys_asked, conduct.forms.len()));
        assert!(keys_asked <= 1 && codes_redeemed == n + 1, "{name}: {keys_asked}, {codes_redeemed}");
    }
}

#[tokio::test]
async fn somebody_comes_back_once_and_in_the_browser_that_set_out() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    let (mut first, mut second) = (sso.stage.browser(), sso.stage.browser());
    let query = sso.set_out(&mut first, "google").await;
    assert_eq!(sso.come_back(&mut second, &query).await.status, StatusCode::FORBIDDEN, "without the cookie");
    sso.set_out(&mut second, "google").await;
    assert_eq!(sso.come_back(&mut second, &query).await.status, StatusCode::FORBIDDEN, "with another cookie");
    sso.provider.set("nonce", query["nonce"].clone().into());
    let before = first.clone();
    assert!(is_in(&sso.come_back(&mut first, &query).await), "and the first is not in the way");
    assert_eq!(sso.come_back(&mut before.clone(), &query).await.status, StatusCode::FORBIDDEN, "a state is used once");
    assert_eq!((first.get("/home").await.status, sso.sessions(&zoe).await), (StatusCode::OK, 1));
    let query = sso.set_out(&mut second, "google").await;
    sso.stage.test.clock_forward(600).await;
    assert_eq!(sso.come_back(&mut second, &query).await.status, StatusCode::FORBIDDEN, "after ten minutes");
    for bad in ["", "?state=", "?state=demo", "?state=demo.x&code=1", "?state=a&state=b", "?code=1", "?state=%00.%00&code=1"] {
        assert_eq!(second.open(&format!("/portal/sso/callback{bad}")).await.status, StatusCode::FORBIDDEN, "{bad}");
    }
    let query = sso.set_out(&mut second, "google").await;
    let said_no = second.open(&format!("/portal/sso/callback?error=access_denied&state={}", query["state"])).await;
    assert_eq!(said_no.header("location"), "/portal/demo?after=sso");
    assert_eq!(sso.come_back(&mut second, &query).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_visit_to_one_provider_ends_with_no_other() {
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    for (way, other) in [("google", "microsoft"), ("microsoft", "google"), ("oidc", "google"), ("microsoft", "oidc")] {
        let mut browser = sso.stage.browser();
        let query = sso.set_out(&mut browser, way).await;
        sso.provider.claim(&sso.claims(other));
        sso.provider.set("nonce", query["nonce"].clone().into());
        assert!(!is_in(&sso.come_back(&mut browser, &query).await), "a token of {other} at {way}");
        let query = sso.set_out(&mut browser, way).await;
        let path = |iss: &str| format!("/portal/sso/callback?code=1&state={}&iss={iss}", query["state"]);
        assert!(!is_in(&browser.open(&path(&sso.issuer(other))).await), "RFC 9207");
        let query = sso.set_out(&mut browser, way).await;
        assert!(is_in(&browser.open(&format!("/portal/sso/callback?code=1&state={}&iss={}", query["state"], sso.issuer(way))).await));
    }
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_and_unknown_ones_once_a_minute() {
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    let asked = || sso.provider.with(|conduct| conduct.keys_asked);
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await));
    sso.provider.with(|conduct| conduct.key = 1);
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await));
    assert_eq!(asked(), 2);
    sso.stage.test.clock_forward(60).await;
    for n in 0..100 {
        if n % 25 == 0 {
            sso.stage.test.clock_forward(1).await;
        }
        let mut browser = sso.stage.browser();
        browser.source_ip = format!("192.0.2.{n}");
        assert!(!is_in(&sso.visit(&mut browser, "google", |provider| provider.with(|conduct| conduct.kid = Some(format!("random {n}")))).await));
    }
    assert_eq!(asked(), 3);
    sso.provider.with(|conduct| conduct.kid = None);
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await), "and whoever is sound is not kept out");
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_waiting() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    for instead in [Instead::Error, Instead::Html, Instead::Flood, Instead::Redirect, Instead::Silence] {
        let began = Instant::now();
        let answer = sso.visit(&mut sso.stage.browser(), "google", |provider| provider.with(|conduct| conduct.instead = Some(instead))).await;
        assert_eq!((answer.status, is_in(&answer)), (StatusCode::SERVICE_UNAVAILABLE, false), "{instead:?}");
        assert!(began.elapsed().as_secs() < 6 && answer.text().contains("sign in with a code by email"), "{instead:?}");
    }
    assert_eq!(sso.sessions(&zoe).await, 0);
    sso.stage.signed_in(ZOE).await;
}

#[tokio::test]
async fn a_secret_that_expired_is_said_to_be_the_teams_to_mend() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    let told = [
        ("invalid_client", StatusCode::SERVICE_UNAVAILABLE, "tell the team that supports you"),
        ("temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE, "Try again in a minute"),
        ("invalid_grant", StatusCode::FORBIDDEN, "Please start again"),
        ("something_new", StatusCode::FORBIDDEN, "Please start again"),
    ];
    for (error, status, words) in told {
        let instead = Some(Instead::Refusal(error));
        let answer = sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.with(|conduct| conduct.instead = instead)).await;
        assert!(answer.status == status && answer.text().contains(words) && !answer.text().contains(error), "{error}: {}", answer.text());
        let mut browser = sso.stage.browser();
        let query = sso.set_out(&mut browser, "microsoft").await;
        let path = format!("/portal/sso/callback?error={error}&state={}", query["state"]);
        let came_back = browser.open(&path).await;
        assert_eq!((came_back.status, came_back.text().contains(words)), (status, true), "{error} on the way back");
    }
    assert_eq!(sso.sessions(&zoe).await, 0);
    let template = include_str!("../../../../infra/mail.yaml");
    assert!(template.contains(crate::failure::NOT_SET_UP), "the alarm looks for these words");
}

#[tokio::test]
async fn where_the_directory_must_know_everybody_its_word_comes_before_an_older_link() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await));
    let synced = sso.stage.contact_in("demo", a_contact().named("Zoë").with(Field::DirectorySyncId, OID.into())).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await));
    assert_eq!((sso.sessions(&zoe).await, sso.sessions(&synced).await), (2, 0), "a link stays what it is");
    sso.switch(|switches| switches.sso_requires_synced_contact = true).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await));
    assert_eq!((sso.sessions(&zoe).await, sso.sessions(&synced).await), (2, 1));
    let store = &sso.stage.test.app.store;
    let linked = async |contact: &Contact| store.list_identities(&id("demo"), contact.id).await.expect("listed").len();
    assert_eq!((linked(&zoe).await, linked(&synced).await), (0, 1), "an account opens one contact");
}

#[tokio::test]
async fn who_may_not_be_here_stays_out_and_members_see_why() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await));
    let mut profile = zoe.profile.clone();
    profile.set(Field::ContactIsActive, &false.into()).expect("it fits");
    sso.stage.test.save(&id("demo"), &zoe, profile).await;
    assert_eq!(sso.visit(&mut sso.stage.browser(), "google", |_| {}).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sso.reasons(&zoe).await, [(Way::Google, "The contact is active.".to_owned())]);
    let mut browser = sso.stage.browser();
    let query = sso.set_out(&mut browser, "google").await;
    sso.switch(|switches| switches.sso_google = false).await;
    assert_eq!(sso.come_back(&mut browser, &query).await.status, StatusCode::NOT_FOUND, "the switch counts at that moment");
    assert_eq!(browser.get("/sso/google").await.status, StatusCode::NOT_FOUND);
    let page = browser.get("").await.text();
    assert!(!page.contains("/sso/google") && page.contains("/sso/microsoft"), "{page}");
    sso.stage.test.app.store.save_sso(&id("demo"), &domain::sso::Sso::default()).await.expect("saved");
    assert!(!browser.get("").await.text().contains("/sso/microsoft"), "no tenant, no button");
    assert_eq!(browser.get("/sso/microsoft").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/sso/facebook").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_hosted_domain_keeps_others_out() {
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    let set = domain::sso::Sso { microsoft_tenant: None, google_hosted_domain: Some("x.example".parse().expect("a domain")) };
    sso.stage.test.app.store.save_sso(&id("demo"), &set).await.expect("saved");
    for hd in [Value::Null, "evil.example".into()] {
        let answer = sso.visit(&mut sso.stage.browser(), "google", |provider| provider.set("hd", hd.clone())).await;
        assert!(!is_in(&answer) && answer.text().contains("the account of your organisation"), "{hd}");
    }
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await));
}

#[tokio::test]
async fn where_the_directory_must_know_the_identity_nobody_else_gets_in() {
    let sso = Sso::open().await;
    let of = |email: &str, sync: &str| a_contact().named("Zoë").emailed(email).with(Field::DirectorySyncId, sync.into());
    let zoe = sso.stage.contact_in("demo", of(ZOE, OID)).await;
    sso.switch(|switches| switches.sso_requires_synced_contact = true).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await));
    assert!(!is_in(&sso.visit(&mut sso.stage.browser(), "google", |_| {}).await), "Google's identifier is another");
    let rule = "The identity is the one that directory sync stored for the contact.";
    assert_eq!(sso.reasons(&zoe).await, [(Way::Google, rule.to_owned())]);
    let as_oid = |provider: &Simulator| provider.set("sub", OID.into());
    assert!(!is_in(&sso.visit(&mut sso.stage.browser(), "oidc", as_oid).await), "and another issuer's names are no directory's");
}

#[tokio::test]
async fn whom_the_directory_knows_needs_no_proof_of_an_address() {
    for requires in [true, false] {
        let sso = Sso::open().await;
        let of = |email: &str, sync: &str| a_contact().named("Zoë").emailed(email).with(Field::DirectorySyncId, sync.into());
        let zoe = sso.stage.contact_in("demo", of(ZOE, OID)).await;
        let other = sso.stage.contact_in("other", of(ZOE, "the-subject-1089")).await;
        sso.switch(|switches| switches.sso_requires_synced_contact = requires).await;
        let changes: [(&str, Value); 3] = [("xms_edov", false.into()), ("email", Value::Null), ("email", "elsewhere@x.example".into())];
        for (name, value) in changes {
            assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set(name, value.clone())).await), "{name}");
        }
        assert_eq!(sso.sessions(&zoe).await, 3);
        let googles = |provider: &Simulator| provider.set("email", Value::Null);
        assert!(!is_in(&sso.visit(&mut sso.stage.browser(), "google", googles).await), "another team's contact is nobody here");
        assert_eq!(sso.stage.test.app.store.list_sessions(&id("other"), other.id).await.expect("listed"), []);
        let zoe = sso.stage.test.change_in(&id("demo"), &zoe, "directorySyncId", "another").await;
        assert_eq!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |_| {}).await), !requires, "linked, but no longer known");
        assert_eq!(sso.sessions(&zoe).await, if requires { 3 } else { 4 });
    }
}

#[tokio::test]
async fn an_account_that_is_removed_must_prove_itself_anew() {
    let sso = Sso::open().await;
    let zoe = sso.stage.contact(ZOE).await;
    let mut browser = sso.stage.browser();
    assert!(is_in(&sso.visit(&mut browser, "microsoft", |_| {}).await));
    let page = browser.get("/settings").await.text();
    assert!(page.contains("Accounts that sign you in") && page.contains("<strong>Microsoft</strong>"), "{page}");
    let linked = sso.stage.test.app.store.list_identities(&id("demo"), zoe.id).await.expect("listed");
    let ann = sso.stage.contact("ann@x.example").await;
    let mut other = sso.stage.signed_in("ann@x.example").await;
    other.get("/settings").await;
    other.post("/settings/remove-identity", &[("identity", &linked[0].id)]).await;
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set("email", Value::Null)).await), "not Ann's to remove");
    browser.get("/settings").await;
    let removed = browser.post("/settings/remove-identity", &[("identity", &linked[0].id)]).await;
    assert_eq!(removed.header("location"), "/portal/demo/settings");
    assert!(!is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set("email", Value::Null)).await));
    assert!(is_in(&sso.visit(&mut sso.stage.browser(), "microsoft", |provider| provider.set("email", "ann@x.example".into())).await));
    assert_eq!(sso.sessions(&ann).await, 2, "it is whose it proves to be");
}
