//! `GET /v1/portal-link`: any member gets the address of the team's portal and what identity providers must know of it.

use crate::sso::RETURN;
use app::{App, Error, Route, extract::Member, portal::Origin};
use axum::{Json, extract::State};
use domain::portal::Way;
use serde::Serialize;

/// The route.
pub fn route() -> Route {
    app::route!("portal-team-link", handle)
}

/// The address of a team's portal, and what identity providers must know of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct TeamLink {
    /// The address, for everybody.
    #[schema(examples("https://help.example.com/portal/demo"))]
    url: String,
    /// Where identity providers send contacts back to: the redirect URI to register with each of them. It is the same for all teams.
    #[schema(examples("https://help.example.com/portal/sso/callback"))]
    redirect_uri: String,
    /// The identity providers that this service was made known to. The sign-in page offers those of them that the team switched on and set up.
    providers: Vec<KnownProvider>,
}

/// An identity provider that this service was made known to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct KnownProvider {
    /// Which one.
    way: Way,
    /// What stands on its button after “Sign in with”.
    #[schema(examples("Microsoft"))]
    name: String,
}

/// The address of the team's portal, the same for all contacts, and the identity providers that its sign-in page can offer.
#[utoipa::path(get, path = "/v1/portal-link", responses((status = 200, description = "The address, and the providers.", body = TeamLink)))]
async fn handle(State(app): State<App>, member: Member, origin: Origin) -> Result<Json<TeamLink>, Error> {
    let known = |way| app.settings.portal.provider(way).map(|provider| KnownProvider { way, name: provider.name.clone() });
    let providers = Way::PROVIDERS.into_iter().filter_map(known).collect();
    Ok(Json(TeamLink { url: origin.portal(&member.team), redirect_uri: format!("{}{RETURN}", origin.0), providers }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use app::settings::{Portal, Provider, Settings};
    use http::StatusCode;
    use serde_json::json;
    use std::sync::Arc;
    use testing::{Call, TestApp};

    const PATH: &str = "/v1/portal-link";

    #[tokio::test]
    async fn every_member_gets_the_address_of_their_own_team_and_nobody_else_gets_any() {
        let test = TestApp::start().await;
        for team in ["demo", "other"] {
            let viewer = test.member(team, &[]).await;
            let answer = test.call(route(), Call::get(PATH).by(&viewer)).await;
            let url = format!("https://portal.example/portal/{team}");
            assert_eq!(answer.json, json!({"url": url, "redirectUri": "https://portal.example/portal/sso/callback", "providers": []}));
        }
        assert_eq!(test.call(route(), Call::get(PATH)).await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn the_providers_are_those_that_this_service_was_made_known_to() {
        let mut test = TestApp::start().await;
        let of =
            |name: &str| Provider { name: name.to_owned(), address: "https://id.example".to_owned(), client_id: "1".to_owned(), client_secret: None };
        let settings = test.app.settings.as_ref();
        let portal = Portal { microsoft: Some(of("Microsoft")), oidc: Some(of("Acme ID")), ..settings.portal.clone() };
        test.app.settings = Arc::new(Settings { portal, ..settings.clone() });
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get(PATH).by(&viewer)).await;
        assert_eq!(answer.json["providers"], json!([{"way": "microsoft", "name": "Microsoft"}, {"way": "oidc", "name": "Acme ID"}]));
    }
}
