//! `GET /v1/me`: any member sees who they are, what they may do, and what the team's switches are.

use crate::view::MemberView;
use app::{App, Error, Route, extract::Member};
use axum::{Json, extract::State};
use domain::{
    general::{TeamName, TimeZone},
    ids::TeamId,
    rules::{self, Decision},
    team::{Communication, Permission},
};
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("team-me", handle)
}

/// Who I am and what I can do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    /// The member.
    member: MemberView,
    /// The team.
    #[schema(examples("demo"))]
    team: TeamId,
    /// What the team is called.
    team_name: TeamName,
    /// The time zone in which the team's pages show times.
    time_zone: TimeZone,
    /// The team's switches.
    communication: Communication,
    /// What the member can do at this moment, with the rules that decide.
    can: Can,
}

/// What a member can do at this moment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Can {
    /// Make, change, merge and delete contacts.
    modify_contacts: Decision,
    /// Import contacts.
    import_contacts: Decision,
    /// Change the team's settings and permissions.
    modify_team_settings: Decision,
}

/// Tells who I am. Who comes first of a team sets it up and may do everything.
#[utoipa::path(get, path = "/v1/me", responses((status = 200, description = "The member, the team, and what they can do.", body = Me)))]
async fn handle(State(app): State<App>, Member(member): Member) -> Result<Json<Me>, Error> {
    let (communication, general) = tokio::try_join!(app.store.get_communication(&member.team), app.store.get_general(&member.team))?;
    let can = Can {
        modify_contacts: rules::member_may(&member, Permission::ModifyContacts),
        import_contacts: rules::import(&member, &communication),
        modify_team_settings: rules::member_may(&member, Permission::ModifyTeamSettings),
    };
    Ok(Json(Me { team: member.team.clone(), team_name: general.name, time_zone: general.time_zone, member: member.into(), communication, can }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn who_comes_first_may_do_everything_and_who_comes_later_may_look() {
        let test = TestApp::start().await;
        let first = test.call(route(), Call::get("/v1/me").claims(&json!({"sub": "1", "team": "new", "email": "a@x.com", "name": "Ann"}))).await;
        assert_eq!((first.status, first.json["member"]["permissions"].as_array().map(Vec::len)), (StatusCode::OK, Some(5)));
        let second = test.call(route(), Call::get("/v1/me").claims(&json!({"sub": "2", "team": "new"}))).await;
        assert_eq!((&second.json["member"]["permissions"], &second.json["can"]["importContacts"]["allowed"]), (&json!([]), &json!(false)));
        let again = test.call(route(), Call::get("/v1/me").claims(&json!({"sub": "1", "team": "new"}))).await;
        assert_eq!(again.json["member"], first.json["member"]);
    }

    #[tokio::test]
    async fn without_a_team_in_the_token_nobody_is_anybody() {
        let test = TestApp::start().await;
        for claims in [json!({"sub": "1"}), json!({"team": "demo"}), json!({"sub": "1", "team": "de#mo"}), json!({"sub": "a#b", "team": "demo"})] {
            assert_eq!(test.call(route(), Call::get("/v1/me").claims(&claims)).await.status, StatusCode::UNAUTHORIZED, "{claims}");
        }
        let smuggled = Call::get("/v1/me?team=other").claims(&json!({"sub": "1", "team": "demo"})).header("x-team", "other");
        assert_eq!(test.call(route(), smuggled).await.json["team"], "demo");
    }
}
