//! `GET /v1/team/settings/general`: any member sees the team's name and time zone.

use app::{App, Error, Route, extract::Member};
use axum::{Json, extract::State};
use domain::general::General;

/// The route.
pub fn route() -> Route {
    app::route!("team-show-general", handle)
}

/// Reads Team Settings > General.
#[utoipa::path(get, path = "/v1/team/settings/general", responses((status = 200, description = "Name and time zone.", body = General)))]
async fn handle(State(app): State<App>, member: Member) -> Result<Json<General>, Error> {
    Ok(Json(app.store.get_general(&member.team).await?))
}
