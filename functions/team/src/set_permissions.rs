//! `PUT /v1/members/{id}/permissions`: a member who may modify team settings says what another may do.

use crate::view::MemberView;
use app::{
    App, Error, Route,
    extract::{Body, Path, TeamEditor},
};
use axum::{Json, extract::State};
use domain::{ids::MemberId, team::Permission};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The route.
pub fn route() -> Route {
    app::route!("team-set-permissions", handle)
}

/// What a member may do.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PermissionsRequest {
    /// All that the member may do beyond looking.
    permissions: BTreeSet<Permission>,
}

/// Sets what a member may do. It acts on their next request.
#[utoipa::path(
    put,
    path = "/v1/members/{id}/permissions",
    params(("id" = MemberId, Path, description = "The member.")),
    request_body(content = PermissionsRequest, example = json!({"permissions": ["modifyContacts", "importContacts"]})),
    responses(
        (status = 200, description = "The member.", body = MemberView),
        (status = 403, description = "Without “Modify team settings”."),
        (status = 404, description = "The team has no such member."),
        (status = 409, description = "`own_permission`: you cannot take “Modify team settings” from yourself: nobody might be left who can give it back."),
        (status = 422, description = "A permission that does not exist."),
    )
)]
async fn handle(
    State(app): State<App>,
    editor: TeamEditor,
    Path(id): Path<MemberId>,
    Body(request): Body<PermissionsRequest>,
) -> Result<Json<MemberView>, Error> {
    if id == editor.id && !request.permissions.contains(&Permission::ModifyTeamSettings) {
        return Err(Error::conflict("own_permission", "Ask another member to take “Modify team settings” from you."));
    }
    Ok(Json(app.store.save_permissions(&editor.team, &id, &request.permissions).await?.into()))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp};

    #[tokio::test]
    async fn a_permission_acts_on_the_next_request() {
        let test = TestApp::start().await;
        let owner = test.member("demo", &Permission::ALL).await;
        let member = test.member("demo", &[Permission::ModifyTeamSettings]).await;
        let set = |by, of: &domain::team::Member, permissions: &[&str]| {
            Call::put(&format!("/v1/members/{}/permissions", of.id)).by(by).json(&json!({"permissions": permissions}))
        };
        assert_eq!(test.call(route(), set(&owner, &member, &["modifyTickets"])).await.json["permissions"], json!(["modifyTickets"]));
        assert_eq!(test.call(route(), set(&member, &member, &["modifyTeamSettings"])).await.status, StatusCode::FORBIDDEN);
        let own = test.call(route(), set(&owner, &owner, &[])).await;
        assert_eq!((own.status, own.code()), (StatusCode::CONFLICT, "own_permission"));
        assert_eq!(test.call(route(), set(&owner, &member, &["fly"])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn another_teams_member_is_answered_like_none() {
        let test = TestApp::start().await;
        let owner = test.member("demo", &Permission::ALL).await;
        let foreign = test.member("other", &[]).await;
        let call = |id: &str| Call::put(&format!("/v1/members/{id}/permissions")).by(&owner).json(&json!({"permissions": []}));
        let theirs = test.call(route(), call(foreign.id.as_str())).await;
        let nobodys = test.call(route(), call("nobody")).await;
        assert_eq!((theirs.status, &theirs.json), (StatusCode::NOT_FOUND, &nobodys.json));
        assert_eq!(test.call(route(), Call::put("/v1/members/x/permissions").json(&json!({}))).await.status, StatusCode::UNAUTHORIZED);
    }
}
