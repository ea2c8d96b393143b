//! Contact files that we write: exports and the template, safe to open in a spreadsheet and identical when they come back.

use crate::{contact::Contact, field::Field};
use serde_json::Value as Json;
use std::borrow::Cow;

/// The columns of the import template (PRODUCT.md, section 6).
const TEMPLATE: [Field; 16] = [
    Field::FirstName,
    Field::LastName,
    Field::PrimaryEmail,
    Field::Emails,
    Field::Phones,
    Field::Company,
    Field::Job,
    Field::AddressLine1,
    Field::AddressLine2,
    Field::City,
    Field::State,
    Field::PostalCode,
    Field::Country,
    Field::Division,
    Field::ContactIsActive,
    Field::Notes,
];

/// What a cell holds that takes a value away.
const CLEAR: &str = "\\clear";

/// The import template: one row of column names.
pub fn template() -> String {
    let names: Vec<&str> = TEMPLATE.iter().map(|field| field.name()).collect();
    format!("{}\r\n", names.join(","))
}

/// Writes an export as RFC 4180 has it: UTF-8, comma, CRLF, quotes where they are needed.
pub struct Writer(Sheet);

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// A writer that has written the header: `id`, `version`, every field, and the times that the system keeps.
    pub fn new() -> Self {
        let mut sheet = Sheet::default();
        let fields = Field::ALL.iter().map(|field| field.name());
        sheet.row(["id", "version"].into_iter().chain(fields).chain(["createdAt", "updatedAt", "lastSignInAt"]));
        Self(sheet)
    }

    /// Writes one contact.
    pub fn add(&mut self, contact: &Contact) {
        let fields = Field::ALL.iter().map(|&field| cell(&contact.profile.json(field)));
        let last_sign_in = contact.last_sign_in_at.map(|at| at.to_string()).unwrap_or_default();
        let kept = [contact.created_at.to_string(), contact.updated_at.to_string(), last_sign_in];
        self.0.row([contact.id.to_string(), contact.version.to_string()].into_iter().chain(fields).chain(kept));
    }

    /// The bytes written since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        self.0.take()
    }
}

fn cell(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => neutralise(&escape(text)).into_owned(),
        Json::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// Rows as bytes.
pub(super) struct Sheet(csv::Writer<Vec<u8>>);

impl Default for Sheet {
    fn default() -> Self {
        Self(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new()))
    }
}

impl Sheet {
    #[expect(clippy::expect_used, reason = "rows of any length may be written, and a Vec takes every byte")]
    pub(super) fn row<C: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0.write_record(cells).expect("writing to memory cannot fail");
    }

    #[expect(clippy::expect_used, reason = "flushing to a Vec cannot fail")]
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self).0.into_inner().expect("writing to memory cannot fail")
    }
}

/// Whether a spreadsheet may run a text that begins so (OWASP ASVS 5.0, 1.2.10), also behind quotes that guard it already.
fn is_trigger(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'])
}

/// A text that no spreadsheet runs as a formula: with `'` before it if it begins like one. [`restore`] undoes exactly this.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if is_trigger(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`neutralise`] was given.
pub fn restore(cell: &str) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(text) if is_trigger(text) => Cow::Borrowed(text),
        _ => Cow::Borrowed(cell),
    }
}

/// Whether a cell asks to take the value away.
pub(super) fn is_clear(cell: &str) -> bool {
    cell.trim().eq_ignore_ascii_case(CLEAR)
}

/// A value that reads like the order to clear gets one more backslash.
pub(super) fn escape(value: &str) -> Cow<'_, str> {
    if is_escaped(value) { Cow::Owned(format!("\\{value}")) } else { Cow::Borrowed(value) }
}

/// The value that [`escape`] was given, for a cell that is not the order itself.
pub(super) fn unescape(cell: &str) -> Cow<'_, str> {
    match cell.trim().strip_prefix('\\') {
        Some(value) if is_escaped(value) => Cow::Borrowed(value),
        _ => Cow::Borrowed(cell),
    }
}

/// One backslash or more and `clear`.
fn is_escaped(value: &str) -> bool {
    value.starts_with('\\') && value.trim_start_matches('\\').eq_ignore_ascii_case("clear")
}

#[cfg(test)]
mod tests {
    use super::{CLEAR, escape, is_clear, neutralise, restore, template, unescape};
    use crate::csv_file::Columns;
    use proptest::prelude::proptest;
    use std::collections::BTreeMap;

    #[test]
    fn every_trigger_is_guarded_and_comes_back() {
        for trigger in ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"] {
            for text in [format!("{trigger}HYPERLINK(1)"), format!("'{trigger}x"), format!("''{trigger}"), trigger.to_owned()] {
                let guarded = neutralise(&text);
                assert!(guarded.starts_with('\'') && guarded.len() == text.len() + 1, "{text:?}");
                assert_eq!(restore(&guarded), text);
            }
        }
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "'", "'tis", "O'Neil", "a=b", " =1", "''quoted''"] {
            assert_eq!(neutralise(text), text);
            assert_eq!(restore(text), text);
        }
    }

    #[test]
    fn a_value_that_reads_like_the_order_to_clear_is_not_one() {
        assert!(is_clear(CLEAR) && is_clear(" \\CLEAR "));
        for value in [CLEAR, "\\Clear", "\\\\clear", "\\\\\\CLEAR"] {
            let cell = escape(value);
            assert!(!is_clear(&cell), "{value}");
            assert_eq!(unescape(&cell), value);
        }
        assert_eq!(escape("clear"), "clear");
    }

    #[test]
    fn the_template_is_a_header_that_we_read() {
        let header: Vec<String> = template().trim_end().split(',').map(str::to_owned).collect();
        let columns = Columns::map(&header, &BTreeMap::new(), &BTreeMap::new()).expect("the template maps");
        assert!(columns.uses().iter().all(|column| column.field.as_ref() == Some(&column.header)));
    }

    proptest! {
        #[test]
        fn guarding_any_text_can_be_undone(text in "['=+@\t＝a-]{0,6}.*") {
            assert_eq!(restore(&neutralise(&text)), text.as_str());
        }

        #[test]
        fn escaping_any_text_can_be_undone(text in r"\\{0,4}(clear|CLEAR|x)?") {
            assert_eq!(unescape(&escape(&text)), text.as_str());
        }
    }
}
