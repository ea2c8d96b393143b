//! Who is at the portal and what they sent, as types.

use crate::{failure::Failure, sso};
use app::{
    App, Error,
    portal::{Absent, ContactToken, Origin, SignedIn, Token, cookies::Cookie, form_token, is_same},
};
use axum::{
    extract::{Form, FromRequest, FromRequestParts, RawPathParams, Request},
    http::request::Parts,
};
use domain::{
    general::General,
    ids::TeamId,
    portal::{Way, device},
    rules::switch_of,
    sso::Sso,
    team::Communication,
};
use http::{HeaderMap, header};
use lambda_http::request::RequestContext;
use serde::de::DeserializeOwned;
use std::{net::IpAddr, ops::Deref};

/// The longest form, in bytes.
const MAX_FORM_BYTES: usize = 16 << 10;

/// A team's portal that is open.
#[derive(Debug)]
pub struct Portal {
    /// The team.
    pub team: TeamId,
    /// Its name and time zone.
    pub general: General,
    /// Its switches.
    pub communication: Communication,
    /// Its identity providers; not read while it uses none.
    pub sso: Sso,
}

impl Portal {
    /// A team's, if it is open.
    pub async fn of(app: &App, team: TeamId) -> Result<Self, Failure> {
        let (communication, general) = futures::try_join!(app.store.get_communication(&team), app.store.get_general(&team))?;
        if !communication.portal {
            return Err(Failure::NoPortal);
        }
        let has_sso = Way::PROVIDERS.into_iter().any(|way| switch_of(way).is_on(&communication));
        let sso = if has_sso { app.store.get_sso(&team).await? } else { Sso::default() };
        Ok(Self { team, general, communication, sso })
    }

    /// The providers that its sign-in page offers: name in the address, and in words.
    pub fn providers(&self, app: &App) -> Vec<(&'static str, String)> {
        sso::offered(app, &self.communication, &self.sso).map(|provider| (provider.way.name(), provider.name)).collect()
    }
}

async fn parameter(parts: &mut Parts, app: &App, wanted: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, app).await.ok()?;
    parameters.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

async fn team(parts: &mut Parts, app: &App) -> Result<TeamId, Failure> {
    parameter(parts, app, "team").await.and_then(|team| team.parse().ok()).ok_or(Failure::NoPortal)
}

impl FromRequestParts<App> for Portal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let team = team(parts, app).await?;
        Self::of(app, team).await
    }
}

/// The provider in the path.
#[derive(Debug)]
pub struct ProviderName(pub Way);

impl FromRequestParts<App> for ProviderName {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let name = parameter(parts, app, "provider").await;
        Way::PROVIDERS.into_iter().find(|way| name.as_deref() == Some(way.name())).map(Self).ok_or(Failure::Error(Error::NotFound))
    }
}

/// The token in the path of a contact's own link.
#[derive(Debug)]
pub struct LinkToken(pub String);

impl FromRequestParts<App> for LinkToken {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Ok(Self(parameter(parts, app, "token").await.unwrap_or_default()))
    }
}

/// What the browser holds for this team, and where and what it is.
#[derive(Debug)]
pub struct Browser {
    /// Its attempt to sign in, or the sign-in page's form.
    pub flow: Option<Token>,
    /// Its session, which may be over.
    pub session: Option<ContactToken>,
    /// The link that led it here.
    pub link: Option<String>,
    /// Its visit to an identity provider.
    pub sso: Option<Token>,
    /// The device in words.
    pub device: String,
    /// Where it is.
    pub source: Option<IpAddr>,
}

impl Browser {
    /// What a browser holds for a team; where it is, is not known.
    pub fn of(headers: &HeaderMap, team: &TeamId) -> Self {
        let read = |cookie: Cookie| cookie.read(headers, team);
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Self {
            flow: read(Cookie::Flow).as_deref().and_then(Token::parse),
            session: read(Cookie::Session).as_deref().and_then(ContactToken::parse),
            link: read(Cookie::Link),
            sso: read(Cookie::Sso).as_deref().and_then(Token::parse),
            device: device(agent),
            source: None,
        }
    }

    /// Whether a form belongs to this browser's flow.
    pub fn sent(&self, form: &str, team: &TeamId) -> Result<(), Failure> {
        match &self.flow {
            Some(flow) if is_same(form, &form_token(flow.as_str())) => Ok(()),
            _ => Err(Failure::OldForm(team.clone())),
        }
    }
}

impl FromRequestParts<App> for Browser {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let team = team(parts, app).await?;
        let source = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()),
            _ => None,
        };
        Ok(Self { source, ..Self::of(&parts.headers, &team) })
    }
}

/// A contact who is signed in and may be here, at this very request.
#[derive(Debug)]
pub struct SignedInContact(pub SignedIn);

impl Deref for SignedInContact {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl SignedInContact {
    /// Whether a form belongs to this session.
    pub fn sent(&self, form: &str) -> Result<(), Failure> {
        if is_same(form, &self.form_token) { Ok(()) } else { Err(Failure::OldForm(self.team.clone())) }
    }
}

impl FromRequestParts<App> for SignedInContact {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let team = team(parts, app).await?;
        let token = Cookie::Session.read(&parts.headers, &team).as_deref().and_then(ContactToken::parse);
        let Some(token) = token else { return Err(Failure::SignedOut(team)) };
        app.signed_in(&team, &token).await.map(Self).map_err(|absent| match absent {
            Absent::NoSession => Failure::SignedOut(team),
            Absent::AccessEnded => Failure::AccessEnded(team),
            Absent::Unknown(error) => Failure::Error(error),
        })
    }
}

/// A form that one of the portal's own pages sent.
#[derive(Debug)]
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let Origin(origin) = Origin::from_request_parts(&mut parts, app).await?;
        if !is_same_origin(&parts.headers, &origin) {
            return Err(Failure::CrossSite);
        }
        let body =
            axum::body::to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| Error::TooLarge { detail: "A form has at most 16 kB.".to_owned() })?;
        let form = Form::<T>::from_request(Request::from_parts(parts, body.into()), app).await;
        form.map(|Form(form)| Self(form)).map_err(|_| Error::invalid("invalid_form", "The form cannot be read.").into())
    }
}

/// Browsers say where a request comes from. One that does not say it by `Sec-Fetch-Site` says it by `Origin`; one that says neither, or that
/// it comes from nowhere, is not believed.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|sent| sent == origin),
    }
}

#[cfg(test)]
mod tests {
    use super::is_same_origin;
    use http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn only_the_portals_own_pages_are_believed() {
        let headers = |all: &[(&'static str, &'static str)]| {
            all.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect::<HeaderMap>()
        };
        let is_own = |all: &[(&'static str, &'static str)]| is_same_origin(&headers(all), "https://portal.example");
        assert!(is_own(&[("sec-fetch-site", "same-origin")]) && is_own(&[("origin", "https://portal.example")]));
        let foreign: [&[(&str, &str)]; 9] = [
            &[],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://portal.example.evil.example")],
            &[("origin", "http://portal.example")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://portal.example")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin,cross-site")],
        ];
        assert!(!foreign.iter().any(|all| is_own(all)));
    }
}
