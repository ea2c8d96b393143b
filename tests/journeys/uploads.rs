//! An upload is exactly what was announced, is known when it comes twice, and is applied as it was planned.

use crate::desk::{Desk, a_word, numbers};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_is_noticed_and_another_one_is_not() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = format!("firstName,primaryEmail\nAnn,ann@{word}.example\n");
    let first = owner.plan("a.csv", file.as_bytes(), json!({})).await;
    let second = owner.plan("b.csv", file.as_bytes(), json!({})).await;
    let other = owner.plan("a.csv", format!("{file}\n").as_bytes(), json!({})).await;
    assert_eq!((&first["sameFileAs"], &second["sameFileAs"], &other["sameFileAs"]), (&json!(null), &first["id"], &json!(null)));
    let same = owner.plan_again(first["id"].as_str().unwrap(), json!({})).await;
    assert_eq!(same["sameFileAs"], json!(null), "a plan made again is not a second upload");
    for job in [first, second, other] {
        let cancelled = owner.post(&format!("/v1/jobs/{}/cancel", job["id"].as_str().unwrap()), json!({})).await;
        assert!(cancelled.status.is_success(), "{}", cancelled.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_replaced_after_the_plan_changes_nothing_of_what_is_applied() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = |name: &str| format!("firstName,primaryEmail\n{name},{name}@{word}.example\n{name},nobody\n");
    let (looked_at, smuggled) = (file("ann"), file("eve"));
    let (job, upload) = owner.start_import("a.csv", looked_at.len()).await;
    let early = owner.post(&format!("/v1/imports/{job}/plan"), json!({})).await;
    assert_eq!((early.status, early.code()), (StatusCode::CONFLICT, "file_missing"));
    assert!(!owner.send(&upload, b"longer than was announced, by far, so that the signature does not fit it any more").await.is_success());
    assert!(owner.send(&upload, looked_at.as_bytes()).await.is_success());
    let planned = owner.plan_again(&job, json!({})).await;
    assert!(owner.send(&upload, smuggled.as_bytes()).await.is_success(), "the link still lives");
    let done = owner.apply(&planned).await;
    let found: Vec<_> = owner.find(&word).await.iter().map(|row| row["displayName"].clone()).collect();
    assert!(found.iter().all(|name| name != "eve"), "nobody looked at this row: {found:?}");
    assert_eq!((&done["state"], numbers(&done["counts"])), (&json!("done"), [1, 0, 0, 0, 1]), "{done}");
    let failed = owner.failed_rows(&done).await;
    assert!(failed.contains("ann,nobody,") && !failed.contains("eve"), "{failed}");
    let again = owner.post(&format!("/v1/jobs/{job}/apply"), json!({})).await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "already_applied"));
    assert_eq!(numbers(&owner.undo(&done).await["counts"]), [0, 0, 0, 1, 0]);
}
