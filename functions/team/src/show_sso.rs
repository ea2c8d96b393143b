//! `GET /v1/team/settings/sso`: a member who may modify team settings sees which people of identity providers can sign in to the portal.

use app::{App, Error, Route, extract::TeamEditor};
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
    responses(
        (status = 200, description = "Microsoft's tenant and Google's hosted domain, as far as they are set.", body = Sso),
        (status = 403, description = "Without “Modify team settings”."),
    )
)]
async fn handle(State(app): State<App>, member: TeamEditor) -> Result<Json<Sso>, Error> {
    Ok(Json(app.store.get_sso(&member.team).await?))
}
