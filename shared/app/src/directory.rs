//! The directories this process has in memory: loaded from a snapshot, brought up to date from the change log before every answer.

use crate::{
    App, Error, random,
    settings::prefix,
    store::{ShardCursor, SnapshotPointer, keys, row},
    worker::Task,
};
use domain::{
    directory::{Change, Directory},
    ids::TeamId,
};
use futures::{TryStreamExt, future::try_join_all};
use std::{collections::HashMap, io::Cursor, sync::Arc};
use tokio::sync::Mutex;

/// How far a read of the log reaches back before the last one: longer than a write can take from when its moment was noted, with every
/// retry, and than machines' clocks differ.
const OVERLAP_MS: i64 = 30_000;
/// From when on a directory that nobody asks for may be far behind.
const RESTING_MS: i64 = 60_000;
/// A new snapshot is written when this many changes came since the last one …
const SNAPSHOT_AT_LEAST: usize = 1_000;
/// … and they are more than this share of the directory.
const SNAPSHOT_SHARE: usize = 20;

/// The directories of the teams that were asked for, within a number of bytes.
#[derive(Debug)]
pub struct Directories {
    teams: Mutex<HashMap<TeamId, Entry>>,
    max_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    loaded: Arc<Mutex<Option<Loaded>>>,
    bytes: usize,
    used: u64,
}

#[derive(Debug)]
struct Loaded {
    directory: Directory,
    /// Everything in the log before this moment is in the directory.
    read_through_ms: i64,
    pointer: Option<SnapshotPointer>,
    /// Whether it was read from the table because its snapshot was no use: then a new one is wanted whatever changed.
    is_rebuilt: bool,
    /// Whether a worker was asked for a new snapshot.
    asked: bool,
    /// When it last forgot removals that no late change can reach any more.
    forgot_ms: i64,
}

impl Directories {
    /// An empty cache of at most this many bytes; the team at hand always fits.
    pub fn new(max_bytes: usize) -> Self {
        Self { teams: Mutex::new(HashMap::new()), max_bytes }
    }

    async fn entry(&self, team: &TeamId) -> Arc<Mutex<Option<Loaded>>> {
        let mut teams = self.teams.lock().await;
        let used = teams.values().map(|entry| entry.used).max().unwrap_or(0) + 1;
        let entry = teams.entry(team.clone()).or_insert_with(|| Entry { loaded: Arc::default(), bytes: 0, used });
        entry.used = used;
        entry.loaded.clone()
    }

    /// Notes how large a directory is and drops those that were not used for longest until all fit.
    async fn account(&self, team: &TeamId, bytes: usize) {
        let mut teams = self.teams.lock().await;
        if let Some(entry) = teams.get_mut(team) {
            entry.bytes = bytes;
        }
        while teams.values().map(|entry| entry.bytes).sum::<usize>() > self.max_bytes {
            let oldest = teams.iter().filter(|(name, _)| *name != team).min_by_key(|(_, entry)| entry.used).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { return };
            teams.remove(&oldest);
        }
    }

    /// Forgets everything, as a function does that starts cold.
    pub async fn forget(&self) {
        self.teams.lock().await.clear();
    }
}

impl App {
    /// Reads from a team's directory, with every change in it that was written before this call.
    pub async fn read_directory<T>(&self, team: &TeamId, read: impl FnOnce(&Directory) -> T) -> Result<T, Error> {
        let entry = self.directories.entry(team).await;
        let mut slot = entry.lock().await;
        if let Some(loaded) = &*slot
            && self.is_outdated(team, loaded).await?
        {
            // Dropped first: both together may be more than fits.
            *slot = None;
        }
        let loaded = match &mut *slot {
            Some(loaded) => loaded,
            empty => empty.insert(self.load(team).await?),
        };
        self.refresh(team, loaded).await?;
        let answer = read(&loaded.directory);
        if !loaded.asked && wants_snapshot(loaded) {
            loaded.asked = self.worker.ask(&Task::Snapshot { team: team.clone() }).await.is_ok();
        }
        let bytes = loaded.directory.bytes();
        drop(slot);
        self.directories.account(team, bytes).await;
        Ok(answer)
    }

    /// Whether a directory that nobody asked for lately is older than the newest snapshot: that is read sooner than everything since from the log.
    async fn is_outdated(&self, team: &TeamId, loaded: &Loaded) -> Result<bool, Error> {
        let is_resting = self.clock.now_ms() - loaded.read_through_ms > RESTING_MS;
        Ok(is_resting && self.store.find_snapshot(team).await? != loaded.pointer)
    }

    async fn refresh(&self, team: &TeamId, loaded: &mut Loaded) -> Result<(), Error> {
        let started_ms = self.clock.now_ms();
        let from_ms = loaded.read_through_ms - OVERLAP_MS;
        let shards = try_join_all((0..keys::SHARDS).map(|shard| self.store.list_changes(team, shard, from_ms))).await?;
        let changes: Vec<Change> = shards.into_iter().flat_map(|logged| logged.changes).collect();
        if !changes.is_empty() {
            loaded.directory.apply(changes);
        }
        loaded.read_through_ms = loaded.read_through_ms.max(started_ms);
        if started_ms - loaded.forgot_ms > 2 * OVERLAP_MS {
            loaded.directory.forget_old_tombstones();
            loaded.forgot_ms = started_ms;
        }
        Ok(())
    }

    async fn load(&self, team: &TeamId) -> Result<Loaded, Error> {
        let mut pointer = self.store.find_snapshot(team).await?;
        while let Some(current) = pointer.clone() {
            if let Some((directory, read_through_ms)) = self.read_snapshot(&current).await? {
                return Ok(Loaded { directory, read_through_ms, pointer, is_rebuilt: false, asked: false, forgot_ms: self.clock.now_ms() });
            }
            // Somebody may have moved the pointer and removed the old object between the two reads.
            pointer = self.store.find_snapshot(team).await?;
            if pointer.as_ref() == Some(&current) {
                break;
            }
        }
        let read_through_ms = self.clock.now_ms();
        Ok(Loaded { directory: self.rebuild(team).await?, read_through_ms, pointer, is_rebuilt: true, asked: false, forgot_ms: read_through_ms })
    }

    /// A snapshot is a cache: one that is missing or damaged is logged and passed over.
    async fn read_snapshot(&self, pointer: &SnapshotPointer) -> Result<Option<(Directory, i64)>, Error> {
        let Some(bytes) = self.files.find(&pointer.object).await? else {
            tracing::warn!("a directory's snapshot is missing; it is rebuilt from the table");
            return Ok(None);
        };
        match Directory::read_snapshot(Cursor::new(bytes)) {
            Ok(read) => Ok(Some(read)),
            Err(problem) => {
                tracing::warn!(snapshot.problem = %problem, "a directory's snapshot is damaged; it is rebuilt from the table");
                Ok(None)
            }
        }
    }

    /// Reads all contacts, the shards side by side.
    async fn rebuild(&self, team: &TeamId) -> Result<Directory, Error> {
        let shards = (0..keys::SHARDS).map(|shard| async move {
            let pages = futures::stream::try_unfold(Some(ShardCursor::default()), move |from| async move {
                let Some(from) = from else { return Ok::<_, Error>(None) };
                Ok(Some(self.store.list_shard(team, shard, from).await?))
            });
            pages
                .try_fold(Vec::new(), |mut rows, page| async move {
                    rows.extend(page.iter().map(row));
                    Ok(rows)
                })
                .await
        });
        Ok(Directory::from_rows(try_join_all(shards).await?.into_iter().flatten()))
    }

    /// Writes a new snapshot of a team's directory and makes it count, unless another worker was faster. For the worker.
    pub async fn write_snapshot(&self, team: &TeamId) -> Result<(), Error> {
        let mut loaded = self.load(team).await?;
        self.refresh(team, &mut loaded).await?;
        if !wants_snapshot(&loaded) {
            return Ok(());
        }
        // A snapshot needs no removals: whoever reads it reads the log from before it was written.
        loaded.directory.forget_old_tombstones();
        loaded.directory.forget_old_tombstones();
        let mut bytes = Vec::new();
        loaded.directory.write_snapshot(loaded.read_through_ms, &mut bytes).map_err(Error::internal)?;
        let object = format!("{}{}.zst", prefix("index", team), random::uuid());
        self.files.save(&object, bytes).await?;
        let contacts = loaded.directory.len() as u64;
        let counts = self.store.save_snapshot(team, loaded.pointer.as_ref(), object.clone(), contacts).await?;
        let old = if counts { loaded.pointer.map(|pointer| pointer.object) } else { Some(object) };
        if let Some(old) = old {
            self.files.remove(&old).await?;
        }
        Ok(())
    }
}

/// Whether so much changed since the snapshot that a new one saves time; a directory that never had one wants one once it is large enough to matter.
fn wants_snapshot(loaded: &Loaded) -> bool {
    let changes = if loaded.pointer.is_some() && !loaded.is_rebuilt { loaded.directory.changes_since_snapshot() } else { loaded.directory.len() };
    changes > SNAPSHOT_AT_LEAST.max(loaded.directory.len() / SNAPSHOT_SHARE)
}
