//! What the tests of single sign-on stand on: a portal, providers that one simulator plays, and the way to them and back.

use super::simulator::{ACCESS_TOKEN, CLIENT, Simulator};
use super::token::base64url;
use crate::stage::{Browser, Stage, id};
use app::settings::{Portal, Provider, Settings};
use domain::{contact::Contact, portal::Way, team::Communication};
use http::StatusCode;
use openidconnect::url::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Arc};
use testing::Answer;

/// A contact's address.
pub const ZOE: &str = "zoe@x.example";
/// The team's tenant.
pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
/// Who the contact is in it.
pub const OID: &str = "00000000-0000-0000-66f3-3332eca7ea81";
/// What the service shows the providers.
pub const SECRET: &str = "a secret & more";

/// A portal that every provider is set up for, which one simulator plays.
pub struct Sso {
    /// The portal.
    pub stage: Stage,
    /// All the providers.
    pub provider: Simulator,
}

impl Sso {
    /// One that offers all of them.
    pub async fn open() -> Self {
        let (mut stage, provider) = (Stage::open().await, Simulator::start().await);
        let of = |path: &str| Provider {
            name: path.to_owned(),
            address: format!("{}/{path}", provider.url),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.to_owned()),
        };
        let settings = stage.test.app.settings.as_ref();
        let portal = Portal { microsoft: Some(of("microsoft")), google: Some(of("google")), oidc: Some(of("oidc")), ..settings.portal.clone() };
        stage.test.app.settings = Arc::new(Settings { portal, ..settings.clone() });
        let sso = Self { stage, provider };
        sso.switch(|_| {}).await;
        let set = domain::sso::Sso { microsoft_tenant: Some(TENANT.parse().expect("a tenant")), google_hosted_domain: None };
        sso.stage.test.app.store.save_sso(&id("demo"), &set).await.expect("saved");
        sso
    }

    /// Changes the team's switches.
    pub async fn switch(&self, change: impl FnOnce(&mut Communication)) {
        let mut switches = Communication { portal: true, sso_microsoft: true, sso_google: true, sso_oidc: true, ..Communication::default() };
        change(&mut switches);
        self.stage.test.app.store.save_communication(&id("demo"), &switches).await.expect("saved");
    }

    /// The moment, in seconds.
    pub fn now(&self) -> i64 {
        self.stage.test.app.clock.now().as_second()
    }

    /// What a provider's issuer is called.
    pub fn issuer(&self, way: &str) -> String {
        let path = if way == "microsoft" { format!("microsoft/{TENANT}/v2.0") } else { way.to_owned() };
        format!("{}/{path}", self.provider.url)
    }

    /// What a sound token of Zoë says.
    pub fn claims(&self, way: &str) -> Value {
        let mut claims = json!({
            "iss": self.issuer(way), "aud": CLIENT, "sub": "the-subject-1089", "email": ZOE, "iat": self.now(), "nbf": self.now(), "exp": self.now() + 3_600,
            "at_hash": base64url(&Sha256::digest(ACCESS_TOKEN)[..16]),
        });
        let more = match way {
            "google" => json!({"email_verified": true, "hd": "x.example"}),
            "oidc" => json!({"email_verified": true}),
            _ => json!({"tid": TENANT, "oid": OID, "xms_edov": true}),
        };
        claims.as_object_mut().expect("claims").extend(more.as_object().expect("claims").clone());
        claims
    }

    /// Sets out; the query that the browser was sent away with.
    pub async fn set_out(&self, browser: &mut Browser<'_>, way: &str) -> HashMap<String, String> {
        let answer = browser.get(&format!("/sso/{way}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let address = Url::parse(&answer.header("location")).expect("an address");
        assert!(address.as_str().starts_with(&self.issuer(way)), "{address}");
        let query: HashMap<String, String> = address.query_pairs().into_owned().collect();
        self.provider.claim(&self.claims(way));
        self.provider.set("nonce", query["nonce"].clone().into());
        query
    }

    /// Comes back with a code.
    pub async fn come_back(&self, browser: &mut Browser<'_>, query: &HashMap<String, String>) -> Answer {
        browser.open(&format!("/portal/sso/callback?code=c0de&session_state=x&state={}", query["state"])).await
    }

    /// The whole way, with what a test changes of the token.
    pub async fn visit(&self, browser: &mut Browser<'_>, way: &str, change: impl FnOnce(&Simulator)) -> Answer {
        let query = self.set_out(browser, way).await;
        change(&self.provider);
        self.come_back(browser, &query).await
    }

    /// How many sessions a contact has.
    pub async fn sessions(&self, contact: &Contact) -> usize {
        self.stage.test.app.store.list_sessions(&id("demo"), contact.id).await.expect("listed").len()
    }

    /// Why a contact was refused.
    pub async fn reasons(&self, contact: &Contact) -> Vec<(Way, String)> {
        let refusals = self.stage.test.app.store.list_refusals(&id("demo"), contact.id, 0).await.expect("listed");
        refusals.into_iter().map(|refusal| (refusal.way, refusal.reason)).collect()
    }
}

/// Whether an answer signs somebody in.
pub fn is_in(answer: &Answer) -> bool {
    let cookies = answer.cookies().iter().any(|cookie| cookie.starts_with("__Host-kdesk.demo=") && !cookie.contains("Max-Age=0;"));
    assert_eq!(cookies, answer.status == StatusCode::SEE_OTHER && answer.header("location") == "/portal/demo/home");
    cookies
}
