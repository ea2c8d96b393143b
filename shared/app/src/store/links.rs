//! Each contact's own link to the portal. What is stored is a hash: the table opens no portal.

use super::{Store, failed, item, keys, record};
use crate::Error;
use domain::ids::{ContactId, TeamId};
use serde::{Deserialize, Serialize};

/// A contact's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The hash of its token.
    pub hash: String,
    /// From when on it leads nowhere, in seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// A contact's link, also one whose time is over.
    pub async fn find_link(&self, team: &TeamId, contact: ContactId) -> Result<Option<Link>, Error> {
        self.find_item(keys::link(team, contact)).await?.map(record).transpose()
    }

    /// Makes a contact's link; the one before leads nowhere from now on.
    pub async fn save_link(&self, team: &TeamId, contact: ContactId, link: &Link) -> Result<(), Error> {
        let item = item(keys::link(team, contact), link)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(failed)?;
        Ok(())
    }

    /// Revokes a contact's link, if there is one.
    pub async fn remove_link(&self, team: &TeamId, contact: ContactId) -> Result<(), Error> {
        self.client.delete_item().table_name(&self.table).set_key(Some(keys::link(team, contact).into())).send().await.map_err(failed)?;
        Ok(())
    }
}
