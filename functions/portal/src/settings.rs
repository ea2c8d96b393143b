//! `GET /portal/{team}/settings`: a contact who is signed in sees their profile and where they are signed in.

use crate::{
    extract::SignedInContact,
    failure::Failure,
    pages::{SettingsPage, ShownIdentity, ShownSession, details, page},
};
use app::{App, Route};
use axum::{extract::State, response::Response};
use http::{Method, StatusCode};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-settings", Method::GET, "/portal/{team}/settings", handle)
}

async fn handle(State(app): State<App>, contact: SignedInContact) -> Result<Response, Failure> {
    let linked = app.store.list_identities(&contact.team, contact.contact.id);
    let (sessions, identities) = futures::try_join!(app.live_sessions(&contact), linked)?;
    let settings = SettingsPage {
        frame: contact.frame(),
        here: "settings",
        token: contact.form_token.clone(),
        details: details(&contact.contact.profile),
        identities: identities.iter().map(|identity| ShownIdentity::of(identity, &contact.general)).collect(),
        sessions: sessions.iter().map(|session| ShownSession::of(session, &contact)).collect(),
    };
    Ok(page(StatusCode::OK, &settings))
}

#[cfg(test)]
mod tests {
    use crate::stage::{Browser, Stage, id};
    use domain::{
        history::Event,
        portal::{IDLE_SECONDS, SESSION_SECONDS},
    };
    use http::StatusCode;

    const ZOE: &str = "zoe@x.example";

    /// The identifiers of the sessions that the page lists, this one first.
    async fn listed(browser: &mut Browser<'_>) -> Vec<String> {
        let page = browser.get("/settings").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        page.text().split("name=\"session\" value=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    }

    async fn is_in(browser: &mut Browser<'_>) -> bool {
        browser.get("/home").await.status == StatusCode::OK
    }

    async fn two(stage: &Stage) -> (Browser<'_>, Browser<'_>) {
        stage.contact(ZOE).await;
        let first = stage.signed_in(ZOE).await;
        stage.test.clock_forward(61).await;
        let second = stage.signed_in(ZOE).await;
        (first, second)
    }

    #[tokio::test]
    async fn one_device_is_signed_out_and_the_others_stay() {
        let stage = Stage::open().await;
        let (mut first, mut second) = two(&stage).await;
        let page = second.get("/settings").await.text();
        assert!(page.contains("Firefox on Linux") && page.contains("This one") && page.contains(ZOE), "{page}");
        let sessions = listed(&mut second).await;
        assert_eq!(sessions.len(), 2);
        let ended = second.post("/settings/end-session", &[("session", &sessions[1])]).await;
        assert_eq!(ended.header("location"), "/portal/demo/settings");
        assert_eq!((is_in(&mut first).await, is_in(&mut second).await), (false, true));
    }

    #[tokio::test]
    async fn signing_out_ends_the_session_on_the_server_and_the_browser_forgets() {
        let stage = Stage::open().await;
        let (mut first, mut second) = two(&stage).await;
        let mut stolen = first.clone();
        let answer = first.post("/sign-out", &[]).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/portal/demo?after=sign-out".to_owned()));
        assert_eq!(answer.header("clear-site-data"), "\"cache\"", "members of the App and other portals share this origin");
        assert!(first.jar.is_empty(), "{:?}", first.jar);
        assert_eq!(stolen.get("/home").await.status, StatusCode::UNAUTHORIZED, "a cookie that was stolen before is dead");
        assert!(is_in(&mut second).await);
    }

    #[tokio::test]
    async fn everywhere_is_everywhere() {
        let stage = Stage::open().await;
        let (mut first, mut second) = two(&stage).await;
        second.get("/settings").await;
        assert_eq!(second.post("/settings/end-all-sessions", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!((is_in(&mut first).await, is_in(&mut second).await), (false, false));
    }

    #[tokio::test]
    async fn nobody_ends_a_session_that_is_not_theirs() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        stage.contact("ann@x.example").await;
        let (mut zoe, mut ann) = (stage.signed_in(ZOE).await, stage.signed_in("ann@x.example").await);
        let anns = listed(&mut ann).await;
        listed(&mut zoe).await;
        zoe.post("/settings/end-session", &[("session", &anns[0])]).await;
        assert!(is_in(&mut ann).await);
        let own = zoe.token.clone();
        zoe.token.clone_from(&ann.token);
        for path in ["/sign-out", "/settings/end-all-sessions"] {
            assert_eq!(zoe.post(path, &[]).await.status, StatusCode::FORBIDDEN, "the form is another session's");
        }
        zoe.token = own;
        assert!(is_in(&mut zoe).await);
    }

    #[tokio::test]
    async fn a_session_ends_after_a_week_unused_and_after_thirty_days() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.signed_in(ZOE).await;
        stage.test.clock_forward(IDLE_SECONDS.unsigned_abs() - 1).await;
        assert!(is_in(&mut browser).await);
        stage.test.clock_forward(IDLE_SECONDS.unsigned_abs()).await;
        assert!(!is_in(&mut browser).await);
        let mut browser = stage.signed_in(ZOE).await;
        for _ in 0..29 {
            stage.test.clock_forward(24 * 3_600).await;
            assert!(is_in(&mut browser).await);
        }
        stage.test.clock_forward(SESSION_SECONDS.unsigned_abs() - 29 * 24 * 3_600).await;
        assert_eq!(browser.get("/home").await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn losing_access_ends_the_session_at_the_next_click_and_members_see_why() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.signed_in(ZOE).await;
        let zoe = stage.test.app.store.get_contact(&id("demo"), zoe.id).await.expect("there");
        let mut profile = zoe.profile.clone();
        profile.set(domain::field::Field::ContactIsActive, &false.into()).expect("it fits");
        let inactive = stage.test.save(&id("demo"), &zoe, profile).await;
        let answer = browser.get("/home").await;
        assert!(answer.status == StatusCode::FORBIDDEN && answer.text().contains("ask the team"), "{}", answer.text());
        stage.test.save(&id("demo"), &inactive, zoe.profile.clone()).await;
        assert_eq!(browser.get("/home").await.status, StatusCode::UNAUTHORIZED, "it is over even when access comes back");
        let refusals = stage.test.app.store.list_refusals(&id("demo"), zoe.id, 0).await.expect("listed");
        assert_eq!(refusals.iter().map(|refusal| refusal.reason.as_str()).collect::<Vec<_>>(), ["The contact is active."]);
    }

    #[tokio::test]
    async fn every_time_names_its_zone() {
        let stage = Stage::open().await;
        stage.call_it("Acme Help", "Europe/Berlin").await;
        stage.contact(ZOE).await;
        let mut browser = stage.signed_in(ZOE).await;
        for page in ["/home", "/settings"] {
            let text = browser.get(page).await.text();
            assert!(text.contains("<time datetime=\"2026-03-01T09:00:00Z\">1 March 2026, 10:00 CET</time>"), "{text}");
        }
    }

    #[tokio::test]
    async fn closing_the_portal_shuts_everybody_out() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        let mut browser = stage.signed_in(ZOE).await;
        stage.switch_portal("demo", false).await;
        assert_eq!(browser.get("/settings").await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn one_browser_is_in_two_portals_and_leaves_one() {
        let stage = Stage::open().await;
        stage.contact(ZOE).await;
        stage.contact_in("other", testing::a_contact().named("Zoe elsewhere").emailed(ZOE)).await;
        let mut browser = stage.signed_in(ZOE).await;
        "other".clone_into(&mut browser.team);
        browser.sign_in(ZOE).await;
        assert!(browser.get("/home").await.text().contains("Zoe elsewhere"));
        "demo".clone_into(&mut browser.team);
        assert!(browser.get("/home").await.text().contains("Hello, Zoë"));
        browser.post("/sign-out", &[]).await;
        "other".clone_into(&mut browser.team);
        assert!(is_in(&mut browser).await, "{:?}", browser.jar.keys());
        let theirs = browser.jar["__Host-kdesk.other"].clone();
        "demo".clone_into(&mut browser.team);
        browser.jar.insert("__Host-kdesk.demo".to_owned(), theirs);
        assert_eq!(browser.get("/home").await.status, StatusCode::UNAUTHORIZED, "another team's session is none");
    }

    #[tokio::test]
    async fn sign_ins_and_sign_outs_stand_in_the_history_and_never_reach_the_directory() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        assert_eq!(stage.test.search("demo", "zoe").await, 1);
        stage.test.clock_forward(1).await;
        let mut browser = stage.signed_in(ZOE).await;
        stage.test.clock_forward(1).await;
        browser.post("/sign-out", &[]).await;
        let (entries, _) = stage.test.app.store.list_history(&id("demo"), zoe.id, None, 10).await.expect("listed");
        let events: Vec<Event> = entries.iter().map(|entry| entry.event).collect();
        assert_eq!(events, [Event::SignedOut, Event::SignedIn, Event::Created]);
        assert_eq!(entries[1].portal.as_ref().and_then(|note| note.device.as_deref()), Some("Firefox on Linux"));
        assert_eq!(stage.test.search("demo", "zoe").await, 1);
        stage.test.app.directories.forget().await;
        assert_eq!(stage.test.search("demo", "zoe").await, 1);
    }
}
