//! What the engine takes when nobody thinks: the items that an import wrote, written again as they are; contacts read as they are.

use app::{
    App,
    store::{Item, keys},
};
use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::ids::{ContactId, TeamId};
use futures::{StreamExt, stream};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// As many items as the store puts into one transaction.
const MAX_ITEMS: usize = 90;
/// As many calls as the store has on their way at once.
const AT_ONCE: usize = 8;
/// As many keys as the store reads in one call.
const BATCH: usize = 100;

/// All items that the team's contacts consist of, contact by contact in the order in which they were written.
pub async fn written(app: &App, team: &TeamId) -> Vec<Vec<Item>> {
    let client = app::aws::clients(&app.settings).expect("the clients are made").dynamodb;
    let mut pages = client.scan().table_name(&app.settings.table).into_paginator().items().send();
    let mut units: HashMap<String, (u64, Vec<Item>)> = HashMap::new();
    while let Some(item) = pages.next().await {
        let item = item.expect("the table is read");
        let (pk, sk) = (text(&item, "pk"), text(&item, "sk"));
        let Some(kind) = pk.strip_prefix(&format!("{team}#")).and_then(|rest| rest.split('#').next()) else { continue };
        let contact = match kind {
            "contact" | "log" => text(&item, "id"),
            "email" | "sync" => text(&item, "contact"),
            _ => continue,
        };
        let unit = units.entry(contact.to_owned()).or_default();
        if kind == "log" {
            unit.0 = sk.rsplit('#').next().and_then(|row| row.parse().ok()).unwrap_or_default();
        }
        unit.1.push(item);
    }
    let mut units: Vec<(u64, Vec<Item>)> = units.into_values().collect();
    units.sort_by_key(|(row, _)| *row);
    units.into_iter().map(|(_, items)| items).collect()
}

/// Writes them in transactions as the store packs them, as fast as the engine takes them.
pub async fn write(app: &App, units: Vec<Vec<Item>>) -> Duration {
    let client = app::aws::clients(&app.settings).expect("the clients are made").dynamodb;
    let mut packs: Vec<Vec<TransactWriteItem>> = vec![Vec::new()];
    for unit in units {
        if packs.last().is_some_and(|pack| pack.len() + unit.len() > MAX_ITEMS) {
            packs.push(Vec::new());
        }
        if let Some(pack) = packs.last_mut() {
            pack.extend(unit.into_iter().map(|item| put(&app.settings.table, item)));
        }
    }
    let started = Instant::now();
    let writes = stream::iter(packs)
        .map(|pack| client.transact_write_items().set_transact_items(Some(pack)).return_consumed_capacity(ReturnConsumedCapacity::Total).send());
    writes.buffer_unordered(AT_ONCE).for_each(|answer| async move { drop(answer.expect("it is written")) }).await;
    started.elapsed()
}

/// Reads the contacts, as fast as the engine gives them.
pub async fn read(app: &App, team: &TeamId, contacts: &[ContactId]) -> Duration {
    let client = app::aws::clients(&app.settings).expect("the clients are made").dynamodb;
    let started = Instant::now();
    let reads = stream::iter(contacts.chunks(BATCH)).map(|batch| {
        let keys = batch.iter().map(|&id| Item::from(keys::contact(team, id))).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().expect("keys");
        client.batch_get_item().request_items(&app.settings.table, keys).send()
    });
    let found = reads.buffer_unordered(AT_ONCE).map(|answer| {
        let answer = answer.expect("it is read");
        assert!(answer.unprocessed_keys.is_none_or(|left| left.is_empty()), "the engine left keys unread");
        answer.responses.unwrap_or_default().values().map(Vec::len).sum::<usize>()
    });
    let found: usize = found.collect::<Vec<_>>().await.into_iter().sum();
    assert_eq!(found, contacts.len(), "contacts are missing");
    started.elapsed()
}

fn put(table: &str, item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().put(put.build().expect("an item")).build()
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
