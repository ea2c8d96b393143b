//! Which slots of a segment a filter holds: a substring search over the whole text buffer, not contact by contact, or over
//! the few blocks of contacts that the signature leaves.

use super::{
    bits::Bits,
    merge::first_not,
    query::{Filter, Word},
    row::Status,
    segment::Segment,
};
use memchr::memmem::Finder;
use std::ops::Range;

/// A word made ready to be looked for.
struct Needle<'a> {
    spelling: Finder<'a>,
    digits: Option<Finder<'a>>,
}

impl<'a> Needle<'a> {
    fn new(word: &'a Word) -> Self {
        Self { spelling: Finder::new(&word.spelling), digits: word.digits.as_ref().map(Finder::new) }
    }

    fn is_in(&self, text: &[u8]) -> bool {
        self.spelling.find(text).is_some() || self.digits.as_ref().is_some_and(|digits| digits.find(text).is_some())
    }
}

impl Segment {
    /// The living slots that the filter holds.
    pub(super) fn hits(&self, filter: &Filter) -> Bits {
        let needles: Vec<Needle> = filter.words.iter().map(Needle::new).collect();
        let mut hits = match needles.split_first() {
            None => self.alive.clone(),
            Some((first, others)) => {
                let mut hits = Bits::none(self.slots());
                match self.signature.candidates(&filter.words) {
                    None => self.scan(0..self.slots(), first, others, &mut hits),
                    Some(candidates) => candidates.for_each(|slots| self.scan(slots, first, others, &mut hits)),
                }
                hits.keep(&self.alive);
                hits
            }
        };
        match filter.status {
            None => {}
            Some(Status::Active) => hits.keep(&self.active),
            Some(Status::Inactive) => hits.keep_without(&self.active),
        }
        hits
    }

    /// Adds those of the slots that hold the first word and all others.
    fn scan(&self, slots: Range<usize>, first: &Needle, others: &[Needle], hits: &mut Bits) {
        self.scan_for(&first.spelling, slots.clone(), others, hits);
        if let Some(digits) = &first.digits {
            self.scan_for(digits, slots, others, hits);
        }
    }

    /// Adds those of the slots that hold a spelling of the first word and all others. After a hit the rest of that contact's text is skipped.
    fn scan_for(&self, spelling: &Finder, slots: Range<usize>, others: &[Needle], hits: &mut Bits) {
        let Range { start: mut from, end } = self.texts(slots.clone());
        let mut slot = slots.start;
        while let Some(found) = spelling.find(&self.text[from..end]) {
            let at = from + found;
            slot = first_not(slot, slots.end, |slot| self.text_ends[slot] <= at);
            if others.iter().all(|needle| needle.is_in(self.text(slot))) {
                hits.insert(slot);
            }
            from = self.text_ends[slot];
            slot += 1;
        }
    }
}
