//! Which identity at a provider is which contact, claimed so that no two contacts share one; and the visits to providers that are under way.

use super::{Store, failed, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, transact_write_items::TransactWriteItemsError, update_item::UpdateItemError},
    types::{AttributeValue, Put, ReturnValue, TransactWriteItem},
};
use domain::{
    ids::{ContactId, TeamId},
    portal::Way,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An identity that is linked to a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedIdentity {
    /// The hash of issuer and subject, which names it.
    pub id: String,
    /// The provider.
    pub way: Way,
    /// When it was linked, in seconds since 1970.
    pub linked_at: i64,
}

/// Somebody's visit to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoFlow {
    /// The provider.
    pub way: Way,
    /// The hash of the cookie of the browser that set out.
    pub browser: String,
    /// What the token must name.
    pub nonce: String,
    /// The secret of PKCE (RFC 7636).
    pub verifier: String,
    /// From when on nobody comes back from it, in seconds since 1970.
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Claim {
    contact: ContactId,
}

impl Store {
    /// Records that somebody sets out for a provider; `id` is the hash of 256 bits of chance.
    pub async fn add_sso_flow(&self, team: &TeamId, id: &str, flow: &SsoFlow) -> Result<(), Error> {
        let item = item(keys::sso_flow(team, id), flow)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(failed)?;
        Ok(())
    }

    /// Takes the visit that this browser set out for. It can be taken once, and by that browser only. `by` tells this taking from every other,
    /// so that one whose reply was lost is not refused.
    pub async fn take_sso_flow(&self, team: &TeamId, id: &str, browser: &str, by: Uuid, now: i64) -> Result<Option<SsoFlow>, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::sso_flow(team, id).into()))
            .update_expression("SET taken_by = :by")
            .condition_expression("browser = :browser AND expires_at > :now AND (attribute_not_exists(taken_by) OR taken_by = :by)")
            .expression_attribute_values(":browser", text(browser))
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .expression_attribute_values(":by", text(by.to_string()))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(answer) => answer.attributes.map(record).transpose(),
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Which contact an identity is linked to.
    pub async fn find_identity_holder(&self, team: &TeamId, identity: &str) -> Result<Option<ContactId>, Error> {
        let claim: Option<Claim> = self.find_item(keys::identity_claim(team, identity)).await?.map(record).transpose()?;
        Ok(claim.map(|claim| claim.contact))
    }

    /// Links an identity to a contact. `false` when it is another contact's by now.
    pub async fn link_identity(&self, team: &TeamId, contact: ContactId, identity: &LinkedIdentity) -> Result<bool, Error> {
        let claim = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(keys::identity_claim(team, &identity.id), &Claim { contact })?))
            .condition_expression("attribute_not_exists(pk) OR contact = :contact")
            .expression_attribute_values(":contact", text(contact.to_string()));
        let listed = Put::builder().table_name(&self.table).set_item(Some(item(keys::identity(team, contact, &identity.id), identity)?));
        let write = |put: Put| TransactWriteItem::builder().put(put).build();
        let writes = vec![write(claim.build().map_err(Error::internal)?), write(listed.build().map_err(Error::internal)?)];
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(_) | TransactWriteItemsError::TransactionInProgressException(_)) => {
                    Ok(false)
                }
                _ => Err(failed(error)),
            },
        }
    }

    /// The identities that are linked to a contact.
    pub async fn list_identities(&self, team: &TeamId, contact: ContactId) -> Result<Vec<LinkedIdentity>, Error> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::identity_partition(team, contact)))
            .consistent_read(true)
            .limit(super::PAGE)
            .send()
            .await
            .map_err(failed)?;
        page.items.unwrap_or_default().into_iter().map(record).collect()
    }

    /// Unlinks an identity from a contact; one that is not theirs stays where it is.
    pub async fn remove_identity(&self, team: &TeamId, contact: ContactId, identity: &str) -> Result<(), Error> {
        let claim = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(keys::identity_claim(team, identity).into()))
            .condition_expression("contact = :contact")
            .expression_attribute_values(":contact", text(contact.to_string()));
        match claim.send().await {
            Err(error) if !matches!(error.as_service_error(), Some(DeleteItemError::ConditionalCheckFailedException(_))) => {
                return Err(failed(error));
            }
            _ => {}
        }
        // Last, so that what was cut short is still listed and can be removed again.
        let listed = keys::identity(team, contact, identity);
        self.client.delete_item().table_name(&self.table).set_key(Some(listed.into())).send().await.map_err(failed)?;
        Ok(())
    }
}
