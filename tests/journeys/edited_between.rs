//! An import of new and known people is undone after others have edited ten of them: everybody else is as before, field for field.

use crate::desk::{Caller, Desk, a_word, numbers};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KNOWN: usize = 60;
const NEW: usize = 60;
const EDITED: usize = 10;

/// What the system keeps about a contact changes when it changes; everything else must be as before.
const KEPT_BY_THE_SYSTEM: [&str; 2] = ["version", "updatedAt"];

/// Everybody who has the story's word, by id, each without what the system keeps.
async fn everybody(owner: &Caller, word: &str) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for row in owner.find(word).await {
        let id = row["id"].as_str().unwrap().to_owned();
        let mut contact = owner.get(&format!("/v1/contacts/{id}")).await.with(StatusCode::OK);
        for field in KEPT_BY_THE_SYSTEM {
            contact.as_object_mut().unwrap().remove(field);
        }
        all.insert(id, contact);
    }
    all
}

fn file(word: &str, people: impl Iterator<Item = usize>, company: &str) -> String {
    let row = |n: usize| {
        let phones = format!(r#""{{""work"":""+49 30 90182{n:03}""}}""#);
        let emails = format!(r#""{{""billing"":""b{n}@{word}.example""}}""#);
        format!("Zoë {n},Müller,p{n}@{word}.example,{emails},{phones},{company} {word},\\clear,{}\n", if n.is_multiple_of(2) { "no" } else { "" })
    };
    "firstName,lastName,primaryEmail,emails,phones,company,notes,contactIsActive\n".to_owned() + &people.map(row).collect::<String>()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_takes_everything_back_but_what_others_edited_since() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let first = owner.import("known.csv", file(&word, 0..KNOWN, "Before").replace("\\clear", "typed by hand").as_bytes(), json!({})).await;
    assert_eq!(numbers(&first["counts"]), [KNOWN as u64, 0, 0, 0, 0]);
    let before = everybody(&owner, &word).await;

    let job = owner.import("mixed.csv", file(&word, 0..KNOWN + NEW, "After").as_bytes(), json!({})).await;
    assert_eq!(numbers(&job["counts"]), [NEW as u64, KNOWN as u64, 0, 0, 0]);
    let imported = everybody(&owner, &word).await;
    assert!(imported.values().all(|contact| contact["company"] == format!("After {word}") && contact["notes"].is_null()));

    // Five of the known and five of the new, each in a field that the import set.
    let is_known = |id: &&String| before.contains_key(*id);
    let known = imported.keys().filter(is_known).take(EDITED / 2);
    let new = imported.keys().filter(|id| !is_known(id)).take(EDITED / 2);
    let mut edited = BTreeMap::new();
    for id in known.chain(new) {
        let path = format!("/v1/contacts/{id}");
        let version = owner.get(&path).await.json["version"].clone();
        owner.patch(&path, &version, json!({"company": format!("Edited {word}")})).await.with(StatusCode::OK);
        edited.insert(id.clone(), owner.get(&path).await.with(StatusCode::OK));
    }

    let undo = owner.undo(&job).await;
    let expected = [0, (KNOWN - EDITED / 2) as u64, 0, (NEW - EDITED / 2) as u64, EDITED as u64];
    assert_eq!((&undo["state"], numbers(&undo["counts"]), &undo["counts"]["heldBack"]), (&json!("done"), expected, &json!(EDITED)));
    let listed = owner.rows(&undo, "heldBack").await;
    let mut ids: Vec<&str> = listed.iter().map(|row| row["contact"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, edited.keys().map(String::as_str).collect::<Vec<_>>(), "the ten are listed");
    assert!(listed.iter().all(|row| !row["problems"][0]["problem"].as_str().unwrap().is_empty()));
    for (id, contact) in &edited {
        assert_eq!(&owner.get(&format!("/v1/contacts/{id}")).await.with(StatusCode::OK), contact, "the ten are untouched, version and all");
    }
    let after = everybody(&owner, &word).await;
    assert_eq!(after.len(), KNOWN + EDITED / 2, "of the new ones only the edited are left");
    for (id, contact) in before.iter().filter(|(id, _)| !edited.contains_key(*id)) {
        assert_eq!(after.get(id), Some(contact), "field for field as before");
    }
    let gone = owner.post("/v1/contacts/bulk", json!({"action": "delete", "selection": {"filter": {"q": word}}})).await.with(StatusCode::OK);
    assert_eq!(gone["counts"]["deleted"], KNOWN + EDITED / 2);
}
