//! `GET /v1/members`: any member sees the team's members and what they may do.

use crate::view::MemberView;
use app::{App, Error, Route, extract::Member};
use axum::{Json, extract::State};
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("team-list-members", handle)
}

/// The members of a team.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Members {
    /// All members who ever signed in, by identifier.
    items: Vec<MemberView>,
}

/// Lists the members of the team.
#[utoipa::path(get, path = "/v1/members", responses((status = 200, description = "The members.", body = Members)))]
async fn handle(State(app): State<App>, member: Member) -> Result<Json<Members>, Error> {
    let members = app.store.list_members(&member.team).await?;
    Ok(Json(Members { items: members.into_iter().map(MemberView::from).collect() }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn a_team_sees_its_own_members_only() {
        let test = TestApp::start().await;
        let viewer = test.member("demo", &[]).await;
        test.member("demo", &[Permission::ModifyContacts]).await;
        let other = test.member("other", &[]).await;
        let items = |answer: testing::Answer| answer.json["items"].as_array().map(Vec::len);
        assert_eq!(items(test.call(route(), Call::get("/v1/members").by(&viewer)).await), Some(2));
        assert_eq!(items(test.call(route(), Call::get("/v1/members").by(&other)).await), Some(1));
        assert_eq!(test.call(route(), Call::get("/v1/members")).await.status, StatusCode::UNAUTHORIZED);
    }
}
