//! Who is at the portal and what they sent, as types.

use crate::{failure::Failure, pages::Frame, sso};
use app::{
    App, Error,
    portal::{Absent, ContactToken, Origin, SignedIn, Token, Visit, cookies::Cookie, form_token, is_same},
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

    /// What is around its pages.
    pub fn frame(&self) -> Frame {
        Frame::of(&self.team, &self.general)
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

/// What is around a page that says what went wrong: the team's name where the path leads to an open portal.
async fn frame(parts: &mut Parts, app: &App) -> Frame {
    Portal::from_request_parts(parts, app).await.map_or_else(|_| Frame::nobodys(), |portal| portal.frame())
}

impl FromRequestParts<App> for Portal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let team = team(parts, app).await?;
        Self::of(app, team).await
    }
}

/// The provider in the path, if there is one of that name.
#[derive(Debug)]
pub struct ProviderName(pub Option<Way>);

impl FromRequestParts<App> for ProviderName {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let name = parameter(parts, app, "provider").await;
        Ok(Self(Way::PROVIDERS.into_iter().find(|way| name.as_deref() == Some(way.name()))))
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
    pub fn sent(&self, form: &str, portal: &Portal) -> Result<(), Failure> {
        match &self.flow {
            Some(flow) if is_same(form, &form_token(flow.as_str())) => Ok(()),
            _ => Err(Failure::OldForm(portal.frame())),
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
    /// What is around their pages.
    pub fn frame(&self) -> Frame {
        Frame::of(&self.team, &self.general)
    }

    /// Whether a form belongs to this session.
    pub fn sent(&self, form: &str) -> Result<(), Failure> {
        if is_same(form, &self.form_token) { Ok(()) } else { Err(Failure::OldForm(self.frame())) }
    }
}

impl FromRequestParts<App> for SignedInContact {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let team = team(parts, app).await?;
        let token = Cookie::Session.read(&parts.headers, &team).as_deref().and_then(ContactToken::parse);
        let absent = match token {
            Some(token) => match app.signed_in(&team, &token, Visit::from(&parts.method)).await {
                Ok(signed_in) => return Ok(Self(signed_in)),
                Err(absent) => absent,
            },
            None => Absent::NoSession,
        };
        Err(match absent {
            Absent::NoSession => Failure::SignedOut(Portal::of(app, team).await?.frame()),
            Absent::AccessEnded(general) => Failure::AccessEnded(Frame::of(&team, &general)),
            Absent::Unknown(error) => error.into(),
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
            return Err(Failure::CrossSite(frame(&mut parts, app).await));
        }
        let Ok(body) = axum::body::to_bytes(body, MAX_FORM_BYTES).await else {
            return Err(Failure::Error(frame(&mut parts, app).await, Error::TooLarge { detail: "A form has at most 16 kB.".to_owned() }));
        };
        if let Ok(Form(form)) = Form::<T>::from_request(Request::from_parts(parts.clone(), body.into()), app).await {
            return Ok(Self(form));
        }
        Err(Failure::Error(frame(&mut parts, app).await, Error::invalid("invalid_form", "The form cannot be read.")))
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
