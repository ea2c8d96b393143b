//! Writing contacts: always the change, the contact and its claims in one transaction, on the version that was read.

use super::{
    Change, Committed, Guard, Item, Refusal, Store, Stored, Unit, item, keys,
    keys::Key,
    log::LogItem,
    pack::{Built, Part, settle, transaction, wave},
    text,
};
use crate::{Error, random};
use aws_sdk_dynamodb::{
    operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        builders::PutBuilder,
    },
};
use domain::{
    contact::Profile,
    field::Field,
    ids::{ContactId, TeamId},
};
use futures::{StreamExt, stream};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

/// How many transactions are on their way at once.
const AT_ONCE: usize = 8;
/// How often a transaction that met another one, or a table that is busy, is tried again.
const TRIES: u32 = 10;
/// How old a change's moment in the log may be when the change is sent. With the five seconds that the SDK gives a call it takes effect
/// well within the stretch of the log that each search reads again (`OVERLAP_MS` in directory.rs), so no search misses it.
const SEND_WITHIN_MS: i64 = 15_000;
/// How long what is left of a deleted contact is kept: longer than the deletion can be undone.
const GONE_DAYS: i64 = 60;

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
            let written = stream::iter(packs).map(|pack| self.write_pack(&built, pack)).buffer_unordered(AT_ONCE);
            // One that fails does not stop the others, so that whoever tries again has less to do.
            for pack in written.collect::<Vec<_>>().await {
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
            self.refuse_late(built, &pack)?;
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
                    _ => match super::failed(error) {
                        Error::TooMany { .. } => Vec::new(),
                        error => return Err(error),
                    },
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

    /// A change that was kept from being sent for too long has to be made anew, under a fresh moment.
    fn refuse_late(&self, built: &[Built], pack: &[usize]) -> Result<(), Error> {
        let oldest_ms = pack.iter().filter_map(|&index| built[index].stamp_ms).min();
        match oldest_ms {
            Some(oldest_ms) if self.clock.now_ms() - oldest_ms > SEND_WITHIN_MS => Err(Error::TooMany { retry_after_seconds: 1 }),
            _ => Ok(()),
        }
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
        Ok(Built::new(items, unit.changes.iter().map(|change| change.stamp_ms).min()))
    }

    fn put_contact(&self, team: &TeamId, change: &Change) -> Result<TransactWriteItem, Error> {
        let key = keys::contact(team, change.entry.contact);
        let record = if let Some(contact) = &change.after {
            item(key, contact)?
        } else {
            let mut gone = Item::from(key);
            gone.insert("id".to_owned(), text(change.entry.contact.to_string()));
            gone.insert("gone".to_owned(), AttributeValue::Bool(true));
            gone.insert("version".to_owned(), AttributeValue::N(change.entry.version.to_string()));
            let expires_at = change.entry.at.as_second() + GONE_DAYS * 24 * 60 * 60;
            gone.insert("expires_at".to_owned(), AttributeValue::N(expires_at.to_string()));
            gone
        };
        let replaces = match &change.before {
            Some(Stored::Live(contact)) => Some((contact.version, "version = :version AND attribute_not_exists(gone)")),
            Some(Stored::Gone(version)) => Some((*version, "attribute_not_exists(pk) OR (version = :version AND attribute_exists(gone))")),
            None => None,
        };
        self.put(record, |put| match replaces {
            Some((version, condition)) => {
                put.condition_expression(condition).expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        })
    }

    /// What the unit as a whole gives up and takes: a claim that goes from one of its contacts to another is moved, not freed and taken.
    fn build_claims(&self, team: &TeamId, unit: &Unit, items: &mut Vec<(TransactWriteItem, Key, Part)>) -> Result<(), Error> {
        let of = |change: &Change, profile: Option<&Profile>| {
            Change::claims(team, profile).into_iter().map(|(key, field)| (key, (field, change.entry.contact))).collect::<Vec<_>>()
        };
        let before: BTreeMap<Key, (Field, ContactId)> = unit.changes.iter().flat_map(|change| of(change, change.profile_before())).collect();
        let after: BTreeMap<Key, (Field, ContactId)> =
            unit.changes.iter().flat_map(|change| of(change, change.after.as_ref().map(|contact| &contact.profile))).collect();
        for (key, &(field, contact)) in &after {
            let mut claim = Item::from(key.clone());
            claim.insert("contact".to_owned(), text(contact.to_string()));
            let put = match before.get(key) {
                Some(&(_, holder)) if holder == contact => continue,
                Some(&(_, holder)) => self.put(claim, |put| {
                    put.condition_expression("contact = :holder").expression_attribute_values(":holder", text(holder.to_string()))
                })?,
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
            Some(to) => check
                .condition_expression("attribute_not_exists(gone) AND #profile.#to = :to")
                .expression_attribute_values(":to", text(to.to_string())),
        };
        Ok(TransactWriteItem::builder().condition_check(check.build().map_err(Error::internal)?).build())
    }

    fn put(&self, item: Item, condition: impl FnOnce(PutBuilder) -> PutBuilder) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(condition(put).build().map_err(Error::internal)?).build())
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
