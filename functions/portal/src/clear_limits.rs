//! `DELETE /v1/contacts/{id}/sign-in-limits`: a member who may modify contacts lets codes be asked for and tried again.

use app::{
    App, Error, Route,
    extract::{ContactEditor, Path},
};
use axum::{extract::State, http::StatusCode};
use domain::ids::ContactId;

/// The route.
pub fn route() -> Route {
    app::route!("portal-clear-limits", handle)
}

/// Lets codes be asked for and tried again for the contact's Primary Email and own link, whoever used the limits up. The limits begin anew, and
/// the contact's history tells who did it.
#[utoipa::path(
    delete,
    path = "/v1/contacts/{id}/sign-in-limits",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 204, description = "A code can be asked for now, and tried."),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact."),
    )
)]
async fn handle(State(app): State<App>, member: ContactEditor, Path(id): Path<ContactId>) -> Result<StatusCode, Error> {
    let contact = app.store.get_contact(&member.team, id).await?;
    app.clear_sign_in_limits(&member, &contact).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::stage::{Stage, id};
    use domain::{history::Event, team::Permission};
    use http::StatusCode;
    use testing::{Call, a_contact};

    const ZOE: &str = "zoe@x.example";

    #[tokio::test]
    async fn a_contact_whom_somebody_locked_out_gets_a_code_again_and_it_is_tried() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        for _ in 0..6 {
            stage.test.clock_forward(1_200).await;
            browser.ask(ZOE).await;
            for _ in 0..5 {
                browser.enter("2222222").await;
            }
        }
        stage.test.clock_forward(61).await;
        assert_eq!((browser.ask(ZOE).await.status, stage.codes().await.len()), (StatusCode::TOO_MANY_REQUESTS, 6), "three an hour");
        let editor = stage.test.member("demo", &[Permission::ModifyContacts]).await;
        let path = format!("/v1/contacts/{}/sign-in-limits", zoe.id);
        let cleared = stage.test.call(route(), Call::delete(&path).by(&editor)).await;
        assert_eq!(cleared.status, StatusCode::NO_CONTENT);
        stage.signed_in(ZOE).await;
        let (history, _) = stage.test.app.store.list_history(&id("demo"), zoe.id, None, 50).await.expect("listed");
        let told = history.iter().find(|entry| entry.event == Event::SignInLimitsCleared).expect("told");
        assert_eq!(told.author.member, Some(editor.id));
    }

    #[tokio::test]
    async fn only_who_may_modify_contacts_and_only_their_own_teams() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let others = stage.contact_in("other", a_contact().emailed(ZOE)).await;
        let (viewer, editor) = (stage.test.member("demo", &[]).await, stage.test.member("demo", &[Permission::ModifyContacts]).await);
        let path = |contact| format!("/v1/contacts/{contact}/sign-in-limits");
        for (call, status) in [
            (Call::delete(&path(zoe.id)).by(&viewer), StatusCode::FORBIDDEN),
            (Call::delete(&path(zoe.id)), StatusCode::UNAUTHORIZED),
            (Call::delete(&path(others.id)).by(&editor), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(stage.test.call(route(), call).await.status, status);
        }
        let (history, _) = stage.test.app.store.list_history(&id("other"), others.id, None, 50).await.expect("listed");
        assert!(history.iter().all(|entry| entry.event != Event::SignInLimitsCleared));
    }
}
