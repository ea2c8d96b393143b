//! Which contacts a file may touch, and by what it finds them.

use crate::desk::{Desk, a_word, numbers};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_says_what_a_file_may_do() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let row = |name: &str, job: &str| format!("{name},{name}@{word}.example,{word},{job}\n");
    let file = |rows: &[String]| "firstName,primaryEmail,company,job\n".to_owned() + &rows.concat();
    let known = owner.import("known.csv", file(&[row("ann", "old")]).as_bytes(), json!({"mode": "create"})).await;
    assert_eq!(numbers(&known["counts"]), [1, 0, 0, 0, 0]);
    let two = file(&[row("ann", "new"), row("bob", "new")]);
    let create = owner.plan("two.csv", two.as_bytes(), json!({"mode": "create"})).await;
    assert_eq!(numbers(&create["planned"]), [1, 0, 0, 0, 1]);
    assert!(owner.rows(&create, "failed").await[0]["problems"][0]["problem"].as_str().unwrap().contains("exists already"));
    let id = create["id"].as_str().unwrap();
    let update = owner.plan_again(id, json!({"mode": "update"})).await;
    assert_eq!(numbers(&update["planned"]), [0, 1, 0, 0, 1]);
    assert!(owner.rows(&update, "failed").await[0]["problems"][0]["problem"].as_str().unwrap().contains("no contact matches"));
    let both = owner.apply(&owner.plan_again(id, json!({"mode": "both"})).await).await;
    assert_eq!(numbers(&both["counts"]), [1, 1, 0, 0, 0]);
    let unknown = owner.post(&format!("/v1/imports/{id}/plan"), json!({"mode": "replace"})).await;
    assert_eq!(unknown.status, 422);
    for job in [both, known] {
        assert_eq!(numbers(&owner.undo(&job).await["counts"])[4], 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_found_by_id_by_directory_identifier_or_by_address() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = format!(
        "firstName,primaryEmail,directorySyncId,company\nAnn,ann@{word}.example,S-{word}-1,{word}\nBob,bob@{word}.example,S-{word}-2,{word}\n"
    );
    let made = owner.import("made.csv", file.as_bytes(), json!({"matchBy": "directorySyncId"})).await;
    assert_eq!(numbers(&made["counts"]), [2, 0, 0, 0, 0]);
    let ann = owner.find_one(&format!("ann%20{word}")).await;
    let id = ann["id"].as_str().unwrap();

    // The address changes, so only the other key finds the contact.
    let by_sync = format!("primaryEmail,directorySyncId\nann.new@{word}.example,S-{word}-1\n");
    let moved = owner.import("sync.csv", by_sync.as_bytes(), json!({"matchBy": "directorySyncId"})).await;
    assert_eq!(numbers(&moved["counts"]), [0, 1, 0, 0, 0]);
    assert_eq!(owner.find_one(&format!("ann.new@{word}")).await["id"], ann["id"]);
    let by_id = format!("id,firstName\n{id},Anna\n");
    let renamed = owner.import("id.csv", by_id.as_bytes(), json!({"matchBy": "id"})).await;
    assert_eq!((numbers(&renamed["counts"]), owner.find_one(&format!("anna%20{word}")).await["id"].clone()), ([0, 1, 0, 0, 0], ann["id"].clone()));
    let by_email = format!("primaryEmail,job\nBOB@{word}.example,Chef\n");
    let email = owner.import("email.csv", by_email.as_bytes(), json!({"matchBy": "primaryEmail"})).await;
    assert_eq!(numbers(&email["counts"]), [0, 1, 0, 0, 0]);

    // Neither an id of nobody nor somebody else's address makes a second person.
    let wrong = format!(
        "id,firstName,primaryEmail\n00000000-0000-4000-8000-000000000000,Cid,cid@{word}.example\n{id},Anna,bob@{word}.example\nnobody,Dan,dan@{word}.example\n"
    );
    let refused = owner.plan("wrong.csv", wrong.as_bytes(), json!({"matchBy": "id"})).await;
    assert_eq!(numbers(&refused["planned"]), [0, 0, 0, 0, 3]);
    let rows = owner.rows(&refused, "failed").await;
    let columns: Vec<&str> = rows.iter().map(|row| row["problems"][0]["column"].as_str().unwrap()).collect();
    assert_eq!(columns, ["id", "primaryEmail", "id"]);
    for job in [email, renamed, moved] {
        assert_eq!(numbers(&owner.undo(&job).await["counts"]), [0, 1, 0, 0, 0]);
    }
    assert_eq!(numbers(&owner.undo(&made).await["counts"]), [0, 0, 0, 2, 0], "what was put back is as the first import made it");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_any_key_are_not_doubled_by_importing_them_twice() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = format!("firstName,lastName,company,phones\nAnn,Lee,{word},+49 30 901820\nBob,Ray,{word},\n,,Only {word},\n");
    let first = owner.import("names.csv", file.as_bytes(), json!({})).await;
    assert_eq!(numbers(&first["counts"]), [3, 0, 0, 0, 0]);
    for match_by in ["primaryEmail", "id", "directorySyncId"] {
        let again = owner.import("names.csv", file.as_bytes(), json!({"matchBy": match_by})).await;
        assert_eq!(numbers(&again["counts"]), [0, 0, 3, 0, 0], "by {match_by}");
    }
    assert_eq!(owner.find(&word).await.len(), 3);
    let doubled = format!("{file}ann,LEE,{word},(030) 901820\n");
    let planned = owner.plan("doubled.csv", doubled.as_bytes(), json!({})).await;
    assert_eq!(planned["planned"]["unchanged"], 3, "{planned}");
    assert_eq!(numbers(&owner.undo(&first).await["counts"]), [0, 0, 0, 3, 0]);
}
