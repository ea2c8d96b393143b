//! What goes wrong in the portal, as a page that says what to do.

use crate::{
    pages::{Frame, Message, page, with_cookies},
    sso::Trouble,
};
use app::{Error, portal::cookies::Cookie};
use axum::response::{IntoResponse, Response};
use domain::{ids::TeamId, portal::Way};
use http::{StatusCode, header};

/// Why a page is not shown or a form not taken.
#[derive(Debug)]
pub enum Failure {
    /// There is no portal here: no such team, or it has none open. Nobody can tell which.
    NoPortal,
    /// Nobody is signed in.
    SignedOut(TeamId),
    /// Who was signed in may no longer be here.
    AccessEnded(TeamId),
    /// The form came from another site.
    CrossSite,
    /// The form does not belong to this browser's cookies.
    OldForm(TeamId),
    /// A link that leads to nobody.
    NoLink(TeamId),
    /// The team offers no sign-in with this provider.
    NoProvider(TeamId),
    /// Nobody set out for a provider in this browser, or they came back before, or too late.
    NoVisit(Option<TeamId>),
    /// The provider does not answer.
    Unreachable(TeamId, Way),
    /// The provider refuses this service.
    NotSetUp(TeamId, Way),
    /// What the provider answers is not believed.
    NotBelieved(TeamId),
    /// The account is not of the team's organisation.
    WrongAccount(TeamId),
    /// The provider knows them, and that leads to nobody who may be here. It does not say why: that would tell who is known.
    NotLetIn(TeamId),
    /// There is no such page, at this team's portal if it is one's.
    Nothing(Option<TeamId>),
    /// Everything else.
    Error(Error),
}

/// What is logged when a provider refuses this service. An alarm looks for these words.
pub const NOT_SET_UP: &str = "an identity provider refuses this service: its client id or secret is wrong or has expired";

impl Failure {
    /// Trouble with a provider. The cause is logged and not shown.
    pub fn of_trouble(team: TeamId, way: Way, trouble: &Trouble) -> Self {
        if let Trouble::NotSetUp(word) = trouble {
            tracing::error!(sso.way = way.title(), sso.cause = word, "{NOT_SET_UP}");
        } else {
            tracing::warn!(sso.way = way.title(), sso.cause = %trouble, "a sign-in with an identity provider failed");
        }
        match trouble {
            Trouble::NotSetUp(_) => Self::NotSetUp(team, way),
            Trouble::WrongAccount => Self::WrongAccount(team),
            Trouble::Unreachable(_) => Self::Unreachable(team, way),
            Trouble::Refused(_) => Self::NotBelieved(team),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let sign_in = |team: &TeamId| Some((format!("/portal/{team}"), "Go to the sign-in page"));
        let say = |status, title: &str, text: &str, next| page(status, &Message { frame: Frame::nobodys(), title, text, next });
        match self {
            Self::NoPortal => say(
                StatusCode::NOT_FOUND,
                "There is no portal here",
                "The address may be incomplete, or the portal may be closed. Ask the team that supports you for its address.",
                None,
            ),
            Self::SignedOut(team) => {
                let text = "You are not signed in here any more, or have not been yet.";
                with_cookies(say(StatusCode::UNAUTHORIZED, "Please sign in", text, sign_in(&team)), [Cookie::Session.clear(&team)])
            }
            Self::AccessEnded(team) => {
                let text = "You can no longer use this portal. If that is a mistake, please ask the team that supports you.";
                with_cookies(say(StatusCode::FORBIDDEN, "Your access has ended", text, None), [Cookie::Session.clear(&team)])
            }
            Self::CrossSite => {
                say(StatusCode::FORBIDDEN, "This was not sent from the portal", "Nothing was done. Open the portal and try again there.", None)
            }
            Self::OldForm(team) => {
                let text =
                    "Nothing was done. The page may have been open for too long, or the browser keeps no cookies. Open it again and try once more.";
                say(StatusCode::FORBIDDEN, "This page is too old", text, sign_in(&team))
            }
            Self::NoLink(team) => {
                let text = "It may be incomplete, too old, or replaced by a newer one. Ask the team that supports you for a fresh link, or sign in with your email address.";
                let response = say(StatusCode::NOT_FOUND, "This link does not work", text, sign_in(&team));
                with_cookies(response, [Cookie::Link.clear(&team)])
            }
            Self::NoProvider(team) => {
                let text = "This portal does not offer that way to sign in.";
                say(StatusCode::NOT_FOUND, "This is not offered here", text, sign_in(&team))
            }
            Self::NoVisit(team) => {
                let text = "Nothing was done. A sign-in works once, for ten minutes, and in the browser that began it. Please start again.";
                say(StatusCode::FORBIDDEN, "This sign-in is over", text, team.as_ref().and_then(sign_in))
            }
            Self::Unreachable(team, way) => {
                let text = format!("{} does not answer at present. Try again in a minute, or sign in with a code by email.", way.title());
                say(StatusCode::SERVICE_UNAVAILABLE, "That did not work", &text, sign_in(&team))
            }
            Self::NotSetUp(team, way) => {
                let text = format!(
                    "Signing in with {} does not work here at present, and trying again will not help. Please tell the team that supports you, and sign in with a code by email.",
                    way.title()
                );
                say(StatusCode::SERVICE_UNAVAILABLE, "That did not work", &text, sign_in(&team))
            }
            Self::WrongAccount(team) => {
                let text =
                    "Sign in with the account of your organisation, not with a private one. When you start again you can choose another account.";
                say(StatusCode::FORBIDDEN, "This account is not of your organisation", text, sign_in(&team))
            }
            Self::NotBelieved(team) => {
                let text = "Nothing was done. Please start again, or sign in with a code by email.";
                say(StatusCode::FORBIDDEN, "That did not work", text, sign_in(&team))
            }
            Self::NotLetIn(team) => {
                let text = "This account opens nothing here. Sign in with a code by email, or ask the team that supports you.";
                say(StatusCode::FORBIDDEN, "You cannot sign in this way", text, sign_in(&team))
            }
            Self::Nothing(team) => {
                let text = "The address may be incomplete.";
                say(StatusCode::NOT_FOUND, "There is nothing here", text, team.as_ref().and_then(sign_in))
            }
            Self::Error(error) => of_error(&error),
        }
    }
}

fn of_error(error: &Error) -> Response {
    let (title, text) = match error {
        Error::TooMany { .. } => ("Please wait a moment", "There is a lot going on just now. Try again in a minute."),
        Error::NotFound | Error::NotFoundIn { .. } => ("There is nothing here", "The address may be incomplete."),
        Error::TooLarge { .. } | Error::Invalid { .. } => ("This could not be read", "Nothing was done. Go back and try once more."),
        _ => ("Something went wrong on our side", "Nothing is lost. Please try again in a minute."),
    };
    let mut response = page(error.status(), &Message { frame: Frame::nobodys(), title, text, next: None });
    if let Error::TooMany { retry_after_seconds } = error {
        response.headers_mut().insert(header::RETRY_AFTER, (*retry_after_seconds).into());
    }
    response
}
