//! Requests that named their action, so that the same one sent again is known.

use super::{Store, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, put_item::PutItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::team::Member;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is noted of a request that named its action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The identifier of what it makes.
    pub id: Uuid,
    /// The SHA-256 of what it asked for.
    pub payload_sha256: String,
    /// When the name is free again, in seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Notes what a member's request of this name makes; answers what is noted then: the same, or what an earlier request of the name
    /// noted that has not expired. `now` is in seconds.
    pub async fn add_once(&self, member: &Member, name: &str, taken: &Taken, now: i64) -> Result<Taken, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(keys::once(&member.team, &member.id, name), taken)?))
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(taken.clone()),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(there) => record(there.item.ok_or(Error::Internal)?),
                other => Err(Error::aws(&other)),
            },
        }
    }

    /// Notes anew what a member's request of this name makes; false when somebody else did so since it was read.
    pub async fn save_once(&self, member: &Member, name: &str, read: &Taken, taken: &Taken) -> Result<bool, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(keys::once(&member.team, &member.id, name), taken)?))
            .condition_expression("id = :id AND expires_at = :read")
            .expression_attribute_values(":id", text(read.id.to_string()))
            .expression_attribute_values(":read", AttributeValue::N(read.expires_at.to_string()));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(_) => Ok(false),
                other => Err(Error::aws(&other)),
            },
        }
    }

    /// Forgets what was noted of a request that made nothing.
    pub async fn remove_once(&self, member: &Member, name: &str, taken: &Taken) -> Result<(), Error> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(keys::once(&member.team, &member.id, name).into()))
            .condition_expression("id = :id")
            .expression_attribute_values(":id", text(taken.id.to_string()));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.into_service_error() {
                DeleteItemError::ConditionalCheckFailedException(_) => Ok(()),
                other => Err(Error::aws(&other)),
            },
        }
    }
}
