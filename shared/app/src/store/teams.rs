//! What a team sets: the switches of Team Settings > Communication.

use super::{Store, item, keys, record};
use crate::Error;
use domain::{ids::TeamId, team::Communication};

impl Store {
    /// The team's switches; those of a new team while nobody has changed them.
    pub async fn get_communication(&self, team: &TeamId) -> Result<Communication, Error> {
        self.find_item(keys::communication(team)).await?.map_or_else(|| Ok(Communication::default()), record)
    }

    /// Sets all switches. The page sends all of them, so the last one to save decides.
    pub async fn save_communication(&self, team: &TeamId, switches: &Communication) -> Result<(), Error> {
        let item = item(keys::communication(team), switches)?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(super::failed)?;
        Ok(())
    }
}
