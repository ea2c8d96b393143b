//! `GET /v1/team/settings/sso`: any member sees which people of identity providers can sign in to the portal.

use app::{App, Error, Route, extract::Member};
use axum::{Json, extract::State};
use domain::sso::Sso;

/// The route.
pub fn route() -> Route {
    app::route!("team-show-sso", handle)
}

/// Reads what the team set for contacts' single sign-on.
#[utoipa::path(
    get,
    path = "/v1/team/settings/sso",
    responses((status = 200, description = "Microsoft's tenant and Google's hosted domain, as far as they are set.", body = Sso))
)]
async fn handle(State(app): State<App>, member: Member) -> Result<Json<Sso>, Error> {
    Ok(Json(app.store.get_sso(&member.team).await?))
}
