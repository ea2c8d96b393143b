//! What is said when too many codes were asked for: which limit struck, how long it lasts and what helps. None of it depends on whether anybody
//! has an address.

use app::{portal::Limit, store::Attempt};
use axum::response::Response;
use domain::portal::TOO_SOON_SECONDS;
use http::header;

/// What happened and what to do; other words while a code can still be entered, for then the page has a field for it.
pub fn notice(limit: Limit, seconds: i64, running: Option<&Attempt>) -> String {
    let wait = in_words(seconds);
    let (is_short, is_running) = (seconds <= TOO_SOON_SECONDS, running.is_some());
    let cause = match limit {
        Limit::Address if is_short => "A code was asked for with this address a moment ago.",
        Limit::Address => "Several codes were asked for with this address lately.",
        Limit::Link if is_short => "A code was asked for with this link a moment ago.",
        Limit::Link => "Several codes were asked for with this link lately.",
        Limit::Place => "Very many codes were asked for from your network, by you or by others.",
        Limit::Team => "Very many codes were asked for at this portal, so it sends no more for now.",
    };
    match (limit, is_running) {
        (Limit::Address | Limit::Link, true) => format!("{cause} Enter the newest one here, or ask for another in {wait}."),
        (Limit::Address | Limit::Link, false) => format!("{cause} Use the newest one, in the browser that asked for it, or try again in {wait}."),
        (Limit::Place, true) => format!("{cause} Enter the one that you have, or ask for another in {wait} or from another network."),
        (Limit::Place, false) => format!("{cause} Try again in {wait}, or from another network."),
        (Limit::Team, true) => format!("{cause} Enter the one that you have, or ask for another in {wait}."),
        (Limit::Team, false) => format!("{cause} Try again in {wait}. If you cannot wait, ask the team that supports you."),
    }
}

/// What is said when another code was asked for within the minute.
pub fn not_yet(seconds: i64) -> String {
    format!("A code is on its way already. You can ask for another in {}.", in_words(seconds))
}

/// A wait as people say it: `42 seconds`, `7 minutes`, `3 hours`.
pub fn in_words(seconds: i64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        ..=90 => format!("{seconds} seconds"),
        91..=5_400 => format!("{} minutes", (seconds + 59) / 60),
        _ => format!("{} hours", (seconds + 3_599) / 3_600),
    }
}

/// Says the wait to programs as well.
pub fn retry_after(mut response: Response, seconds: i64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_wait_is_never_said_to_be_shorter_than_it_is() {
        let said = [1, 2, 90, 91, 120, 121, 5_400, 5_401, 7_200, 7_201, 86_400].map(in_words);
        let wanted =
            ["1 second", "2 seconds", "90 seconds", "2 minutes", "2 minutes", "3 minutes", "90 minutes", "2 hours", "2 hours", "3 hours", "24 hours"];
        assert_eq!(said, wanted);
    }
}
