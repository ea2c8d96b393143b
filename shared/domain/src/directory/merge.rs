//! Two segments into one in linear time: where the entries of one stand among those of the other is known, so nothing is sorted again.

use super::segment::{Key, Segment, narrow};
use std::cmp::Ordering;

/// For each order, how many entries of a larger segment go before each entry of a smaller one (dead slots counted).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places(pub(super) [Vec<u32>; 5]);

/// One of two segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The larger one.
    Large,
    /// The smaller one.
    Small,
}

impl Places {
    /// Looks up where the entries of `small` stand in `large`.
    pub(super) fn find(large: &Segment, small: &Segment) -> Self {
        Self(Key::ALL.map(|key| {
            let mut from = 0;
            let place = |at| {
                let slot = small.slot_at(key, at);
                let before = |place: usize| large.compare(large.slot_at(key, place), small, slot, key) == Ordering::Less;
                from = first_not(from, large.slots(), before);
                narrow(from)
            };
            (0..small.slots()).map(place).collect()
        }))
    }

    /// How many entries of the larger segment go before each entry of the smaller one.
    pub(super) fn of(&self, key: Key) -> &[u32] {
        &self.0[key.index()]
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|places| 4 * places.capacity()).sum()
    }

    /// The places, in a segment below both, of what [`merge`] makes of the two.
    pub(super) fn merge(&self, large: &Segment, large_places: &Self, small: &Segment, small_places: &Self) -> Self {
        Self(Key::ALL.map(|key| {
            let mut merged = Vec::with_capacity(large.slots() + small.slots());
            self.each(key, large, small, |side, place, _| {
                merged.push(match side {
                    Side::Large => large_places.of(key)[place],
                    Side::Small => small_places.of(key)[place],
                });
            });
            merged
        }))
    }

    /// Calls with each living entry of both segments in order: its side, its place in that side's order, and its slot.
    fn each(&self, key: Key, large: &Segment, small: &Segment, mut call: impl FnMut(Side, usize, usize)) {
        let mut run = |side, segment: &Segment, places: std::ops::Range<usize>| {
            for place in places {
                let slot = segment.slot_at(key, place);
                if segment.alive.has(slot) {
                    call(side, place, slot);
                }
            }
        };
        let mut done = 0;
        for (at, &place) in self.of(key).iter().enumerate() {
            run(Side::Large, large, done..place as usize);
            run(Side::Small, small, at..at + 1);
            done = place as usize;
        }
        run(Side::Large, large, done..large.slots());
    }
}

/// The living contacts of both, none of whom may be alive in both.
pub(super) fn merge(large: &Segment, small: &Segment, places: &Places) -> Segment {
    let mut merged = Segment::with_room_for(&[large, small]);
    let mut new_slots = [vec![0; large.slots()], vec![0; small.slots()]];
    places.each(Key::Name, large, small, |side, _, slot| {
        let from = if side == Side::Large { large } else { small };
        new_slots[side as usize][slot] = narrow(merged.slots());
        merged.push_copy(from, slot);
    });
    merged.lists = Key::LISTED.map(|key| {
        let mut list = Vec::with_capacity(merged.slots());
        places.each(key, large, small, |side, _, slot| list.push(new_slots[side as usize][slot]));
        list
    });
    merged
}

/// The first number from `from` to `end` for which `holds` is false, given that it is true up to there. Steps double, so a near answer is found quickly.
pub(super) fn first_not(from: usize, end: usize, mut holds: impl FnMut(usize) -> bool) -> usize {
    let (mut low, mut step) = (from, 1);
    let mut high = end;
    while low < high {
        let probe = (low + step - 1).min(high - 1);
        if !holds(probe) {
            high = probe;
            break;
        }
        low = probe + 1;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::{Places, first_not, merge};
    use crate::directory::{
        sample::{rows, unique},
        segment::Segment,
    };
    use proptest::prelude::{any, prop, proptest};

    proptest! {
        #[test]
        fn merging_two_segments_is_building_one(all in rows(40), seeds in prop::collection::vec(any::<u8>(), 40)) {
            let all = unique(all);
            let pick = |kind: u8| all.iter().zip(&seeds).filter(move |&(_, seed)| seed % 4 == kind).map(|(row, _)| row.clone());
            let mut large = Segment::from_rows(pick(0).chain(pick(1)));
            let mut small = Segment::from_rows(pick(2).chain(pick(3)));
            let places = Places::find(&large, &small);
            pick(1).filter_map(|row| large.find(row.id)).collect::<Vec<_>>().into_iter().for_each(|slot| large.alive.remove(slot));
            pick(3).filter_map(|row| small.find(row.id)).collect::<Vec<_>>().into_iter().for_each(|slot| small.alive.remove(slot));
            let merged = merge(&large, &small, &places);
            assert_eq!(merged, Segment::from_rows(pick(0).chain(pick(2))));

            let below = Segment::from_rows(all.iter().take(9).cloned());
            let known = places.merge(&large, &Places::find(&below, &large), &small, &Places::find(&below, &small));
            assert_eq!(known, Places::find(&below, &merged));
        }

        #[test]
        fn the_first_that_fails_is_found(from in 0..50_usize, to in 0..50_usize, end in 0..100_usize) {
            let (from, to) = (from.min(to).min(end), from.max(to).min(end));
            assert_eq!(first_not(from, end, |at| at < to), to);
        }
    }
}
