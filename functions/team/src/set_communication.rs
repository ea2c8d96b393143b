//! `PUT /v1/team/settings/communication`: a member who may modify team settings sets the team's switches.

use app::{
    App, Error, Route,
    extract::{Body, TeamEditor},
};
use axum::{Json, extract::State};
use domain::team::Communication;

/// The route.
pub fn route() -> Route {
    app::route!("team-set-communication", handle)
}

/// Sets all switches of Team Settings > Communication. They act on the next request.
#[utoipa::path(
    put,
    path = "/v1/team/settings/communication",
    request_body = Communication,
    responses(
        (status = 200, description = "The switches.", body = Communication),
        (status = 403, description = "Without “Modify team settings”."),
        (status = 422, description = "A switch that is missing, unknown or neither true nor false."),
    )
)]
async fn handle(State(app): State<App>, member: TeamEditor, Body(switches): Body<Communication>) -> Result<Json<Communication>, Error> {
    app.store.save_communication(&member.team, &switches).await?;
    Ok(Json(switches))
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::show_communication;
    use domain::team::{Communication, Permission};
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    const PATH: &str = "/v1/team/settings/communication";

    #[tokio::test]
    async fn what_is_set_is_shown_to_the_team_and_to_no_other() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        let open = Communication { portal: true, ..Communication::default() };
        assert_eq!(test.call(route(), Call::put(PATH).by(&editor).json(&json!(open))).await.status, StatusCode::OK);
        assert_eq!(test.call(show_communication::route(), Call::get(PATH).by(&editor)).await.json, json!(open));
        let other = test.member("other", &[]).await;
        assert_eq!(test.call(show_communication::route(), Call::get(PATH).by(&other)).await.json, json!(Communication::default()));
        assert_eq!(test.call(show_communication::route(), Call::get(PATH)).await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn a_wrong_switch_is_named_and_who_may_not_is_refused() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        let mut switches = json!(Communication::default());
        switches["portal"] = json!("yes");
        assert_eq!(test.call(route(), Call::put(PATH).by(&editor).json(&switches)).await.problem_fields(), ["portal"]);
        assert_eq!(test.call(route(), Call::put(PATH).by(&editor).json(&json!({"portal": true}))).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        let refused = test.call(route(), Call::put(PATH).by(&viewer).json(&json!(Communication::default()))).await;
        assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &json!("Modify team settings")));
    }
}
