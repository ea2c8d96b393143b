//! Writing contacts: always the change, the contact and its claims in one transaction, on the version that was read.

use super::{
    Item, Store, Stored, contacts::holder, item, keys,
    keys::Key,
    log::{self, LogItem},
    text,
};
use crate::{Error, random};
use aws_sdk_dynamodb::{
    operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        builders::PutBuilder,
    },
};
use domain::{
    contact::{Contact, Profile},
    field::Field,
    history::{Author, Entry},
    ids::{ContactId, TeamId, Version},
};
use futures::future::join_all;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

/// A transaction takes 100 items; some room is left.
const MAX_ITEMS: usize = 90;
/// How many transactions are on their way at once.
const AT_ONCE: usize = 8;
/// How often a transaction that met another one is tried again.
const TRIES: u32 = 10;
/// How long what is left of a deleted contact is kept: longer than the deletion can be undone.
const GONE_DAYS: i64 = 60;

/// One contact's change.
#[derive(Debug, Clone)]
pub struct Change {
    entry: Entry,
    before: Option<Stored>,
    after: Option<Contact>,
    stamp_ms: i64,
    name: String,
}

/// What must still hold when the change is written: this contact reports to that one, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The contact that is looked at.
    pub contact: ContactId,
    /// Whom it reports to.
    pub reports_to: Option<ContactId>,
}

/// Changes that are written together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The changes, each of another contact.
    pub changes: Vec<Change>,
    /// What must still hold.
    pub guards: Vec<Guard>,
}

/// Why a unit was not written. Nothing of it was.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// A contact is not what the change was made on.
    Stale {
        /// Which.
        contact: ContactId,
        /// What it is now; `None` when it is gone.
        current: Option<Box<Contact>>,
    },
    /// Another contact holds what must be unique.
    Taken {
        /// Which field.
        field: Field,
        /// Who.
        holder: Option<ContactId>,
    },
    /// A guard no longer holds.
    Moved,
}

/// What became of the units, in their order.
#[derive(Debug)]
pub struct Committed {
    /// Unit by unit.
    pub results: Vec<Result<(), Refusal>>,
    /// What it cost in write units.
    pub write_units: f64,
}

impl Change {
    /// A change of what is stored to what shall be: `None` deletes. `stamp_ms` and `name` say where in the log it stands;
    /// no other change may have the same name.
    pub fn new(id: ContactId, before: Option<Stored>, after: Option<Profile>, author: Author, stamp_ms: i64, name: String) -> Self {
        let live = match &before {
            Some(Stored::Live(contact)) => Some(contact),
            _ => None,
        };
        let version = match &before {
            Some(Stored::Live(contact)) => contact.version.next(),
            Some(Stored::Gone(version)) => version.next(),
            None => Version::FIRST,
        };
        // A contact's times only go forward, even when two machines' clocks do not agree.
        let at_ms = live.map_or(stamp_ms, |contact| stamp_ms.max(contact.updated_at.as_millisecond() + 1));
        let at = crate::clock::timestamp(at_ms);
        let nothing = Profile::default();
        let old = live.map_or(&nothing, |contact| &contact.profile);
        let changes = old.changes_to(after.as_ref().unwrap_or(&nothing));
        let after = after.map(|profile| Contact {
            id,
            version,
            created_at: live.map_or(at, |contact| contact.created_at),
            updated_at: at,
            last_sign_in_at: live.and_then(|contact| contact.last_sign_in_at),
            profile,
        });
        let event = log::event(before.as_ref(), after.as_ref());
        let entry = Entry { contact: id, version, at, event, author, changes };
        Self { entry, before, after, stamp_ms, name }
    }

    /// The same change, with the times of a contact that comes back.
    #[must_use]
    pub fn born_as(mut self, earlier: &Contact) -> Self {
        if let Some(after) = &mut self.after {
            after.created_at = earlier.created_at;
            after.last_sign_in_at = earlier.last_sign_in_at;
        }
        self
    }

    /// The contact after the change.
    pub const fn after(&self) -> Option<&Contact> {
        self.after.as_ref()
    }

    fn claims(team: &TeamId, profile: Option<&Profile>) -> Vec<(Key, Field)> {
        let Some(profile) = profile else { return Vec::new() };
        let email = profile.primary_email().map(|email| (keys::email_claim(team, &email.key()), Field::PrimaryEmail));
        let sync_id = Some(profile.text(Field::DirectorySyncId)).filter(|id| !id.is_empty());
        email.into_iter().chain(sync_id.map(|id| (keys::sync_claim(team, id), Field::DirectorySyncId))).collect()
    }

    fn profile_before(&self) -> Option<&Profile> {
        match &self.before {
            Some(Stored::Live(contact)) => Some(&contact.profile),
            _ => None,
        }
    }
}

/// What an item of a transaction stands for, so that a refusal can be told from its place.
#[derive(Debug, Clone, Copy)]
enum Part {
    Log,
    Contact(ContactId),
    Claim(Field),
    Guard(Option<ContactId>),
}

impl Store {
    /// Writes units, each whole or not at all, several to a transaction. A unit whose change stands in the log already was written by
    /// an earlier try whose reply was lost: it counts as written, and nothing happens twice.
    pub async fn commit(&self, team: &TeamId, units: &[Unit]) -> Result<Committed, Error> {
        let mut results: Vec<Option<Result<(), Refusal>>> = vec![None; units.len()];
        let mut write_units = 0.0;
        let built = units.iter().map(|unit| self.build(team, unit)).collect::<Result<Vec<_>, _>>()?;
        let mut next = 0;
        while next < built.len() {
            let (packs, after) = wave(&built, next);
            next = after;
            for pack in join_all(packs.into_iter().map(|pack| self.write_pack(&built, pack))).await {
                let (outcome, cost) = pack?;
                write_units += cost;
                for (index, result) in outcome {
                    results[index] = Some(result);
                }
            }
        }
        let results = results.into_iter().collect::<Option<Vec<_>>>().ok_or(Error::Internal)?;
        Ok(Committed { results, write_units })
    }

    async fn write_pack(&self, built: &[Built], mut pack: Vec<usize>) -> Result<(Vec<(usize, Result<(), Refusal>)>, f64), Error> {
        let mut outcome = Vec::new();
        let mut tries = 0;
        while !pack.is_empty() {
            let (items, places) = transaction(built, &pack);
            let request = self.client.transact_write_items().set_transact_items(Some(items)).return_consumed_capacity(ReturnConsumedCapacity::Total);
            let reasons = match request.send().await {
                Ok(answer) => {
                    outcome.extend(pack.iter().map(|&index| (index, Ok(()))));
                    return Ok((outcome, units_of(&answer)));
                }
                Err(error) => match error.as_service_error() {
                    Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => canceled.cancellation_reasons().to_vec(),
                    Some(TransactWriteItemsError::TransactionInProgressException(_)) => Vec::new(),
                    _ => return Err(super::failed(error)),
                },
            };
            let settled = settle(built, &pack, &places, &reasons);
            if settled.is_empty() {
                tries += 1;
                if tries > TRIES {
                    return Err(Error::TooMany { retry_after_seconds: 1 });
                }
                tokio::time::sleep(jittered(tries)).await;
            }
            pack.retain(|index| settled.iter().all(|(done, _)| done != index));
            outcome.extend(settled);
        }
        Ok((outcome, 0.0))
    }

    fn build(&self, team: &TeamId, unit: &Unit) -> Result<Built, Error> {
        let mut items = Vec::new();
        let changed: HashSet<ContactId> = unit.changes.iter().map(|change| change.entry.contact).collect();
        for change in &unit.changes {
            let id = change.entry.contact;
            let log_key = keys::change(team, id, change.stamp_ms, &change.name);
            let log = item(log_key.clone(), &LogItem::new(team, &change.entry, change.after.as_ref())?)?;
            items.push((self.put(log, |put| put.condition_expression("attribute_not_exists(pk)"))?, log_key, Part::Log));
            items.push((self.put_contact(team, change)?, keys::contact(team, id), Part::Contact(id)));
        }
        self.build_claims(team, unit, &mut items)?;
        for guard in unit.guards.iter().filter(|guard| !changed.contains(&guard.contact)) {
            items.push((self.check(team, guard)?, keys::contact(team, guard.contact), Part::Guard(guard.reports_to)));
        }
        Ok(Built { items })
    }

    fn put_contact(&self, team: &TeamId, change: &Change) -> Result<TransactWriteItem, Error> {
        let key = keys::contact(team, change.entry.contact);
        let record = match &change.after {
            Some(contact) => item(key, contact)?,
            None => {
                let mut gone = Item::from(key);
                gone.insert("id".to_owned(), text(change.entry.contact.to_string()));
                gone.insert("gone".to_owned(), AttributeValue::Bool(true));
                gone.insert("version".to_owned(), AttributeValue::N(change.entry.version.to_string()));
                let expires_at = change.entry.at.as_second() + GONE_DAYS * 24 * 60 * 60;
                gone.insert("expires_at".to_owned(), AttributeValue::N(expires_at.to_string()));
                gone
            }
        };
        let replaces = match &change.before {
            Some(Stored::Live(contact)) => Some((contact.version, "version = :version AND attribute_not_exists(gone)")),
            Some(Stored::Gone(version)) => Some((*version, "attribute_not_exists(pk) OR (version = :version AND attribute_exists(gone))")),
            None => None,
        };
        self.put(record, |put| match replaces {
            Some((version, condition)) => put.condition_expression(condition).expression_attribute_values(":version", AttributeValue::N(version.to_string())),
            None => put.condition_expression("attribute_not_exists(pk)"),
        })
    }

    /// What the unit as a whole gives up and takes: a claim that goes from one of its contacts to another is moved, not freed and taken.
    fn build_claims(&self, team: &TeamId, unit: &Unit, items: &mut Vec<(TransactWriteItem, Key, Part)>) -> Result<(), Error> {
        let of = |change: &Change, profile: Option<&Profile>| Change::claims(team, profile).into_iter().map(|(key, field)| (key, (field, change.entry.contact))).collect::<Vec<_>>();
        let before: BTreeMap<Key, (Field, ContactId)> = unit.changes.iter().flat_map(|change| of(change, change.profile_before())).collect();
        let after: BTreeMap<Key, (Field, ContactId)> = unit.changes.iter().flat_map(|change| of(change, change.after.as_ref().map(|contact| &contact.profile))).collect();
        for (key, &(field, contact)) in &after {
            let mut claim = Item::from(key.clone());
            claim.insert("contact".to_owned(), text(contact.to_string()));
            let put = match before.get(key) {
                Some(&(_, holder)) if holder == contact => continue,
                Some(&(_, holder)) => self.put(claim, |put| put.condition_expression("contact = :holder").expression_attribute_values(":holder", text(holder.to_string())))?,
                None => self.put(claim, |put| put.condition_expression("attribute_not_exists(pk)"))?,
            };
            items.push((put, key.clone(), Part::Claim(field)));
        }
        for (key, &(field, contact)) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key.clone().into()))
                .condition_expression("attribute_not_exists(pk) OR contact = :holder")
                .expression_attribute_values(":holder", text(contact.to_string()))
                .build()
                .map_err(Error::internal)?;
            items.push((TransactWriteItem::builder().delete(delete).build(), key.clone(), Part::Claim(field)));
        }
        Ok(())
    }

    fn check(&self, team: &TeamId, guard: &Guard) -> Result<TransactWriteItem, Error> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(keys::contact(team, guard.contact).into()))
            .expression_attribute_names("#profile", "profile")
            .expression_attribute_names("#to", Field::ReportsToContactId.name());
        let check = match guard.reports_to {
            None => check.condition_expression("attribute_exists(pk) AND attribute_not_exists(gone) AND attribute_not_exists(#profile.#to)"),
            Some(to) => check.condition_expression("attribute_not_exists(gone) AND #profile.#to = :to").expression_attribute_values(":to", text(to.to_string())),
        };
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }

    fn put(&self, item: Item, condition: impl FnOnce(PutBuilder) -> PutBuilder) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(condition(put).build().map_err(Error::internal)?).build())
    }
}

/// A unit as items of a transaction.
struct Built {
    items: Vec<(TransactWriteItem, Key, Part)>,
}

/// Units that write nothing in common, packed into at most [`AT_ONCE`] transactions, and where the next wave begins. A transaction may not
/// name an item twice; units may share what they only look at.
fn wave(built: &[Built], from: usize) -> (Vec<Vec<usize>>, usize) {
    let mut written: HashSet<&Key> = HashSet::new();
    let mut guarded: HashMap<&Key, Option<ContactId>> = HashMap::new();
    let mut packs: Vec<(Vec<usize>, usize)> = vec![(Vec::new(), 0)];
    let mut next = from;
    for (index, unit) in built.iter().enumerate().skip(from) {
        let clashes = unit.items.iter().any(|(_, key, part)| match part {
            Part::Guard(expected) => written.contains(key) || guarded.get(key).is_some_and(|there| there != expected),
            _ => written.contains(key) || guarded.contains_key(key),
        });
        if clashes {
            break;
        }
        let fits = packs.last().is_some_and(|(_, items)| *items == 0 || items + unit.items.len() <= MAX_ITEMS);
        if !fits {
            if packs.len() == AT_ONCE {
                break;
            }
            packs.push((Vec::new(), 0));
        }
        if let Some((pack, items)) = packs.last_mut() {
            pack.push(index);
            *items += unit.items.len();
        }
        for (_, key, part) in &unit.items {
            match part {
                Part::Guard(expected) => drop(guarded.insert(key, *expected)),
                _ => drop(written.insert(key)),
            }
        }
        next = index + 1;
    }
    (packs.into_iter().map(|(pack, _)| pack).collect(), next)
}

/// The items of a pack, a shared guard once, and for each item of each unit its place among them.
fn transaction(built: &[Built], pack: &[usize]) -> (Vec<TransactWriteItem>, Vec<Vec<usize>>) {
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
fn settle(built: &[Built], pack: &[usize], places: &[Vec<usize>], reasons: &[CancellationReason]) -> Vec<(usize, Result<(), Refusal>)> {
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

fn units_of(answer: &TransactWriteItemsOutput) -> f64 {
    answer.consumed_capacity().iter().filter_map(aws_sdk_dynamodb::types::ConsumedCapacity::capacity_units).sum()
}

/// Doubling waits with chance in them, so that two transactions that met do not meet again.
fn jittered(tries: u32) -> Duration {
    let mut byte = [0];
    random::fill(&mut byte);
    let most = 10_u64 << tries.min(6);
    Duration::from_millis(most / 2 + most * u64::from(byte[0]) / 512)
}
