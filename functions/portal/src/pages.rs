//! The pages, and what each shows.

use crate::assets;
use app::{
    Error,
    portal::SignedIn,
    store::{LinkedIdentity, Session},
};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use domain::{contact::Profile, field::Field, general::General, ids::TeamId};
use http::{HeaderValue, StatusCode, header};
use jiff::{Timestamp, tz::TimeZone};

/// What is around every page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Whose portal it is; none where that is not known.
    pub team: Option<TeamId>,
    /// What stands above the page: the team's name.
    pub name: String,
}

impl Frame {
    /// A team's.
    pub fn of(team: &TeamId, general: &General) -> Self {
        Self { team: Some(team.clone()), name: general.name.to_string() }
    }

    /// Nobody's.
    pub fn nobodys() -> Self {
        Self { team: None, name: "Help portal".to_owned() }
    }

    fn path(&self) -> &str {
        self.team.as_ref().map_or("", TeamId::as_str)
    }

    /// The first letter of the name, as its sign.
    fn initial(&self) -> String {
        self.name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".to_owned(), |first| first.to_uppercase().collect())
    }

    #[expect(clippy::unused_self, reason = "templates ask the frame")]
    fn style(&self) -> &'static str {
        assets::path("portal.css")
    }

    #[expect(clippy::unused_self, reason = "templates ask the frame")]
    fn script(&self) -> &'static str {
        assets::path("portal.js")
    }

    #[expect(clippy::unused_self, reason = "templates ask the frame")]
    fn icon(&self, file: &str) -> &'static str {
        assets::path(file)
    }
}

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// What is around it.
    pub frame: Frame,
    /// What the form carries.
    pub token: String,
    /// What was typed before.
    pub email: String,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What happened before.
    pub notice: Option<String>,
    /// How that is shown: `good` or `warn`.
    pub tone: &'static str,
    /// The identity providers that one can sign in with: name in the address, and in words.
    pub providers: Vec<(&'static str, String)>,
}

/// The page that asks for the code.
#[derive(Debug, Template)]
#[template(path = "enter_code.html")]
pub struct EnterCodePage {
    /// What is around it.
    pub frame: Frame,
    /// What the forms carry.
    pub token: String,
    /// Where the code went.
    pub shown: String,
    /// What is wrong with the code that was entered.
    pub problem: Option<String>,
    /// Why no other code was sent.
    pub notice: Option<String>,
    /// Where to ask for another.
    pub again: String,
    /// The address to send there, unless a link stands for it.
    pub email: Option<String>,
    /// How many seconds that takes yet.
    pub wait: i64,
    /// The same in words.
    pub wait_in_words: String,
}

/// The page of a contact's own link.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage {
    /// What is around it.
    pub frame: Frame,
    /// What the form carries.
    pub token: String,
    /// The link's token.
    pub link: String,
    /// Where the code will go, masked.
    pub masked: String,
    /// What happened before.
    pub notice: Option<String>,
}

/// A page with one thing to say.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct Message<'a> {
    /// What is around it.
    pub frame: Frame,
    /// What it is about.
    pub title: &'a str,
    /// What there is to know and to do.
    pub text: &'a str,
    /// Where to go on: address and label.
    pub next: Option<(String, &'a str)>,
}

/// The first page inside.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// What is around it.
    pub frame: Frame,
    /// Which page this is.
    pub here: &'static str,
    /// What the forms carry.
    pub token: String,
    /// The contact's name.
    pub name: String,
    /// What is known of the contact.
    pub details: Vec<(&'static str, String)>,
    /// This sign-in.
    pub session: ShownSession,
}

/// Settings.
#[derive(Debug, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// What is around it.
    pub frame: Frame,
    /// Which page this is.
    pub here: &'static str,
    /// What the forms carry.
    pub token: String,
    /// What is known of the contact.
    pub details: Vec<(&'static str, String)>,
    /// Where the contact is signed in.
    pub sessions: Vec<ShownSession>,
    /// The accounts elsewhere that the contact can sign in with.
    pub identities: Vec<ShownIdentity>,
}

/// A session as it is shown.
#[derive(Debug)]
pub struct ShownSession {
    id: String,
    device: String,
    way: &'static str,
    since: String,
    since_iso: String,
    seen: String,
    is_this: bool,
}

impl ShownSession {
    /// A session in the words of the page; of who looks at it.
    pub fn of(session: &Session, signed_in: &SignedIn) -> Self {
        let at = |seconds: i64| app::clock::timestamp(seconds * 1_000);
        Self {
            id: session.id.clone(),
            device: session.device.clone(),
            way: session.way.title(),
            since: when(at(session.created_at), &signed_in.general),
            since_iso: at(session.created_at).to_string(),
            // It is noted once an hour, so a minute would say too much.
            seen: local(at(session.last_seen_at), &signed_in.general, "%-d %B %Y"),
            is_this: session.id == signed_in.session.id,
        }
    }
}

/// An account elsewhere as it is shown.
#[derive(Debug)]
pub struct ShownIdentity {
    id: String,
    way: &'static str,
    since: String,
    since_iso: String,
}

impl ShownIdentity {
    /// A linked account in the words of the page.
    pub fn of(identity: &LinkedIdentity, general: &General) -> Self {
        let at = app::clock::timestamp(identity.linked_at * 1_000);
        Self { id: identity.id.clone(), way: identity.way.title(), since: when(at, general), since_iso: at.to_string() }
    }
}

/// What a contact sees of what is known of them; what is empty is left out.
pub fn details(profile: &Profile) -> Vec<(&'static str, String)> {
    let text = |field| profile.text(field).to_owned();
    let one = [
        ("Name", profile.display_name()),
        ("Email", profile.primary_email().map(ToString::to_string).unwrap_or_default()),
        ("Company", text(Field::Company)),
        ("Job", text(Field::Job)),
        ("Division", text(Field::Division)),
    ];
    let phones = profile.phones().map(|(_, phone)| ("Phone", phone.as_str().to_owned()));
    one.into_iter().chain(phones).filter(|(_, value)| !value.is_empty()).collect()
}

/// A moment in the team's time zone, which it names, for a contact may live in another: `1 March 2026, 10:00 CET`.
fn when(at: Timestamp, general: &General) -> String {
    local(at, general, "%-d %B %Y, %H:%M %Z")
}

/// A moment in the team's time zone, in this format.
fn local(at: Timestamp, general: &General, format: &str) -> String {
    let zone = TimeZone::get(&general.time_zone.to_string()).unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).strftime(format).to_string()
}

/// A page as an answer.
pub fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(problem) => Error::internal(problem).into_response(),
    }
}

/// Leads on to another page, which the browser gets with GET.
pub fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Adds cookies to an answer.
pub fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{Frame, Message};
    use askama::Template;

    #[test]
    fn a_name_is_shown_as_text_whatever_it_is() {
        for name in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE", "{{7*7}}", "𝓣𝓮𝓪𝓶 \u{202e}x", ""] {
            let page = Message { frame: Frame { team: None, name: name.to_owned() }, title: name, text: name, next: None };
            let html = page.render().expect("rendered");
            assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
        }
    }
}
