//! Stopping and starting on the same folder keeps everything: contacts, jobs that wait, permissions, switches, history.

use crate::desk::{AGENT, Desk, a_word, numbers};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_on_the_same_folder_keeps_everything() {
    let Some(desk) = Desk::open_local("a restart").await else { return };
    let (owner, word) = (desk.owner().await, a_word());
    let file = format!("firstName,primaryEmail,company\nAnn,ann@{word}.example,{word}\nBob,bob@{word}.example,{word}\n");
    let done = owner.import("a.csv", file.as_bytes(), json!({})).await;
    let waiting = owner.plan("b.csv", format!("firstName,company\nCid,{word}\n").as_bytes(), json!({})).await;
    let mut switches = owner.get("/v1/team/settings/communication").await.with(StatusCode::OK);
    switches["portal"] = json!(true);
    owner.put("/v1/team/settings/communication", switches.clone()).await.with(StatusCode::OK);
    let agent = desk.member(AGENT).await.get("/v1/me").await.with(StatusCode::OK);
    let taken = owner.put(&format!("/v1/members/{}/permissions", agent["member"]["id"].as_str().unwrap()), json!({"permissions": []})).await;
    taken.with(StatusCode::OK);
    let ann = owner.find_one(&format!("ann%20{word}")).await;
    let history = format!("/v1/contacts/{}/history", ann["id"].as_str().unwrap());
    let (jobs, entries, total) =
        (owner.get("/v1/jobs").await.json, owner.get(&history).await.json, owner.get("/v1/contacts").await.json["total"].clone());

    let desk = desk.restart().await;
    let owner = desk.owner().await;
    assert_eq!(owner.find_one(&format!("ann%20{word}")).await, ann);
    assert_eq!((owner.get("/v1/jobs").await.json, owner.get(&history).await.json), (jobs, entries));
    assert_eq!(owner.get("/v1/contacts").await.json["total"], total, "the demo is not made again");
    assert_eq!(owner.get("/v1/team/settings/communication").await.json, switches);
    assert_eq!(desk.member(AGENT).await.post("/v1/contacts", json!({"firstName": "Dan"})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(numbers(&owner.apply(&waiting).await["counts"]), [1, 0, 0, 0, 0], "a plan that waited can be applied");
    assert_eq!(numbers(&owner.undo(&done).await["counts"]), [0, 0, 0, 2, 0], "and what was done before can be undone");
    assert_eq!(owner.find(&word).await.len(), 1);
    let same = owner.plan("again.csv", file.as_bytes(), json!({})).await;
    assert_eq!(same["sameFileAs"], done["id"]);
}
