//! A fixed-length set of small numbers, one bit each.

use std::ops::Range;

/// A set of numbers below `len`. Bits past `len` are always zero, so that whole words can be counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// None of `len` numbers.
    pub(super) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// The set that these words spell, or nothing if there are too few or too many of them or one has a bit past `len`.
    pub(super) fn from_words(words: Vec<u64>, len: usize) -> Option<Self> {
        let spare = words.len() * 64 - len.min(words.len() * 64);
        let clean = words.last().is_none_or(|&last| spare == 0 || last >> (64 - spare) == 0);
        (words.len() == len.div_ceil(64) && clean).then_some(Self { words, len })
    }

    /// The words, lowest numbers first.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether `at` is in the set.
    pub(super) fn has(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    /// Puts `at` into the set.
    pub(super) fn insert(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
    }

    /// Takes `at` out of the set.
    pub(super) fn remove(&mut self, at: usize) {
        self.words[at / 64] &= !(1 << (at % 64));
    }

    /// Makes room for one more number, which is not in the set.
    pub(super) fn grow(&mut self) {
        self.len += 1;
        self.words.resize(self.len.div_ceil(64), 0);
    }

    /// How many numbers are in the set.
    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many numbers of the range are in the set.
    pub(super) fn count_in(&self, range: Range<usize>) -> usize {
        if range.is_empty() {
            return 0;
        }
        let (first, last) = (range.start / 64, (range.end - 1) / 64);
        let low = u64::MAX << (range.start % 64);
        let high = u64::MAX >> (63 - (range.end - 1) % 64);
        if first == last {
            return (self.words[first] & low & high).count_ones() as usize;
        }
        let inner: usize = self.words[first + 1..last].iter().map(|word| word.count_ones() as usize).sum();
        inner + (self.words[first] & low).count_ones() as usize + (self.words[last] & high).count_ones() as usize
    }

    /// The numbers in the set, lowest first.
    pub(super) fn into_members(self) -> impl Iterator<Item = usize> {
        self.words.into_iter().enumerate().flat_map(|(at, mut word)| {
            std::iter::from_fn(move || {
                let lowest = (word != 0).then_some(at * 64 + word.trailing_zeros() as usize);
                word &= word.wrapping_sub(1);
                lowest
            })
        })
    }

    /// Adds what is in the other.
    pub(super) fn add(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Keeps what is in both.
    pub(super) fn keep(&mut self, other: &Self) {
        self.keep_words(&other.words);
    }

    /// Keeps what is also in the set that these words spell.
    pub(super) fn keep_words(&mut self, words: &[u64]) {
        self.words.iter_mut().zip(words).for_each(|(word, other)| *word &= other);
    }

    /// Keeps what is not in the other.
    pub(super) fn keep_without(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn a_word_with_a_bit_past_the_end_is_refused() {
        assert!(Bits::from_words(vec![0b111], 3).is_some());
        assert!(Bits::from_words(vec![0b1111], 3).is_none());
        assert!(Bits::from_words(vec![u64::MAX], 64).is_some());
        assert!(Bits::from_words(vec![0, 0], 64).is_none());
        assert!(Bits::from_words(vec![], 1).is_none());
        assert!(Bits::from_words(vec![], 0).is_some());
    }

    proptest! {
        #[test]
        fn counting_a_range_is_counting_its_members(members in prop::collection::vec(any::<bool>(), 0..300), ends in any::<(u16, u16)>()) {
            let mut bits = Bits::default();
            for (at, &member) in members.iter().enumerate() {
                bits.grow();
                if member {
                    bits.insert(at);
                }
            }
            let mut range = [usize::from(ends.0) % (members.len() + 1), usize::from(ends.1) % (members.len() + 1)];
            range.sort_unstable();
            assert_eq!(bits.count_in(range[0]..range[1]), members[range[0]..range[1]].iter().filter(|&&member| member).count());
            assert_eq!(bits.count(), members.iter().filter(|&&member| member).count());
        }
    }
}
