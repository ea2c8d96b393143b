//! `POST /v1/contacts`: a member who may modify contacts makes one.

use crate::save::save;
use app::{
    App, Error, Route,
    extract::{ContactEditor, OnceBody, etag},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{contact::Profile, view::ContactView};
use serde_json::{Map, Value};

/// The route.
pub fn route() -> Route {
    app::route!("contacts-create", handle)
}

/// Makes a contact. It needs a name, a company, an email or a phone.
#[utoipa::path(
    post,
    path = "/v1/contacts",
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this action, e.g. by a UUID: sent again within 48 hours, it answers what the first request made.", example = "7b0f6a5e-0d4e-4b8c-9f55-0b7f1c1f2f11")),
    request_body = Profile,
    responses(
        (status = 201, description = "The contact.", body = ContactView, headers(("Location" = String, description = "Its path."), ("ETag" = String, description = "Its version."))),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "`reportsToContactId` names no contact."),
        (status = 409, description = "`primary_email_taken` or `directory_sync_id_taken`: another contact has it; `holder` is its id. `in_progress`: the same `Idempotency-Key` is being worked on at this moment. `deleted_since`: what it made was deleted since."),
        (status = 413, description = "More than 1 MiB."),
        (status = 422, description = "Fields that are unknown or wrong, each named. `idempotency_key_reused`: the key came with another request before."),
    )
)]
async fn handle(
    State(app): State<App>,
    member: ContactEditor,
    OnceBody(fields, once): OnceBody<Map<String, Value>>,
) -> Result<impl IntoResponse, Error> {
    let profile = Profile::parse(&fields).map_err(Error::fields)?;
    let contact = app.contact_once(&member, &once, |id| save(&app, &member, id, None, profile)).await?;
    let headers = [(header::LOCATION, format!("/v1/contacts/{}", contact.id)), (header::ETAG, etag(contact.version))];
    Ok((StatusCode::CREATED, headers, Json(ContactView(contact))))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn a_contact_is_made_with_defaults_and_its_path() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let answer = test.call(route(), Call::post("/v1/contacts").by(&editor).json(&json!({"firstName": "Zoë", "primaryEmail": "zoe@x.com"}))).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(answer.header("location"), format!("/v1/contacts/{}", answer.json["id"].as_str().expect("an id")));
        assert_eq!(
            (&answer.json["contactIsActive"], &answer.json["portalAccess"], &answer.json["version"]),
            (&json!(true), &json!(false), &json!(1))
        );
    }

    #[tokio::test]
    async fn a_request_that_is_sent_again_under_its_name_makes_one_contact() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let call = |name: &str| Call::post("/v1/contacts").by(&editor).header("idempotency-key", "one").json(&json!({"firstName": name}));
        let (first, again) = (test.call(route(), call("Zoë")).await, test.call(route(), call("Zoë")).await);
        assert_eq!((again.status, &again.json), (StatusCode::CREATED, &first.json));
        let other = test.call(route(), call("Ann")).await;
        assert_eq!((other.status, other.code()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"));
        let colleague = test.member("demo", &[Permission::ModifyContacts]).await;
        let stranger = test.member("other", &[Permission::ModifyContacts]).await;
        for member in [&colleague, &stranger] {
            let theirs = test.call(route(), call("Zoë").by(member)).await;
            assert_eq!(theirs.status, StatusCode::CREATED);
            assert_ne!(theirs.json["id"], first.json["id"], "a name is the member's own");
        }
        assert_eq!((test.contacts("demo").await.len(), test.contacts("other").await.len()), (2, 1));
        test.clock_forward(49 * 60 * 60).await;
        let later = test.call(route(), call("Zoë")).await;
        assert_ne!(later.json["id"], first.json["id"], "after two days the name is free, whether or not the table has tidied it");
        assert_eq!(test.call(route(), call("Zoë").header("idempotency-key", "")).await.problem_fields(), ["Idempotency-Key"]);
    }

    #[tokio::test]
    async fn what_an_interrupted_request_did_not_make_is_made_when_it_is_sent_again() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let body = json!({"firstName": "Zoë"});
        let call = || Call::post("/v1/contacts").by(&editor).header("idempotency-key", "one").json(&body);
        let headers = http::HeaderMap::from_iter([(app::once::HEADER, http::HeaderValue::from_static("one"))]);
        let once = app::once::Once::of(&headers, "/v1/contacts", body.to_string().as_bytes()).expect("a name");
        let mut id = None;
        let cut_off = test.app.contact_once(&editor, &once, |first| {
            id = Some(first);
            async { Err(app::Error::Internal) }
        });
        assert!(cut_off.await.is_err());
        let id = id.expect("it was about to be made");
        let meanwhile = test.call(route(), call()).await;
        assert_eq!((meanwhile.status, meanwhile.code()), (StatusCode::CONFLICT, "in_progress"));
        test.clock_forward(31).await;
        assert_eq!(test.call(route(), call()).await.json["id"], id.to_string());
        assert_eq!(test.call(route(), call()).await.json["id"], id.to_string());
        assert_eq!(test.contacts("demo").await.len(), 1);
    }

    #[tokio::test]
    async fn a_request_that_was_refused_may_come_again_at_once_and_one_whose_contact_is_gone_is_told_so() {
        let test = TestApp::start().await;
        let there = test.contact("demo", a_contact().emailed("zoe@x.com")).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let call = || {
            Call::post("/v1/contacts").by(&editor).header("idempotency-key", "one").json(&json!({"firstName": "Zoë", "primaryEmail": "zoe@x.com"}))
        };
        assert_eq!(test.call(route(), call()).await.code(), "primary_email_taken");
        test.call(crate::delete::route(), Call::delete(&format!("/v1/contacts/{}", there.id)).by(&editor)).await;
        let made = test.call(route(), call()).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let path = format!("/v1/contacts/{}", made.json["id"].as_str().expect("an id"));
        test.call(crate::delete::route(), Call::delete(&path).by(&editor)).await;
        assert_eq!(test.call(route(), call()).await.code(), "deleted_since");
        assert_eq!(test.contacts("demo").await.len(), 0);
    }

    #[tokio::test]
    async fn a_primary_email_is_unique_in_the_team_without_case_and_free_in_another() {
        let test = TestApp::start().await;
        let there = test.contact("demo", a_contact().emailed("zoe@x.com")).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let again = json!({"firstName": "Zoe", "primaryEmail": "ZOE@x.com"});
        let answer = test.call(route(), Call::post("/v1/contacts").by(&editor).json(&again)).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "primary_email_taken"));
        assert_eq!(answer.json["holder"], there.id.to_string());
        let other = test.member("other", &[Permission::ModifyContacts]).await;
        assert_eq!(test.call(route(), Call::post("/v1/contacts").by(&other).json(&again)).await.status, StatusCode::CREATED);
    }

    #[tokio::test]
    async fn of_many_creates_with_one_address_exactly_one_succeeds() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let call = || Call::post("/v1/contacts").by(&editor).json(&json!({"firstName": "Zoë", "primaryEmail": "zoe@x.com"}));
        // Whom a busy machine turns away comes again, as the answer asks.
        let one = || async {
            for _ in 0..10 {
                let answer = test.call(route(), call()).await;
                if answer.status != StatusCode::TOO_MANY_REQUESTS && !answer.status.is_server_error() {
                    return answer;
                }
            }
            panic!("it is turned away again and again")
        };
        let answers = futures::future::join_all((0..200).map(|_| one())).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT).count(), 199);
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_is_wrong_is_named_and_nothing_is_written() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let answer = test.call(route(), Call::post("/v1/contacts").by(&editor).json(&json!({"shoeSize": 43, "primaryEmail": "nope"}))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.problem_fields(), ["primaryEmail", "shoeSize"]);
        let nothing = test.call(route(), Call::post("/v1/contacts").by(&editor).json(&json!({"notes": "x"}))).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let large = test.call(route(), Call::post("/v1/contacts").by(&editor).body(vec![b' '; 5 << 20])).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        let broken = test.call(route(), Call::post("/v1/contacts").by(&editor).body(b"{\"firstName\": \"\xFF\"}".to_vec())).await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(test.contacts("demo").await.len(), 0);
    }

    #[tokio::test]
    async fn who_may_not_modify_contacts_is_told_what_is_missing() {
        let test = TestApp::start().await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::post("/v1/contacts").by(&viewer).json(&json!({"firstName": "Zoë"}))).await;
        assert_eq!((answer.status, &answer.json["missing"]), (StatusCode::FORBIDDEN, &json!("Modify contacts")));
        assert_eq!(test.call(route(), Call::post("/v1/contacts").json(&json!({"firstName": "Zoë"}))).await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn nobody_reports_to_another_teams_contact() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        for id in [foreign.id.to_string(), "0190b5d8-7c1e-7cc0-a000-00000000dead".to_owned()] {
            let answer =
                test.call(route(), Call::post("/v1/contacts").by(&editor).json(&json!({"firstName": "Zoë", "reportsToContactId": id}))).await;
            assert_eq!((answer.status, answer.problem_fields()), (StatusCode::NOT_FOUND, vec!["reportsToContactId"]));
        }
    }
}
