//! The directory index: all contacts of a team in memory, searched, filtered, sorted and paged in milliseconds.
//!
//! Two sorted segments: `base` holds nearly all contacts, `recent` what changed since `base` was built. A change kills the contact's
//! old slot and adds a slot to `recent`; when `recent` has grown past a share of `base`, both are merged into a new base. Where the
//! entries of `recent` stand in the orders of `base` is kept, so that a query compares no texts at all. The
//! base has a signature, which leads a search for something rare to the few texts that may hold it.
//!
//! It is a cache of the table: changes may come twice and in any order, the contact's version decides which counts.

mod bits;
mod duplicates;
mod merge;
#[cfg(test)]
mod model;
mod query;
mod row;
#[cfg(test)]
mod sample;
mod scan;
mod segment;
mod signature;
mod snapshot;
mod walk;

pub use duplicates::{DuplicateGroup, Reason, likely_duplicates};
pub use query::{Filter, Order, Page, Query, Sort};
pub use row::{Change, PhoneText, Row, Status};
pub use snapshot::SnapshotError;

use crate::ids::{ContactId, Version};
use bits::Bits;
use merge::{Places, Side, merge};
use segment::{Key, Segment};
use std::collections::BTreeMap;
use walk::{Spot, Walk};

/// `recent` is merged into `base` when the slots in it and the dead ones in `base` are more than this many …
const MERGE_AT_LEAST: usize = 2048;
/// … and more than this share of `base`. A small share keeps changes cheap, a large one keeps merges rare.
const MERGE_SHARE: usize = 16;

/// All contacts of one team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    base: Segment,
    recent: Segment,
    places: Places,
    tombstones: Tombstones,
    /// Changes that counted since the snapshot was read.
    changes: usize,
}

/// The versions at which contacts were removed, so that a late older change does not bring one back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tombstones {
    new: BTreeMap<ContactId, Version>,
    old: BTreeMap<ContactId, Version>,
}

impl Directory {
    /// A directory without contacts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The directory of these rows, which are taken one by one. Of several rows of one contact the highest version counts.
    pub fn from_rows(rows: impl IntoIterator<Item = Row>) -> Self {
        let mut base = Segment::from_rows(rows);
        base.sign();
        Self { base, ..Self::default() }
    }

    /// Brings the directory up to date. A change that is not newer than what is known of its contact is ignored, so changes may
    /// come repeatedly and in any order.
    pub fn apply(&mut self, changes: Vec<Change>) {
        let (rows, removals) = newest(changes.into_iter().filter(|change| self.version(change.id()) < Some(change.version())));
        self.changes += rows.len() + removals.len();
        for (id, version) in removals {
            self.kill(id);
            self.tombstones.forget(id);
            self.tombstones.new.insert(id, version);
        }
        if !rows.is_empty() {
            for row in &rows {
                self.kill(row.id);
                self.tombstones.forget(row.id);
            }
            self.add(&Segment::from_rows(rows));
        }
        let stale = self.recent.slots() + self.base.slots() - self.base.alive.count();
        if stale > MERGE_AT_LEAST.max(self.base.slots() / MERGE_SHARE) {
            self.base = merge(&self.base, &self.recent, &self.places);
            self.base.sign();
            self.recent = Segment::default();
            self.places = Places::default();
        }
    }

    fn add(&mut self, fresh: &Segment) {
        let in_recent = Places::find(&self.recent, fresh);
        let in_base = Places::find(&self.base, fresh);
        let recent = merge(&self.recent, fresh, &in_recent);
        self.places = in_recent.merge(&self.recent, &self.places, fresh, &in_base);
        self.recent = recent;
    }

    fn kill(&mut self, id: ContactId) {
        match self.find(id) {
            Some((Side::Large, slot)) => self.base.alive.remove(slot),
            Some((Side::Small, slot)) => self.recent.alive.remove(slot),
            None => {}
        }
    }

    /// The version that is known of a contact, removed or not.
    fn version(&self, id: ContactId) -> Option<Version> {
        self.find(id).map(|(side, slot)| self.side(side).versions[slot]).or_else(|| self.tombstones.get(id))
    }

    fn find(&self, id: ContactId) -> Option<Spot> {
        let recent = self.recent.find(id).map(|slot| (Side::Small, slot));
        recent.or_else(|| Some((Side::Large, self.base.find(id)?)))
    }

    fn side(&self, side: Side) -> &Segment {
        match side {
            Side::Large => &self.base,
            Side::Small => &self.recent,
        }
    }

    /// One page of what the filter holds, and how many there are in all. Pages past the end are empty.
    pub fn search(&self, query: &Query) -> Page {
        let (base, recent) = (self.base.hits(&query.filter), self.recent.hits(&query.filter));
        let total = base.count() + recent.count();
        let before = query.page.saturating_sub(1).saturating_mul(query.page_size).min(total);
        let take = query.page_size.min(total - before);
        let spots = match query.order {
            Order::Ascending => self.pick(base, recent, query.sort, before, take),
            Order::Descending => {
                let mut spots = self.pick(base, recent, query.sort, total - before - take, take);
                spots.reverse();
                spots
            }
        };
        Page { rows: spots.into_iter().filter_map(|spot| self.row(spot)).collect(), total }
    }

    /// The contacts that the filter holds, by name.
    pub fn matching(&self, filter: &Filter) -> Vec<ContactId> {
        let spots = self.pick(self.base.hits(filter), self.recent.hits(filter), Sort::Name, 0, usize::MAX);
        spots.into_iter().map(|(side, slot)| self.side(side).ids[slot]).collect()
    }

    fn pick(&self, mut base: Bits, mut recent: Bits, sort: Sort, skip: usize, take: usize) -> Vec<Spot> {
        let key = match sort {
            Sort::Name => Key::Name,
            Sort::Company => Key::Company,
            Sort::PrimaryEmail => Key::Email,
            Sort::UpdatedAt => Key::Updated,
            Sort::Status => {
                let (mut active_base, mut active_recent) = (base.clone(), recent.clone());
                active_base.keep(&self.base.active);
                active_recent.keep(&self.recent.active);
                let active = active_base.count() + active_recent.count();
                let mut spots = self.walk(&active_base, &active_recent).pick(Key::Id, skip, take);
                base.keep_without(&self.base.active);
                recent.keep_without(&self.recent.active);
                spots.extend(self.walk(&base, &recent).pick(Key::Id, skip.saturating_sub(active), take - spots.len()));
                return spots;
            }
        };
        self.walk(&base, &recent).pick(key, skip, take)
    }

    fn walk<'a>(&'a self, large_hits: &'a Bits, small_hits: &'a Bits) -> Walk<'a> {
        Walk { large: &self.base, small: &self.recent, places: &self.places, large_hits, small_hits }
    }

    /// The row of a contact.
    pub fn get(&self, id: ContactId) -> Option<Row> {
        self.row(self.find(id)?)
    }

    /// All rows, by name.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.spots().into_iter().filter_map(|spot| self.row(spot))
    }

    fn spots(&self) -> Vec<Spot> {
        self.walk(&self.base.alive, &self.recent.alive).pick(Key::Name, 0, usize::MAX)
    }

    fn row(&self, (side, slot): Spot) -> Option<Row> {
        self.side(side).row(slot)
    }

    /// How many contacts there are.
    pub fn len(&self) -> usize {
        self.base.alive.count() + self.recent.alive.count()
    }

    /// Whether there are no contacts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.base.bytes() + self.recent.bytes() + self.places.bytes() + self.tombstones.bytes()
    }

    /// How many changes counted since the snapshot was read (or the directory was made): when there are many, a new snapshot spares others from reading them.
    pub fn changes_since_snapshot(&self) -> usize {
        self.changes
    }

    /// Forgets the tombstones that were there at the last call, so that each is kept for at least one whole interval between calls.
    /// Call it at most as often as changes can be late: the writer of a snapshot calls it once, before writing.
    pub fn forget_old_tombstones(&mut self) {
        self.tombstones.old = std::mem::take(&mut self.tombstones.new);
    }
}

impl Tombstones {
    fn get(&self, id: ContactId) -> Option<Version> {
        self.new.get(&id).or_else(|| self.old.get(&id)).copied()
    }

    fn forget(&mut self, id: ContactId) {
        self.new.remove(&id);
        self.old.remove(&id);
    }

    /// About: the entries and the nodes of the trees around them.
    fn bytes(&self) -> usize {
        40 * (self.new.len() + self.old.len())
    }
}

/// For each contact the change with the highest version (the first of equal ones): rows to put and removals.
fn newest(changes: impl Iterator<Item = Change>) -> (Vec<Row>, Vec<(ContactId, Version)>) {
    let mut changes: Vec<Change> = changes.collect();
    changes.sort_by(|a, b| a.id().cmp(&b.id()).then_with(|| b.version().cmp(&a.version())));
    changes.dedup_by_key(|change| change.id());
    let (mut rows, mut removals) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Upsert(row) => rows.push(row),
            Change::Remove { id, version } => removals.push((id, version)),
        }
    }
    (rows, removals)
}
