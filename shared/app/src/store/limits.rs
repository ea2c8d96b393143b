//! How often something was done lately, counted so that no two at once slip through.

use super::{Saved, Store, failed, item, keys, record, text};
use crate::{Error, random};
use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    ids::TeamId,
    portal::{AskedBy, FAILURE_SECONDS, MAX_FAILURES, MAX_FAILURES_IN_A_ROW, Sends},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How often a send is tried anew that met another one of the same subject: the other one's send is then in the way.
const TRIES: u32 = 5;
/// How long sends are kept: as long as the longest window.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// How long failures in a row are kept after the last of them, in seconds. Who comes after that begins anew.
const IN_A_ROW_SECONDS: i64 = 400 * 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct SentTo {
    version: u64,
    sends: Sends,
    expires_at: i64,
    written_by: Uuid,
}

fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

impl Store {
    /// Counts one more send to a subject, such as the hash of an address; or says from when on there may be one.
    pub async fn count_send(&self, team: &TeamId, subject: &str, by: AskedBy, now: i64) -> Result<Result<(), i64>, Error> {
        for _ in 0..TRIES {
            let key = keys::limit(team, &format!("sends#{subject}"));
            let before: Option<SentTo> = self.find_item(key.clone()).await?.map(record).transpose()?;
            let (version, sends) = before.map_or((None, Sends::default()), |sent| (Some(sent.version), sent.sends));
            let sends = match sends.and_now(by, now) {
                Ok(sends) => sends,
                Err(free_at) => return Ok(Err(free_at)),
            };
            let sent = SentTo { version: version.unwrap_or(0) + 1, sends, expires_at: now + KEPT_SECONDS, written_by: random::uuid() };
            match self.save_versioned(item(key, &sent)?, version).await {
                Ok(()) => return Ok(Ok(())),
                Err(Saved::Stale) => {}
                Err(Saved::Failed(error)) => return Err(error),
            }
        }
        Ok(Err(now + domain::portal::TOO_SOON_SECONDS))
    }

    /// Counts one more of a subject within a window of the clock; or says when the next window begins.
    pub async fn count_in_window(&self, team: &TeamId, subject: &str, most: u32, seconds: i64, now: i64) -> Result<Result<(), i64>, Error> {
        let (window, next) = (now / seconds, (now / seconds + 1) * seconds);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::limit(team, &format!("{subject}#{seconds}#{window}")).into()))
            .update_expression("SET expires_at = :end ADD times :one")
            .condition_expression("attribute_not_exists(times) OR times < :most")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(most))
            .expression_attribute_values(":end", number(next));
        match update.send().await {
            Ok(_) => Ok(Ok(())),
            Err(error) if is_refused(error.as_service_error()) => Ok(Err(next)),
            Err(error) => Err(failed(error)),
        }
    }

    /// Gives the next free moment of a subject, now or later, whose moments are so many seconds apart. First come, first served, so nobody waits for
    /// ever. Whoever asks again because the reply was lost gets the moment after.
    pub async fn take_turn(&self, team: &TeamId, subject: &str, seconds: i64, now: i64) -> Result<i64, Error> {
        // What is in the way of the first may be over when the second comes.
        for _ in 0..2 {
            for (next, condition) in
                [(":now + :seconds", "attribute_not_exists(free_at) OR free_at <= :now"), ("free_at + :seconds", "free_at > :now")]
            {
                let update = self
                    .client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(keys::limit(team, &format!("turn#{subject}")).into()))
                    .update_expression(format!("SET free_at = {next}, expires_at = {next}"))
                    .condition_expression(condition)
                    .expression_attribute_values(":now", number(now))
                    .expression_attribute_values(":seconds", number(seconds))
                    .return_values(ReturnValue::UpdatedNew);
                match update.send().await {
                    Ok(answer) => {
                        let item = answer.attributes.unwrap_or_default();
                        let free_at = item.get("free_at").and_then(|value| value.as_n().ok()?.parse::<i64>().ok()).ok_or(Error::Internal)?;
                        return Ok(free_at - seconds);
                    }
                    Err(error) if is_refused(error.as_service_error()) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        Err(Error::TooMany { retry_after_seconds: 1 })
    }

    /// Counts one more try of a code for an address, before it is known whether it fails; `false` when there were too many failures, and
    /// nothing is tried. Within a day they are forgotten when a day passes without another; those in a row only by a success, or by a member.
    /// `by` tells this try from every other, so that one whose reply was lost is not counted twice.
    pub async fn count_failure(&self, team: &TeamId, address: &str, by: Uuid, now: i64) -> Result<bool, Error> {
        // What is in the way of the first may be gone when the second comes, and the other way round when two come at once.
        for _ in 0..2 {
            for (times, condition) in [
                ("times + :one", "counts_until > :now AND times < :most"),
                (":one", "(attribute_not_exists(times) OR counts_until <= :now) AND :most > :one"),
            ] {
                let update = self
                    .client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(keys::limit(team, &format!("failures#{address}")).into()))
                    .update_expression(format!(
                        "SET times = {times}, counts_until = :end, in_a_row = if_not_exists(in_a_row, :none) + :one, counted_by = :by, expires_at = :kept"
                    ))
                    .condition_expression(format!(
                        "{condition} AND (attribute_not_exists(in_a_row) OR in_a_row < :ever) AND (attribute_not_exists(counted_by) OR counted_by <> :by)"
                    ))
                    .expression_attribute_values(":none", number(0))
                    .expression_attribute_values(":one", number(1))
                    .expression_attribute_values(":most", number(MAX_FAILURES))
                    .expression_attribute_values(":ever", number(MAX_FAILURES_IN_A_ROW))
                    .expression_attribute_values(":now", number(now))
                    .expression_attribute_values(":end", number(now + FAILURE_SECONDS))
                    .expression_attribute_values(":kept", number(now + IN_A_ROW_SECONDS))
                    .expression_attribute_values(":by", text(by.to_string()))
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
                match update.send().await {
                    Ok(_) => return Ok(true),
                    Err(error) => match error.as_service_error() {
                        Some(UpdateItemError::ConditionalCheckFailedException(there)) => {
                            if there.item().and_then(|item| item.get("counted_by")) == Some(&text(by.to_string())) {
                                return Ok(true);
                            }
                        }
                        _ => return Err(failed(error)),
                    },
                }
            }
        }
        Ok(false)
    }

    /// Forgets the failures of an address: its owner got in.
    pub async fn clear_failures(&self, team: &TeamId, address: &str) -> Result<(), Error> {
        self.clear_limit(team, &format!("failures#{address}")).await
    }

    /// Forgets what was sent to a subject.
    pub async fn clear_sends(&self, team: &TeamId, subject: &str) -> Result<(), Error> {
        self.clear_limit(team, &format!("sends#{subject}")).await
    }

    async fn clear_limit(&self, team: &TeamId, name: &str) -> Result<(), Error> {
        self.client.delete_item().table_name(&self.table).set_key(Some(keys::limit(team, name).into())).send().await.map_err(failed)?;
        Ok(())
    }
}

const fn is_refused(error: Option<&UpdateItemError>) -> bool {
    matches!(error, Some(UpdateItemError::ConditionalCheckFailedException(_)))
}
