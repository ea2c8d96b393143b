//! The largest contact that the rules allow, and how large DynamoDB finds it.

use app::{random, store::Item};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    contact::Profile,
    field::{Field, Kind},
    ids::TeamId,
};
use serde_json::json;

/// A profile with as much as each field takes, all of it in characters of four bytes where a field takes them.
pub fn profile(letter: char, team: &TeamId) -> Profile {
    let fill = |chars: usize| letter.to_string().repeat(chars);
    let local = "a".repeat(64);
    let address = |n: usize| format!("{local}@{}.{}.{}.example", "b".repeat(60), "c".repeat(60), format!("{n:03}{team}").repeat(7));
    let label = |n: usize| format!("{}{n:02}", fill(58));
    let value = |field: Field| match field.kind() {
        Kind::Line(max) | Kind::Text(max) => json!(fill(max)),
        Kind::Switch { default } => json!(!default),
        Kind::Email => json!(address(999)),
        Kind::Emails => (0..50).map(|n| (label(n), json!(address(n)))).collect(),
        Kind::Phones => (0..50).map(|n| (label(n), json!(format!("+49 171 555 01{n:02}{}", " ".repeat(40) + "1")))).collect(),
        Kind::Contact => json!(random::contact_id()),
    };
    Profile::parse(&Field::ALL.iter().map(|&field| (field.name().to_owned(), value(field))).collect()).unwrap()
}

/// The size of an item as DynamoDB counts it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len().div_ceil(2) + 1,
        AttributeValue::M(map) => 3 + map.len() + size(map),
        AttributeValue::L(list) => 3 + list.len() + list.iter().map(value_size).sum::<usize>(),
        _ => 1,
    }
}
