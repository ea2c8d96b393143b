//! Asking for codes until a limit is reached: what is said, that it helps, and that it tells nothing of anybody.

use crate::stage::{Browser, Stage, id};
use http::StatusCode;
use testing::Answer;

const ZOE: &str = "zoe@x.example";
const NOBODY: &str = "bob@x.example";

/// What a browser sees of an answer, but for what is drawn by chance.
fn seen(answer: &Answer, token: &str, email: &str) -> String {
    let cookies: Vec<&str> = answer.cookies().iter().map(|cookie| cookie.split_once('=').map_or("", |(name, _)| name)).collect();
    format!("{} {:?} {cookies:?} {}", answer.status, answer.headers(), answer.text().replace(token, "").replace(email, "<email>"))
}

async fn press(browser: &mut Browser<'_>, email: &str) -> Answer {
    browser.post("/code", &[("email", email)]).await
}

#[tokio::test]
async fn after_five_wrong_codes_who_asks_again_at_once_is_told_how_long_to_wait() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let mut browser = stage.browser();
    browser.ask(ZOE).await;
    for _ in 0..5 {
        assert_eq!(browser.enter("2222222").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let again = press(&mut browser, ZOE).await;
    assert_eq!((again.status, again.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60".to_owned()), "{}", again.text());
    assert!(again.text().contains("a moment ago") && again.text().contains("try again in 60 seconds"), "{}", again.text());
    stage.test.clock_forward(60).await;
    assert_eq!(press(&mut browser, ZOE).await.status, StatusCode::SEE_OTHER);
    browser.get("/verify").await;
    let code = stage.codes().await[1].code.clone();
    assert_eq!(browser.enter(&code).await.header("location"), "/portal/demo/home");
}

#[tokio::test]
async fn who_is_over_a_limit_reads_why_no_other_code_comes_and_the_one_before_still_works() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let mut all = Vec::new();
    for email in [ZOE, NOBODY] {
        let mut browser = stage.browser();
        for _ in 0..3 {
            assert_eq!(browser.ask(email).await.status, StatusCode::SEE_OTHER);
            stage.test.clock_forward(100).await;
        }
        let over = press(&mut browser, email).await;
        let text = over.text();
        assert_eq!((over.status, over.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3300".to_owned()), "{text}");
        assert!(text.contains("Several codes were asked for with this address lately.") && text.contains("ask for another in 55 minutes"), "{text}");
        assert!(
            text.contains("name=\"code\"") && text.contains("data-wait=\"3300\"") && text.contains("aria-describedby=\"notice code-hint\""),
            "{text}"
        );
        all.push(seen(&over, &browser.token, email));
        if email == ZOE {
            let code = stage.codes().await[2].code.clone();
            assert_eq!(browser.clone().enter(&code).await.header("location"), "/portal/demo/home");
        }
        let other = stage.browser().ask(email).await;
        let text = other.text();
        assert!(text.contains("in the browser that asked for it") && !text.contains("name=\"code\""), "{text}");
        // Whoever has a code for another address is told of this one.
        let mut second = stage.browser();
        second.ask("ann@x.example").await;
        let text = press(&mut second, email).await.text();
        assert!(text.contains("in the browser that asked for it") && text.contains(&format!("value=\"{email}\"")), "{text}");
        stage.test.clock_forward(100).await;
    }
    assert_eq!(all[0], all[1], "whether anybody has the address or not");
}

#[tokio::test]
async fn each_limit_is_called_what_it_is() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    for n in 0..30 {
        assert_eq!(stage.browser().ask(&format!("n{n}@x.example")).await.status, StatusCode::SEE_OTHER);
    }
    for email in [ZOE, NOBODY] {
        let place = stage.browser().ask(email).await;
        let text = place.text();
        assert_eq!((place.status, place.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "600".to_owned()));
        assert!(text.contains("from your network") && text.contains("in 10 minutes, or from another network") && !text.contains("with this address"));
    }
    let team = id("demo");
    let now = stage.test.app.clock.now().as_second();
    for _ in 30..600 {
        stage.test.app.store.count_in_window(&team, "team", 600, 600, now).await.expect("counted").expect("not too many");
    }
    for email in [ZOE, NOBODY] {
        let mut elsewhere = stage.browser();
        "198.51.100.7".clone_into(&mut elsewhere.source_ip);
        let portal = elsewhere.ask(email).await;
        let text = portal.text();
        assert_eq!((portal.status, portal.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "600".to_owned()));
        assert!(text.contains("at this portal, so it sends no more for now") && !text.contains("network") && !text.contains("with this address"));
    }
    assert_eq!(stage.codes().await, []);
    let mut other = stage.browser_at("other");
    assert_eq!(other.ask(ZOE).await.status, StatusCode::SEE_OTHER, "another team has its own");
}

#[tokio::test]
async fn the_other_ways_to_sign_in_stay_offered_when_something_went_wrong() {
    let stage = Stage::offering_google().await;
    stage.contact(ZOE).await;
    let button = "href=\"/portal/demo/sso/google\"";
    let mut browser = stage.browser();
    assert!(browser.get("").await.text().contains(button));
    let mistyped = press(&mut browser, "nobody").await;
    assert!(mistyped.status == StatusCode::UNPROCESSABLE_ENTITY && mistyped.text().contains(button), "{}", mistyped.text());
    browser.ask(ZOE).await;
    let over = stage.browser().ask(ZOE).await;
    assert!(over.status == StatusCode::TOO_MANY_REQUESTS && over.text().contains(button), "{}", over.text());
    for _ in 0..4 {
        browser.enter("2222222").await;
    }
    let dead = browser.enter("2222222").await;
    assert!(dead.status == StatusCode::UNPROCESSABLE_ENTITY && dead.text().contains(button), "{}", dead.text());
    for function in ["PortalSignInFunction", "PortalAskCodeFunction", "PortalVerifyFunction"] {
        let template = include_str!("../../../template.yaml");
        let (_, resource) = template.split_once(&format!("\n  {function}:\n")).expect("it is deployed");
        let resource = resource.split("\n\n").next().unwrap_or_default();
        for variable in ["MICROSOFT_CLIENT_ID", "GOOGLE_CLIENT_ID", "OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID"] {
            assert!(resource.contains(&format!("{variable}: !Ref")), "{function} does not know {variable}");
        }
    }
}

#[tokio::test]
async fn what_happened_is_read_out_with_what_has_the_focus() {
    let stage = Stage::open().await;
    let zoe = stage.contact(ZOE).await;
    let mut browser = stage.browser();
    let mut pages = vec![browser.get("?after=sign-out").await, browser.get("?after=code").await];
    pages.push(press(&mut browser, "nobody").await);
    browser.ask(ZOE).await;
    pages.push(browser.get("/verify?after=again").await);
    pages.push(browser.enter("2222222").await);
    pages.push(stage.browser().ask(ZOE).await);
    let link = stage.link(&zoe).await;
    for _ in 0..2 {
        let mut holder = stage.browser();
        holder.get(&link).await;
        holder.get("/link").await;
        pages.push(holder.post(&format!("{link}/code"), &[]).await);
    }
    let pages: Vec<String> = pages.iter().map(Answer::text).filter(|text| !text.is_empty()).collect();
    assert_eq!(pages.len(), 7);
    for page in pages {
        let focused = page.split('<').find(|tag| tag.contains(" autofocus>")).unwrap_or_else(|| panic!("nothing has the focus: {page}"));
        let described = focused.split_once("aria-describedby=\"").and_then(|(_, rest)| rest.split_once('"')).expect("described").0;
        let told = described.split(' ').next().unwrap_or_default();
        let said =
            page.split('<').find(|tag| tag.contains(&format!(" id=\"{told}\" role=\""))).unwrap_or_else(|| panic!("{told} is not there: {page}"));
        assert!(said.split_once('>').is_some_and(|(_, text)| text.len() > 10), "{said}");
        assert_eq!(page.contains("<title>Error: "), told.ends_with("-problem"), "{page}");
    }
}

#[tokio::test]
async fn no_form_is_older_than_its_cookie() {
    let stage = Stage::open().await;
    let zoe = stage.contact(ZOE).await;
    let link = stage.link(&zoe).await;
    let mut browser = stage.browser();
    browser.get(&link).await;
    let flow = |answer: &Answer| answer.cookies().iter().find(|cookie| cookie.starts_with("__Host-kdesk-flow.demo=")).cloned();
    let first = flow(&browser.get("").await).expect("a cookie");
    assert!(first.contains("Max-Age=3600;"), "{first}");
    for page in ["", "/link"] {
        assert_eq!(flow(&browser.get(page).await).as_ref(), Some(&first), "{page} begins its hour anew");
    }
    assert_eq!(flow(&press(&mut browser, "nobody").await).as_ref(), Some(&first));
}
