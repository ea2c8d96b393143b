//! `GET /v1/team/settings/communication`: any member sees the team's switches.

use app::{App, Error, Route, extract::Member};
use axum::{Json, extract::State};
use domain::team::Communication;

/// The route.
pub fn route() -> Route {
    app::route!("team-show-communication", handle)
}

/// Reads the switches of Team Settings > Communication.
#[utoipa::path(get, path = "/v1/team/settings/communication", responses((status = 200, description = "The switches.", body = Communication)))]
async fn handle(State(app): State<App>, member: Member) -> Result<Json<Communication>, Error> {
    Ok(Json(app.store.get_communication(&member.team).await?))
}
