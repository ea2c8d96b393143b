//! Columns with names that only this team knows are mapped by hand once; `\clear` takes a value away where an empty cell does not.

use crate::desk::{Desk, a_word, numbers};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_by_hand_is_remembered_for_the_next_file() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let (number, branch) = (format!("Kundennummer {word}"), format!("Filiale {word}"));
    let file = |name: &str, n: u32| format!("{number},Vorname,E-Mail,{branch}\nK-{word}-{n},{name},{name}@{word}.example,Süd\n");
    let first = owner.plan("first.csv", file("ann", 1).as_bytes(), json!({})).await;
    let uses = |job: &Value| {
        job["import"]["columns"].as_array().unwrap().iter().map(|column| (column["field"].clone(), column["by"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(uses(&first)[0], (Value::Null, json!("ignored")), "what a name means is not guessed");
    let columns = json!({number.clone(): "directorySyncId", branch.clone(): "division"});
    let planned = owner.plan_again(first["id"].as_str().unwrap(), json!({"columns": columns, "matchBy": "directorySyncId"})).await;
    assert_eq!(uses(&planned)[0], (json!("directorySyncId"), json!("chosen")), "{planned}");
    assert_eq!(uses(&planned)[1], (json!("firstName"), json!("synonym")));
    let first = owner.apply(&planned).await;
    let second = owner.import("second.csv", file("bob", 2).as_bytes(), json!({"matchBy": "directorySyncId"})).await;
    assert_eq!(uses(&second)[3], (json!("division"), json!("remembered")), "{second}");
    let bob = owner.find_one(&format!("bob%20{word}")).await;
    assert_eq!((&bob["directorySyncId"], &bob["division"]), (&json!(format!("K-{word}-2")), &json!("Süd")));
    let unknown = json!({"columns": {"Kundennr": "directorySyncId"}});
    let failed = owner.plan("third.csv", file("cid", 3).as_bytes(), unknown).await;
    assert!(failed["state"] == "failed" && failed["problem"].as_str().unwrap().contains("Kundennr"), "{failed}");
    for job in [second, first] {
        assert_eq!(numbers(&owner.undo(&job).await["counts"]), [0, 0, 0, 1, 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_changes_nothing_and_clear_takes_the_value_away() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let fields = json!({
        "firstName": "Ann", "company": word, "primaryEmail": format!("ann@{word}.example"), "job": "Chef", "notes": "typed",
        "phones": {"mobile": "+49 171 5550123"}, "emails": {"billing": format!("b@{word}.example")}, "portalAccess": true,
    });
    let before = owner.post("/v1/contacts", fields).await.with(StatusCode::CREATED);
    let header = "primaryEmail,job,notes,phones,emails,portalAccess";
    let empty = owner.import("empty.csv", format!("{header}\nann@{word}.example,,,,,\n").as_bytes(), json!({})).await;
    assert_eq!(numbers(&empty["counts"]), [0, 0, 1, 0, 0]);
    let row = format!("{header}\nann@{word}.example,\\clear,,\\CLEAR,\\clear,\n");
    let planned = owner.plan("clear.csv", row.as_bytes(), json!({})).await;
    let changes = &owner.rows(&planned, "updated").await[0]["changes"];
    assert!(changes.as_array().unwrap().contains(&json!({"field": "job", "old": "Chef", "new": null})), "{changes}");
    let cleared = owner.apply(&planned).await;
    let after = owner.find_one(&word).await;
    assert_eq!((&after["job"], &after["phones"], &after["emails"]), (&Value::Null, &json!({}), &json!({})));
    assert_eq!((&after["notes"], &after["portalAccess"]), (&json!("typed"), &json!(true)));
    owner.undo(&cleared).await;
    let back = owner.find_one(&word).await;
    for field in ["job", "phones", "emails", "notes", "primaryEmail"] {
        assert_eq!(back[field], before[field], "{field}");
    }
    owner.delete(&format!("/v1/contacts/{}", before["id"].as_str().unwrap())).await.with(StatusCode::NO_CONTENT);
}
