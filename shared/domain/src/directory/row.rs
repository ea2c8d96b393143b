//! A contact as the directory page shows it, and its compact form in memory.

use crate::{
    ids::{ContactId, Version},
    text::{digits, fold_into},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the directory page shows of a contact and what search looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The contact.
    pub id: ContactId,
    /// The version that this row shows.
    pub version: Version,
    /// The name as shown.
    pub display_name: String,
    /// The company; empty when there is none.
    pub company: String,
    /// The Primary Email as typed; empty when there is none.
    pub primary_email: String,
    /// Labeled emails: label to address.
    pub emails: BTreeMap<String, String>,
    /// Labeled phones: label to number.
    pub phones: BTreeMap<String, PhoneText>,
    /// Whether the contact is active.
    pub active: Status,
    /// The last change, in milliseconds since 1970 (UTC).
    pub updated_at_ms: i64,
}

/// A phone number as the directory shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneText {
    /// As typed.
    pub typed: String,
    /// In E.164 (`+` and at most 15 digits), when it parses.
    pub e164: Option<String>,
}

/// Whether a contact is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// In use.
    Active,
    /// Kept, but without access and mail.
    Inactive,
}

/// One thing that happened to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was made or changed and looks like this now.
    Upsert(Row),
    /// It was deleted.
    Remove {
        /// The contact that was deleted.
        id: ContactId,
        /// The version of the deletion: one more than the last version of the contact.
        version: Version,
    },
}

impl Change {
    /// The contact that changed.
    pub fn id(&self) -> ContactId {
        match self {
            Self::Upsert(row) => row.id,
            Self::Remove { id, .. } => *id,
        }
    }

    /// The version that the change made.
    pub fn version(&self) -> Version {
        match self {
            Self::Upsert(row) => row.version,
            Self::Remove { version, .. } => *version,
        }
    }
}

/// Ends each field in the folded text. Folding leaves no line break and a query is split on white space, so no word can match across it.
pub(super) const FIELD_END: u8 = b'\n';

/// Appends the folded text of a row: name, company and Primary Email (always these three first, since sorting reads them there), then what else search looks at.
pub(super) fn put_text(row: &Row, out: &mut String) {
    let mut put = |field: &str| {
        fold_into(field, out);
        out.push(char::from(FIELD_END));
    };
    put(&row.display_name);
    put(&row.company);
    put(&row.primary_email);
    row.emails.values().filter(|address| **address != row.primary_email).for_each(|address| put(address));
    for phone in row.phones.values() {
        let typed = digits(&phone.typed);
        let dialled = phone.e164.as_deref().map(digits).unwrap_or_default();
        if !typed.contains(&dialled) {
            put(&dialled);
        }
        put(&typed);
    }
}

/// Appends the compact form of what the columns of a segment do not hold: strings led by their length.
pub(super) fn put_row(row: &Row, out: &mut Vec<u8>) {
    for field in [&row.display_name, &row.company, &row.primary_email] {
        put_str(field, out);
    }
    put_len(row.emails.len(), out);
    for (label, address) in &row.emails {
        put_str(label, out);
        put_str(address, out);
    }
    put_len(row.phones.len(), out);
    for (label, phone) in &row.phones {
        put_str(label, out);
        put_str(&phone.typed, out);
        put_str(phone.e164.as_deref().unwrap_or_default(), out);
    }
}

/// The compact form, read without copying.
pub(super) struct RowView<'a> {
    pub(super) display_name: &'a str,
    pub(super) company: &'a str,
    pub(super) primary_email: &'a str,
    /// Label and address.
    pub(super) emails: Vec<(&'a str, &'a str)>,
    /// Label, as typed, and E.164 or nothing.
    pub(super) phones: Vec<(&'a str, &'a str, &'a str)>,
}

impl<'a> RowView<'a> {
    /// Reads what [`put_row`] wrote; nothing if the bytes are something else.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        let rest = &mut rest;
        let (display_name, company, primary_email) = (take_str(rest)?, take_str(rest)?, take_str(rest)?);
        let emails = (0..take_len(rest)?).map(|_| Some((take_str(rest)?, take_str(rest)?))).collect::<Option<_>>()?;
        let phones = (0..take_len(rest)?).map(|_| Some((take_str(rest)?, take_str(rest)?, take_str(rest)?))).collect::<Option<_>>()?;
        rest.is_empty().then_some(Self { display_name, company, primary_email, emails, phones })
    }

    /// Its labeled emails, copied.
    pub(super) fn emails(&self) -> BTreeMap<String, String> {
        self.emails.iter().map(|&(label, address)| (label.to_owned(), address.to_owned())).collect()
    }

    /// Its phones, copied.
    pub(super) fn phones(&self) -> BTreeMap<String, PhoneText> {
        let phone = |&(label, typed, e164): &(&str, &str, &str)| {
            (label.to_owned(), PhoneText { typed: typed.to_owned(), e164: (!e164.is_empty()).then(|| e164.to_owned()) })
        };
        self.phones.iter().map(phone).collect()
    }
}

fn put_str(text: &str, out: &mut Vec<u8>) {
    put_len(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// Seven bits to a byte, lowest first, the top bit set on all but the last (LEB128): most lengths take one byte.
fn put_len(mut len: usize, out: &mut Vec<u8>) {
    while len >= 0x80 {
        out.push(len.to_le_bytes()[0] | 0x80);
        len >>= 7;
    }
    out.push(len.to_le_bytes()[0]);
}

fn take_str<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let len = take_len(rest)?;
    let (text, after) = rest.split_at_checked(len)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

fn take_len(rest: &mut &[u8]) -> Option<usize> {
    let mut len = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        len |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(len);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{RowView, put_len, put_row, put_text, take_len};
    use crate::directory::sample::row;

    #[test]
    fn the_text_holds_each_field_folded_and_the_digits_of_phones() {
        let mut row = row(1, "Zoë Große", "Müller AG", "Zoe@Example.com");
        row.emails.insert("same".into(), "Zoe@Example.com".into());
        row.emails.insert("billing".into(), "Bills@example.com".into());
        let phone = |typed: &str, e164: &str| super::PhoneText { typed: typed.into(), e164: Some(e164.into()) };
        row.phones.insert("a".into(), phone("+49 (0)30 1234", "+49301234"));
        row.phones.insert("b".into(), phone("0049 89-5", "+49895"));
        let mut text = String::new();
        put_text(&row, &mut text);
        assert_eq!(text, "zoe grosse\nmuller ag\nzoe@example.com\nbills@example.com\n49301234\n490301234\n0049895\n");
    }

    #[test]
    fn a_cut_or_lengthened_row_is_not_a_row() {
        let mut bytes = Vec::new();
        put_row(&row(1, "Ann", "Acme", "ann@x.com"), &mut bytes);
        assert!(RowView::read(&bytes).is_some());
        for len in 0..bytes.len() {
            assert!(RowView::read(&bytes[..len]).is_none());
        }
        bytes.push(0);
        assert!(RowView::read(&bytes).is_none());
    }

    #[test]
    fn a_length_of_any_size_is_read_back() {
        for len in [0, 1, 127, 128, 300, 70_000, usize::MAX] {
            let mut bytes = Vec::new();
            put_len(len, &mut bytes);
            assert_eq!(take_len(&mut bytes.as_slice()), Some(len));
        }
        assert_eq!(take_len(&mut [0xFF; 20].as_slice()), None);
    }
}
