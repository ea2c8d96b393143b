//! What mails say: a text and the same as HTML, under the team's name. No mail has a link to sign in by: whatever fetches links gets nothing.

use app::{Error, mailer::header};
use askama::Template;

/// How many characters of a team's name a mail shows.
const NAME_CHARS: usize = 80;
/// How many characters of a device's name a mail shows.
const DEVICE_CHARS: usize = 120;

/// The words of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What it is about.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeHtml<'a> {
    subject: &'a str,
    team: &'a str,
    code: &'a str,
    minutes: i64,
}

#[derive(Template)]
#[template(path = "code.txt", escape = "none")]
struct CodeText<'a> {
    team: &'a str,
    code: &'a str,
    minutes: i64,
}

/// The mail that brings a code. The code stands in the text alone: a subject shows on locked screens.
pub fn code(team: &str, code: &str, minutes: i64) -> Result<Words, Error> {
    let team = &header::line(team, NAME_CHARS);
    let subject = &format!("Your sign-in code for {team}");
    let spaced = &spaced(code);
    words(subject, &CodeText { team, code: spaced, minutes }, &CodeHtml { subject, team, code: spaced, minutes })
}

/// A code in two halves, which are easier to carry from one screen to another; spaces do not matter when it is typed.
fn spaced(code: &str) -> String {
    let (first, second): (String, String) = (code.chars().take(4).collect(), code.chars().skip(4).collect());
    format!("{first} {second}").trim_end().to_owned()
}

#[derive(Template)]
#[template(path = "new_sign_in.html")]
struct NewSignInHtml<'a> {
    subject: &'a str,
    team: &'a str,
    when: &'a str,
    device: &'a str,
    way: &'a str,
}

#[derive(Template)]
#[template(path = "new_sign_in.txt", escape = "none")]
struct NewSignInText<'a> {
    team: &'a str,
    when: &'a str,
    device: &'a str,
    way: &'a str,
}

/// The mail that tells of a sign-in: when, on what device, and by what way.
pub fn new_sign_in(team: &str, when: &str, device: &str, way: &str) -> Result<Words, Error> {
    let (team, device) = (&header::line(team, NAME_CHARS), &header::line(device, DEVICE_CHARS));
    let subject = &format!("New sign-in to {team}");
    words(subject, &NewSignInText { team, when, device, way }, &NewSignInHtml { subject, team, when, device, way })
}

fn words(subject: &str, text: &impl Template, html: &impl Template) -> Result<Words, Error> {
    let (text, html) = (text.render().map_err(Error::internal)?, html.render().map_err(Error::internal)?);
    Ok(Words { subject: subject.to_owned(), text, html })
}

#[cfg(test)]
mod tests {
    use super::{Words, code, new_sign_in};

    fn naughty() -> Vec<String> {
        let strings = include_str!("../../../shared/domain/tests/data/blns/blns.json");
        serde_json::from_str(strings).expect("a list of texts")
    }

    #[test]
    fn the_code_is_in_the_text_and_nothing_that_a_scanner_could_follow() {
        let Words { subject, text, html } = code("Example Desk", "ABCDEFG", 10).expect("rendered");
        assert_eq!(subject, "Your sign-in code for Example Desk");
        assert!(text.starts_with("Example Desk\n") && text.contains("ABCD EFG") && text.contains("10 minutes"), "{text}");
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains(">ABCD EFG</p>") && html.contains(">Example Desk</p>"), "{html}");
        for part in [text, html] {
            assert!(!part.contains("http") && !part.contains("<a ") && !part.contains("<img") && !part.contains("{{"), "{part}");
        }
    }

    #[test]
    fn a_new_sign_in_says_when_on_what_and_how() {
        let Words { subject, text, html } =
            new_sign_in("Example Desk", "1 March 2026, 10:00 CET", "Firefox on Windows", "a mailed code").expect("rendered");
        assert_eq!(subject, "New sign-in to Example Desk");
        for part in [text, html] {
            assert!(
                ["Example Desk", "1 March 2026, 10:00 CET", "Firefox on Windows", "a mailed code", "sign out everywhere"]
                    .iter()
                    .all(|word| part.contains(word)),
                "{part}"
            );
        }
    }

    #[test]
    fn no_name_and_no_device_breaks_out_of_its_place() {
        let plain = code("x", "ABCDEFG", 10).expect("rendered");
        let tags = |html: &str| html.matches(['<', '>']).count();
        let hostile = ["a\r\nBcc: eve@x.com".to_owned(), "\"'<b>&".to_owned(), "🦀".repeat(3_000), "x".repeat(10_240), "{{ code }}".to_owned()];
        for name in naughty().into_iter().chain(hostile) {
            let words = code(&name, "ABCDEFG", 10).expect("rendered");
            assert_eq!(tags(&words.html), tags(&plain.html), "{name}");
            assert!(!words.subject.contains(['\r', '\n', '\0']) && words.text.lines().count() == plain.text.lines().count(), "{name:?}");
            assert!(words.html.len() < 10_000 && words.text.contains("ABCD EFG"), "{name}");
            let told = new_sign_in(&name, "now", &name, "a mailed code").expect("rendered");
            assert_eq!(tags(&told.html), tags(&new_sign_in("x", "now", "x", "a mailed code").expect("rendered").html), "{name}");
        }
    }
}
