//! What came back from an address that a team mailed: noted once however often and in whatever order it is told.

use super::{Consistency, Item, Store, failed, item, keys, record, text};
use crate::{Error, clock::timestamp};
use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::AttributeValue};
use domain::{
    email::Email,
    ids::{MemberId, TeamId},
    mail::{MailProblem, MailProblemKind, MailProblems},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long it is remembered that a member cleared an address: longer than anything late can be on its way.
const CLEARED_SECONDS: i64 = 60 * 24 * 60 * 60;
/// How long it is remembered how far a mail has come: longer than an event can be handed over again.
const SENT_SECONDS: i64 = 24 * 60 * 60;

/// How far a mail has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MailStage {
    /// It counts as one of the team's day, and has to wait.
    Waits,
    /// It went, or may have gone: it is not sent again.
    Went,
}

#[derive(Serialize, Deserialize)]
struct Stage {
    stage: MailStage,
    expires_at: i64,
}

#[derive(Deserialize)]
struct Stopped {
    address: String,
    bounced_at: Option<i64>,
    complained_at: Option<i64>,
}

const fn attribute(kind: MailProblemKind) -> &'static str {
    match kind {
        MailProblemKind::Bounce => "bounced_at",
        MailProblemKind::Complaint => "complained_at",
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

impl Store {
    /// Which of these addresses mail is stopped to, and by what.
    pub async fn find_mail_problems(&self, team: &TeamId, addresses: impl IntoIterator<Item = &Email>) -> Result<MailProblems, Error> {
        let wanted: BTreeMap<String, &Email> = addresses.into_iter().map(|address| (address.key(), address)).collect();
        let keys = wanted.keys().map(|address| keys::mail(team, address)).collect();
        let items: Vec<Item> = self.find_items(keys, Consistency::Strong).await?;
        let mut problems = Vec::new();
        for item in items {
            let found: Stopped = record(item)?;
            let Some(&address) = wanted.get(&found.address) else { continue };
            let kinds = [(MailProblemKind::Bounce, found.bounced_at), (MailProblemKind::Complaint, found.complained_at)];
            let of = |(kind, at): (MailProblemKind, Option<i64>)| Some(MailProblem { address: address.clone(), kind, at: timestamp(at?) });
            problems.extend(kinds.into_iter().filter_map(of));
        }
        Ok(problems.into_iter().collect())
    }

    /// Notes what came back from an address, unless the same or something later is noted, or a member cleared it since.
    /// Whether it was news.
    pub async fn note_mail_problem(&self, team: &TeamId, problem: &MailProblem) -> Result<bool, Error> {
        let address = problem.address.key();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::mail(team, &address).into()))
            .update_expression("SET #at = :at, address = :address REMOVE expires_at")
            .condition_expression("(attribute_not_exists(#at) OR #at < :at) AND (attribute_not_exists(cleared_at) OR cleared_at < :at)")
            .expression_attribute_names("#at", attribute(problem.kind))
            .expression_attribute_values(":at", number(problem.at.as_millisecond()))
            .expression_attribute_values(":address", text(address));
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Lets mail go to an address again. That it was cleared is kept for a while, so that nothing from before stops it anew.
    /// An address that nothing came back from is left as it is.
    pub async fn clear_mail_problems(&self, team: &TeamId, address: &Email, member: &MemberId) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::mail(team, &address.key()).into()))
            .update_expression("SET cleared_at = :now, cleared_by = :member, expires_at = :expires_at REMOVE bounced_at, complained_at")
            .condition_expression("attribute_exists(bounced_at) OR attribute_exists(complained_at)")
            .expression_attribute_values(":now", number(now_ms))
            .expression_attribute_values(":member", text(member.to_string()))
            .expression_attribute_values(":expires_at", number(now_ms / 1_000 + CLEARED_SECONDS));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// How far the mail of this reference has come; `None` when nothing was done about it.
    pub async fn find_mail(&self, team: &TeamId, reference: &str) -> Result<Option<MailStage>, Error> {
        let item = self.find_item(keys::mail_stage(team, reference)).await?;
        Ok(item.map(record::<Stage>).transpose()?.map(|item| item.stage))
    }

    /// Notes how far the mail of this reference has come.
    pub async fn save_mail(&self, team: &TeamId, reference: &str, stage: MailStage) -> Result<(), Error> {
        let stage = Stage { stage, expires_at: self.clock.now_ms() / 1_000 + SENT_SECONDS };
        let item = item(keys::mail_stage(team, reference), &stage)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(failed)?;
        Ok(())
    }
}
