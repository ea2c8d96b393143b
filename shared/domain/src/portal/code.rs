//! The code that is mailed: seven symbols that nobody confuses, without bias, typed as people type.

use std::{fmt, str::FromStr};

/// How many symbols a code has: 7 of 31 are 34.7 bits.
pub const SYMBOLS: usize = 7;
/// Capital letters and digits without those that look alike: no 0 and O, no 1, I and L.
pub const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// The largest multiple of the alphabet's size that a byte can hold: bytes from here on would favour the first symbols.
const FAIR: u8 = 248;

/// A code. Its text is a secret, so it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; SYMBOLS]);

/// Why a text cannot be a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a code has {SYMBOLS} letters and digits, without 0, 1, I, L and O")]
pub struct NotACode;

impl Code {
    /// The code that a pseudo-random function gives. `block` is the function's output under the counter 0, 1, 2 and so on; bytes that would make
    /// some symbols more likely than others are passed over.
    pub fn derive(mut block: impl FnMut(u32) -> [u8; 32]) -> Self {
        let fair = (0..=u32::MAX).flat_map(&mut block).filter(|&byte| byte < FAIR);
        let mut symbols = [0; SYMBOLS];
        for (symbol, byte) in symbols.iter_mut().zip(fair) {
            *symbol = ALPHABET[usize::from(byte) % ALPHABET.len()];
        }
        Self(symbols)
    }

    /// Its symbols, to compare in constant time.
    pub const fn as_bytes(&self) -> &[u8; SYMBOLS] {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&symbol| fmt::Write::write_char(f, char::from(symbol)))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl FromStr for Code {
    type Err = NotACode;

    /// Case, spaces and hyphens do not matter, wherever they stand.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let mut symbols = [0; SYMBOLS];
        let mut typed = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'));
        for symbol in &mut symbols {
            let typed = typed.next().map(|c| c.to_ascii_uppercase()).and_then(|c| u8::try_from(c).ok()).ok_or(NotACode)?;
            *symbol = ALPHABET.iter().copied().find(|&known| known == typed).ok_or(NotACode)?;
        }
        if typed.next().is_some() { Err(NotACode) } else { Ok(Self(symbols)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{ALPHABET, Code, NotACode, SYMBOLS};
    use crate::portal::MAX_TRIES;
    use proptest::prelude::{any, proptest};
    use sha2::{Digest, Sha256};

    fn of(seed: u64) -> Code {
        Code::derive(|counter| Sha256::new().chain_update(seed.to_be_bytes()).chain_update(counter.to_be_bytes()).finalize().into())
    }

    #[test]
    fn a_code_has_at_least_34_bits_and_no_look_alikes() {
        assert!((31_u64.pow(7)) >= 1 << 34 && (ALPHABET.len(), SYMBOLS) == (31, 7));
        assert!(!ALPHABET.iter().any(|symbol| b"01ILO".contains(symbol)));
        assert!(ALPHABET.is_sorted_by(|a, b| a < b), "no symbol stands twice");
    }

    #[test]
    fn of_a_million_sign_ins_that_only_guess_hardly_one_in_five_thousand_hits() {
        let codes = f64::from(u32::try_from(ALPHABET.len()).expect("few")).powi(i32::try_from(SYMBOLS).expect("few"));
        let hits = 1e6 * f64::from(MAX_TRIES) / codes;
        assert!(hits <= 2e-4, "{hits}");
    }

    #[test]
    fn no_symbol_is_likelier_than_another() {
        const CODES: u32 = 31_000;
        let mut counts = [0_u32; 256];
        (0..CODES).for_each(|seed| of(seed.into()).as_bytes().iter().for_each(|&symbol| counts[usize::from(symbol)] += 1));
        let expected = f64::from(CODES) * 7.0 / 31.0;
        let chi: f64 = ALPHABET.iter().map(|&symbol| (f64::from(counts[usize::from(symbol)]) - expected).powi(2) / expected).sum();
        // 30 degrees of freedom: 59.7 is passed once in a thousand times; the seeds are fixed, so this never changes.
        assert!(chi < 59.7, "{chi}");
    }

    #[test]
    fn bytes_that_would_favour_some_symbols_are_passed_over() {
        let code = Code::derive(|counter| if counter == 0 { [255; 32] } else { [30; 32] });
        assert_eq!(code.to_string(), "ZZZZZZZ");
    }

    #[test]
    fn what_is_typed_may_have_any_case_and_spaces_anywhere() {
        let code: Code = "ABC2345".parse().expect("a code");
        for typed in ["abc2345", " aBc 2345 ", "ABC-2345", "A B C\t2 3 4 5", "abc\u{a0}2345", "ABC–2345"] {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed:?}");
        }
        for wrong in ["", "ABC234", "ABC23456", "ABC234O", "ABC2341", "ÄBC2345", "ABC2345; DROP", "АВС2345"] {
            assert_eq!(wrong.parse::<Code>(), Err(NotACode), "{wrong:?}");
        }
        assert_eq!(format!("{code:?}"), "Code(…)");
    }

    proptest! {
        #[test]
        fn every_code_parses_back_and_no_text_breaks_the_parser(seed in any::<u64>(), text in any::<String>()) {
            let code = of(seed);
            assert_eq!(code.to_string().parse(), Ok(code.clone()));
            assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
            text.parse::<Code>().ok();
        }
    }
}
