//! The runner as a script sees it: the real template, the demo, and a restart.

#![expect(clippy::disallowed_methods, reason = "a test from outside makes its own clients")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use engines::{Data, Ports};
use local::{Demo, Options, Runner};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn start(data: Data, demo: Demo) -> Runner {
    let template_root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Runner::start(Options { data, ports: Ports::Free, demo, template_root }).await.unwrap()
}

async fn token(runner: &Runner, member: &str) -> String {
    let request = reqwest::Client::new().post(format!("{}/local/token", runner.ready.url)).json(&json!({ "member": member }));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn get(runner: &Runner, path: &str, token: &str) -> (StatusCode, Value) {
    let answer = reqwest::Client::new().get(format!("{}{path}", runner.ready.url)).bearer_auth(token).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_made_once_kept_and_each_team_sees_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::Folder(folder.path().to_owned());
    for _ in 0..2 {
        let runner = start(data.clone(), Demo::Make).await;
        for (member, total) in [("viewer@demo.example", 300), ("owner@other.example", 10)] {
            let token = token(&runner, member).await;
            let (status, page) = get(&runner, "/v1/contacts", &token).await;
            assert_eq!((status, &page["total"]), (StatusCode::OK, &json!(total)), "{page}");
        }
        runner.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demos_members_have_the_permissions_that_the_ready_file_names() {
    let runner = start(Data::Memory, Demo::Make).await;
    let ready = serde_json::to_value(&runner.ready).unwrap();
    assert_eq!(ready["teams"][0]["id"], "demo");
    for member in ready["teams"][0]["members"].as_array().unwrap() {
        let token = token(&runner, member["email"].as_str().unwrap()).await;
        let (status, me) = get(&runner, "/v1/me", &token).await;
        assert_eq!(status, StatusCode::OK, "{me}");
        assert_eq!(me["member"]["permissions"], member["permissions"], "{me}");
    }
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_api_is_closed_and_without_a_demo_nobody_is_known() {
    let runner = start(Data::Memory, Demo::Leave).await;
    let closed = reqwest::get(format!("{}/v1/contacts", runner.ready.url)).await.unwrap();
    assert_eq!(closed.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(closed.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
    assert!(runner.ready.teams.is_empty());
    runner.shutdown().await;
}

/// The way of a browser that keeps no cookies by itself: out, an account chosen, and back.
async fn single_sign_on(runner: &Runner, way: &str, email: &str) -> (StatusCode, String) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let header = |answer: &reqwest::Response, name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let out = client.get(format!("{}/sso/{way}", runner.ready.portal)).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    let (address, cookie) = (header(&out, "location"), header(&out, "set-cookie"));
    let page = client.get(&address).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Choose an account") && page.contains(&runner.ready.teams[0].contact), "{page}");
    let (issuer, query) = address.split_once("/authorize?").unwrap();
    let choice = client.post(format!("{issuer}/choose")).header("content-type", "application/x-www-form-urlencoded");
    let chosen = choice.body(format!("{query}&email={}", email.replace('@', "%40").replace('+', "%2B"))).send().await.unwrap();
    assert_eq!(chosen.status(), StatusCode::SEE_OTHER);
    let back = client.get(header(&chosen, "location")).header("cookie", cookie.split(';').next().unwrap()).send().await.unwrap();
    let location = back.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    (back.status(), location.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_of_the_demo_sign_in_with_both_providers_and_others_do_not() {
    let runner = start(Data::Memory, Demo::Make).await;
    let contact = runner.ready.teams[0].contact.clone();
    for way in ["microsoft", "google"] {
        assert_eq!(single_sign_on(&runner, way, &contact).await, (StatusCode::SEE_OTHER, "/portal/demo/home".to_owned()), "{way}");
        assert_eq!(single_sign_on(&runner, way, "nobody@nowhere.example").await.0, StatusCode::FORBIDDEN, "{way}");
    }
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_lies_on_the_apis_own_address_and_knows_its_issuer() {
    let runner = start(Data::Memory, Demo::Leave).await;
    let config: Value = reqwest::get(format!("{}config.json", runner.ready.app)).await.unwrap().json().await.unwrap();
    let issuer = config["issuer"].as_str().unwrap();
    let discovered: Value = reqwest::get(format!("{issuer}/.well-known/openid-configuration")).await.unwrap().json().await.unwrap();
    assert_eq!((&discovered["issuer"], &config["clientId"]), (&config["issuer"], &json!("kdesk-app")));
    assert!(issuer.starts_with(&runner.ready.url) && runner.ready.app.starts_with(&runner.ready.url));
    // Whether it is built or says that it is not: what protects it is there.
    let page = reqwest::get(format!("{}contacts", runner.ready.app)).await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&runner.ready.s3) && !policy.contains("unsafe"), "{policy}");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let elsewhere = client.get(runner.ready.app.replace("127.0.0.1", "localhost")).send().await.unwrap();
    assert_eq!(elsewhere.headers()["location"], runner.ready.app);
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_when_it_is_asked_for_and_the_mailbox_is_shown() {
    let runner = start(Data::Memory, Demo::Leave).await;
    let run = |name: &str| reqwest::Client::new().post(format!("{}/local/run/{name}", runner.ready.url)).send();
    for schedule in &runner.engines.template.schedules {
        assert_eq!(run(&schedule.name).await.unwrap().status(), StatusCode::OK, "{}", schedule.name);
    }
    assert_eq!(run("nothing").await.unwrap().status(), StatusCode::NOT_FOUND);
    let mails: Value = reqwest::get(&runner.ready.mailbox).await.unwrap().json().await.unwrap();
    assert_eq!(mails, json!([]));
    runner.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_moved_forward_for_all_that_the_application_does() {
    let runner = start(Data::Memory, Demo::Leave).await;
    let before = runner.app.clock.now();
    let request = reqwest::Client::new().post(format!("{}/local/clock", runner.ready.url)).json(&json!({ "forwardSeconds": 86_400 }));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let now: jiff::Timestamp = answer["now"].as_str().unwrap().parse().unwrap();
    assert!(now.as_second() - before.as_second() >= 86_400 && runner.app.clock.now() >= now);
    runner.shutdown().await;
}
