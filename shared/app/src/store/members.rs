//! Members and their permissions.

use super::{Store, failed, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Put, TransactWriteItem},
};
use domain::{
    ids::{MemberId, TeamId},
    team::{Member, Permission},
};
use std::collections::BTreeSet;

impl Store {
    /// A member, with their permissions as they are now.
    pub async fn find_member(&self, team: &TeamId, member: &MemberId) -> Result<Option<Member>, Error> {
        self.find_item(keys::member(team, member)).await?.map(record).transpose()
    }

    /// Records a member who comes for the first time. Who comes first of a team sets it up and may do everything; everybody after may look.
    pub async fn admit_member(&self, team: &TeamId, id: &MemberId, email: String, name: String) -> Result<Member, Error> {
        let with = |permissions| Member { id: id.clone(), team: team.clone(), email: email.clone(), name: name.clone(), permissions };
        let founder = with(Permission::ALL.into());
        let puts = [item(keys::team(team), &founder)?, item(keys::member(team, id), &founder)?];
        let writes = puts.into_iter().map(|item| self.add(item)).collect::<Result<Vec<_>, _>>()?;
        let written = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        match written {
            Ok(_) => return Ok(founder),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    let reason = |index: usize| canceled.cancellation_reasons().get(index).and_then(|reason| reason.code());
                    match (reason(0), reason(1)) {
                        // Somebody was there before; or this very write took effect and its reply was lost.
                        (Some("ConditionalCheckFailed"), _) | (_, Some("ConditionalCheckFailed")) => {}
                        // Two first requests met: the same member's, or two members'. Whoever asks again finds out.
                        _ => return Err(Error::TooMany { retry_after_seconds: 1 }),
                    }
                }
                _ => return Err(failed(error)),
            },
        }
        let viewer = item(keys::member(team, id), &with(BTreeSet::new()))?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(viewer)).condition_expression("attribute_not_exists(pk)");
        if let Err(error) = request.send().await
            && !error.as_service_error().is_some_and(aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception)
        {
            return Err(failed(error));
        }
        self.find_member(team, id).await?.ok_or(Error::Internal)
    }

    fn add(&self, item: super::Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().put(put.build().map_err(Error::internal)?).build())
    }

    /// All members of a team, by identifier. A team of helpdesk agents fits in one page of 1 MB many times over; further pages are read all the same.
    pub async fn list_members(&self, team: &TeamId) -> Result<Vec<Member>, Error> {
        let pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(keys::team_partition(team)))
            .expression_attribute_values(":prefix", text(keys::MEMBER_PREFIX))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed)?;
        pages.into_iter().map(record).collect()
    }

    /// Sets what a member may do; [`Error::NotFound`] when the team has no such member.
    pub async fn save_permissions(&self, team: &TeamId, member: &MemberId, permissions: &BTreeSet<Permission>) -> Result<Member, Error> {
        let value = serde_dynamo::to_attribute_value(permissions).map_err(Error::internal)?;
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::member(team, member).into()))
            .update_expression("SET #permissions = :permissions")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#permissions", "permissions")
            .expression_attribute_values(":permissions", value)
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        match request.send().await {
            Ok(answer) => record(answer.attributes.unwrap_or_default()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_dynamodb::operation::update_item::UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Err(Error::NotFound)
            }
            Err(error) => Err(failed(error)),
        }
    }
}
