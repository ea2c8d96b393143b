//! `PUT /v1/team/settings/sso`: a member who may modify team settings says which people of identity providers can sign in to the portal.

use app::{
    App, Error, Route,
    extract::{Body, TeamEditor},
};
use axum::{Json, extract::State};
use domain::sso::Sso;

/// The route.
pub fn route() -> Route {
    app::route!("team-set-sso", handle)
}

/// Sets contacts' single sign-on. What is left out is not set: without a tenant nobody signs in with Microsoft.
#[utoipa::path(
    put,
    path = "/v1/team/settings/sso",
    request_body = Sso,
    responses(
        (status = 200, description = "What is set now.", body = Sso),
        (status = 403, description = "Without “Modify team settings”."),
        (status = 422, description = "A tenant that is no organisation's ID, or something that is no domain; named."),
    )
)]
async fn handle(State(app): State<App>, member: TeamEditor, Body(sso): Body<Sso>) -> Result<Json<Sso>, Error> {
    app.store.save_sso(&member.team, &sso).await?;
    Ok(Json(sso))
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::show_sso;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    const PATH: &str = "/v1/team/settings/sso";

    #[tokio::test]
    async fn what_is_set_is_shown_to_the_team_and_to_no_other() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        let nothing = json!({"microsoftTenant": null, "googleHostedDomain": null});
        assert_eq!(test.call(show_sso::route(), Call::get(PATH).by(&editor)).await.json, nothing);
        let wanted = json!({"microsoftTenant": "72F988BF-86F1-41AF-91AB-2D7CD011DB47", "googleHostedDomain": "Example.com"});
        let expected = json!({"microsoftTenant": "72f988bf-86f1-41af-91ab-2d7cd011db47", "googleHostedDomain": "example.com"});
        let set = test.call(route(), Call::put(PATH).by(&editor).json(&wanted)).await;
        assert_eq!((set.status, &set.json), (StatusCode::OK, &expected));
        assert_eq!(test.call(show_sso::route(), Call::get(PATH).by(&editor)).await.json, expected);
        let other = test.member("other", &[Permission::ModifyTeamSettings]).await;
        assert_eq!(test.call(show_sso::route(), Call::get(PATH).by(&other)).await.json, nothing);
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        assert_eq!(test.call(show_sso::route(), Call::get(PATH).by(&viewer)).await.json, expected, "every member may look");
        assert_eq!(test.call(show_sso::route(), Call::get(PATH)).await.status, StatusCode::UNAUTHORIZED);
        let refused = test.call(route(), Call::put(PATH).by(&viewer).json(&wanted)).await;
        assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &json!("Modify team settings")));
    }

    #[tokio::test]
    async fn what_is_wrong_is_named() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        for (body, field) in [
            (json!({"microsoftTenant": "common"}), "microsoftTenant"),
            (json!({"microsoftTenant": "9188040d-6c67-4c5b-b112-36a304b66dad"}), "microsoftTenant"),
            (json!({"googleHostedDomain": "https://evil.example"}), "googleHostedDomain"),
            (json!({"colour": "red"}), "colour"),
        ] {
            let answer = test.call(route(), Call::put(PATH).by(&editor).json(&body)).await;
            assert_eq!((answer.status, answer.problem_fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![field]), "{body}");
            let problem = answer.json["problems"][0]["problem"].as_str().expect("a sentence").to_owned();
            assert!(!problem.contains("column"), "what a person reads at the field: {problem}");
        }
    }
}
