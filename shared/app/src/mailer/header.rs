//! What stands in a mail's headers: names and subjects of any script as one line, addresses as SES takes them.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::email::Email;

/// How many characters of a name are shown. Mail programs show fewer.
const NAME_CHARS: usize = 60;
/// How many characters of a subject are sent.
const SUBJECT_CHARS: usize = 150;
/// The longest sender with its name, as SES counts.
const FROM_CHARS: usize = 320;
/// How many bytes of text fit into one encoded word of 75 characters (RFC 2047 section 2): `=?UTF-8?B?` and `?=` leave 63, of which base64 uses 60.
const WORD_BYTES: usize = 45;

/// The sender: its address under a name. SES takes no other letters than ASCII here, so a name with more is written in encoded words (RFC 2047).
pub fn from(name: &str, address: &str) -> String {
    let mut name = line(name, NAME_CHARS);
    loop {
        let from = match name.as_str() {
            "" => return address.to_owned(),
            plain if plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '&' | '+')) => {
                format!("\"{plain}\" <{address}>")
            }
            other => format!("{} <{address}>", encoded(other)),
        };
        if from.len() <= FROM_CHARS {
            return from;
        }
        name.pop();
    }
}

/// A subject on one line.
pub fn subject(text: &str) -> String {
    line(text, SUBJECT_CHARS)
}

/// A text on one line without what could turn, hide or break it, cut to a number of characters.
pub fn line(text: &str, chars: usize) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
    };
    let shown: String = text.chars().take(chars * 64).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if shown.chars().count() <= chars {
        return shown;
    }
    shown.chars().take(chars - 1).collect::<String>().trim_end().to_owned() + "…"
}

fn encoded(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        // A character stands whole in one word.
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= WORD_BYTES => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join(" ")
}

/// An address as SES takes it, which knows no mailbox outside ASCII (it has no SMTPUTF8) and wants domains of other scripts in Punycode.
/// `None` when it cannot be mailed.
pub fn recipient(address: &Email) -> Option<String> {
    let (local, domain) = address.as_str().rsplit_once('@')?;
    // Strictly: what is no letter, digit or hyphen afterwards is no part of a host's name.
    let domain = if domain.is_ascii() { domain.to_owned() } else { idna::domain_to_ascii_strict(domain).ok()? };
    local.is_ascii().then(|| format!("{local}@{domain}"))
}

/// The address that SES speaks of, in its own script.
pub fn address(recipient: &str) -> Option<Email> {
    // Some servers answer with a name around the address or with angle brackets.
    let bare = recipient.rsplit_once('<').map_or(recipient, |(_, rest)| rest).trim().trim_end_matches('>');
    let (local, domain) = bare.rsplit_once('@')?;
    let (domain, readable) = idna::domain_to_unicode(domain);
    readable.ok()?;
    format!("{local}@{domain}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{FROM_CHARS, address, encoded, from, line, recipient, subject};
    use domain::email::Email;

    #[test]
    fn a_plain_name_is_quoted_and_any_other_encoded() {
        assert_eq!(from("Example Desk", "desk@x.com"), "\"Example Desk\" <desk@x.com>");
        assert_eq!(from("Grüße", "desk@x.com"), "=?UTF-8?B?R3LDvMOfZQ==?= <desk@x.com>");
        assert_eq!(from(" \r\n\t", "desk@x.com"), "desk@x.com");
        assert_eq!(from("a\"b", "desk@x.com"), "=?UTF-8?B?YSJi?= <desk@x.com>");
    }

    #[test]
    fn no_name_breaks_out_of_its_header_or_is_too_long_for_it() {
        for name in
            ["a\r\nBcc: eve@x.com", "\"<eve@x.com>", &"🦀".repeat(3_000), &"x".repeat(10_240), "=?UTF-8?B?eA==?=", "\u{202E}drow", "a, b <c@x.com>;"]
        {
            let from = from(name, "desk@example.com");
            assert!(from.is_ascii() && from.len() <= FROM_CHARS && !from.contains(['\r', '\n']), "{from}");
            assert!(from.ends_with(" <desk@example.com>") && from.matches('<').count() == 1, "{from}");
            assert!(from.split(' ').all(|word| word.len() <= 80), "{from}");
        }
    }

    #[test]
    fn encoded_words_stay_short_and_cut_no_character() {
        let words = encoded(&"ä🦀".repeat(30));
        assert!(words.split(' ').all(|word| word.len() <= 75 && word.starts_with("=?UTF-8?B?") && word.ends_with("?=")), "{words}");
    }

    #[test]
    fn a_line_is_cut_and_shows_that_it_is() {
        assert_eq!(line("  a \r\n b\0c ", 60), "a b c");
        assert_eq!(line(&"é".repeat(100), 60).chars().count(), 60);
        assert!(subject(&"long ".repeat(1_000)).ends_with('…'));
    }

    #[test]
    fn no_character_of_a_domain_becomes_the_end_of_its_address() {
        assert_eq!("zoe@x，y.example".parse::<Email>().ok(), None);
        for c in ('\0'..='\u{FFFF}').chain('\u{1D400}'..='\u{1F2FF}') {
            let Ok(email) = format!("zoe@x{c}y.example").parse::<Email>() else { continue };
            let Some(wire) = recipient(&email) else { continue };
            let (name, domain) = wire.split_once('@').expect("an address");
            assert!(name == "zoe" && domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')), "{c:?}: {wire}");
            assert_eq!(domain.split('.').count(), email.as_str().split('.').count(), "{c:?}: {wire}");
        }
    }

    #[test]
    fn an_address_goes_to_ses_and_comes_back() {
        for (email, wire) in [("Ann@X.com", Some("Ann@X.com")), ("info@müller.de", Some("info@xn--mller-kva.de")), ("zoë@x.com", None)] {
            let email = email.parse().expect("an address");
            assert_eq!(recipient(&email).as_deref(), wire);
            if let Some(wire) = wire {
                assert_eq!(address(wire).map(|address| address.key()), Some(email.key()));
            }
        }
        assert_eq!(address("Ann <ann@x.com>").map(|address| address.key()).as_deref(), Some("ann@x.com"));
        assert_eq!([address("<>"), address("ann"), address("")], [None, None, None]);
    }
}
