//! Sessions of contacts in the portal: made together with what proves the sign-in, read with everything that decides whether they still count.

use super::{Consistency, Item, Store, Stored, failed, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::AttributeValue};
use domain::{
    contact::Contact,
    general::General,
    ids::{ContactId, TeamId},
    portal::{SessionAge, Way},
    team::Communication,
};
use serde::{Deserialize, Serialize};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The hash of its token, which names it.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When it was last used, in seconds since 1970, to the hour.
    pub last_seen_at: i64,
    /// When its life is over however much it is used; the table forgets it then.
    pub expires_at: i64,
    /// The device in words.
    pub device: String,
    /// By what way the contact signed in.
    pub way: Way,
}

impl Session {
    /// How old it is.
    pub const fn age(&self) -> SessionAge {
        SessionAge { created_at: self.created_at, last_seen_at: self.last_seen_at }
    }
}

/// Everything that says whether a contact may be where they are, read at one moment.
#[derive(Debug)]
pub struct Standing {
    /// The session, if there is such a one.
    pub session: Option<Session>,
    /// The contact, unless they were deleted.
    pub contact: Option<Contact>,
    /// The team's switches.
    pub communication: Communication,
    /// The team's name.
    pub general: General,
}

impl Store {
    /// A session, its contact and the team's settings, strongly consistent.
    pub async fn find_standing(&self, team: &TeamId, contact: ContactId, session: &str) -> Result<Standing, Error> {
        let names = [keys::session(team, contact, session), keys::contact(team, contact), keys::communication(team), keys::general(team)];
        let mut items = self.find_items(names.to_vec(), Consistency::Strong).await?;
        let mut take = |key: &keys::Key| -> Option<Item> {
            let is_it = |item: &Item| item.get("pk") == Some(&text(key.pk.clone())) && item.get("sk") == Some(&text(key.sk.clone()));
            items.iter().position(is_it).map(|index| items.swap_remove(index))
        };
        let [session, contact, communication, general] = names.each_ref().map(&mut take);
        Ok(Standing {
            session: session.map(record).transpose()?,
            contact: contact.map(Stored::read).transpose()?.and_then(|(_, stored)| stored.live()),
            communication: communication.map_or_else(|| Ok(Communication::default()), record)?,
            general: general.map_or_else(|| Ok(General::of(team)), record)?,
        })
    }

    /// Notes that a session was used; one that was ended meanwhile stays ended.
    pub async fn save_session_seen(&self, team: &TeamId, contact: ContactId, session: &str, now: i64) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::session(team, contact, session).into()))
            .update_expression("SET last_seen_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()));
        match update.send().await {
            Err(error) if !matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// All sessions of a contact, also those whose time is over.
    pub async fn list_sessions(&self, team: &TeamId, contact: ContactId) -> Result<Vec<Session>, Error> {
        let items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::session_partition(team, contact)))
            .consistent_read(true)
            .limit(super::PAGE)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed)?;
        items.into_iter().map(record).collect()
    }

    /// Ends a session of this contact, if there is such a one.
    pub async fn remove_session(&self, team: &TeamId, contact: ContactId, session: &str) -> Result<(), Error> {
        let key = keys::session(team, contact, session);
        self.client.delete_item().table_name(&self.table).set_key(Some(key.into())).send().await.map_err(failed)?;
        Ok(())
    }

    /// A session's item, for the transaction that makes it.
    pub(super) fn session_item(team: &TeamId, contact: ContactId, session: &Session) -> Result<Item, Error> {
        item(keys::session(team, contact, &session.id), session)
    }
}
