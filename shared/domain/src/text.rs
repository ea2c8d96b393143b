//! How texts are compared: folded for search and sorting, and without case for addresses.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

/// A text as search and sorting see it: compatibility-decomposed (NFKD), without marks, in lower case, with letters, digits and
/// punctuation that Unicode does not decompose spelled as people type them (`ß` as `ss`, `ł` as `l`, `–` as `-`).
/// Every white space is one U+0020, so a folded text never holds a line break. Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// [`fold`], appended to `out`, for callers that fold many texts into one buffer.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| if c.is_whitespace() { ' ' } else { c.to_ascii_lowercase() }));
        return;
    }
    for decomposed in text.nfkd() {
        if canonical_combining_class(decomposed) != 0 {
            continue;
        }
        for c in decomposed.to_lowercase() {
            // Lower case can bring a mark of its own, as İ does when it stands alone.
            if canonical_combining_class(c) == 0 && !is_invisible(c) {
                spell(c, out);
            }
        }
    }
}

/// A text without case, in Unicode normal form C: what addresses are compared by. Accents count here, for `zoë@x.com` and `zoe@x.com` are two mailboxes.
pub fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).nfc().collect()
}

/// The decimal digits of a text, of any script, as ASCII: what is left of a phone number without its punctuation.
pub fn digits(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().filter(char::is_ascii_digit).collect();
    }
    text.nfkd().filter_map(ascii_digit).collect()
}

/// Bytes in hexadecimal, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn spell(c: char, out: &mut String) {
    if c.is_ascii() && !c.is_ascii_whitespace() {
        out.push(c);
        return;
    }
    let letters = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' | 'ɖ' => "d",
        'ħ' => "h",
        'ı' | 'ɨ' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'ƶ' => "z",
        'ƀ' => "b",
        'ə' | 'ɛ' => "e",
        'ς' => "σ",
        'ґ' => "г",
        // Arabic and Persian keyboards give different letters for one sound.
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => "'",
        c if c.is_whitespace() => " ",
        c => {
            out.push(ascii_digit(c).unwrap_or(c));
            return;
        }
    };
    out.push_str(letters);
}

/// Soft hyphen, Arabic tatweel, joiners, direction marks and the byte order mark: nobody types them and copied texts are full of them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{0640}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The zeros of scripts with their own decimal digits; each is followed by its nine (Unicode, general category Nd).
const ZEROS: [u32; 18] =
    [0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810];

fn ascii_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let code = u32::from(c);
    let zero = ZEROS.iter().find(|&&zero| (zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::{digits, fold, fold_case};
    use proptest::prelude::{any, proptest};

    #[test]
    fn folding_ignores_case_and_accents_in_every_script() {
        let same = [
            ("Zoë É", "zoe e"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("Åsa Øst", "asa ost"),
            ("İstanbul Işık", "istanbul isik"),
            ("Łukasz Đorđe Æsir Œuvre Þór Guðrún", "lukasz dorde aesir oeuvre thor gudrun"),
            ("ΓΙΏΡΓΟΣ Γιώργος", "γιωργοσ γιωργοσ"),
            ("Фёдор ЙОСИФ", "федор иосиф"),
            ("أحمد إبراهيم مُحَمَّد", "احمد ابراهيم محمد"),
            ("فاطمـــة", "فاطمه"),
            ("김민준", "\u{1100}\u{1175}\u{11B7}\u{1106}\u{1175}\u{11AB}\u{110C}\u{116E}\u{11AB}"),
            ("สมชาย ใจดี", "สมชาย ใจดี"),
            ("Ｆｕｌｌ　Ｗｉｄｔｈ１２３", "full width123"),
            ("ﬁn O’Neil Müller–Lüdenscheidt", "fin o'neil muller-ludenscheidt"),
            ("a\tb\nc\u{a0}d\u{200b}e", "a b c de"),
            ("٠٣٠ ०१", "030 01"),
        ];
        for (text, expected) in same {
            assert_eq!(fold(text), fold(expected), "{text}");
        }
        assert_eq!(fold("Zoë Straße"), "zoe strasse");
    }

    #[test]
    fn folding_is_stable_for_every_character() {
        for c in '\0'..=char::MAX {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
            assert!(!once.contains(['\n', '\r', '\t']), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn addresses_keep_their_accents() {
        assert_eq!(fold_case("ZOË@Example.com"), "zoë@example.com");
        assert_eq!(fold_case("zoe\u{308}@example.com"), "zoë@example.com");
        assert_eq!(fold_case("ΝΊΚΟΣ@x.gr"), fold_case("νίκος@x.gr"));
    }

    #[test]
    fn digits_of_any_script_are_digits() {
        assert_eq!(digits("+49 (0)30/12-34"), "490301234");
        assert_eq!(digits("٠٣٠ １２ ext."), "03012");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = fold(&text);
            assert_eq!(fold(&once), once);
            let lower = fold_case(&text);
            assert_eq!(fold_case(&lower), lower);
        }
    }
}
