//! Two teams, kept apart: for each route that takes an identifier, in path, body, cursor, filter or job, another team's gives the very
//! answer of one that never was. The routes come from the code, so a new one fails here until it is listed.

use crate::desk::{Answer, Caller, Desk, STRANGER, a_word};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Identifiers of everything that can be named.
struct Ids {
    contact: String,
    job: String,
    done: String,
    member: String,
    change: String,
}

/// A call that names something.
struct Attempt {
    method: Method,
    path: String,
    body: Option<Value>,
    headers: &'static [(&'static str, &'static str)],
}

fn get(path: String) -> Attempt {
    Attempt { method: Method::GET, path, body: None, headers: &[] }
}

fn post(path: impl Into<String>, body: Value) -> Attempt {
    Attempt { method: Method::POST, path: path.into(), body: Some(body), headers: &[] }
}

/// Every way to name something of `ids` to a route, by the route's name; `own` is a contact of the caller. `None` for a route that is
/// not listed, and no attempt for one that can name nothing.
fn attempts(route: &str, own: &str, ids: &Ids) -> Option<Vec<Attempt>> {
    let Ids { contact, job, done, member, change } = ids;
    let of_contact = format!("/v1/contacts/{contact}");
    let of_job = format!("/v1/jobs/{job}");
    Some(match route {
        "contacts-list"
        | "contacts-duplicates"
        | "jobs-start-import"
        | "jobs-import-template"
        | "team-me"
        | "team-show-general"
        | "team-set-general"
        | "team-show-sso"
        | "team-set-sso"
        | "team-show-communication"
        | "team-set-communication"
        | "team-list-members"
        | "team-describe"
        | "portal-team-link" => Vec::new(),
        "portal-make-link" => vec![post(format!("{of_contact}/portal-link"), json!({}))],
        "portal-revoke-link" => vec![Attempt { method: Method::DELETE, path: format!("{of_contact}/portal-link"), body: None, headers: &[] }],
        "portal-clear-limits" => vec![Attempt { method: Method::DELETE, path: format!("{of_contact}/sign-in-limits"), body: None, headers: &[] }],
        "mail-clear" => {
            vec![Attempt { method: Method::DELETE, path: format!("{of_contact}/mail-problems/ann@x.example"), body: None, headers: &[] }]
        }
        "contacts-create" => vec![post("/v1/contacts", json!({"firstName": "Eve", "reportsToContactId": contact}))],
        "contacts-get" => vec![get(of_contact)],
        "contacts-update" => {
            let patch = |path, body| Attempt { method: Method::PATCH, path, body: Some(body), headers: &[("if-match", "\"1\"")] };
            vec![patch(of_contact, json!({"job": "x"})), patch(format!("/v1/contacts/{own}"), json!({"reportsToContactId": contact}))]
        }
        "contacts-delete" => vec![Attempt { method: Method::DELETE, path: of_contact, body: None, headers: &[] }],
        "contacts-history" => vec![get(format!("{of_contact}/history")), get(format!("/v1/contacts/{own}/history?cursor={change}"))],
        "contacts-why" => {
            vec![get(format!("{of_contact}/why?question=sign-in")), get(format!("{of_contact}/why?question=notification&kind=ticketCreated"))]
        }
        "jobs-bulk" => vec![post("/v1/contacts/bulk", json!({"action": "delete", "selection": {"ids": [contact]}}))],
        "jobs-merge" => {
            let merge = |keep: &str, remove: &str| post("/v1/contacts/merge", json!({"keep": keep, "remove": remove}));
            vec![merge(own, contact), merge(contact, own)]
        }
        "jobs-start-export" => vec![post("/v1/exports", json!({"selection": {"ids": [contact]}}))],
        "jobs-preview-import" => vec![get(format!("/v1/imports/{job}/preview"))],
        "jobs-plan-import" => vec![post(format!("/v1/imports/{job}/plan"), json!({}))],
        "jobs-list" => vec![get(format!("/v1/jobs?cursor={job}"))],
        "jobs-get" => vec![get(of_job)],
        "jobs-rows" => vec![get(format!("{of_job}/rows")), get(format!("{of_job}/rows?outcome=created&cursor=0-0"))],
        "jobs-failed" => vec![get(format!("{of_job}/failed.csv"))],
        "jobs-apply" => vec![post(format!("{of_job}/apply"), json!({}))],
        "jobs-cancel" => vec![post(format!("{of_job}/cancel"), json!({}))],
        "jobs-undo" => vec![post(format!("/v1/jobs/{done}/undo"), json!({}))],
        "team-set-permissions" => {
            let path = format!("/v1/members/{member}/permissions");
            vec![Attempt { method: Method::PUT, path, body: Some(json!({"permissions": []})), headers: &[] }]
        }
        _ => return None,
    })
}

/// Makes one of everything in the stranger's team.
async fn theirs(stranger: &Caller, word: &str) -> Ids {
    let fields = json!({"firstName": "Ann", "company": word, "primaryEmail": format!("ann@{word}.example")});
    let contact = stranger.post("/v1/contacts", fields).await.with(StatusCode::CREATED)["id"].as_str().unwrap().to_owned();
    let file = format!("firstName,primaryEmail\nBob,bob@{word}.example\nCid,nobody\n");
    let waiting = stranger.plan("theirs.csv", file.as_bytes(), json!({})).await;
    let bulk = json!({"action": {"set": {"division": "IT"}}, "selection": {"ids": [contact]}});
    let done = stranger.post("/v1/contacts/bulk", bulk).await.with(StatusCode::OK);
    let history = stranger.get(&format!("/v1/contacts/{contact}/history?pageSize=1")).await.with(StatusCode::OK);
    let member = stranger.get("/v1/me").await.json["member"]["id"].as_str().unwrap().to_owned();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Ids { contact, job: text(&waiting["id"]), done: text(&done["id"]), member, change: text(&history["next"]) }
}

fn nobodys() -> Ids {
    let never = || app::random::uuid().to_string();
    Ids { contact: never(), job: never(), done: never(), member: "nobody-ever".to_owned(), change: "1772355600000.never".to_owned() }
}

/// What an answer says, whichever of the two was named.
fn said(answer: &Answer, ids: &Ids) -> (StatusCode, String) {
    let named = [&ids.contact, &ids.job, &ids.done, &ids.member, &ids.change];
    (answer.status, named.iter().fold(answer.text.clone(), |text, id| text.replace(id.as_str(), "<id>")))
}

async fn try_it(caller: &Caller, attempt: &Attempt) -> Answer {
    caller.call(attempt.method.clone(), &attempt.path, attempt.headers, attempt.body.as_ref()).await
}

/// Everything that the other team can see of itself.
async fn everything(stranger: &Caller) -> Vec<Value> {
    let mut all = stranger.find("").await;
    for path in ["/v1/jobs", "/v1/members", "/v1/team/settings/general", "/v1/team/settings/communication"] {
        all.push(stranger.get(path).await.with(StatusCode::OK));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn another_teams_identifier_is_answered_as_one_that_never_was() {
    let Some(desk) = Desk::open_local("two teams kept apart").await else { return };
    let (owner, stranger, word) = (desk.owner().await, desk.member(STRANGER).await, a_word());
    let own = owner.post("/v1/contacts", json!({"firstName": "Own", "company": word})).await.with(StatusCode::CREATED);
    let own = own["id"].as_str().unwrap();
    let (theirs, nobodys) = (theirs(&stranger, &word).await, nobodys());
    let before = everything(&stranger).await;
    let mut tried = 0;
    for route in contacts::routes()
        .into_iter()
        .chain(jobs::routes())
        .chain(team::routes())
        .chain(portal::routes())
        .chain(mail::routes())
        .filter(|route| route.description().is_some())
    {
        let list = |ids| attempts(route.name, own, ids).unwrap_or_else(|| panic!("{} is new: say here what it can name", route.name));
        for (foreign, never) in list(&theirs).iter().zip(&list(&nobodys)) {
            let (foreign_answer, never_answer) = (try_it(&owner, foreign).await, try_it(&owner, never).await);
            let at = format!("{} {}", foreign.method, foreign.path);
            assert_eq!(said(&foreign_answer, &theirs), said(&never_answer, &nobodys), "{at}");
            assert_eq!(foreign_answer.status, StatusCode::NOT_FOUND, "{at}: {}", foreign_answer.text);
            // The same call finds it for its own team, so the answer above is not one that everybody gets.
            if foreign.method == Method::GET && !foreign.path.contains(own) {
                assert_eq!(try_it(&stranger, foreign).await.status, StatusCode::OK, "{at}");
            }
            tried += 1;
        }
        let takes_identifier = route.path.contains('{');
        assert!(!takes_identifier || !list(&theirs).is_empty(), "{} takes an identifier in its path", route.name);
    }
    assert!(tried >= 20, "{tried}");
    assert_eq!(everything(&stranger).await, before, "nothing of the other team has changed");
    assert_eq!(owner.find(&word).await.len(), 1, "nothing of theirs is found");
    assert!(!owner.export(&word).await.contains(&theirs.contact));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_names_another_teams_contact_touches_nobody() {
    let Some(desk) = Desk::open_local("a foreign id in a file").await else { return };
    let (owner, stranger, word) = (desk.owner().await, desk.member(STRANGER).await, a_word());
    let theirs = theirs(&stranger, &word).await;
    let before = everything(&stranger).await;
    let file = |id: &str| format!("id,firstName,reportsToContactId\n{id},Eve,\n,Mallory {word},{id}\n");
    let mut told = Vec::new();
    for id in [theirs.contact, app::random::contact_id().to_string()] {
        let planned = owner.plan("foreign.csv", file(&id).as_bytes(), json!({"matchBy": "id"})).await;
        assert_eq!(planned["planned"]["failed"], 2, "{planned}");
        let rows = owner.rows(&planned, "failed").await;
        told.push(json!(rows).to_string().replace(&id, "<id>"));
    }
    assert_eq!(told[0], told[1]);
    // The address that is taken there is free here.
    let same = owner.import("same.csv", format!("firstName,primaryEmail\nAnn,ann@{word}.example\n").as_bytes(), json!({})).await;
    assert_eq!(same["counts"]["created"], 1);
    assert_eq!(everything(&stranger).await, before);
}
