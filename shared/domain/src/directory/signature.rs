//! Which parts of a segment may hold a word at all, so that a search for something rare reads only those.
//!
//! A block is a few consecutive slots. Grams, a few bytes in a row, fall into buckets, and for each bucket there is the set of blocks
//! with one of its grams in their text. A block that is missing in the bucket of any gram of a word does not hold the word; one that
//! is in all of them may hold it.
//!
//! A gram is three bytes, or four digits: any three digits stand in the numbers of every other block, and say nothing. Of four digits
//! there are only ten thousand, so each has two buckets.

use super::{bits::Bits, query::Word, row::FIELD_END, segment::Segment};
use std::ops::Range;

/// Slots in a block. With fewer slots a block has fewer grams that it need not have, but more blocks are read one by one.
const BLOCK_SLOTS: usize = 16;
/// With as many buckets a signature takes 32 bytes to a slot, and hardly one block in five is in a bucket.
const BUCKETS: usize = 4096;
/// A segment with fewer slots is read whole within microseconds.
const LEAST_SLOTS: usize = 4096;
/// Reading all blocks in one go is faster than picking out more than one in so many.
const ONE_IN: usize = 3;

/// For each bucket, the blocks that have one of its grams. By default it knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signature {
    /// The sets of blocks, one bucket after the other, as [`Bits`] has them.
    buckets: Vec<u64>,
    slots: usize,
}

impl Signature {
    /// The signature of a segment; one that knows nothing if the segment is small.
    pub(super) fn of(segment: &Segment) -> Self {
        if segment.slots() < LEAST_SLOTS { Self::default() } else { Self::made_of(segment) }
    }

    fn made_of(segment: &Segment) -> Self {
        let mut signature = Self { buckets: Vec::new(), slots: segment.slots() };
        let (blocks, words) = (signature.blocks(), signature.words());
        signature.buckets.resize(BUCKETS * words, 0);
        // One word of each bucket at a time, since these fit into the processor's nearest cache.
        let mut column = vec![0_u64; BUCKETS];
        for word in 0..words {
            column.fill(0);
            for block in word * 64..blocks.min(word * 64 + 64) {
                for &bytes in segment.text[segment.texts(signature.slots_of(block))].array_windows() {
                    each_bucket(bytes, |bucket| column[bucket] |= 1 << (block % 64));
                }
            }
            signature.buckets.iter_mut().skip(word).step_by(words).zip(&column).for_each(|(word, &column)| *word = column);
        }
        signature
    }

    fn blocks(&self) -> usize {
        self.slots.div_ceil(BLOCK_SLOTS)
    }

    /// How many words a set of blocks takes.
    fn words(&self) -> usize {
        self.blocks().div_ceil(64)
    }

    fn slots_of(&self, block: usize) -> Range<usize> {
        block * BLOCK_SLOTS..self.slots.min((block + 1) * BLOCK_SLOTS)
    }

    /// The only slots that may hold all of these words, a block at a time; nothing if they are not known or too many.
    pub(super) fn candidates(&self, words: &[Word]) -> Option<impl Iterator<Item = Range<usize>>> {
        if self.buckets.is_empty() {
            return None;
        }
        let blocks = words.iter().filter_map(|word| self.blocks_of(word)).reduce(|mut all, blocks| {
            all.keep(&blocks);
            all
        })?;
        (blocks.count() <= self.blocks() / ONE_IN).then(|| blocks.into_members().map(|block| self.slots_of(block)))
    }

    /// The only blocks that may hold a word in any spelling.
    fn blocks_of(&self, word: &Word) -> Option<Bits> {
        let mut blocks = self.blocks_with(&word.spelling)?;
        if let Some(digits) = &word.digits {
            blocks.add(&self.blocks_with(digits)?);
        }
        Some(blocks)
    }

    /// The only blocks that may hold a text; nothing if it has no gram.
    fn blocks_with(&self, text: &str) -> Option<Bits> {
        let words = self.words();
        let mut blocks: Option<Bits> = None;
        for &bytes in [text.as_bytes(), &[FIELD_END]].concat().array_windows() {
            each_bucket(bytes, |bucket| {
                let bucket = &self.buckets[bucket * words..][..words];
                match &mut blocks {
                    Some(blocks) => blocks.keep_words(bucket),
                    None => blocks = Bits::from_words(bucket.to_vec(), self.blocks()),
                }
            });
        }
        blocks
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        8 * self.buckets.capacity()
    }
}

/// Calls with the buckets of the gram that begins these bytes, if one does. The fourth byte is there for digits only: every text ends with a byte
/// that is in no word. A bucket is some bits of the gram's product with a constant, which spreads well (Knuth, The Art of Computer
/// Programming, 6.4).
fn each_bucket(bytes: [u8; 4], mut call: impl FnMut(usize)) {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    const BITS: u32 = BUCKETS.ilog2();
    let four = u32::from_le_bytes(bytes);
    let three = four & 0x00FF_FFFF;
    // The digits, and six marks that are next to them in ASCII.
    if three & 0x00F0_F0F0 != 0x0030_3030 {
        call((u64::from(three).wrapping_mul(SPREAD) >> (64 - BITS)) as usize);
    } else if four & 0xF000_0000 == 0x3000_0000 {
        let product = u64::from(four).wrapping_mul(SPREAD);
        call((product >> (64 - BITS)) as usize);
        call((product >> (64 - 2 * BITS)) as usize % BUCKETS);
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_SLOTS, LEAST_SLOTS, ONE_IN, Signature};
    use crate::{
        directory::{
            Change, Directory, Filter, PhoneText, Row, Status,
            sample::{id, row, rows},
            segment::Segment,
        },
        ids::Version,
    };
    use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

    const PARTS: [&str; 16] = ["an", "mar", "quin", "zoe", "o", "김민", "준", "Ж", "Алек", "محمد", "ß", "Łu", "สม", "x.com", "@", "-7"];

    /// Contacts with made-up names and numbers; the same seed gives the same contacts.
    fn crowd(seed: u64, numbers: std::ops::Range<u32>) -> Vec<Row> {
        let mut state = seed;
        let mut below = |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % end
        };
        numbers
            .map(|number| {
                let mut text = || (0..=below(4)).map(|_| PARTS[below(PARTS.len())]).collect::<String>();
                let mut row = row(number.into(), &format!("{} {}", text(), text()), &text(), &format!("{}@{}", text(), text()));
                let line = below(1_000_000);
                row.phones.insert("work".into(), PhoneText { typed: format!("(030) {line}/{number}"), e164: Some(format!("+4930{line}{number}")) });
                row.active = if below(4) == 0 { Status::Inactive } else { Status::Active };
                row
            })
            .collect()
    }

    fn word() -> impl Strategy<Value = String> {
        let known = prop::collection::vec(prop::sample::select(&PARTS[..]), 1..4).prop_map(|parts| parts.concat());
        prop_oneof![4 => known, 2 => "[0-9]{1,5}", 2 => "[(]?0[0-9]{0,3}[-/)][0-9]{1,3}", 1 => "[a-z]{1,4}", 1 => any::<String>()]
    }

    /// Compares with the same directory without a signature.
    fn check(directory: &Directory, filters: &[Filter]) {
        assert_ne!(directory.base.signature, Signature::default());
        let mut plain = directory.clone();
        plain.base.signature = Signature::default();
        for filter in filters {
            assert_eq!(directory.matching(filter), plain.matching(filter), "{filter:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn what_is_found_is_what_reading_all_finds(
            seed in any::<u64>(),
            questions in prop::collection::vec((prop::collection::vec(word(), 1..4), prop_oneof![Just(None), Just(Some(Status::Inactive))]), 30),
        ) {
            let filters: Vec<Filter> = questions.into_iter().map(|(words, status)| Filter::new(&words.join(" "), status)).collect();
            let mut directory = Directory::from_rows(crowd(seed, 0..6000));
            check(&directory, &filters);
            let mut version = 1;
            // The first changes stay beside the base, the others are merged into it.
            for numbers in [5500..6300, 3000..8000] {
                version += 1;
                let upserts = crowd(!seed, numbers).into_iter().map(|row| Change::Upsert(Row { version: Version::new(version), ..row }));
                let removals = (0..50).map(|at| Change::Remove { id: id(at * 20 + u128::from(version)), version: Version::new(9) });
                directory.apply(upserts.chain(removals).collect());
                assert_eq!(directory.recent.slots() == 0, version == 3);
                check(&directory, &filters);
            }
            let mut file = Vec::new();
            directory.write_snapshot(0, &mut file)?;
            let (read, _) = Directory::read_snapshot(file.as_slice())?;
            assert_eq!(read.base, directory.base);
            check(&read, &filters);
        }
    }

    proptest! {
        #[test]
        fn a_block_that_holds_a_text_is_never_left_out(rows in rows(80), len in 3..9_usize) {
            let segment = Segment::from_rows(rows);
            let signature = Signature::made_of(&segment);
            for slot in 0..segment.slots() {
                for text in std::str::from_utf8(segment.text(slot))?.lines() {
                    for (start, _) in text.char_indices() {
                        let end = text.ceil_char_boundary(start + len);
                        let found = signature.blocks_with(&text[start..end]);
                        assert!(found.is_none_or(|blocks| blocks.has(slot / BLOCK_SLOTS)), "{:?}", &text[start..end]);
                    }
                }
            }
        }
    }

    #[test]
    fn a_rare_word_leads_to_a_few_slots_and_a_common_or_short_one_to_none() {
        let mut rows = crowd(7, 0..5000);
        rows[3000].company = "Wolverhampton".into();
        rows[3000].phones.insert("work".into(), PhoneText { typed: "(089) 27 18-28 18".into(), e164: None });
        let segment = Directory::from_rows(rows).base;
        let slots = |q: &str| {
            let filter = Filter::new(q, None);
            let candidates = segment.signature.candidates(&filter.words);
            candidates.map(|blocks| blocks.map(|slots| slots.len()).sum::<usize>())
        };
        let found = slots("wolverhampton").unwrap();
        assert!((1..=5 * BLOCK_SLOTS).contains(&found), "{found}");
        assert_eq!(slots("wolverhampton an"), Some(found));
        assert_eq!(slots("wolverhampton xyzzyx"), Some(0));
        assert!((1..=5 * BLOCK_SLOTS).contains(&slots("27182818").unwrap()));
        assert_eq!(slots("271"), None, "three digits say nothing");
        assert!(slots("030/12").unwrap() <= segment.slots() / ONE_IN);
        for all in ["an", "x.com", "30/1", ""] {
            assert_eq!(slots(all), None, "{all}");
        }
    }

    #[test]
    fn a_small_segment_has_no_signature_and_a_large_one_counts_its_bytes() {
        let segment = |slots| Directory::from_rows(crowd(1, 0..slots)).base;
        let least = u32::try_from(LEAST_SLOTS).unwrap();
        assert_eq!(segment(least - 1).signature.bytes(), 0);
        let signed = segment(least);
        let bytes = signed.bytes();
        assert_eq!(signed.signature.bytes(), 32 * LEAST_SLOTS);
        assert_eq!(Segment { signature: Signature::default(), ..signed }.bytes(), bytes - 32 * LEAST_SLOTS);
    }
}
