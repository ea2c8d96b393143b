//! Which slots of a segment a filter holds: a substring search over the whole text buffer, not contact by contact.

use super::{
    bits::Bits,
    merge::first_not,
    query::{Filter, Word},
    row::Status,
    segment::Segment,
};
use memchr::memmem::Finder;

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
                self.scan(&first.spelling, others, &mut hits);
                if let Some(digits) = &first.digits {
                    self.scan(digits, others, &mut hits);
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

    /// Adds the slots that hold the first word and all others. After a hit the rest of that contact's text is skipped.
    fn scan(&self, first: &Finder, others: &[Needle], hits: &mut Bits) {
        let (mut slot, mut from) = (0, 0);
        while let Some(found) = first.find(&self.text[from..]) {
            let at = from + found;
            slot = first_not(slot, self.slots(), |slot| self.text_ends[slot] <= at);
            if slot >= self.slots() {
                return;
            }
            if others.iter().all(|needle| needle.is_in(self.text(slot))) {
                hits.insert(slot);
            }
            from = self.text_ends[slot];
            slot += 1;
        }
    }
}
