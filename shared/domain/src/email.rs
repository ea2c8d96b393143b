//! An email address as a contact may hold it.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use unicode_normalization::UnicodeNormalization;

/// The longest address that can be mailed: RFC 5321 4.5.3.1.3 allows a path of 256 octets, of which two are angle brackets.
pub const MAX_BYTES: usize = 254;

/// Why a text is not an email address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// There is nothing.
    #[error("the email address is empty")]
    Empty,
    /// More than 254 bytes.
    #[error("an email address has at most {MAX_BYTES} bytes")]
    TooLong,
    /// Something in it can never stand in an address.
    #[error("“{0}” cannot stand in an email address")]
    Character(String),
    /// Not `name@domain`.
    #[error("an email address has the form name@domain.tld")]
    Form,
}

/// An address: trimmed, one `@`, no white space, no control characters, nothing that mail software reads as a second recipient.
/// Upper and lower case are kept as typed; two addresses are the same when [`Email::key`] is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = Email, examples("zoe@example.com"))]
pub struct Email(String);

impl Email {
    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What addresses are compared by: without case, in Unicode normal form C.
    pub fn key(&self) -> String {
        self.0.nfc().collect::<String>().to_lowercase()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(EmailError::TooLong);
        }
        if let Some(bad) = text.chars().find(|&c| is_forbidden(c) || becomes_forbidden(c)) {
            return Err(EmailError::Character(bad.escape_debug().to_string()));
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Form)?;
        if local.is_empty() || local.len() > 64 || local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(EmailError::Form);
        }
        if !is_domain(domain) {
            return Err(EmailError::Form);
        }
        Ok(Self(text.to_owned()))
    }
}

/// White space, controls, list and quoting characters, and what cannot be seen.
fn is_forbidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\')
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The look-alikes of punctuation, such as the comma, full stop and `@` of Chinese keyboards. Whatever writes a domain in Punycode folds them into
/// what they look like (UTS 46), and the address would become another one, or two.
fn becomes_forbidden(c: char) -> bool {
    let is_punctuation = |folded: char| folded.is_ascii() && !folded.is_ascii_alphanumeric();
    !c.is_ascii() && (matches!(c, '。' | '｡') || std::iter::once(c).nfkc().any(|folded| is_punctuation(folded) || is_forbidden(folded)))
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c == '-' || c.is_alphanumeric() || (!c.is_ascii() && c != '@'))
        })
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, EmailError};

    #[test]
    fn addresses_of_any_script_parse() {
        for good in ["a@x.com", " Ann.Lee+tag@Sub.Example.co ", "пример@почта.рф", "jörg@müller.de", "o'neil@x.ie", "info@हिन्दी.भारत", "a@日本語.jp"]
        {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
    }

    #[test]
    fn nothing_that_could_reach_a_second_recipient_parses() {
        let long = format!("{}@x.com", "a".repeat(321));
        let all = [
            "",
            "a",
            "a@",
            "@x.com",
            "a@x",
            "a@@x.com",
            "a@x.com@y.com",
            "a@x.com,b@x.com",
            "a\r\nBcc: b@x.com@x.com",
            "a＠x.com",
            "a﹫x.com",
            "zoe@x，y.example",
            "zoe@x﹐y.example",
            "zoe@x；y.example",
            "zoe@x＜y.example",
            "zoe@x。example.com",
            "zoe@x｡example.com",
            "zoe@x．example.com",
            "zoe@x․example.com",
            "zoe@x℀.example",
            "zoe@x\u{AD}y.example",
            "zoe@x\u{FE0F}y.example",
            "zoe，ann@x.com",
            "a\0@x.com",
            "a b@x.com",
            "a..b@x.com",
            "a@x..com",
            &long,
        ];
        for bad in all {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_key_ignores_case_but_the_text_keeps_it() -> Result<(), EmailError> {
        let email: Email = "Zoë@Example.COM".parse()?;
        assert_eq!(email.as_str(), "Zoë@Example.COM");
        assert_eq!(email.key(), "zoë@example.com");
        Ok(())
    }
}
