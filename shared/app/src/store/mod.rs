//! The table: one method for each access pattern of [`keys`], one file for each concept. SDK errors end here.

mod attempts;
mod change;
mod columns;
mod commit;
mod contacts;
mod identities;
mod jobs;
pub mod keys;
mod limits;
mod links;
mod log;
mod mail;
mod members;
mod once;
mod pack;
mod refusals;
mod sessions;
mod sign_in;
mod snapshots;
mod teams;
mod uploads;

pub use attempts::Attempt;
pub use change::{Change, Committed, Guard, Refusal, Unit};
pub use contacts::{ShardCursor, Stored};
pub use identities::{LinkedIdentity, SsoFlow};
pub use jobs::LiveJob;
pub use links::Link;
pub use log::{Logged, row};
pub use mail::MailStage;
pub use once::Taken;
pub use refusals::SignInRefusal;
pub use sessions::{Session, Standing};
pub use sign_in::{SignIn, SignedIn};
pub use snapshots::SnapshotPointer;

use crate::{Error, aws::WhenUsed, clock::Clock};
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure},
};
use futures::{StreamExt, TryStreamExt, stream};
use keys::Key;
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::HashMap, sync::LazyLock, time::Duration};

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// The table.
#[derive(Debug, Clone)]
pub struct Store {
    client: WhenUsed<Client>,
    table: String,
    clock: Clock,
}

/// How a read sees writes that were just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// All of them.
    Strong,
    /// Perhaps not yet; at half the price.
    Eventual,
}

/// `BatchGetItem` takes at most 100 keys.
const BATCH: usize = 100;
/// How many batches are on their way at once.
const BATCHES_AT_ONCE: usize = 8;
/// After how long the runtime was asked for a function's first event.
const ASKED: Duration = Duration::from_millis(1);

/// How many items a page of a long listing has: about half a megabyte, so that no page comes near an attempt's time-out, however busy the engine is.
const PAGE: i32 = 500;

impl Store {
    /// A table.
    pub const fn new(client: WhenUsed<Client>, table: String, clock: Clock) -> Self {
        Self { client, table, clock }
    }

    /// Makes the client as soon as the function has asked for its first event, and before that event needs it.
    pub(crate) fn warm(&self) {
        let client = self.client.clone();
        tokio::spawn(async move {
            tokio::time::sleep(ASKED).await;
            LazyLock::force(&client).config().region().is_some()
        });
    }

    async fn find_item(&self, key: Key) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.into())).consistent_read(true);
        Ok(request.send().await.map_err(failed)?.item)
    }

    /// Reads items side by side. The answer has no order, and no item for a key that has none.
    async fn find_items(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, Error> {
        let batches: Vec<Vec<Key>> = keys.chunks(BATCH).map(<[Key]>::to_vec).collect();
        let found = stream::iter(batches).map(|batch| self.find_batch(batch, consistency)).buffer_unordered(BATCHES_AT_ONCE);
        Ok(found.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn find_batch(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, Error> {
        let request = KeysAndAttributes::builder().set_keys(Some(keys.into_iter().map(Item::from).collect()));
        let mut left = Some(request.consistent_read(consistency == Consistency::Strong).build().map_err(Error::internal)?);
        let mut found = Vec::new();
        let mut wait = Duration::from_millis(20);
        while let Some(request) = left.take() {
            let answer = self.client.batch_get_item().request_items(&self.table, request).send().await.map_err(failed)?;
            found.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            left = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            if left.is_some() {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(1));
            }
        }
        Ok(found)
    }

    /// Writes a record that nobody else may have written since: `version` in the item must be what it replaces.
    /// The reply to a write may be lost after it took effect; `written_by` tells our own write from another's.
    async fn save_versioned(&self, item: Item, replaces: Option<u64>) -> Result<(), Saved> {
        let own = item.get("written_by").cloned();
        let mut request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request = match replaces {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(version) => {
                request.condition_expression("version = :version").expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            }
        };
        let request = request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(there)) => {
                    let ours = own.is_some() && there.item().and_then(|item| item.get("written_by")) == own.as_ref();
                    if ours { Ok(()) } else { Err(Saved::Stale) }
                }
                _ => Err(Saved::Failed(failed(error))),
            },
        }
    }
}

/// Why a versioned record was not written.
#[derive(Debug)]
pub enum Saved {
    /// Somebody wrote it since it was read.
    Stale,
    /// The table could not be asked.
    Failed(Error),
}

impl From<Key> for Item {
    fn from(key: Key) -> Self {
        Self::from([("pk".to_owned(), AttributeValue::S(key.pk)), ("sk".to_owned(), AttributeValue::S(key.sk))])
    }
}

/// A record as an item under its key.
fn item(key: Key, record: &impl Serialize) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(Error::internal)?;
    item.extend(Item::from(key));
    Ok(item)
}

/// An item without its key as a record.
fn record<T: DeserializeOwned>(mut item: Item) -> Result<T, Error> {
    item.remove("pk");
    item.remove("sk");
    serde_dynamo::from_item(item).map_err(Error::unreadable::<T>)
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Logs what went wrong and hides it. Throttling is told to the caller as such: it helps to wait.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to map_err")]
fn failed<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    let throttled = matches!(error.code(), Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded"));
    let internal = Error::aws(&error);
    if throttled { Error::TooMany { retry_after_seconds: 1 } } else { internal }
}
