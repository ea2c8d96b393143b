//! The directory against a model of it: a list of rows that is filtered and sorted anew for each question.

use super::{
    Directory,
    query::{Filter, Order, Query, Sort},
    row::{Change, Row, Status},
    sample::{any_row, id, row, rows, text},
};
use crate::{
    ids::{ContactId, Version},
    text::{digits, fold},
};
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest},
    sample::select,
};
use std::{cmp::Ordering, collections::BTreeMap};

/// Each contact's version, and its row unless it is removed.
#[derive(Default)]
struct Model(BTreeMap<ContactId, (Version, Option<Row>)>);

impl Model {
    fn apply(&mut self, change: Change) {
        let (id, version) = (change.id(), change.version());
        if self.0.get(&id).is_some_and(|(known, _)| *known >= version) {
            return;
        }
        let row = match change {
            Change::Upsert(row) => Some(row),
            Change::Remove { .. } => None,
        };
        self.0.insert(id, (version, row));
    }

    fn search(&self, q: &str, status: Option<Status>, sort: Sort, order: Order) -> Vec<Row> {
        let mut found: Vec<Row> = self
            .0
            .values()
            .filter_map(|(_, row)| row.clone())
            .filter(|row| status.is_none_or(|status| row.active == status) && holds(row, q))
            .collect();
        found.sort_by(|a, b| compare(a, b, sort));
        if order == Order::Descending {
            found.reverse();
        }
        found
    }
}

fn holds(row: &Row, q: &str) -> bool {
    let mut fields = vec![fold(&row.display_name), fold(&row.company), fold(&row.primary_email)];
    fields.extend(row.emails.values().map(|address| fold(address)));
    for phone in row.phones.values() {
        fields.push(digits(&phone.typed));
        fields.extend(phone.e164.as_deref().map(digits));
    }
    fold(q).split_whitespace().all(|word| {
        let only_digits = digits(word);
        let is_phone = !only_digits.is_empty() && word.chars().all(|c| c.is_ascii_digit() || "+-.()/".contains(c));
        fields.iter().any(|field| field.contains(word) || is_phone && field.contains(&only_digits))
    })
}

fn compare(a: &Row, b: &Row, sort: Sort) -> Ordering {
    let texts = |a: &str, b: &str| (fold(a).is_empty(), fold(a)).cmp(&(fold(b).is_empty(), fold(b)));
    let by_key = match sort {
        Sort::Name => texts(&a.display_name, &b.display_name),
        Sort::Company => texts(&a.company, &b.company),
        Sort::PrimaryEmail => texts(&a.primary_email, &b.primary_email),
        Sort::Status => a.active.cmp(&b.active),
        Sort::UpdatedAt => a.updated_at_ms.cmp(&b.updated_at_ms),
    };
    by_key.then(a.id.cmp(&b.id))
}

fn change() -> impl Strategy<Value = Change> {
    let removal = (0..50_u128, 1..6_u64).prop_map(|(number, version)| Change::Remove { id: id(number), version: Version::new(version) });
    prop_oneof![3 => any_row().prop_map(Change::Upsert), 1 => removal]
}

fn question() -> impl Strategy<Value = String> {
    let known = select(vec![
        "",
        " ",
        "a",
        "an",
        "ann",
        "ANNA lee",
        "x.com @",
        "+49 30 1234",
        "(030)1",
        "030-12",
        "-",
        "straße",
        "STRASSE",
        "기",
        "김",
        "1",
        "é",
        "no such",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => text()]
}

const SORTS: [Sort; 5] = [Sort::Name, Sort::Company, Sort::PrimaryEmail, Sort::Status, Sort::UpdatedAt];

fn check(directory: &Directory, model: &Model, q: &str, status: Option<Status>, page_size: usize) {
    let filter = Filter::new(q, status);
    for sort in SORTS {
        for order in [Order::Ascending, Order::Descending] {
            let expected = model.search(q, status, sort, order);
            for page in 0..=expected.len() / page_size + 2 {
                let found = directory.search(&Query { filter: filter.clone(), sort, order, page, page_size });
                let expected_page: Vec<Row> = expected.iter().skip(page.max(1) * page_size - page_size).take(page_size).cloned().collect();
                assert_eq!(found.total, expected.len(), "{q:?} {sort:?} {order:?}");
                assert_eq!(found.rows, expected_page, "{q:?} {sort:?} {order:?} {page}");
            }
        }
    }
    let by_name: Vec<ContactId> = model.search(q, status, Sort::Name, Order::Ascending).iter().map(|row| row.id).collect();
    assert_eq!(directory.matching(&filter), by_name);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_models(
        first in rows(40),
        batches in prop::collection::vec(prop::collection::vec(change(), 0..12), 0..6),
        questions in prop::collection::vec((question(), prop_oneof![Just(None), Just(Some(Status::Active)), Just(Some(Status::Inactive))]), 1..4),
        page_size in 1..12_usize,
    ) {
        let mut model = Model::default();
        first.iter().cloned().for_each(|row| model.apply(Change::Upsert(row)));
        let mut directory = Directory::from_rows(first);
        for batch in batches {
            batch.iter().cloned().for_each(|change| model.apply(change));
            directory.apply(batch);
        }
        for (q, status) in questions {
            check(&directory, &model, &q, status, page_size);
        }
        let rows = model.search("", None, Sort::Name, Order::Ascending);
        assert_eq!(directory.len(), rows.len());
        for number in 0..50 {
            assert_eq!(directory.get(id(number)), model.0.get(&id(number)).and_then(|(_, row)| row.clone()));
        }
        assert_eq!(directory.rows().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn the_order_of_changes_does_not_matter(mut changes in prop::collection::vec(change(), 0..30), seed in any::<u64>(), split in 1..9_usize) {
        // Only one thing can have happened in one version of a contact.
        changes.sort_by_key(|change| (change.id(), change.version()));
        changes.dedup_by_key(|change| (change.id(), change.version()));
        let mut in_order = Directory::new();
        in_order.apply(changes.clone());
        let mut shuffled = changes.clone();
        shuffled.extend(changes);
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, usize::try_from(state >> 33)? % (at + 1));
        }
        let mut out_of_order = Directory::new();
        shuffled.chunks(split).for_each(|batch| out_of_order.apply(batch.to_vec()));
        assert_eq!(out_of_order.rows().collect::<Vec<_>>(), in_order.rows().collect::<Vec<_>>());
    }
}

/// Enough changes for several merges into the base.
#[test]
fn merging_into_the_base_changes_no_answer() {
    let mut model = Model::default();
    let mut directory = Directory::new();
    for round in 1..=12_u64 {
        let mut batch = Vec::new();
        for at in 0..700_u64 {
            let number = (at * 37 + round * 911) % 4000;
            if (at + round) % 7 == 0 {
                batch.push(Change::Remove { id: id(number.into()), version: Version::new(round) });
            } else {
                let mut row =
                    row(number.into(), &format!("Name {}", number * round % 977), &format!("Company {}", number % 31), &format!("{number}@x.com"));
                row.version = Version::new(round);
                row.updated_at_ms = i64::try_from(at % 50).unwrap();
                row.active = if number % 3 == 0 { Status::Inactive } else { Status::Active };
                batch.push(Change::Upsert(row));
            }
        }
        batch.iter().cloned().for_each(|change| model.apply(change));
        directory.apply(batch);
    }
    assert!(directory.base.slots() > 0 && directory.recent.slots() > 0);
    for q in ["", "1", "name 12", "company 3 name", "7@x"] {
        check(&directory, &model, q, None, 700);
        check(&directory, &model, q, Some(Status::Inactive), 700);
    }
}

#[test]
fn a_removed_contact_comes_back_only_in_a_newer_version() {
    let change = |version| Change::Upsert(Row { version: Version::new(version), ..row(1, "Ann", "", "") });
    let mut directory = Directory::new();
    directory.apply(vec![change(1), Change::Remove { id: id(1), version: Version::new(3) }]);
    directory.apply(vec![change(2)]);
    assert_eq!(directory.get(id(1)), None);
    directory.forget_old_tombstones();
    directory.apply(vec![change(3)]);
    assert!(directory.is_empty());
    directory.apply(vec![change(4)]);
    assert_eq!(directory.len(), 1);
    assert_eq!(directory.changes_since_snapshot(), 2);
}

#[test]
fn a_tombstone_is_gone_after_two_rounds() {
    let mut directory = Directory::new();
    directory.apply(vec![Change::Remove { id: id(1), version: Version::new(3) }]);
    let with_tombstone = directory.bytes();
    directory.forget_old_tombstones();
    assert_eq!(directory.bytes(), with_tombstone);
    directory.forget_old_tombstones();
    assert!(directory.bytes() < with_tombstone);
    directory.apply(vec![Change::Upsert(row(1, "Ann", "", ""))]);
    assert_eq!(directory.len(), 1);
}
