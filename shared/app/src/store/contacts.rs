//! Contacts, and who holds what must be unique.

use super::{Consistency, Item, Store, failed, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    contact::Contact,
    ids::{ContactId, TeamId, Version},
};
use std::collections::{BTreeSet, HashMap};

/// What the table holds under a contact's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// The contact.
    Live(Contact),
    /// It was deleted, at this version. What is left is kept for a while, so that the contact can come back as a newer version of itself.
    Gone(Version),
}

impl Stored {
    /// The contact, unless it was deleted.
    pub fn live(self) -> Option<Contact> {
        match self {
            Self::Live(contact) => Some(contact),
            Self::Gone(_) => None,
        }
    }

    pub(super) fn read(item: Item) -> Result<(ContactId, Self), Error> {
        if item.contains_key("gone") {
            #[derive(serde::Deserialize)]
            struct Gone {
                id: ContactId,
                version: Version,
            }
            let gone: Gone = record(item)?;
            return Ok((gone.id, Self::Gone(gone.version)));
        }
        let contact: Contact = record(item)?;
        Ok((contact.id, Self::Live(contact)))
    }
}

/// Where a listing of contacts goes on.
#[derive(Debug, Clone, Default)]
pub struct ShardCursor(Option<Item>);

impl Store {
    /// What there is under a contact's key.
    pub async fn find_stored(&self, team: &TeamId, contact: ContactId) -> Result<Option<Stored>, Error> {
        let found = self.find_item(keys::contact(team, contact)).await?;
        Ok(found.map(Stored::read).transpose()?.map(|(_, stored)| stored))
    }

    /// A contact.
    pub async fn find_contact(&self, team: &TeamId, contact: ContactId) -> Result<Option<Contact>, Error> {
        Ok(self.find_stored(team, contact).await?.and_then(Stored::live))
    }

    /// A contact, or [`Error::NotFound`].
    pub async fn get_contact(&self, team: &TeamId, contact: ContactId) -> Result<Contact, Error> {
        self.find_contact(team, contact).await?.ok_or(Error::NotFound)
    }

    /// What there is under many contacts' keys.
    pub async fn find_all_stored(
        &self,
        team: &TeamId,
        contacts: &BTreeSet<ContactId>,
        consistency: Consistency,
    ) -> Result<HashMap<ContactId, Stored>, Error> {
        let keys = contacts.iter().map(|&id| keys::contact(team, id)).collect();
        self.find_items(keys, consistency).await?.into_iter().map(Stored::read).collect()
    }

    /// Who holds these Primary Emails, by their comparison keys.
    pub async fn find_email_holders(&self, team: &TeamId, emails: &BTreeSet<String>) -> Result<HashMap<String, ContactId>, Error> {
        self.find_holders(emails.iter().map(|email| (keys::email_claim(team, email).pk, email.clone())).collect()).await
    }

    /// Who holds these directory identifiers.
    pub async fn find_sync_id_holders(&self, team: &TeamId, ids: &BTreeSet<String>) -> Result<HashMap<String, ContactId>, Error> {
        self.find_holders(ids.iter().map(|id| (keys::sync_claim(team, id).pk, id.clone())).collect()).await
    }

    async fn find_holders(&self, wanted: HashMap<String, String>) -> Result<HashMap<String, ContactId>, Error> {
        let keys = wanted.keys().map(|pk| keys::Key { pk: pk.clone(), sk: "claim".to_owned() }).collect();
        let mut holders = HashMap::new();
        for item in self.find_items(keys, Consistency::Strong).await? {
            if let (Some(AttributeValue::S(pk)), Some(holder)) = (item.get("pk"), holder(&item))
                && let Some(value) = wanted.get(pk)
            {
                holders.insert(value.clone(), holder);
            }
        }
        Ok(holders)
    }

    /// One page of one shard, to rebuild a directory. `None` as the next cursor ends the shard.
    pub async fn list_shard(&self, team: &TeamId, shard: u8, from: ShardCursor) -> Result<(Vec<Contact>, Option<ShardCursor>), Error> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::contact_partition(team, shard)))
            .set_exclusive_start_key(from.0)
            .limit(super::PAGE)
            .send()
            .await
            .map_err(failed)?;
        let contacts = page.items.unwrap_or_default().into_iter().map(|item| Ok(Stored::read(item)?.1.live())).filter_map(Result::transpose);
        Ok((contacts.collect::<Result<_, Error>>()?, page.last_evaluated_key.map(|key| ShardCursor(Some(key)))))
    }
}

/// The contact that a claim belongs to.
pub(super) fn holder(claim: &Item) -> Option<ContactId> {
    claim.get("contact")?.as_s().ok()?.parse().ok()
}
