//! Rows for the tests of the directory.

use super::row::{PhoneText, Row, Status};
use crate::ids::{ContactId, Version};
use proptest::{
    prelude::{Just, Strategy, any, prop, prop_oneof},
    sample::select,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The contact with this number.
pub(super) fn id(number: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(number))
}

/// An active contact in its first version.
pub(super) fn row(number: u128, name: &str, company: &str, email: &str) -> Row {
    Row {
        id: id(number),
        version: Version::FIRST,
        display_name: name.to_owned(),
        company: company.to_owned(),
        primary_email: email.to_owned(),
        emails: BTreeMap::new(),
        phones: BTreeMap::new(),
        active: Status::Active,
        updated_at_ms: 0,
    }
}

/// Short texts that often equal, contain or precede one another.
pub(super) fn text() -> impl Strategy<Value = String> {
    let known =
        select(vec!["", "", "Ann", "Anna", "ÁNNA", "ann lee", "Lee\nAnn", "Zoë", "Straße", "김민준", "a@x.com", "A@x.com", "anna@example.org"]);
    prop_oneof![4 => known.prop_map(str::to_owned), 2 => "[a-cÄé @.1]{0,6}", 1 => any::<String>()]
}

fn phone() -> impl Strategy<Value = PhoneText> {
    let known = select(vec![("+49 (0)30 1234", Some("+49301234")), ("030-1234567", None), ("(030) 1234567", None), ("ext.", None)]);
    known.prop_map(|(typed, e164)| PhoneText { typed: typed.to_owned(), e164: e164.map(str::to_owned) })
}

/// Any row of one of fifty contacts.
pub(super) fn any_row() -> impl Strategy<Value = Row> {
    let labels = || select(vec!["billing", "mobile", "Büro"]).prop_map(str::to_owned);
    let emails = prop::collection::btree_map(labels(), text(), 0..3);
    let phones = prop::collection::btree_map(labels(), phone(), 0..3);
    let times = prop_oneof![Just(i64::MIN), Just(i64::MAX), -3..3_i64];
    (0..50_u128, 1..6_u64, [text(), text(), text()], emails, phones, any::<bool>(), times).prop_map(
        |(number, version, [name, company, email], emails, phones, active, time)| Row {
            version: Version::new(version),
            emails,
            phones,
            active: if active { Status::Active } else { Status::Inactive },
            updated_at_ms: time,
            ..row(number, &name, &company, &email)
        },
    )
}

/// Up to `most` rows, some of the same contact.
pub(super) fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(any_row(), 0..=most)
}

/// The first row of each contact.
pub(super) fn unique(mut rows: Vec<Row>) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    rows.retain(|row| seen.insert(row.id));
    rows
}
