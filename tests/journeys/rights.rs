//! What a member may do is asked at every request, and so are the team's switches.

use crate::desk::{AGENT, Desk, VIEWER};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_taken_away_acts_at_once() {
    let Some(desk) = Desk::open_local("a permission taken away").await else { return };
    let (owner, agent) = (desk.owner().await, desk.member(AGENT).await);
    let fields = json!({"firstName": "Ann"});
    agent.post("/v1/contacts", fields.clone()).await.with(StatusCode::CREATED);
    let members = owner.get("/v1/members").await.with(StatusCode::OK);
    let of =
        |email: &str| members["items"].as_array().unwrap().iter().find(|member| member["email"] == email).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/members/{}/permissions", of(AGENT));
    owner.put(&path, json!({"permissions": []})).await.with(StatusCode::OK);
    let refused = agent.post("/v1/contacts", fields.clone()).await;
    assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &json!("Modify contacts")));
    assert_eq!(agent.get("/v1/contacts").await.status, StatusCode::OK, "every member may view");
    assert_eq!(agent.put(&path, json!({"permissions": ["modifyContacts"]})).await.status, StatusCode::FORBIDDEN);
    owner.put(&path, json!({"permissions": ["modifyContacts"]})).await.with(StatusCode::OK);
    agent.post("/v1/contacts", fields).await.with(StatusCode::CREATED);
    let own = owner
        .put(&format!("/v1/members/{}/permissions", owner.get("/v1/me").await.json["member"]["id"].as_str().unwrap()), json!({"permissions": []}))
        .await;
    assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "own_permission"));
}

#[tokio::test(flavor = "multi_thread")]
async fn import_needs_the_permission_and_the_switch_until_the_end() {
    let Some(desk) = Desk::open_local("the import switch").await else { return };
    let owner = desk.owner().await;
    let start = json!({"fileName": "a.csv", "size": 10});
    for member in [AGENT, VIEWER] {
        let refused = desk.member(member).await.post("/v1/imports", start.clone()).await;
        assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &json!("Import contacts (bulk)")), "{member}");
    }
    let planned = owner.plan("a.csv", b"firstName\nNobody-else\n", json!({})).await;
    let mut switches = owner.get("/v1/team/settings/communication").await.with(StatusCode::OK);
    switches["bulkImport"] = json!(false);
    owner.put("/v1/team/settings/communication", switches.clone()).await.with(StatusCode::OK);
    let id = planned["id"].as_str().unwrap();
    let switch = json!("Team Settings > Communication > Allow bulk contact import");
    for (path, body) in
        [("/v1/imports".to_owned(), start), (format!("/v1/imports/{id}/plan"), json!({})), (format!("/v1/jobs/{id}/apply"), json!({}))]
    {
        let refused = owner.post(&path, body).await;
        assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &switch), "{path}");
    }
    assert_eq!(owner.get("/v1/me").await.json["can"]["importContacts"]["allowed"], false);
    assert!(owner.find("nobody-else").await.is_empty());
    switches["bulkImport"] = json!(true);
    owner.put("/v1/team/settings/communication", switches).await.with(StatusCode::OK);
    assert_eq!(owner.apply(&planned).await["counts"]["created"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_sees_the_jobs_newest_first() {
    let Some(desk) = Desk::open_local("the job list").await else { return };
    let (owner, viewer) = (desk.owner().await, desk.member(VIEWER).await);
    let first = owner.import("first.csv", b"firstName\nAnn-of-the-list\n", json!({})).await;
    let bulk = json!({"action": "deactivate", "selection": {"filter": {"q": "ann-of-the-list"}}});
    let second = owner.post("/v1/contacts/bulk", bulk).await.with(StatusCode::OK);
    let third = owner.undo(&second).await;
    let jobs = viewer.get("/v1/jobs").await.with(StatusCode::OK);
    let summary = |job: &Value| (job["id"].clone(), job["kind"].clone(), job["state"].clone());
    let listed: Vec<_> = jobs["items"].as_array().unwrap().iter().take(3).map(summary).collect();
    let expected = [(&third, "undo"), (&second, "bulk"), (&first, "import")].map(|(job, kind)| (job["id"].clone(), json!(kind), json!("done")));
    assert_eq!(listed, expected);
    assert_eq!((&jobs["items"][0]["undoes"], &jobs["items"][1]["undoneBy"]), (&second["id"], &third["id"]));
    let mut all = Vec::new();
    let mut path = "/v1/jobs?pageSize=2".to_owned();
    loop {
        let page = viewer.get(&path).await.with(StatusCode::OK);
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/jobs?pageSize=2&cursor={next}");
    }
    assert_eq!(json!(all), jobs["items"], "pages and the whole are the same");
    assert_eq!(desk.mails().await, 0);
    let refused = viewer.post(&format!("/v1/jobs/{}/undo", first["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
