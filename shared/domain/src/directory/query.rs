//! What can be asked of the directory.

use super::row::{Row, Status};
use crate::text::{digits, fold};
use serde::{Deserialize, Serialize};

/// Which contacts are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Every one of them must be found.
    pub(super) words: Vec<Word>,
    pub(super) status: Option<Status>,
}

/// One word of a search, folded. It is found where the text holds any of its spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) spelling: String,
    /// The digits of a phone number typed with punctuation inside.
    pub(super) digits: Option<String>,
}

impl Filter {
    /// Contacts that hold every word of `q` (split on white space) anywhere in name, company, emails or phones, and have this status, if one is named.
    pub fn new(q: &str, status: Option<Status>) -> Self {
        let mut words: Vec<Word> = fold(q).split_whitespace().map(Word::new).collect();
        // The longest word is looked for first: it is likely the rarest. A word inside another asks for nothing more.
        words.sort_by_key(|word| std::cmp::Reverse(word.spelling.len()));
        let mut needed: Vec<Word> = Vec::new();
        for word in words {
            if !needed.iter().any(|longer| longer.implies(&word)) {
                needed.push(word);
            }
        }
        Self { words: needed, status }
    }
}

impl Word {
    fn new(spelling: &str) -> Self {
        let is_mark = |c: char| matches!(c, '+' | '-' | '.' | '(' | ')' | '/');
        let inner = spelling.trim_matches(is_mark);
        if inner.is_empty() || !inner.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
            return Self { spelling: spelling.to_owned(), digits: None };
        }
        // Marks around the digits ask for nothing: what holds `+49` holds `49`.
        let digits = digits(inner);
        if digits == inner { Self { spelling: digits, digits: None } } else { Self { spelling: spelling.to_owned(), digits: Some(digits) } }
    }

    fn implies(&self, other: &Self) -> bool {
        self == other || self.digits.is_none() && other.digits.is_none() && self.spelling.contains(&other.spelling)
    }
}

/// A page of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which contacts.
    pub filter: Filter,
    /// By what they are sorted.
    pub sort: Sort,
    /// In which direction.
    pub order: Order,
    /// The page, from 1.
    pub page: usize,
    /// Rows on a page.
    pub page_size: usize,
}

/// What the directory is sorted by. Texts compare folded; equal ones by contact id, so that the order is total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Sort {
    /// The name as shown.
    #[default]
    Name,
    /// The company; contacts without one come last.
    Company,
    /// The Primary Email; contacts without one come last.
    PrimaryEmail,
    /// Active ones first.
    Status,
    /// The last change, oldest first.
    UpdatedAt,
}

/// The direction of a sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Order {
    /// As [`Sort`] describes it.
    #[default]
    #[serde(rename = "asc")]
    Ascending,
    /// Exactly the reverse.
    #[serde(rename = "desc")]
    Descending,
}

/// The answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows of the page, in order.
    pub rows: Vec<Row>,
    /// How many contacts the filter holds on all pages, exactly.
    pub total: usize,
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn words(q: &str) -> Vec<(String, Option<String>)> {
        Filter::new(q, None).words.into_iter().map(|word| (word.spelling, word.digits)).collect()
    }

    #[test]
    fn a_query_is_folded_and_split() {
        assert_eq!(words("  Zoë\u{3000}GROSS "), [("gross".into(), None), ("zoe".into(), None)]);
        assert_eq!(words(" \t "), []);
    }

    #[test]
    fn a_word_inside_another_is_not_looked_for() {
        assert_eq!(words("an anders AN"), [("anders".into(), None)]);
    }

    #[test]
    fn a_phone_number_is_also_its_digits() {
        assert_eq!(words("+49"), [("49".into(), None)]);
        assert_eq!(words("(030)12-3"), [("(030)12-3".into(), Some("030123".into()))]);
        assert_eq!(words("+"), [("+".into(), None)]);
        assert_eq!(words("-a1"), [("-a1".into(), None)]);
    }
}
