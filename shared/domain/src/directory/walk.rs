//! From sets of hits to the contacts of a page, through both segments at once and without comparing anything.

use super::{
    bits::Bits,
    merge::{Places, Side},
    segment::{Key, Segment},
};
use std::ops::Range;

/// How many places are counted at once while skipping to a page.
const BLOCK: usize = 4096;

/// Where a contact stands: in which segment, at which slot.
pub(super) type Spot = (Side, usize);

/// Two segments, where one stands in the other, and what was found in each.
pub(super) struct Walk<'a> {
    pub(super) large: &'a Segment,
    pub(super) small: &'a Segment,
    pub(super) places: &'a Places,
    pub(super) large_hits: &'a Bits,
    pub(super) small_hits: &'a Bits,
}

impl Walk<'_> {
    /// The hits from `skip` on in ascending order, at most `take` of them.
    pub(super) fn pick(&self, key: Key, skip: usize, take: usize) -> Vec<Spot> {
        let mut picked = Picked { skip, take, spots: Vec::new() };
        let mut done = 0;
        for (at, &place) in self.places.of(key).iter().enumerate() {
            picked.run(Side::Large, self.large, self.large_hits, key, done..place as usize);
            picked.run(Side::Small, self.small, self.small_hits, key, at..at + 1);
            done = place as usize;
            if picked.is_full() {
                return picked.spots;
            }
        }
        picked.run(Side::Large, self.large, self.large_hits, key, done..self.large.slots());
        picked.spots
    }
}

struct Picked {
    skip: usize,
    take: usize,
    spots: Vec<Spot>,
}

impl Picked {
    fn is_full(&self) -> bool {
        self.spots.len() >= self.take
    }

    fn run(&mut self, side: Side, segment: &Segment, hits: &Bits, key: Key, places: Range<usize>) {
        let mut start = places.start;
        while start < places.end && !self.is_full() {
            let end = places.end.min(start + BLOCK);
            match segment.list(key) {
                None => self.block(side, hits.count_in(start..end), (start..end).filter(|&slot| hits.has(slot))),
                Some(list) => {
                    let list = &list[start..end];
                    let count = list.iter().map(|&slot| usize::from(hits.has(slot as usize))).sum();
                    self.block(side, count, list.iter().map(|&slot| slot as usize).filter(|&slot| hits.has(slot)));
                }
            }
            start = end;
        }
    }

    fn block(&mut self, side: Side, count: usize, slots: impl Iterator<Item = usize>) {
        if count <= self.skip {
            self.skip -= count;
            return;
        }
        let room = self.take - self.spots.len();
        self.spots.extend(slots.skip(self.skip).take(room).map(|slot| (side, slot)));
        self.skip = 0;
    }
}
