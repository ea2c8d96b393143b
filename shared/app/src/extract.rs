//! Who is calling and what they sent, as types: a handler that needs a right names it in its signature.

use crate::{App, Error, once::Once};
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request},
    http::{header::IF_MATCH, request::Parts},
};
use domain::{
    ids::{MemberId, TeamId, Version},
    rules::{self, Decision, Place},
    team::{Member as TeamMember, Permission, Switch},
};
use lambda_http::request::RequestContext;
use serde::de::DeserializeOwned;
use std::{collections::HashMap, ops::Deref};

/// The largest body a route reads. Files go through the bucket.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// Any member of the team.
#[derive(Debug, Clone)]
pub struct Member(pub TeamMember);

impl Deref for Member {
    type Target = TeamMember;

    fn deref(&self) -> &TeamMember {
        &self.0
    }
}

/// The team and the person of a token that API Gateway's JWT authorizer has checked. Nothing else in a request can name a team.
fn proven_identity(parts: &Parts, team_claim: &str) -> Result<(TeamId, MemberId, HashMap<String, String>), Error> {
    let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get::<RequestContext>() else {
        return Err(Error::SignedOut);
    };
    let claims = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref()).map(|jwt| jwt.claims.clone()).ok_or(Error::SignedOut)?;
    let claim = |name: &str| claims.get(name).ok_or(Error::SignedOut);
    let team = claim(team_claim)?.parse().map_err(|_| Error::SignedOut)?;
    let member = claim("sub")?.parse().map_err(|_| Error::SignedOut)?;
    Ok((team, member, claims))
}

impl FromRequestParts<App> for Member {
    type Rejection = Error;

    /// Permissions are read from the table each time, so taking one away acts on the next request.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let (team, id, claims) = proven_identity(parts, &app.settings.team_claim)?;
        if let Some(member) = app.store.find_member(&team, &id).await? {
            return Ok(Self(member));
        }
        let text = |name: &str| claims.get(name).map(|text| text.chars().take(250).collect::<String>()).unwrap_or_default();
        app.store.admit_member(&team, &id, text("email"), text("name")).await.map(Self)
    }
}

macro_rules! member_with {
    ($(#[$doc:meta])* $name:ident, $permission:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub TeamMember);

        impl Deref for $name {
            type Target = TeamMember;

            fn deref(&self) -> &TeamMember {
                &self.0
            }
        }

        impl FromRequestParts<App> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
                let Member(member) = Member::from_request_parts(parts, app).await?;
                enforce(&rules::member_may(&member, $permission))?;
                Ok(Self(member))
            }
        }
    };
}

member_with!(
    /// A member who may modify contacts.
    ContactEditor,
    Permission::ModifyContacts
);
member_with!(
    /// A member who may modify the team's settings.
    TeamEditor,
    Permission::ModifyTeamSettings
);

/// A member who may import, in a team that allows it.
#[derive(Debug, Clone)]
pub struct Importer(pub TeamMember);

impl Deref for Importer {
    type Target = TeamMember;

    fn deref(&self) -> &TeamMember {
        &self.0
    }
}

impl FromRequestParts<App> for Importer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Member(member) = Member::from_request_parts(parts, app).await?;
        let team = app.store.get_communication(&member.team).await?;
        enforce(&rules::import(&member, &team))?;
        Ok(Self(member))
    }
}

/// Turns a decision into a refusal that names what is missing.
pub fn enforce(decision: &Decision) -> Result<(), Error> {
    let Some(rule) = decision.refusal() else { return Ok(()) };
    let name = rule.decided_by.name;
    Err(match rule.decided_by.place {
        Place::Member => Error::Forbidden { code: "permission_missing", missing: name.to_owned() },
        Place::Team => {
            let title = Switch::ALL.iter().find(|switch| switch.name() == name).map_or(name, |switch| switch.title());
            Error::Forbidden { code: "team_switch_off", missing: format!("Team Settings > Communication > {title}") }
        }
        Place::Contact => Error::Forbidden { code: "contact_setting", missing: name.to_owned() },
    })
}

/// Path parameters. What cannot be an identifier is answered like one that does not exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        AxumPath::<T>::from_request_parts(parts, app).await.map(|AxumPath(value)| Self(value)).map_err(|_| Error::NotFound)
    }
}

/// Query parameters; one that is unknown or wrong is named.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let value = AxumQuery::<T>::from_request_parts(parts, app).await;
        value.map(|AxumQuery(value)| Self(value)).map_err(|problem| Error::invalid("invalid_query", problem.body_text()))
    }
}

/// A JSON body of at most 1 MiB; a field that is unknown or wrong is named.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        parse(&read(request).await?).map(Self)
    }
}

/// A JSON body like [`Body`], and how the client names the action: sent again it has one effect.
#[derive(Debug)]
pub struct OnceBody<T>(pub T, pub Once);

impl<T: DeserializeOwned> FromRequest<App> for OnceBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        let bytes = read(request).await?;
        Ok(Self(parse(&bytes)?, Once::of(&headers, &path, &bytes)?))
    }
}

async fn read(request: Request) -> Result<Bytes, Error> {
    to_bytes(request.into_body(), MAX_BODY_BYTES).await.map_err(|_| Error::TooLarge { detail: "A request has at most 1 MiB.".to_owned() })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|problem| Error::invalid("invalid_json", format!("The body is not UTF-8: byte {}.", problem.valid_up_to())))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|problem| named(&problem))?;
    json.end().map_err(|problem| Error::invalid("invalid_json", problem.to_string()))?;
    Ok(value)
}

fn named(problem: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let (path, cause) = (problem.path().to_string(), problem.inner().to_string());
    if !problem.inner().is_data() {
        return Error::invalid("invalid_json", cause);
    }
    // A field says where it is; a line and a column would only puzzle whoever filled in a form.
    let place = format!(" at line {} column {}", problem.inner().line(), problem.inner().column());
    Error::parameter(if path == "." { "body" } else { &path }, cause.strip_suffix(&place).unwrap_or(&cause))
}

/// The version that a change is made on: `If-Match: "3"` (RFC 9110 section 13.1.1). A change without it could overwrite what nobody has read.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Version);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let header = parts.headers.get(IF_MATCH).ok_or(Error::VersionMissing)?;
        let number = header.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
        number.map(|number| Self(Version::new(number))).ok_or_else(|| Error::parameter("If-Match", "expected one version, like \"3\""))
    }
}

/// The entity tag of a version.
pub fn etag(version: Version) -> String {
    format!("\"{version}\"")
}
