//! Files as people really send them: every good row gets in, every bad one is named and can be mended.

use crate::desk::{Desk, a_word, numbers};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn problems(rows: &[Value]) -> Vec<(u64, Option<&str>, &str)> {
    let all = rows.iter().flat_map(|row| row["problems"].as_array().unwrap().iter().map(move |problem| (row["line"].as_u64().unwrap(), problem)));
    all.map(|(line, problem)| (line, problem["column"].as_str(), problem["problem"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_good_row_of_a_messy_file_gets_in_and_the_others_are_mended() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let lines = [
        "firstName;primaryEmail;company;notes;contactIsActive".to_owned(),
        format!("Ann;ann@{word}.example;{word};;yes"),
        format!("\"Ben\"x;ben@{word}.example;{word};;yes"),
        format!("Cid;cid@{word}.example"),
        format!("Dan;dan@{word}.example;{word};;yes;surplus"),
        format!("Eve;ANN@{word}.example;{word};;yes"),
        format!("Fa\0y;fay@{word}.example;{word};;yes"),
        format!("Gus;gus@{word}.example;{word};;31.12.2025"),
        format!("Hal;hal(at){word}.example;{word};;no"),
        format!("Ida;ida@{word}.example;{word};\"two\n\"\"lines\"\"\";no"),
        ";;;;".to_owned(),
        format!("Zoë;zoe@{word}.example;{word};;"),
    ];
    let file = lines.join("\r\n");
    let planned = owner.plan("messy.csv", file.as_bytes(), json!({})).await;
    assert_eq!((&planned["state"], &planned["import"]["delimiter"]), (&json!("planned"), &json!("semicolon")), "{planned}");
    let failed = owner.rows(&planned, "failed").await;
    let problems = problems(&failed);
    let lines: Vec<u64> = problems.iter().map(|problem| problem.0).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9], "{problems:?}");
    let columns: Vec<Option<&str>> = problems.iter().map(|problem| problem.1).collect();
    assert_eq!(columns, [None, None, None, Some("primaryEmail"), None, Some("contactIsActive"), Some("primaryEmail")], "{problems:?}");
    assert!(problems[3].2.contains("line 2"), "the duplicate names the line that it doubles: {problems:?}");
    assert_eq!((failed[5]["problems"][0]["value"].as_str(), numbers(&planned["planned"])), (Some("31.12.2025"), [3, 0, 0, 0, 7]));
    let text = owner.failed_rows(&planned).await;
    assert!(text.starts_with("firstName,primaryEmail,company,notes,contactIsActive,error\r\n"), "{text}");

    let done = owner.apply(&planned).await;
    assert_eq!((&done["state"], &done["rows"], numbers(&done["counts"])), (&json!("done"), &json!(10), [3, 0, 0, 0, 7]));
    assert_eq!(owner.find(&word).await.len(), 3, "Ann, Ida and Zoë");
    assert_eq!(owner.find_one(&format!("ida%20{word}")).await["notes"], "two\n\"lines\"");

    // The file of failed rows is mended as a person would do it, and is a valid import as it stands, error column and all.
    let text = owner.failed_rows(&done).await;
    assert_eq!(text.lines().count(), 8, "{text}");
    let mended = text.replace("\"\"\"Ben\"\"x\"", "Ben").replace("Fa␀y", "Fay").replace(&format!("ANN@{word}"), &format!("eve@{word}"));
    let mended = mended.replace("(at)", "@").replace("31.12.2025", "yes").replace(&format!("{word};surplus"), &word).replace("yes;surplus", "yes");
    let second = owner.import("failed.csv", mended.as_bytes(), json!({})).await;
    assert_eq!(
        (&second["state"], numbers(&second["counts"])),
        (&json!("done"), [7, 0, 0, 0, 0]),
        "{}",
        owner.rows(&second, "failed").await.iter().map(ToString::to_string).collect::<String>()
    );
    assert_eq!(owner.find(&word).await.len(), 10);
    assert_eq!(owner.find_one(&format!("fay@{word}")).await["firstName"], "Fay");
    for job in [second, done] {
        assert_eq!(numbers(&owner.undo(&job).await["counts"])[4], 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_fails_with_a_reason_and_can_be_planned_again() {
    let desk = Desk::open().await;
    let owner = desk.owner().await;
    let pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\0\0\0\x01\x02trailer\n<< /Root 1 0 R >>\n%%EOF\n";
    let cases: [(&str, &[u8], &str); 5] = [
        ("contacts.csv", pdf, "PDF"),
        ("header.csv", b"firstName,lastName,primaryEmail\r\n", "row"),
        ("blank.csv", b" \r\n \r\n", "empty"),
        ("twice.csv", b"firstName,First Name,primaryEmail\r\nAnn,Anna,ann@x.example\r\n", "First Name"),
        ("strange.csv", b"shoe size,hat size\r\n43,58\r\n", "shoe size"),
    ];
    for (name, bytes, says) in cases {
        let failed = owner.plan(name, bytes, json!({})).await;
        let problem = failed["problem"].as_str().unwrap_or_default().to_owned();
        assert_eq!(failed["state"], "failed", "{name}: {failed}");
        assert!(problem.contains(says), "{name}: {problem}");
        let id = failed["id"].as_str().unwrap();
        let apply = owner.post(&format!("/v1/jobs/{id}/apply"), json!({})).await;
        assert_eq!((apply.status, apply.code()), (StatusCode::CONFLICT, "not_appliable"), "{name}");
        let again = owner.plan_again(id, json!({"mode": "create"})).await;
        assert_eq!((&again["state"], again["problem"].as_str()), (&json!("failed"), Some(problem.as_str())), "{name}: told the same again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_columns_for_one_field_are_told_apart_by_hand() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = format!("firstName,Company,Organization {word},primaryEmail\nAnn,{word},not this one,ann@{word}.example\n");
    let both = json!({"columns": {format!("Organization {word}"): "company", "Company": "company"}});
    let failed = owner.plan("two.csv", file.as_bytes(), both).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(failed["problem"].as_str().unwrap().contains("would both fill company"), "{failed}");
    let one = json!({"columns": {format!("Organization {word}"): "", "Company": "company"}});
    let planned = owner.plan_again(failed["id"].as_str().unwrap(), one).await;
    assert_eq!((&planned["state"], numbers(&planned["planned"])), (&json!("planned"), [1, 0, 0, 0, 0]), "{planned}");
    let done = owner.apply(&planned).await;
    assert_eq!(owner.find_one(&word).await["company"], word);
    owner.undo(&done).await;
}
