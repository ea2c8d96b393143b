//! The portal's cookies, each of one team, so that one browser can be in two portals without mixing them.

use domain::ids::TeamId;
use http::{HeaderMap, HeaderValue, header::COOKIE};

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The session of who is signed in.
    Session,
    /// An attempt to sign in, and before it the sign-in page's form.
    Flow,
    /// The contact's own link that led here.
    Link,
    /// A visit to an identity provider.
    Sso,
}

/// How long the sign-in page and a link that was opened stay usable, in seconds.
const SHORT_SECONDS: i64 = 60 * 60;

impl Cookie {
    /// Every cookie.
    pub const ALL: [Self; 4] = [Self::Session, Self::Flow, Self::Link, Self::Sso];

    fn name(self, team: &TeamId) -> String {
        // Teams' names have no dot, so no team's cookie is called like another's.
        match self {
            Self::Session => format!("__Host-kdesk.{team}"),
            Self::Flow => format!("__Host-kdesk-flow.{team}"),
            Self::Link => format!("__Host-kdesk-link.{team}"),
            Self::Sso => format!("__Host-kdesk-sso.{team}"),
        }
    }

    const fn max_age(self) -> i64 {
        match self {
            Self::Session => domain::portal::SESSION_SECONDS,
            Self::Flow | Self::Link => SHORT_SECONDS,
            Self::Sso => domain::sso::FLOW_SECONDS,
        }
    }

    /// The value that a browser sent; `None` as well when it sent two, of which one is not ours.
    pub fn read(self, headers: &HeaderMap, team: &TeamId) -> Option<String> {
        let name = self.name(team);
        let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
        let mut own = all.filter_map(|cookie| cookie.trim().split_once('=')).filter(|(found, _)| *found == name).map(|(_, value)| value.to_owned());
        own.next().filter(|_| own.next().is_none())
    }

    /// `Set-Cookie` with this value. Strict would lose it on the way back from an identity provider.
    pub fn set(self, team: &TeamId, value: &str) -> Option<HeaderValue> {
        self.header(team, value, self.max_age())
    }

    /// `Set-Cookie` that removes it.
    pub fn clear(self, team: &TeamId) -> Option<HeaderValue> {
        self.header(team, "", 0)
    }

    fn header(self, team: &TeamId, value: &str, max_age: i64) -> Option<HeaderValue> {
        let text = format!("{}={value}; Path=/; Max-Age={max_age}; Secure; HttpOnly; SameSite=Lax", self.name(team));
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::Cookie;
    use http::{HeaderMap, HeaderValue, header::COOKIE};

    #[test]
    fn each_team_has_cookies_of_its_own() {
        let (demo, other) = ("demo".parse().expect("a team"), "flow.demo".replace('.', "-").parse().expect("a team"));
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("a=b; __Host-kdesk.demo=one; __Host-kdesk-flow.demo=two"))]);
        assert_eq!(Cookie::Session.read(&headers, &demo).as_deref(), Some("one"));
        assert_eq!(Cookie::Flow.read(&headers, &demo).as_deref(), Some("two"));
        assert_eq!((Cookie::Link.read(&headers, &demo), Cookie::Session.read(&headers, &other)), (None, None));
    }

    #[test]
    fn of_two_cookies_of_one_name_none_counts() {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("__Host-kdesk.demo=one; __Host-kdesk.demo=two"))]);
        assert_eq!(Cookie::Session.read(&headers, &"demo".parse().expect("a team")), None);
    }

    #[test]
    fn every_cookie_is_bound_to_this_host_and_hidden_from_scripts() {
        let team = "x".repeat(64).parse().expect("a team");
        for cookie in Cookie::ALL {
            let header = cookie.set(&team, &"v".repeat(64)).expect("a header");
            let text = header.to_str().expect("a text");
            assert!(text.starts_with("__Host-") && text.contains("; Path=/;") && !text.contains("Domain"), "{text}");
            assert!(["Secure", "HttpOnly", "SameSite=Lax"].iter().all(|part| text.contains(part)) && text.len() < 4_096, "{text}");
        }
    }
    #[test]
    fn a_browser_that_is_in_fifty_portals_still_gets_in_at_another() {
        // API Gateway takes at most 10,240 bytes of headers. What browsers send besides cookies is about one thousand.
        let team = |n: usize| format!("{n:0>64}").parse().expect("a team");
        let value = "v".repeat(64);
        let sent = |cookie: Cookie, n| {
            let header = cookie.set(&team(n), &value).expect("a header");
            header.to_str().expect("a text").split(';').next().map_or(0, str::len) + "; ".len()
        };
        let inside: usize = (1..=50).map(|n| sent(Cookie::Session, n)).sum();
        let on_the_way: usize = Cookie::ALL.into_iter().map(|cookie| sent(cookie, 51)).sum();
        assert!(inside + on_the_way < 10_240 - 1_500, "{inside} and {on_the_way}");
    }
}
