//! `DELETE /v1/contacts/{id}/mail-problems/{address}`: a member who may modify contacts lets mail go to an address again.

use app::{
    App, Error, Route,
    extract::{ContactEditor, Path},
};
use axum::{extract::State, http::StatusCode};
use domain::{email::Email, ids::ContactId};

/// The route.
pub fn route() -> Route {
    app::route!("mail-clear", handle)
}

/// Lets mail go to an address of the contact again after bounces or complaints stopped it. Sent again it changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/contacts/{id}/mail-problems/{address}",
    params(
        ("id" = ContactId, Path, description = "The contact."),
        ("address" = String, Path, description = "One of its addresses.", example = "zoe@example.com"),
    ),
    responses(
        (status = 204, description = "Nothing stops mail to the address."),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact, or the contact has no such address."),
    )
)]
async fn handle(State(app): State<App>, member: ContactEditor, Path((id, address)): Path<(ContactId, String)>) -> Result<StatusCode, Error> {
    let address: Email = address.parse().map_err(|_| Error::NotFound)?;
    let contact = app.store.get_contact(&member.team, id).await?;
    let held = contact.profile.addresses().any(|held| held.key() == address.key());
    if !held {
        return Err(Error::NotFound);
    }
    app.store.clear_mail_problems(&member.team, &address, &member.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{
        contact::Contact,
        field::Field,
        mail::{MailProblem, MailProblemKind},
        team::Permission,
    };
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    async fn stopped(test: &TestApp, team: &str, kind: MailProblemKind) -> Contact {
        let contact = test.contact(team, a_contact().emailed("Zoe+a@x.com").with(Field::Emails, json!({"work": "zoe@work.com"}))).await;
        let problem = MailProblem { address: "zoe+a@x.com".parse().expect("an address"), kind, at: test.app.clock.now() };
        assert!(test.app.store.note_mail_problem(&team.parse().expect("a team"), &problem).await.expect("noted"));
        contact
    }

    async fn problems(test: &TestApp, team: &str, contact: &Contact) -> usize {
        let found = test.app.store.find_mail_problems(&team.parse().expect("a team"), contact.profile.addresses()).await;
        found.expect("found").into_vec().len()
    }

    #[tokio::test]
    async fn a_cleared_address_is_mailed_again_until_something_new_comes_back() {
        let test = TestApp::start().await;
        let zoe = stopped(&test, "demo", MailProblemKind::Complaint).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let call = || Call::delete(&format!("/v1/contacts/{}/mail-problems/zoe+a@x.com", zoe.id)).by(&editor);
        let team = "demo".parse().expect("a team");
        let earlier = MailProblem { address: "zoe+a@x.com".parse().expect("an address"), kind: MailProblemKind::Bounce, at: test.app.clock.now() };
        test.clock_forward(60).await;
        for _ in 0..2 {
            assert_eq!(test.call(route(), call()).await.status, StatusCode::NO_CONTENT);
            assert_eq!(problems(&test, "demo", &zoe).await, 0);
        }
        assert!(!test.app.store.note_mail_problem(&team, &earlier).await.expect("heard"), "a late event from before stops nothing");
        assert_eq!(problems(&test, "demo", &zoe).await, 0);
        test.clock_forward(60).await;
        let later = MailProblem { at: test.app.clock.now(), ..earlier };
        assert!(test.app.store.note_mail_problem(&team, &later).await.expect("heard"));
        assert_eq!(problems(&test, "demo", &zoe).await, 1);
    }

    #[tokio::test]
    async fn an_address_that_the_contact_has_not_is_not_found() {
        let test = TestApp::start().await;
        let zoe = stopped(&test, "demo", MailProblemKind::Bounce).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        for address in ["ann@x.com", "zoe", "%0d%0a"] {
            let answer = test.call(route(), Call::delete(&format!("/v1/contacts/{}/mail-problems/{address}", zoe.id)).by(&editor)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        }
        let work = Call::delete(&format!("/v1/contacts/{}/mail-problems/zoe@work.com", zoe.id)).by(&editor);
        assert_eq!(test.call(route(), work).await.status, StatusCode::NO_CONTENT, "nothing stops it already");
        assert_eq!(problems(&test, "demo", &zoe).await, 1);
    }

    #[tokio::test]
    async fn another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let foreign = stopped(&test, "other", MailProblemKind::Bounce).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let viewer = test.member("other", &[]).await;
        let call = Call::delete(&format!("/v1/contacts/{}/mail-problems/zoe+a@x.com", foreign.id));
        assert_eq!(test.call(route(), call.clone().by(&editor)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), call.clone().by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.call(route(), call).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(problems(&test, "other", &foreign).await, 1);
    }
}
