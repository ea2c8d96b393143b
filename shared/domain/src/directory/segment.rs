//! A sorted run of contacts in columns: one text buffer to scan, one buffer of rows, and a list of slots for each order.

use super::{
    bits::Bits,
    row::{FIELD_END, Row, RowView, Status, put_row, put_text},
    signature::Signature,
};
use crate::ids::{ContactId, Version};
use memchr::memchr;
use std::{
    cmp::{Ordering, Reverse},
    ops::Range,
};

/// An order of the contacts in a segment. Each is total: equal keys go by id, and empty texts come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// By folded name. Slots are numbered in this order, so it needs no list.
    Name,
    /// By id, for looking contacts up.
    Id,
    /// By folded company.
    Company,
    /// By folded Primary Email.
    Email,
    /// By the time of the last change.
    Updated,
}

impl Key {
    /// All orders.
    pub(super) const ALL: [Self; 5] = [Self::Name, Self::Id, Self::Company, Self::Email, Self::Updated];
    /// The orders that a segment keeps a list for.
    pub(super) const LISTED: [Self; 4] = [Self::Id, Self::Company, Self::Email, Self::Updated];

    /// Its place in [`Key::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// Contacts in columns, numbered by slots from 0 in name order. Only `alive` ever changes: a contact that is changed or removed leaves a dead slot behind until the next merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Segment {
    /// The folded texts, one after the other.
    pub(super) text: Vec<u8>,
    /// Where the text of each slot ends.
    pub(super) text_ends: Vec<usize>,
    /// The compact rows, one after the other.
    pub(super) rows: Vec<u8>,
    /// Where the row of each slot ends.
    pub(super) row_ends: Vec<usize>,
    pub(super) ids: Vec<ContactId>,
    pub(super) versions: Vec<Version>,
    pub(super) updated_at_ms: Vec<i64>,
    pub(super) active: Bits,
    pub(super) alive: Bits,
    /// For each of [`Key::LISTED`], the slots in that order.
    pub(super) lists: [Vec<u32>; 4],
    /// Where words may be; it knows nothing before [`Segment::sign`].
    pub(super) signature: Signature,
}

/// A slot or a place as it is stored. A directory of four thousand million contacts does not fit into memory, so the limit is never met.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Segment {
    /// The segment of these rows. Of several rows of one contact the highest version counts, of equal ones the first.
    pub(super) fn from_rows(rows: impl IntoIterator<Item = Row>) -> Self {
        let mut arrived = Self::default();
        let mut scratch = String::new();
        for row in rows {
            arrived.push(&row, &mut scratch);
        }
        arrived.kill_superseded();
        let mut sorted = Self::with_room_for(&[&arrived]);
        for slot in arrived.sorted(Key::Name) {
            if arrived.alive.has(slot as usize) {
                sorted.push_copy(&arrived, slot as usize);
            }
        }
        drop(arrived);
        sorted.lists = Key::LISTED.map(|key| sorted.sorted(key));
        sorted
    }

    /// An empty segment that can take all slots of these without growing.
    pub(super) fn with_room_for(parts: &[&Self]) -> Self {
        let slots = parts.iter().map(|part| part.slots()).sum();
        Self {
            text: Vec::with_capacity(parts.iter().map(|part| part.text.len()).sum()),
            text_ends: Vec::with_capacity(slots),
            rows: Vec::with_capacity(parts.iter().map(|part| part.rows.len()).sum()),
            row_ends: Vec::with_capacity(slots),
            ids: Vec::with_capacity(slots),
            versions: Vec::with_capacity(slots),
            updated_at_ms: Vec::with_capacity(slots),
            ..Self::default()
        }
    }

    fn kill_superseded(&mut self) {
        for same in self.sorted(Key::Id).chunk_by(|&a, &b| self.ids[a as usize] == self.ids[b as usize]) {
            let newest = same.iter().max_by_key(|&&slot| (self.versions[slot as usize], Reverse(slot)));
            same.iter().filter(|&slot| Some(slot) != newest).for_each(|&slot| self.alive.remove(slot as usize));
        }
    }

    fn push(&mut self, row: &Row, scratch: &mut String) {
        scratch.clear();
        put_text(row, scratch);
        self.text.extend_from_slice(scratch.as_bytes());
        put_row(row, &mut self.rows);
        self.push_columns(row.id, row.version, row.updated_at_ms, row.active);
    }

    /// Appends a slot of another segment. The lists are the caller's to fill.
    pub(super) fn push_copy(&mut self, from: &Self, slot: usize) {
        self.text.extend_from_slice(from.text(slot));
        self.rows.extend_from_slice(from.row_bytes(slot));
        self.push_columns(from.ids[slot], from.versions[slot], from.updated_at_ms[slot], from.status(slot));
    }

    fn push_columns(&mut self, id: ContactId, version: Version, updated_at_ms: i64, status: Status) {
        let slot = self.slots();
        self.text_ends.push(self.text.len());
        self.row_ends.push(self.rows.len());
        self.ids.push(id);
        self.versions.push(version);
        self.updated_at_ms.push(updated_at_ms);
        self.active.grow();
        self.alive.grow();
        self.alive.insert(slot);
        if status == Status::Active {
            self.active.insert(slot);
        }
    }

    /// Makes the signature, for a segment that stays: at a million slots it takes a tenth of a second.
    pub(super) fn sign(&mut self) {
        self.signature = Signature::of(self);
    }

    /// How many slots there are, dead ones included.
    pub(super) fn slots(&self) -> usize {
        self.ids.len()
    }

    /// The slot at a place of an order.
    pub(super) fn slot_at(&self, key: Key, place: usize) -> usize {
        self.list(key).map_or(place, |list| list[place] as usize)
    }

    /// The slots in an order; nothing for the order of the slots themselves.
    pub(super) fn list(&self, key: Key) -> Option<&[u32]> {
        key.index().checked_sub(1).map(|index| self.lists[index].as_slice())
    }

    /// The folded text of a slot.
    pub(super) fn text(&self, slot: usize) -> &[u8] {
        between(&self.text, &self.text_ends, slot)
    }

    /// Where the texts of consecutive slots are in the buffer.
    pub(super) fn texts(&self, slots: Range<usize>) -> Range<usize> {
        start_of(&self.text_ends, slots.start)..start_of(&self.text_ends, slots.end)
    }

    /// The compact row of a slot.
    pub(super) fn row_bytes(&self, slot: usize) -> &[u8] {
        between(&self.rows, &self.row_ends, slot)
    }

    /// The status of a slot.
    pub(super) fn status(&self, slot: usize) -> Status {
        if self.active.has(slot) { Status::Active } else { Status::Inactive }
    }

    /// The row of a slot. Nothing only if the bytes are no row, which the checksum of a snapshot rules out.
    pub(super) fn row(&self, slot: usize) -> Option<Row> {
        let view = RowView::read(self.row_bytes(slot))?;
        Some(Row {
            id: self.ids[slot],
            version: self.versions[slot],
            display_name: view.display_name.to_owned(),
            company: view.company.to_owned(),
            primary_email: view.primary_email.to_owned(),
            emails: view.emails(),
            phones: view.phones(),
            active: self.status(slot),
            updated_at_ms: self.updated_at_ms[slot],
        })
    }

    /// The living slot of a contact.
    pub(super) fn find(&self, id: ContactId) -> Option<usize> {
        let list = self.list(Key::Id)?;
        let place = list.binary_search_by(|&slot| self.ids[slot as usize].cmp(&id)).ok()?;
        Some(list[place] as usize).filter(|&slot| self.alive.has(slot))
    }

    /// A folded field: 0 is the name, 1 the company, 2 the Primary Email.
    pub(super) fn field(&self, slot: usize, number: usize) -> &[u8] {
        let mut rest = self.text(slot);
        for _ in 0..number {
            rest = memchr(FIELD_END, rest).map_or(&[], |end| &rest[end + 1..]);
        }
        memchr(FIELD_END, rest).map_or(rest, |end| &rest[..end])
    }

    /// How a slot stands to a slot of another segment (or this one) in an order.
    pub(super) fn compare(&self, slot: usize, other: &Self, other_slot: usize, key: Key) -> Ordering {
        let text = |number| {
            let (mine, its) = (self.field(slot, number), other.field(other_slot, number));
            mine.is_empty().cmp(&its.is_empty()).then_with(|| mine.cmp(its))
        };
        let by_key = match key {
            Key::Name => text(0),
            Key::Company => text(1),
            Key::Email => text(2),
            Key::Updated => self.updated_at_ms[slot].cmp(&other.updated_at_ms[other_slot]),
            Key::Id => Ordering::Equal,
        };
        by_key.then_with(|| self.ids[slot].cmp(&other.ids[other_slot]))
    }

    /// The slots in an order, sorted anew.
    fn sorted(&self, key: Key) -> Vec<u32> {
        let mut slots: Vec<(u64, u32)> = (0..self.slots()).map(|slot| (self.head(slot, key), narrow(slot))).collect();
        slots.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.compare(a.1 as usize, self, b.1 as usize, key)));
        slots.into_iter().map(|(_, slot)| slot).collect()
    }

    /// The first eight bytes of a sort key as a number that compares alike. It spares a sort most of its jumps through the text.
    fn head(&self, slot: usize, key: Key) -> u64 {
        let text = |number| {
            let field = self.field(slot, number);
            let mut head = [0; 8];
            let len = field.len().min(8);
            head[..len].copy_from_slice(&field[..len]);
            // No UTF-8 text begins with 0xFF.
            if field.is_empty() { u64::MAX } else { u64::from_be_bytes(head) }
        };
        match key {
            Key::Name => text(0),
            Key::Company => text(1),
            Key::Email => text(2),
            Key::Updated => self.updated_at_ms[slot].cast_unsigned() ^ (1 << 63),
            Key::Id => self.ids[slot].as_uuid().as_u64_pair().0,
        }
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let buffers = self.text.capacity() + self.rows.capacity() + self.active.bytes() + self.alive.bytes();
        let columns = 8 * (self.text_ends.capacity() + self.row_ends.capacity() + self.versions.capacity() + self.updated_at_ms.capacity());
        buffers + columns + self.signature.bytes() + 16 * self.ids.capacity() + self.lists.iter().map(|list| 4 * list.capacity()).sum::<usize>()
    }
}

fn between<'a>(buffer: &'a [u8], ends: &[usize], slot: usize) -> &'a [u8] {
    &buffer[start_of(ends, slot)..ends[slot]]
}

fn start_of(ends: &[usize], slot: usize) -> usize {
    if slot == 0 { 0 } else { ends[slot - 1] }
}

#[cfg(test)]
mod tests {
    use super::{Key, Segment};
    use crate::directory::sample::{id, row};

    #[test]
    fn slots_and_lists_are_sorted_and_empty_texts_come_last() {
        let segment = Segment::from_rows([
            row(3, "éva", "", "b@x.com"),
            row(1, "Eva", "Acme", ""),
            row(2, "Adam", "acme", "a@x.com"),
            row(4, "", "Zeta", "c@x.com"),
        ]);
        let ids = |key| (0..4).map(|place| segment.ids[segment.slot_at(key, place)]).collect::<Vec<_>>();
        assert_eq!(ids(Key::Name), [id(2), id(1), id(3), id(4)]);
        assert_eq!(ids(Key::Id), [id(1), id(2), id(3), id(4)]);
        assert_eq!(ids(Key::Company), [id(1), id(2), id(4), id(3)]);
        assert_eq!(ids(Key::Email), [id(2), id(3), id(4), id(1)]);
    }

    #[test]
    fn a_long_common_beginning_does_not_confuse_the_order() {
        let segment = Segment::from_rows([row(1, "Alexandria B", "", ""), row(2, "Alexandria A", "", ""), row(3, "Alex", "", "")]);
        assert_eq!(segment.ids, [id(3), id(2), id(1)]);
    }

    #[test]
    fn a_dead_slot_is_not_found() {
        let mut segment = Segment::from_rows([row(1, "Ann", "", ""), row(2, "Bob", "", "")]);
        assert_eq!(segment.find(id(2)), Some(1));
        segment.alive.remove(1);
        assert_eq!(segment.find(id(2)), None);
        assert_eq!(segment.find(id(9)), None);
    }
}
