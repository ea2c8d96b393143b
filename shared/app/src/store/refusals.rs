//! Sign-ins that were refused, kept for as long as members are told about them.

use super::{Item, Store, failed, item, keys, record, text};
use crate::Error;
use domain::{
    ids::{ContactId, TeamId},
    portal::{REFUSAL_SECONDS, Way},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many are told at most, the newest.
const SHOWN: i32 = 50;

/// A sign-in that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInRefusal {
    /// When.
    #[schema(value_type = String, format = DateTime, examples("2026-02-01T09:00:00.123Z"))]
    pub at: Timestamp,
    /// By what way they tried.
    pub way: Way,
    /// Why not: the rule that did not hold, or what else stood against it.
    #[schema(examples("The contact has portal access."))]
    pub reason: String,
}

impl Store {
    /// Notes a refusal. One that has the moment and the name of another is the same.
    pub async fn add_refusal(&self, team: &TeamId, contact: ContactId, refusal: &SignInRefusal, name: &str) -> Result<(), Error> {
        let key = keys::refusal(team, contact, refusal.at.as_millisecond(), name);
        let mut refused: Item = item(key, refusal)?;
        let expires_at = refusal.at.as_second() + REFUSAL_SECONDS;
        refused.insert("expires_at".to_owned(), aws_sdk_dynamodb::types::AttributeValue::N(expires_at.to_string()));
        self.client.put_item().table_name(&self.table).set_item(Some(refused)).send().await.map_err(failed)?;
        Ok(())
    }

    /// The refusals of a contact since a moment, newest first.
    pub async fn list_refusals(&self, team: &TeamId, contact: ContactId, from_ms: i64) -> Result<Vec<SignInRefusal>, Error> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk >= :from")
            .expression_attribute_values(":pk", text(keys::refusal_partition(team, contact)))
            .expression_attribute_values(":from", text(keys::log_from(from_ms)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(SHOWN)
            .send()
            .await
            .map_err(failed)?;
        page.items.unwrap_or_default().into_iter().map(record).collect()
    }
}
