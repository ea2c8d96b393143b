//! What a team sets: Team Settings > General, the switches of Team Settings > Communication, and its identity providers.

use super::{Store, item, keys, record};
use crate::Error;
use domain::{general::General, ids::TeamId, sso::Sso, team::Communication};

impl Store {
    /// The team's name and time zone; those of a new team while nobody has set them.
    pub async fn get_general(&self, team: &TeamId) -> Result<General, Error> {
        self.find_item(keys::general(team)).await?.map_or_else(|| Ok(General::of(team)), record)
    }

    /// Sets name and time zone. The page sends both, so the last one to save decides.
    pub async fn save_general(&self, team: &TeamId, general: &General) -> Result<(), Error> {
        self.save_setting(item(keys::general(team), general)?).await
    }

    /// The team's switches; those of a new team while nobody has changed them.
    pub async fn get_communication(&self, team: &TeamId) -> Result<Communication, Error> {
        self.find_item(keys::communication(team)).await?.map_or_else(|| Ok(Communication::default()), record)
    }

    /// Sets all switches. The page sends all of them, so the last one to save decides.
    pub async fn save_communication(&self, team: &TeamId, switches: &Communication) -> Result<(), Error> {
        self.save_setting(item(keys::communication(team), switches)?).await
    }

    /// What the team set for single sign-on.
    pub async fn get_sso(&self, team: &TeamId) -> Result<Sso, Error> {
        self.find_item(keys::sso(team)).await?.map_or_else(|| Ok(Sso::default()), record)
    }

    /// Sets single sign-on. The page sends all of it, so the last one to save decides.
    pub async fn save_sso(&self, team: &TeamId, sso: &Sso) -> Result<(), Error> {
        self.save_setting(item(keys::sso(team), sso)?).await
    }

    async fn save_setting(&self, item: super::Item) -> Result<(), Error> {
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(super::failed)?;
        Ok(())
    }
}
