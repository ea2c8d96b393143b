//! The column mappings that a team's imports remember.

use super::{Store, item, keys, record};
use crate::Error;
use domain::ids::TeamId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
struct Remembered {
    columns: BTreeMap<String, String>,
}

/// More headers than any team has; beyond it nothing new is remembered.
const MAX: usize = 1_000;

impl Store {
    /// Header to field, as the team last chose by hand.
    pub async fn get_columns(&self, team: &TeamId) -> Result<BTreeMap<String, String>, Error> {
        let found = self.find_item(keys::columns(team)).await?;
        Ok(found.map(record::<Remembered>).transpose()?.map(|remembered| remembered.columns).unwrap_or_default())
    }

    /// Remembers what was chosen. Of two imports at the same moment the later one's choice stays, which is what “last chosen” means.
    pub async fn save_columns(&self, team: &TeamId, chosen: &BTreeMap<String, String>) -> Result<(), Error> {
        if chosen.is_empty() {
            return Ok(());
        }
        let mut columns = self.get_columns(team).await?;
        columns.extend(chosen.iter().map(|(header, field)| (header.clone(), field.clone())));
        let columns = columns.into_iter().take(MAX).collect();
        let item = item(keys::columns(team), &Remembered { columns })?;
        self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await.map_err(super::failed)?;
        Ok(())
    }
}
