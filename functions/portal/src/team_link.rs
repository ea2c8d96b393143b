//! `GET /v1/portal-link`: any member gets the address of the team's portal.

use app::{Error, Route, extract::Member, portal::Origin};
use axum::Json;
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("portal-team-link", handle)
}

/// The address of a team's portal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct TeamLink {
    /// The address, for everybody.
    #[schema(examples("https://help.example.com/portal/demo"))]
    url: String,
}

/// The address of the team's portal, the same for all contacts.
#[utoipa::path(get, path = "/v1/portal-link", responses((status = 200, description = "The address.", body = TeamLink)))]
async fn handle(member: Member, origin: Origin) -> Result<Json<TeamLink>, Error> {
    Ok(Json(TeamLink { url: origin.portal(&member.team) }))
}
