//! One contact by hand: made, found, edited, edited by two at once, looked back on, deleted, brought back.

use crate::desk::{AGENT, Desk, OWNER, VIEWER, a_word};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_who_they_are_and_what_they_may_do() {
    let Some(desk) = Desk::open_local("who am I").await else { return };
    for (member, modify, import) in [(OWNER, true, true), (AGENT, true, false), (VIEWER, false, false)] {
        let me = desk.member(member).await.get("/v1/me").await.with(StatusCode::OK);
        assert_eq!((&me["member"]["email"], &me["team"]), (&json!(member), &json!("demo")));
        let can = |what: &str| me["can"][what]["allowed"].as_bool();
        assert_eq!((can("modifyContacts"), can("importContacts")), (Some(modify), Some(import)), "{member}");
        assert_eq!(me["communication"]["bulkImport"], true);
    }
    let closed = desk.nobody().get("/v1/me").await;
    assert_eq!(closed.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_made_found_edited_and_its_history_tells_all() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let fields = json!({
        "firstName": "Zoë", "lastName": "Müller", "company": format!("Große {word} GmbH"), "primaryEmail": format!("zoe@{word}.example"),
        "emails": {"billing": format!("rechnung@{word}.example")}, "phones": {"mobile": "+49 (0)171 555 01 23"}, "portalAccess": true,
    });
    let made = owner.post("/v1/contacts", fields).await;
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let made = made.with(StatusCode::CREATED);
    assert_eq!((&made["displayName"], &made["contactIsActive"], &made["canComment"]), (&json!("Zoë Müller"), &json!(true), &json!(false)));
    assert_eq!(made["phonesE164"], json!({"mobile": "+491715550123"}));
    for q in [
        format!("zoe%20{word}"),
        format!("MULLER%20{word}"),
        format!("grosse%20{word}"),
        format!("rechnung@{word}"),
        format!("0171%205550123%20{word}"),
    ] {
        assert_eq!(owner.find(&q).await.len(), 1, "{q}");
    }
    let taken = owner.post("/v1/contacts", json!({"firstName": "Zoe", "primaryEmail": format!("ZOE@{word}.example")})).await;
    assert_eq!((taken.status, taken.code(), &taken.json["holder"]), (StatusCode::CONFLICT, "primary_email_taken", &made["id"]));
    let changes = json!({"company": null, "job": "Leiterin", "emails": {"billing": null, "work": format!("z@{word}.example")}});
    let edited = owner.patch(&path, &made["version"], changes).await;
    assert_eq!(edited.headers["etag"], "\"2\"");
    let edited = edited.with(StatusCode::OK);
    assert_eq!((&edited["company"], &edited["emails"]), (&Value::Null, &json!({"work": format!("z@{word}.example")})));
    let mut read = owner.get(&path).await.with(StatusCode::OK);
    assert_eq!(read.as_object_mut().unwrap().remove("mailProblems"), Some(json!([])), "nothing stops mail to it");
    assert_eq!(read, edited);
    let history = owner.history(&path, 2).await;
    let events: Vec<&str> = history.iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["updated", "created"]);
    assert!(history[0]["changes"].as_array().unwrap().contains(&json!({"field": "job", "old": null, "new": "Leiterin"})));
    owner.delete(&path).await.with(StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_edit_the_same_version_the_second_sees_both() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let made = owner.post("/v1/contacts", json!({"firstName": "Zoë", "company": word})).await.with(StatusCode::CREATED);
    let path = format!("/v1/contacts/{}", made["id"].as_str().unwrap());
    owner.patch(&path, &json!(1), json!({"job": "first"})).await.with(StatusCode::OK);
    let second = owner.patch(&path, &json!(1), json!({"job": "second"})).await;
    assert_eq!((second.status, second.code()), (StatusCode::CONFLICT, "stale_version"));
    assert_eq!((&second.json["current"]["job"], &second.json["yours"]["job"]), (&json!("first"), &json!("second")));
    assert_eq!(second.headers["content-type"], "application/problem+json");
    let blind = owner.call(Method::PATCH, &path, &[], Some(&json!({"job": "third"}))).await;
    assert_eq!((blind.status, blind.code()), (StatusCode::PRECONDITION_REQUIRED, "version_missing"));
    let wrong = owner.patch(&path, &json!(2), json!({"shoeSize": 43, "primaryEmail": "nobody", "portalAccess": "yes"})).await;
    let fields: Vec<&str> = wrong.json["problems"].as_array().unwrap().iter().filter_map(|problem| problem["field"].as_str()).collect();
    assert_eq!((wrong.status, fields), (StatusCode::UNPROCESSABLE_ENTITY, vec!["portalAccess", "primaryEmail", "shoeSize"]));
    assert_eq!(owner.get(&path).await.json["version"], 2, "nothing else was written");
    owner.delete(&path).await.with(StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_contact_comes_back_with_its_id_and_history() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let fields = json!({"firstName": "Zoë", "company": word, "primaryEmail": format!("zoe@{word}.example")});
    let made = owner.post("/v1/contacts", fields).await.with(StatusCode::CREATED);
    let path = format!("/v1/contacts/{}", made["id"].as_str().unwrap());
    owner.delete(&path).await.with(StatusCode::NO_CONTENT);
    assert_eq!(owner.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.delete(&path).await.status, StatusCode::NOT_FOUND);
    assert!(owner.find(&word).await.is_empty());
    let job = owner.history(&path, 2).await[0]["author"]["job"].as_str().expect("a deletion is a job").to_owned();
    let deletion = &owner.settled(&job).await;
    assert_eq!((&deletion["action"], numbers(deletion)), (&json!("delete"), [0, 0, 0, 1, 0]));
    let undo = owner.undo(deletion).await;
    assert_eq!((&undo["state"], numbers(&undo)), (&json!("done"), [1, 0, 0, 0, 0]));
    let back = owner.find_one(&word).await;
    for field in ["id", "firstName", "primaryEmail", "createdAt"] {
        assert_eq!(back[field], made[field], "{field}");
    }
    owner.history(&path, 3).await;
    let history = owner.get(&format!("{path}/history?pageSize=2")).await.with(StatusCode::OK);
    let next = history["next"].as_str().expect("there is more");
    let rest = owner.get(&format!("{path}/history?cursor={next}")).await.with(StatusCode::OK);
    let all = history["items"].as_array().unwrap().iter().chain(rest["items"].as_array().unwrap());
    let events: Vec<&str> = all.map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["restored", "deleted", "created"]);
    let again = owner.post(&format!("/v1/jobs/{}/undo", deletion["id"].as_str().unwrap()), json!({})).await;
    assert_eq!((again.status, again.code(), &again.json["undoneBy"]), (StatusCode::CONFLICT, "not_undoable", &undo["id"]));
    owner.delete(&path).await.with(StatusCode::NO_CONTENT);
}

fn numbers(job: &Value) -> [u64; 5] {
    crate::desk::numbers(&job["counts"])
}
