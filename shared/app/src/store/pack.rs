//! Packing units into transactions, and reading out of a refused transaction what became of each.

use super::{Refusal, Stored, contacts::holder, keys::Key};
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use domain::{field::Field, ids::ContactId};
use std::collections::{HashMap, HashSet};

/// A transaction takes 100 items; some room is left.
const MAX_ITEMS: usize = 90;
/// A transaction takes 4 MB; some room is left.
const MAX_BYTES: usize = 3 << 20;
/// How many transactions are on their way at once.
const AT_ONCE: usize = 8;

/// What an item of a transaction stands for, so that a refusal can be told from its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Log,
    Contact(ContactId),
    Claim(Field),
    Guard(Option<ContactId>),
}

/// A unit as items of a transaction.
pub(super) struct Built {
    pub(super) items: Vec<(TransactWriteItem, Key, Part)>,
    /// The oldest moment under which its changes stand in the log.
    pub(super) stamp_ms: Option<i64>,
    bytes: usize,
}

impl Built {
    /// A unit of these items, whose changes stand in the log at this moment or later.
    pub(super) fn new(items: Vec<(TransactWriteItem, Key, Part)>, stamp_ms: Option<i64>) -> Self {
        let put = |item: &TransactWriteItem| item.put().map(|put| put.item().iter().map(|(name, value)| name.len() + bytes(value)).sum());
        let bytes = items.iter().map(|(item, _, _)| put(item).unwrap_or(0)).sum();
        Self { items, stamp_ms, bytes }
    }
}

/// About how many bytes DynamoDB counts for a value.
fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + bytes(value)).sum::<usize>(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
        _ => 21,
    }
}

/// Units that write nothing in common, packed into at most [`AT_ONCE`] transactions, and where the next wave begins. A transaction may not
/// name an item twice; units may share what they only look at.
pub(super) fn wave(built: &[Built], from: usize) -> (Vec<Vec<usize>>, usize) {
    let mut written: HashSet<&Key> = HashSet::new();
    let mut guarded: HashMap<&Key, Option<ContactId>> = HashMap::new();
    let mut packs: Vec<(Vec<usize>, usize, usize)> = vec![(Vec::new(), 0, 0)];
    let mut next = from;
    for (index, unit) in built.iter().enumerate().skip(from) {
        let clashes = unit.items.iter().any(|(_, key, part)| match part {
            Part::Guard(expected) => written.contains(key) || guarded.get(key).is_some_and(|there| there != expected),
            _ => written.contains(key) || guarded.contains_key(key),
        });
        if clashes {
            break;
        }
        let has_room = |items: usize, bytes: usize| items == 0 || (items + unit.items.len() <= MAX_ITEMS && bytes + unit.bytes <= MAX_BYTES);
        let fits = packs.last().is_some_and(|(_, items, bytes)| has_room(*items, *bytes));
        if !fits {
            if packs.len() == AT_ONCE {
                break;
            }
            packs.push((Vec::new(), 0, 0));
        }
        if let Some((pack, items, bytes)) = packs.last_mut() {
            pack.push(index);
            *items += unit.items.len();
            *bytes += unit.bytes;
        }
        for (_, key, part) in &unit.items {
            match part {
                Part::Guard(expected) => drop(guarded.insert(key, *expected)),
                _ => drop(written.insert(key)),
            }
        }
        next = index + 1;
    }
    (packs.into_iter().map(|(pack, _, _)| pack).collect(), next)
}

/// The items of a pack, a shared guard once, and for each item of each unit its place among them.
pub(super) fn transaction(built: &[Built], pack: &[usize]) -> (Vec<TransactWriteItem>, Vec<Vec<usize>>) {
    let mut items = Vec::new();
    let mut guards: HashMap<&Key, usize> = HashMap::new();
    let mut places = Vec::with_capacity(pack.len());
    for &index in pack {
        let mut unit = Vec::new();
        for (item, key, part) in &built[index].items {
            let shared = guards.get(key).copied().filter(|_| matches!(part, Part::Guard(_)));
            unit.push(shared.unwrap_or(items.len()));
            if shared.is_none() {
                if matches!(part, Part::Guard(_)) {
                    guards.insert(key, items.len());
                }
                items.push(item.clone());
            }
        }
        places.push(unit);
    }
    (items, places)
}

/// Reads out of the reasons, which come in the order of the items, what became of each unit for good.
pub(super) fn settle(built: &[Built], pack: &[usize], places: &[Vec<usize>], reasons: &[CancellationReason]) -> Vec<(usize, Result<(), Refusal>)> {
    let mut settled = Vec::new();
    for (&index, places) in pack.iter().zip(places) {
        let mut refusal = None;
        let mut written = false;
        for ((_, _, part), &place) in built[index].items.iter().zip(places) {
            let failed = reasons.get(place).filter(|reason| reason.code() == Some("ConditionalCheckFailed"));
            match (failed, part) {
                (None, _) => {}
                (Some(_), Part::Log) => written = true,
                (Some(reason), part) => refusal = refusal.or_else(|| Some(refuse(*part, reason))),
            }
        }
        if written {
            settled.push((index, Ok(())));
        } else if let Some(refusal) = refusal {
            settled.push((index, Err(refusal)));
        }
    }
    settled
}

fn refuse(part: Part, reason: &CancellationReason) -> Refusal {
    match part {
        Part::Contact(contact) => {
            let current = reason.item().cloned().and_then(|item| Stored::read(item).ok()).and_then(|(_, stored)| stored.live());
            Refusal::Stale { contact, current: current.map(Box::new) }
        }
        Part::Claim(field) => Refusal::Taken { field, holder: reason.item().and_then(holder) },
        Part::Guard(_) | Part::Log => Refusal::Moved,
    }
}
