//! Where browsers find the portal.

use crate::{App, Error};
use axum::extract::FromRequestParts;
use domain::ids::TeamId;
use http::request::Parts;
use lambda_http::request::RequestContext;

/// The portal's origin: what the deployment sets, else the address under which API Gateway took the request. That is one of the API's own
/// domains, whatever the request's headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(pub String);

impl Origin {
    /// The address of a team's portal.
    pub fn portal(&self, team: &TeamId) -> String {
        format!("{}/portal/{team}", self.0)
    }
}

impl FromRequestParts<App> for Origin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let own = || match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.as_ref().map(|domain| format!("https://{domain}")),
            _ => None,
        };
        app.settings.portal.origin.clone().or_else(own).map(Self).ok_or_else(|| Error::internal("the portal has no address"))
    }
}
