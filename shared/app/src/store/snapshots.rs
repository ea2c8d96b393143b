//! Where the newest snapshot of a team's directory lies. The object itself is a cache: this pointer decides which one counts.

use super::{Saved, Store, item, keys, record};
use crate::{Error, random};
use domain::ids::TeamId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Points to a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPointer {
    /// How often the pointer was moved.
    pub version: u64,
    /// The object's key.
    pub object: String,
    /// How many contacts it has.
    pub contacts: u64,
    /// The write that made this pointer.
    written_by: Uuid,
}

impl Store {
    /// The newest snapshot.
    pub async fn find_snapshot(&self, team: &TeamId) -> Result<Option<SnapshotPointer>, Error> {
        self.find_item(keys::snapshot(team)).await?.map(record).transpose()
    }

    /// Moves the pointer from the snapshot that was read before. `false` when another worker was faster: its snapshot counts.
    pub async fn save_snapshot(&self, team: &TeamId, before: Option<&SnapshotPointer>, object: String, contacts: u64) -> Result<bool, Error> {
        let replaces = before.map(|pointer| pointer.version);
        let pointer = SnapshotPointer { version: replaces.unwrap_or(0) + 1, object, contacts, written_by: random::uuid() };
        match self.save_versioned(item(keys::snapshot(team), &pointer)?, replaces).await {
            Ok(()) => Ok(true),
            Err(Saved::Stale) => Ok(false),
            Err(Saved::Failed(error)) => Err(error),
        }
    }
}
