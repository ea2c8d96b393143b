//! Uploads that were seen before, so that the same file twice is noticed.

use super::{Store, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure};
use domain::ids::{JobId, TeamId};
use serde::{Deserialize, Serialize};

/// How long an upload is remembered: as long as its job can be undone.
const SECONDS: i64 = domain::job::UNDO_DAYS * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Seen {
    job: JobId,
    expires_at: i64,
}

impl Store {
    /// Remembers an upload by its SHA-256 as the given job's; answers the other job that brought the same bytes before, if any.
    pub async fn add_upload(&self, team: &TeamId, sha256: &str, job: JobId, now_seconds: i64) -> Result<Option<JobId>, Error> {
        let seen = item(keys::upload(team, sha256), &Seen { job, expires_at: now_seconds + SECONDS })?;
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(seen))
            .condition_expression("attribute_not_exists(pk) OR job = :job OR expires_at <= :now")
            .expression_attribute_values(":job", text(job.to_string()))
            .expression_attribute_values(":now", aws_sdk_dynamodb::types::AttributeValue::N(now_seconds.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(there) => Ok(there.item.map(record::<Seen>).transpose()?.map(|seen| seen.job)),
                other => Err(Error::aws(&other)),
            },
        }
    }
}
