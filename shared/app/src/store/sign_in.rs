//! Signing in, as one transaction: the code is used up, the session begins, the contact's history tells it, all or nothing.

use super::{Item, Session, Store, failed, item, keys, log::LogItem, text};
use crate::{Error, random};
use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use domain::{contact::Contact, history::Entry, ids::TeamId};
use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// How often a sign-in is tried again that met another write.
const TRIES: u32 = 8;

/// What became of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedIn {
    /// The session is there.
    Done,
    /// The code was used before, or its time is over.
    CodeGone,
    /// The contact is no longer what access was decided on.
    ContactChanged,
}

/// What a sign-in writes.
#[derive(Debug)]
pub struct SignIn<'a> {
    /// The contact as access was decided on.
    pub contact: &'a Contact,
    /// The session to begin.
    pub session: &'a Session,
    /// The attempt whose code is used up; single sign-on has none.
    pub attempt: Option<&'a str>,
    /// The entry of the contact's history.
    pub entry: &'a Entry,
}

impl Store {
    /// Signs a contact in. `by` tells this sign-in from every other: one whose reply was lost is recognised.
    pub async fn sign_in(&self, team: &TeamId, sign_in: &SignIn<'_>, by: Uuid, now: i64) -> Result<SignedIn, Error> {
        let mut writes = vec![self.touch_contact(team, sign_in.contact, sign_in.entry.at)?];
        writes.push(self.put_plainly(Self::session_item(team, sign_in.contact.id, sign_in.session)?)?);
        writes.push(self.put_plainly(audit_item(team, sign_in.entry, &by.to_string())?)?);
        writes.extend(sign_in.attempt.map(|id| self.use_attempt(team, id, by, now)).transpose()?);
        for tries in 0..TRIES {
            let request = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = request.send().await else { return Ok(SignedIn::Done) };
            let Some(reasons) = reasons(&error) else { return Err(failed(error)) };
            if let Some(used) = reasons.get(3).filter(|reason| is_condition(reason)) {
                let ours = used.item().and_then(|item| item.get("used_by")) == Some(&text(by.to_string()));
                return Ok(if ours { SignedIn::Done } else { SignedIn::CodeGone });
            }
            if reasons.first().is_some_and(is_condition) {
                return Ok(SignedIn::ContactChanged);
            }
            let mut byte = [0];
            random::fill(&mut byte);
            tokio::time::sleep(Duration::from_millis((5 << tries) + u64::from(byte[0]) / 8)).await;
        }
        Err(Error::TooMany { retry_after_seconds: 1 })
    }

    /// Writes an entry of a contact's history that changes nothing of the contact.
    pub async fn add_audit(&self, team: &TeamId, entry: &Entry) -> Result<(), Error> {
        self.add_audit_named(team, entry, &random::uuid().to_string()).await
    }

    /// The same under a name: what has the moment and the name of another entry is the same entry.
    pub async fn add_audit_named(&self, team: &TeamId, entry: &Entry, name: &str) -> Result<(), Error> {
        let item = audit_item(team, entry, name)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(failed)?;
        Ok(())
    }

    /// The contact's last sign-in is no edit: its version stays, and undo and the directory never see it.
    fn touch_contact(&self, team: &TeamId, contact: &Contact, at: Timestamp) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(keys::contact(team, contact.id).into()))
            .update_expression("SET lastSignInAt = :at")
            .condition_expression("version = :version AND attribute_not_exists(gone)")
            .expression_attribute_values(":at", serde_dynamo::to_attribute_value(at).map_err(Error::internal)?)
            .expression_attribute_values(":version", AttributeValue::N(contact.version.to_string()));
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    fn use_attempt(&self, team: &TeamId, id: &str, by: Uuid, now: i64) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(keys::attempt(team, id).into()))
            .update_expression("SET used_by = :by")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(used_by) AND expires_at > :now")
            .expression_attribute_values(":by", text(by.to_string()))
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().update(update.build().map_err(Error::internal)?).build())
    }

    fn put_plainly(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }
}

/// An entry that the directory's feed passes over.
fn audit_item(team: &TeamId, entry: &Entry, name: &str) -> Result<Item, Error> {
    let key = keys::change(team, entry.contact, entry.at.as_millisecond(), name);
    let mut item = item(key, &LogItem::new(team, entry, None)?)?;
    item.insert("audit".to_owned(), AttributeValue::Bool(true));
    Ok(item)
}

/// Why a transaction was cancelled; empty when it met another one. `None` for an error of another kind.
fn reasons<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Vec<CancellationReason>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(canceled) => Some(canceled.cancellation_reasons().to_vec()),
        TransactWriteItemsError::TransactionInProgressException(_) => Some(Vec::new()),
        _ => None,
    }
}

fn is_condition(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}
