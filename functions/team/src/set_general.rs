//! `PUT /v1/team/settings/general`: a member who may modify team settings names the team and sets its time zone.

use app::{
    App, Error, Route,
    extract::{Body, TeamEditor},
};
use axum::{Json, extract::State};
use domain::general::General;

/// The route.
pub fn route() -> Route {
    app::route!("team-set-general", handle)
}

/// Sets Team Settings > General.
#[utoipa::path(
    put,
    path = "/v1/team/settings/general",
    request_body = General,
    responses(
        (status = 200, description = "Name and time zone, the latter in the spelling of the IANA database.", body = General),
        (status = 403, description = "Without “Modify team settings”."),
        (status = 422, description = "A name that is empty or too long, or a time zone that does not exist; named."),
    )
)]
async fn handle(State(app): State<App>, member: TeamEditor, Body(general): Body<General>) -> Result<Json<General>, Error> {
    app.store.save_general(&member.team, &general).await?;
    Ok(Json(general))
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::{me, show_general};
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    const PATH: &str = "/v1/team/settings/general";

    #[tokio::test]
    async fn what_is_set_is_shown_to_the_team_and_to_no_other() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        assert_eq!(test.call(show_general::route(), Call::get(PATH).by(&editor)).await.json, json!({"name": "demo", "timeZone": "UTC"}));
        let set = test.call(route(), Call::put(PATH).by(&editor).json(&json!({"name": " Zoë & Co ", "timeZone": "europe/berlin"}))).await;
        let expected = json!({"name": "Zoë & Co", "timeZone": "Europe/Berlin"});
        assert_eq!((set.status, &set.json), (StatusCode::OK, &expected));
        assert_eq!(test.call(show_general::route(), Call::get(PATH).by(&editor)).await.json, expected);
        let me = test.call(me::route(), Call::get("/v1/me").by(&editor)).await;
        assert_eq!((&me.json["teamName"], &me.json["timeZone"]), (&json!("Zoë & Co"), &json!("Europe/Berlin")));
        let other = test.member("other", &[]).await;
        assert_eq!(test.call(show_general::route(), Call::get(PATH).by(&other)).await.json, json!({"name": "other", "timeZone": "UTC"}));
        assert_eq!(test.call(show_general::route(), Call::get(PATH)).await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn what_is_wrong_is_named_and_who_may_not_is_refused() {
        let test = TestApp::start().await;
        let editor = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        for (body, field) in [
            (json!({"name": "", "timeZone": "UTC"}), "name"),
            (json!({"name": "Team", "timeZone": "Mars/Olympus"}), "timeZone"),
            (json!({"name": "Team", "timeZone": "UTC", "colour": "red"}), "colour"),
        ] {
            let answer = test.call(route(), Call::put(PATH).by(&editor).json(&body)).await;
            assert_eq!((answer.status, answer.problem_fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![field]), "{body}");
        }
        let viewer = test.member("demo", &[Permission::ModifyContacts]).await;
        let refused = test.call(route(), Call::put(PATH).by(&viewer).json(&json!({"name": "Mine", "timeZone": "UTC"}))).await;
        assert_eq!((refused.status, &refused.json["missing"]), (StatusCode::FORBIDDEN, &json!("Modify team settings")));
    }
}
