//! Every answer of the portal, scanned: each route with each method, from nobody and from who is signed in, with sense and with rubbish, while
//! the table answers and while it does not. The list of routes is the router's own, so a new one is scanned without being named here.

use crate::stage::{Browser, Stage};
use app::{Route, portal::ContactToken};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::team::Permission;
use http::{Method, StatusCode};
use std::collections::BTreeSet;
use testing::{Answer, Call, FailingNetwork, Fault, ORIGIN, TestApp, a_contact};

const ZOE: &str = "zoe@x.example";
/// What is sent to whoever may run, show or reach nothing but the portal itself.
const POLICY: [&str; 10] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
];
/// The most that API Gateway passes on of all headers together, and a browser of one cookie, in bytes.
const HEADER_BYTES: usize = 10_240;
const COOKIE_BYTES: usize = 4_096;
/// A name of another host that a request pretends to have been sent to.
const FOREIGN_HOST: &str = "evil.example";

/// The portal's pages and forms.
fn pages() -> Vec<Route> {
    crate::routes().into_iter().filter(|route| route.description().is_none()).collect()
}

fn named(name: &str) -> Route {
    pages().into_iter().find(|route| route.name == name).expect("it is one of the routes")
}

/// A path of a route, with these in the place of its parameters.
fn path(route: &Route, team: &str, rest: &str) -> String {
    ["{token}", "{file}", "{provider}", "{path+}"].iter().fold(route.path.replace("{team}", team), |path, name| path.replace(name, rest))
}

fn with_each_method(path: &str) -> [Call; 6] {
    [Call::get(path), Call::head(path), Call::post(path), Call::put(path), Call::patch(path), Call::delete(path)]
}

/// Checks everything that protects an answer, whatever it says.
fn check(answer: &Answer, at: &str) {
    let at = format!("{at}: {}", answer.status);
    headers_are_right(answer, &at);
    let (text, kind, location) = (String::from_utf8_lossy(answer.bytes()), answer.header("content-type"), answer.header("location"));
    assert!(text.is_empty() || kind.contains("charset=utf-8") || kind == "image/png", "{at}: {kind}");
    assert!(!text.contains(FOREIGN_HOST) && (location.is_empty() || location.starts_with("/portal/demo")), "{at}: {location}");
    if kind.starts_with("text/html") && !text.is_empty() {
        let inline = ["<style", " style=", " onclick=", " onload=", " onerror=", "javascript:"];
        assert!(!inline.iter().any(|inline| text.contains(inline)), "{at}: {text}");
        assert!(text.matches("<script").count() == 1 && text.contains("<script src=\"/portal/_/portal."), "{at}: {text}");
    }
    for cookie in answer.cookies() {
        assert!(cookie.starts_with("__Host-kdesk") && cookie.contains("; Path=/;") && !cookie.to_lowercase().contains("domain"), "{at}: {cookie}");
        assert!(["Secure", "HttpOnly", "SameSite=Lax"].iter().all(|part| cookie.contains(part)) && cookie.len() < COOKIE_BYTES, "{at}: {cookie}");
    }
}

fn headers_are_right(answer: &Answer, at: &str) {
    let policy = answer.header("content-security-policy");
    let directives: BTreeSet<&str> = policy.split(';').map(str::trim).collect();
    assert!(POLICY.iter().all(|part| directives.contains(part)), "{at}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{at}: {policy}");
    let wanted = [
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
    ];
    for (header, value) in wanted {
        assert_eq!(answer.header(header), value, "{at}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{at}");
    let kept = answer.header("cache-control");
    let is_for_everybody =
        answer.status == StatusCode::OK && answer.cookies().is_empty() && !String::from_utf8_lossy(answer.bytes()).contains("name=\"token\"");
    assert!(kept == "no-store" || is_for_everybody, "{at}: {kept}");
    let bytes: usize = answer.headers().iter().map(|(name, value)| name.len() + value.as_str().unwrap_or_default().len() + 4).sum();
    assert!(bytes + answer.cookies().iter().map(|cookie| cookie.len() + 14).sum::<usize>() < HEADER_BYTES, "{at}");
}

/// A browser's call with its cookies.
fn from(browser: &Browser<'_>, call: Call) -> Call {
    browser.jar.iter().fold(call, |call, (name, value)| call.cookie(name, value))
}

/// The cookie of a session.
const SESSION: &str = "__Host-kdesk.demo";

/// A browser that holds everything it can: a session, a code that is on its way, and a contact's own link; and the link's token.
async fn a_full_browser(stage: &Stage) -> (Browser<'_>, String) {
    let zoe = stage.contact(ZOE).await;
    let link = stage.link(&zoe).await.rsplit('/').next().expect("a token").to_owned();
    let mut browser = stage.signed_in(ZOE).await;
    // Whoever is signed in is led past the sign-in page.
    let session = browser.jar.remove(SESSION).expect("a session");
    assert_eq!(browser.ask("bob@x.example").await.status, StatusCode::SEE_OTHER);
    browser.jar.insert(SESSION.to_owned(), session);
    assert_eq!(browser.get(&format!("/link/{link}")).await.status, StatusCode::SEE_OTHER);
    stage.test.clock_forward(61).await;
    (browser, link)
}

#[tokio::test]
async fn whatever_is_asked_by_whatever_method_the_answer_is_guarded() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let browser = stage.signed_in(ZOE).await;
    let mut seen = BTreeSet::new();
    for name in pages().iter().map(|route| route.name) {
        for (team, rest) in [("demo", "x"), ("never-was", "x"), ("NO-TEAM", "%00")] {
            let path = path(&named(name), team, rest);
            for call in with_each_method(&path) {
                let form = || call.clone().header("sec-fetch-site", "same-origin").form(&[("token", "x")]);
                let dressed = [
                    call.clone(),
                    form(),
                    form().body(vec![b'='; 17 << 10]),
                    form().cookie(SESSION, "rubbish").cookie("__Host-kdesk-flow.demo", "\u{1f980}"),
                    from(&browser, form()),
                    from(&browser, call.clone()).header("host", FOREIGN_HOST).header("x-forwarded-host", FOREIGN_HOST),
                ];
                for call in dressed {
                    let answer = stage.test.call(named(name), call).await;
                    check(&answer, &format!("{name} {path}"));
                    assert!(!answer.status.is_server_error(), "{name} {path}: {}", answer.status);
                    seen.insert(answer.status.as_u16());
                }
            }
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 303, 401, 403, 404, 405, 413, 422]);
}

#[tokio::test]
async fn no_request_says_where_the_answer_leads() {
    let stage = Stage::open().await;
    let (browser, link) = a_full_browser(&stage).await;
    let places = [
        "//evil.example",
        "https://evil.example",
        "https:evil.example",
        "/%5Cevil.example",
        "%0D%0ALocation:%20https://evil.example",
        "javascript:alert(1)",
    ];
    let names = ["return_to", "next", "redirect", "redirect_uri", "continue", "url", "after", "iss", "state", "code"];
    let mut led = 0;
    for name in pages().iter().map(|route| route.name) {
        let path = path(&named(name), "demo", &link);
        for place in places {
            let query: Vec<String> = names.iter().map(|name| format!("{name}={place}")).collect();
            let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, place)).chain([("token", browser.token.as_str())]).collect();
            let form = |call: Call| call.header("sec-fetch-site", "same-origin").header("origin", ORIGIN).form(&fields);
            let asked = format!("{path}?{}", query.join("&"));
            for call in [Call::get(&asked), form(Call::post(&asked)), form(Call::post(&path))] {
                for call in [call.clone(), from(&browser, call)] {
                    let answer = stage.test.call(named(name), call).await;
                    check(&answer, &format!("{name} {place}"));
                    assert!(!format!("{:?} {:?}", answer.headers(), answer.cookies()).contains("evil"), "{name} {place}: {:?}", answer.headers());
                    led += usize::from(!answer.header("location").is_empty());
                }
            }
        }
    }
    assert!(led > 0, "some answers do lead on");
}

#[tokio::test]
async fn every_step_of_a_visit_is_guarded() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let (mut browser, mut seen) = (stage.browser(), BTreeSet::new());
    let mut see = |step: &str, answer: &Answer| {
        check(answer, step);
        seen.insert(answer.status.as_u16());
    };
    see("sign-in page", &browser.get("").await);
    see("no address", &browser.post("/code", &[("email", "nobody")]).await);
    see("a code is asked for", &browser.post("/code", &[("email", ZOE)]).await);
    see("the code's page", &browser.get("/verify").await);
    see("a wrong code", &browser.enter("2222222").await);
    see("another browser asks at once", &stage.browser().ask(ZOE).await);
    let code = stage.codes().await[0].code.clone();
    see("the right code", &browser.enter(&code).await);
    for page in ["/home", "/settings", "?after=code"] {
        see(page, &browser.get(page).await);
    }
    browser.get("/settings").await;
    let other = browser.clone();
    see("a session that never was", &browser.post("/settings/end-session", &[("session", "x")]).await);
    see("an identity that never was", &browser.post("/settings/remove-identity", &[("identity", "x")]).await);
    see("sign-out", &browser.post("/sign-out", &[]).await);
    see("signed out", &browser.get("/home").await);
    see("signed out elsewhere", &other.clone().post("/settings/end-all-sessions", &[]).await);
    see("a provider that nobody offers", &browser.get("/sso/google").await);
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 303, 401, 404, 422, 429]);
}

#[tokio::test]
async fn while_the_table_is_down_or_busy_every_answer_is_guarded() {
    for (fault, status) in [(Fault::NeverSent, StatusCode::INTERNAL_SERVER_ERROR), (Fault::Throttled, StatusCode::TOO_MANY_REQUESTS)] {
        let failing =
            |http| ["GetItem", "BatchGetItem"].iter().fold(http, |http, read| SharedHttpClient::new(FailingNetwork::new(http, read, fault, 1)));
        let stage = Stage::over(TestApp::start_over(failing).await).await;
        let session = ContactToken::random(app::random::contact_id());
        let mut failed = 0;
        for route in pages() {
            let path = path(&route, "demo", session.as_str());
            let call = if route.method == Method::POST { Call::post(&path).form(&[("token", "x")]) } else { Call::get(&path) };
            let (name, call) = (route.name, call.header("sec-fetch-site", "same-origin").cookie(SESSION, session.as_str()));
            let answer = stage.test.call(route, call).await;
            check(&answer, name);
            failed += usize::from(answer.status == status);
        }
        // All but those that read nothing, or would only after something else that this request has not.
        assert!(failed >= pages().len() - 5, "{fault:?}: {failed}");
    }
}

/// What a form of the portal's own page sends to a route: the page it stands on, and its fields but for the token.
fn form_of(name: &str) -> (&'static str, Vec<(&'static str, &'static str)>) {
    match name {
        "portal-ask-code" => ("", vec![("email", "ann@x.example")]),
        "portal-verify" => ("/verify", vec![("code", "2222222")]),
        "portal-ask-link-code" => ("/link", vec![]),
        "portal-end-session" => ("/settings", vec![("session", "x")]),
        "portal-remove-identity" => ("/settings", vec![("identity", "x")]),
        "portal-end-all-sessions" | "portal-sign-out" => ("/settings", vec![]),
        other => panic!("{other} is a new form: say here what it sends"),
    }
}

#[tokio::test]
async fn no_form_that_another_site_sends_changes_anything() {
    for name in pages().iter().filter(|route| route.method == Method::POST).map(|route| route.name) {
        let stage = Stage::open().await;
        let (mut browser, link) = a_full_browser(&stage).await;
        let (page, fields) = form_of(name);
        if page.is_empty() {
            browser.jar.remove(SESSION);
        }
        assert_eq!(browser.get(page).await.status, StatusCode::OK, "{name}");
        let path = path(&named(name), "demo", &link);
        let token = browser.token.clone();
        let plain = || from(&browser, Call::post(&path).form(&[&[("token", token.as_str())], fields.as_slice()].concat()));
        let foreign = [
            plain(),
            plain().header("origin", "null"),
            plain().header("origin", "https://evil.example"),
            plain().header("host", FOREIGN_HOST).header("origin", "https://evil.example"),
            plain().header("origin", ORIGIN).header("sec-fetch-site", "cross-site"),
            plain().header("origin", ORIGIN).header("sec-fetch-site", "same-site"),
        ];
        let (before, tasks) = (stage.test.everything().await, stage.tasks().await.len());
        for call in foreign {
            assert_eq!(stage.test.call(named(name), call).await.status, StatusCode::FORBIDDEN, "{name}");
        }
        assert!(stage.test.everything().await == before && stage.tasks().await.len() == tasks, "{name} did something");
        let own = stage.test.call(named(name), plain().header("origin", ORIGIN).header("sec-fetch-site", "same-origin")).await;
        assert!([StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY].contains(&own.status), "{name}: {} {}", own.status, own.text());
    }
}

#[tokio::test]
async fn links_lead_to_the_portals_own_host_whatever_host_was_asked() {
    let stage = Stage::open().await;
    let zoe = stage.contact_in("demo", a_contact().emailed(ZOE)).await;
    let editor = stage.test.member("demo", &[Permission::ModifyContacts]).await;
    let calls = [
        (crate::make_link::route(), Call::post(&format!("/v1/contacts/{}/portal-link", zoe.id))),
        (crate::team_link::route(), Call::get("/v1/portal-link")),
    ];
    for (route, call) in calls {
        let answer = stage.test.call(route, call.by(&editor).header("host", FOREIGN_HOST).header("x-forwarded-host", FOREIGN_HOST)).await;
        assert!(answer.json["url"].as_str().expect("a link").starts_with(&format!("{ORIGIN}/portal/demo")), "{}", answer.text());
    }
}
