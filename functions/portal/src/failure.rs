//! What goes wrong in the portal, as a page that says what to do.

use crate::{
    pages::{Frame, Message, page, with_cookies},
    sso::Trouble,
};
use app::{Error, portal::cookies::Cookie};
use axum::response::{IntoResponse, Response};
use domain::{ids::TeamId, portal::Way};
use http::{HeaderValue, StatusCode, header};

/// Why a page is not shown or a form not taken.
#[derive(Debug)]
pub enum Failure {
    /// There is no portal here: no such team, or it has none open. Nobody can tell which.
    NoPortal,
    /// Nobody is signed in.
    SignedOut(Frame),
    /// Who was signed in may no longer be here.
    AccessEnded(Frame),
    /// The form came from another site.
    CrossSite(Frame),
    /// The form does not belong to this browser's cookies.
    OldForm(Frame),
    /// A link that leads to nobody.
    NoLink(Frame),
    /// The team offers no sign-in with this provider.
    NoProvider(Frame),
    /// Nobody set out for a provider in this browser, or they came back before, or too late.
    NoVisit(Frame),
    /// The provider does not answer.
    Unreachable(Frame, Way),
    /// The provider refuses this service.
    NotSetUp(Frame, Way),
    /// What the provider answers is not believed.
    NotBelieved(Frame),
    /// The account is not of the team's organisation.
    WrongAccount(Frame),
    /// The provider knows them, and that leads to nobody who may be here. It does not say why: that would tell who is known.
    NotLetIn(Frame),
    /// There is no such page, at this team's portal if it is one's.
    Nothing(Option<TeamId>),
    /// Everything else, at a portal or at nobody knows whose.
    Error(Frame, Error),
}

/// What is logged when a provider refuses this service. An alarm looks for these words.
pub const NOT_SET_UP: &str = "an identity provider refuses this service: its client id or secret is wrong or has expired";

impl Failure {
    /// Trouble with a provider. The cause is logged and not shown.
    pub fn of_trouble(frame: Frame, way: Way, trouble: &Trouble) -> Self {
        if let Trouble::NotSetUp(word) = trouble {
            tracing::error!(sso.way = way.title(), sso.cause = word, "{NOT_SET_UP}");
        } else {
            tracing::warn!(sso.way = way.title(), sso.cause = %trouble, "a sign-in with an identity provider failed");
        }
        match trouble {
            Trouble::NotSetUp(_) => Self::NotSetUp(frame, way),
            Trouble::WrongAccount => Self::WrongAccount(frame),
            Trouble::Unreachable(_) => Self::Unreachable(frame, way),
            Trouble::Refused(_) => Self::NotBelieved(frame),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(Frame::nobodys(), error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::NoPortal => {
                let text = "The address may be incomplete, or the portal may be closed. Ask the team that supports you for its address.";
                stop(StatusCode::NOT_FOUND, Frame::nobodys(), "There is no portal here", text)
            }
            Self::SignedOut(frame) => {
                let cookie = clear(Cookie::Session, &frame);
                let text = "You are not signed in here any more, or have not been yet.";
                with_cookies(lead_on(StatusCode::UNAUTHORIZED, frame, "Please sign in", text), [cookie])
            }
            Self::AccessEnded(frame) => {
                let cookie = clear(Cookie::Session, &frame);
                let text = "You can no longer use this portal. If that is a mistake, please ask the team that supports you.";
                with_cookies(stop(StatusCode::FORBIDDEN, frame, "Your access has ended", text), [cookie])
            }
            Self::CrossSite(frame) => {
                let text = "Nothing was done. Open the portal and try again there.";
                stop(StatusCode::FORBIDDEN, frame, "This was not sent from the portal", text)
            }
            Self::OldForm(frame) => {
                let text =
                    "Nothing was done. The page may have been open for too long, or the browser keeps no cookies. Open it again and try once more.";
                lead_on(StatusCode::FORBIDDEN, frame, "This page is too old", text)
            }
            Self::NoLink(frame) => {
                let cookie = clear(Cookie::Link, &frame);
                let text = "It may be incomplete, too old, or replaced by a newer one. Ask the team that supports you for a fresh link, or sign in with your email address.";
                with_cookies(lead_on(StatusCode::NOT_FOUND, frame, "This link does not work", text), [cookie])
            }
            Self::NoProvider(frame) => {
                let text = "This portal does not offer that way to sign in.";
                lead_on(StatusCode::NOT_FOUND, frame, "This is not offered here", text)
            }
            Self::NoVisit(frame) => {
                let text = "Nothing was done. A sign-in works once, for ten minutes, and in the browser that began it. Please start again.";
                lead_on(StatusCode::FORBIDDEN, frame, "This sign-in is over", text)
            }
            Self::Unreachable(frame, way) => {
                let text = format!("{} does not answer at present. Try again in a minute, or sign in with a code by email.", way.title());
                lead_on(StatusCode::SERVICE_UNAVAILABLE, frame, "That did not work", &text)
            }
            Self::NotSetUp(frame, way) => {
                let text = format!(
                    "Signing in with {} does not work here at present, and trying again will not help. Please tell the team that supports you, and sign in with a code by email.",
                    way.title()
                );
                lead_on(StatusCode::SERVICE_UNAVAILABLE, frame, "That did not work", &text)
            }
            Self::WrongAccount(frame) => {
                let text =
                    "Sign in with the account of your organisation, not with a private one. When you start again you can choose another account.";
                lead_on(StatusCode::FORBIDDEN, frame, "This account is not of your organisation", text)
            }
            Self::NotBelieved(frame) => {
                let text = "Nothing was done. Please start again, or sign in with a code by email.";
                lead_on(StatusCode::FORBIDDEN, frame, "That did not work", text)
            }
            Self::NotLetIn(frame) => {
                let text = "This account opens nothing here. Sign in with a code by email, or ask the team that supports you.";
                lead_on(StatusCode::FORBIDDEN, frame, "You cannot sign in this way", text)
            }
            Self::Nothing(team) => {
                let next = team.as_ref().map(way_in);
                message(StatusCode::NOT_FOUND, Frame::nobodys(), "There is nothing here", "The address may be incomplete.", next)
            }
            Self::Error(frame, error) => of_error(frame, &error),
        }
    }
}

/// A page that leads to the sign-in page.
fn lead_on(status: StatusCode, frame: Frame, title: &str, text: &str) -> Response {
    let next = frame.team.as_ref().map(way_in);
    message(status, frame, title, text, next)
}

/// A page that leads nowhere.
fn stop(status: StatusCode, frame: Frame, title: &str, text: &str) -> Response {
    message(status, frame, title, text, None)
}

fn message(status: StatusCode, frame: Frame, title: &str, text: &str, next: Option<(String, &str)>) -> Response {
    page(status, &Message { frame, title, text, next })
}

fn way_in(team: &TeamId) -> (String, &'static str) {
    (format!("/portal/{team}"), "Go to the sign-in page")
}

fn clear(cookie: Cookie, frame: &Frame) -> Option<HeaderValue> {
    cookie.clear(frame.team.as_ref()?)
}

fn of_error(frame: Frame, error: &Error) -> Response {
    let (title, text) = match error {
        Error::TooMany { .. } => ("Please wait a moment", "There is a lot going on just now. Try again in a minute."),
        Error::NotFound | Error::NotFoundIn { .. } => ("There is nothing here", "The address may be incomplete."),
        Error::TooLarge { .. } | Error::Invalid { .. } => ("This could not be read", "Nothing was done. Go back and try once more."),
        _ => ("Something went wrong on our side", "Nothing is lost. Please try again in a minute."),
    };
    let mut response = stop(error.status(), frame, title, text);
    if let Error::TooMany { retry_after_seconds } = error {
        response.headers_mut().insert(header::RETRY_AFTER, (*retry_after_seconds).into());
    }
    response
}

#[cfg(test)]
mod tests {
    use crate::stage::{Stage, id};
    use domain::field::Field;
    use http::StatusCode;
    use testing::{Answer, Call, ORIGIN};

    const ZOE: &str = "zoe@x.example";
    const NAME: &str = "Acme Help";

    #[tokio::test]
    async fn what_goes_wrong_is_said_under_the_teams_name() {
        let stage = Stage::offering_google().await;
        stage.call_it(NAME, "UTC").await;
        let zoe = stage.contact(ZOE).await;
        let mut browser = stage.browser();
        browser.get("").await;
        let (code, form) = browser.form("/code", &[("email", ZOE)]);
        let foreign = Call::post("/portal/demo/code").header("origin", "https://evil.example").form(&[("email", ZOE)]);
        let mut told = vec![
            (StatusCode::FORBIDDEN, stage.test.call(code, foreign).await),
            (StatusCode::UNPROCESSABLE_ENTITY, stage.test.call(crate::ask_code::route(), form.clone().body(b"email=x".to_vec())).await),
            (StatusCode::PAYLOAD_TOO_LARGE, stage.test.call(crate::ask_code::route(), form.body(vec![b'='; 17 << 10])).await),
            (StatusCode::NOT_FOUND, browser.get("/link/x").await),
            (StatusCode::NOT_FOUND, browser.get("/link").await),
            (StatusCode::NOT_FOUND, browser.get("/sso/microsoft").await),
            (StatusCode::NOT_FOUND, browser.get("/sso/nobody").await),
            (StatusCode::SERVICE_UNAVAILABLE, browser.get("/sso/google").await),
            (StatusCode::UNAUTHORIZED, browser.get("/home").await),
            (StatusCode::UNAUTHORIZED, browser.post("/sign-out", &[]).await),
        ];
        let callback = format!("/portal/sso/callback?code=x&state=demo.{}", app::portal::Token::random().as_str());
        told.push((StatusCode::FORBIDDEN, browser.open(&callback).await));
        "0".clone_into(&mut browser.token);
        told.push((StatusCode::FORBIDDEN, browser.post("/code", &[("email", ZOE)]).await));
        for _ in 0..30 {
            browser.get("/sso/google").await;
        }
        told.push((StatusCode::TOO_MANY_REQUESTS, browser.get("/sso/google").await));
        let mut inside = stage.signed_in(ZOE).await;
        "0".clone_into(&mut inside.token);
        told.push((StatusCode::FORBIDDEN, inside.post("/sign-out", &[]).await));
        let zoe = stage.test.app.store.get_contact(&id("demo"), zoe.id).await.expect("there");
        let mut profile = zoe.profile.clone();
        profile.set(Field::PortalAccess, &false.into()).expect("it fits");
        stage.test.save(&id("demo"), &zoe, profile).await;
        told.push((StatusCode::FORBIDDEN, inside.get("/home").await));
        for (status, answer) in told {
            let text = answer.text();
            assert_eq!(answer.status, status, "{text}");
            assert!(text.contains(&format!("<span class=\"brand-name\">{NAME}</span>")) && text.contains(&format!(" · {NAME}</title>")), "{text}");
        }
    }

    #[tokio::test]
    async fn the_name_of_a_team_whose_portal_is_closed_shows_nowhere() {
        let stage = Stage::open().await;
        stage.call_it(NAME, "UTC").await;
        stage.switch_portal("demo", false).await;
        let post = |team: &str| Call::post(&format!("/portal/{team}/sign-out")).header("origin", ORIGIN).form(&[("token", "x")]);
        let same = |closed: &Answer, never: &Answer| {
            assert_eq!((closed.status, closed.text()), (never.status, never.text()));
            assert!(closed.status == StatusCode::NOT_FOUND && !closed.text().contains(NAME), "{}", closed.text());
        };
        for page in ["", "/verify", "/link", "/home", "/settings", "/sso/google", "/manifest.webmanifest"] {
            same(&stage.browser().get(page).await, &stage.browser_at("never-was").get(page).await);
        }
        let sign_out = async |team: &str| stage.test.call(crate::sign_out::route(), post(team)).await;
        same(&sign_out("demo").await, &sign_out("never-was").await);
        let callback = async |team: &str| stage.browser().open(&format!("/portal/sso/callback?state={team}.{}", "A".repeat(43))).await;
        same(&callback("demo").await, &callback("never-was").await);
    }
}
