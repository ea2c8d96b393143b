//! The change log: the feed that keeps directories fresh, and each contact's history.

use super::{Item, Store, failed, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::{
    contact::Contact,
    directory::{self, PhoneText, Row, Status},
    field::Field,
    history::{Entry, Event},
    ids::{ContactId, TeamId, Version},
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, time::Duration};

/// A change as it is stored. The entry and the row are JSON in a text each: they are only ever read whole.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LogItem {
    /// The contact, and its version after the change.
    id: ContactId,
    version: Version,
    /// The partition in the history index.
    history_of: String,
    /// The entry of the contact's history.
    entry: String,
    /// The contact as the directory shows it; a deletion has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<String>,
}

impl LogItem {
    pub(super) fn new(team: &TeamId, entry: &Entry, after: Option<&Contact>) -> Result<Self, Error> {
        let row = after.map(|contact| serde_json::to_string(&row(contact))).transpose().map_err(Error::internal)?;
        Ok(Self {
            id: entry.contact,
            version: entry.version,
            history_of: keys::history(team, entry.contact),
            entry: serde_json::to_string(entry).map_err(Error::internal)?,
            row,
        })
    }
}

/// A contact as the directory shows it.
pub fn row(contact: &Contact) -> Row {
    let profile = &contact.profile;
    Row {
        id: contact.id,
        version: contact.version,
        display_name: profile.display_name(),
        company: profile.text(Field::Company).to_owned(),
        primary_email: profile.primary_email().map(ToString::to_string).unwrap_or_default(),
        emails: profile.emails().map(|(label, email)| (label.clone(), email.to_string())).collect(),
        phones: profile
            .phones()
            .map(|(label, phone)| (label.clone(), PhoneText { typed: phone.as_str().to_owned(), e164: phone.e164().map(str::to_owned) }))
            .collect(),
        active: if profile.is_on(Field::ContactIsActive) { Status::Active } else { Status::Inactive },
        updated_at_ms: contact.updated_at.as_millisecond(),
    }
}

/// How long to wait for what a batch left unread.
const WAIT: Duration = Duration::from_millis(100);
/// The longest position in the log: a time, a job, a row.
const MAX_POSITION_BYTES: usize = 128;

/// What a page of the log told.
#[derive(Debug)]
pub struct Logged {
    /// The changes, oldest first.
    pub changes: Vec<directory::Change>,
}

impl Store {
    /// All changes of one shard from a moment on, as they are at this moment.
    pub async fn list_changes(&self, team: &TeamId, shard: u8, from_ms: i64) -> Result<Logged, Error> {
        let items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk >= :from")
            .expression_attribute_values(":pk", text(keys::log_partition(team, shard)))
            .expression_attribute_values(":from", text(keys::log_from(from_ms)))
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#row", "row")
            .expression_attribute_names("#audit", "audit")
            .filter_expression("attribute_not_exists(#audit)")
            .projection_expression("#id, #version, #row")
            .consistent_read(true)
            .limit(super::PAGE)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed)?;
        Ok(Logged { changes: items.into_iter().map(directory_change).collect::<Result<_, _>>()? })
    }

    /// Which of these changes stand in the log: a transaction either wrote its change or nothing.
    pub async fn find_written(&self, team: &TeamId, changes: &[(ContactId, i64, String)]) -> Result<HashSet<String>, Error> {
        let mut written = HashSet::new();
        for batch in changes.chunks(super::BATCH) {
            let keys = batch.iter().map(|(contact, at_ms, name)| keys::change(team, *contact, *at_ms, name).into()).collect();
            let request = KeysAndAttributes::builder().set_keys(Some(keys)).projection_expression("sk").consistent_read(true);
            let mut left = Some(request.build().map_err(Error::internal)?);
            while let Some(request) = left.take() {
                let answer = self.client.batch_get_item().request_items(&self.table, request).send().await.map_err(failed)?;
                let items = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
                written.extend(items.iter().filter_map(|item| Some(item.get("sk")?.as_s().ok()?.split_once('#')?.1.to_owned())));
                left = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
                if left.is_some() {
                    tokio::time::sleep(WAIT).await;
                }
            }
        }
        Ok(written)
    }

    /// Whether this position is one of a contact's changes.
    pub async fn has_change(&self, team: &TeamId, contact: ContactId, position: &str) -> Result<bool, Error> {
        let key = keys::Key { pk: keys::log_partition(team, keys::shard(contact)), sk: position.to_owned() };
        let found = if position.is_empty() || position.len() > MAX_POSITION_BYTES { None } else { self.find_item(key).await? };
        Ok(found.and_then(|item| item.get("history_of").and_then(|of| of.as_s().ok().cloned())) == Some(keys::history(team, contact)))
    }

    /// The changes of one contact, newest first, from after a position on, and where to go on. The index may lag by a moment.
    pub async fn list_history(
        &self,
        team: &TeamId,
        contact: ContactId,
        after: Option<String>,
        limit: i32,
    ) -> Result<(Vec<Entry>, Option<String>), Error> {
        let history_of = keys::history(team, contact);
        let start = after.map(|sk| {
            let mut key = Item::from(keys::Key { pk: keys::log_partition(team, keys::shard(contact)), sk });
            key.insert("history_of".to_owned(), text(history_of.clone()));
            key
        });
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::HISTORY_INDEX)
            .key_condition_expression("history_of = :contact")
            .expression_attribute_values(":contact", text(history_of))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(failed)?;
        let position = |key: Item| key.get("sk").and_then(|sk: &AttributeValue| sk.as_s().ok().cloned());
        let next = page.last_evaluated_key.and_then(position);
        let entry = |item: Item| serde_json::from_str(&record::<LogItem>(item)?.entry).map_err(Error::unreadable::<Entry>);
        Ok((page.items.unwrap_or_default().into_iter().map(entry).collect::<Result<_, _>>()?, next))
    }
}

fn directory_change(item: Item) -> Result<directory::Change, Error> {
    #[derive(Deserialize)]
    struct Short {
        id: ContactId,
        version: Version,
        row: Option<String>,
    }
    let Short { id, version, row } = record(item)?;
    Ok(match row {
        Some(row) => directory::Change::Upsert(serde_json::from_str(&row).map_err(Error::unreadable::<Row>)?),
        None => directory::Change::Remove { id, version },
    })
}

/// What happened, by what there was and what there is.
pub(super) const fn event(before: Option<&super::Stored>, after: Option<&Contact>) -> Event {
    match (before, after) {
        (_, None) => Event::Deleted,
        (Some(super::Stored::Live(_)), Some(_)) => Event::Updated,
        (Some(super::Stored::Gone(_)), Some(_)) => Event::Restored,
        (None, Some(_)) => Event::Created,
    }
}
