//! A phone number: what was typed, and its international form when it has one.

use serde::{Deserialize, Serialize};
use std::{str::FromStr, sync::LazyLock};

/// The longest text kept as a phone number.
pub const MAX_CHARS: usize = 64;

/// Why a text cannot be a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// There is nothing.
    #[error("the phone number is empty")]
    Empty,
    /// More than 64 characters.
    #[error("a phone number has at most {MAX_CHARS} characters")]
    TooLong,
    /// A text without a single digit.
    #[error("a phone number has at least one digit")]
    NoDigit,
    /// A control character or a line break.
    #[error("a phone number holds no control characters")]
    Control,
}

/// A phone number. What was typed is kept; `e164` is its international form (ITU-T E.164: `+` and up to 15 digits) when the
/// number is written internationally and is valid for its country. A national number stays as typed: guessing its country would call a stranger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone {
    typed: String,
    e164: Option<String>,
}

impl Phone {
    /// A number that was parsed before, with the E.164 form it got then.
    pub const fn stored(typed: String, e164: Option<String>) -> Self {
        Self { typed, e164 }
    }

    /// The number as typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The number in E.164, when it parses.
    pub fn e164(&self) -> Option<&str> {
        self.e164.as_deref()
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(PhoneError::Empty);
        }
        if typed.chars().count() > MAX_CHARS {
            return Err(PhoneError::TooLong);
        }
        if typed.chars().any(char::is_control) {
            return Err(PhoneError::Control);
        }
        if !typed.chars().any(char::is_numeric) {
            return Err(PhoneError::NoDigit);
        }
        Ok(Self { typed: typed.to_owned(), e164: to_e164(typed) })
    }
}

/// The library compiles the expressions of a country when it first needs them, and keeps only a hundred: with people of a dozen countries every
/// number would compile some anew, which takes two hundred times as long as reading it. A thousand are those of over fifty countries.
static EXPRESSIONS: LazyLock<()> = LazyLock::new(|| {
    if let Ok(mut cache) = phonenumber::metadata::DATABASE.cache().lock() {
        cache.set_capacity(1_000);
    }
});

/// `00` is the international prefix that ITU-T recommends (E.123), so it is read as `+`.
fn to_e164(typed: &str) -> Option<String> {
    let dialled: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let international = match dialled.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None if dialled.starts_with('+') => dialled,
        None => return None,
    };
    LazyLock::force(&EXPRESSIONS);
    // “+49 (0)30”: the bracketed trunk zero is not dialled from abroad.
    let number = phonenumber::parse(None, international.replace("(0)", "")).ok()?;
    number.is_valid().then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.typed
    }
}

#[cfg(test)]
mod tests {
    use super::{Phone, PhoneError};

    #[test]
    fn an_international_number_gets_its_e164_form() -> Result<(), PhoneError> {
        for typed in ["+49 30 901820", "0049 30 901820", "+49 (0)30 90 18 20", "+4930901820"] {
            let phone: Phone = typed.parse()?;
            assert_eq!(phone.e164(), Some("+4930901820"), "{typed}");
            assert_eq!(phone.as_str(), typed);
        }
        Ok(())
    }

    #[test]
    fn a_national_number_stays_as_typed() -> Result<(), PhoneError> {
        let phone: Phone = "030 901820 ext. 4".parse()?;
        assert_eq!(phone.e164(), None);
        Ok(())
    }

    #[test]
    fn what_nobody_can_dial_is_refused() {
        for bad in ["", "  ", "call me", "1\n2", &"1".repeat(65)] {
            assert!(bad.parse::<Phone>().is_err(), "{bad:?}");
        }
    }
}
