//! The directory as a file: a header, the columns under zstd, and a SHA-256 of all before it.
//!
//! It is written and read column by column, just as the directory lies in memory, so that nothing is sorted and hardly anything is
//! computed when a function starts cold. The hash is checked before anything else is believed.

use super::{
    Directory, Tombstones,
    bits::Bits,
    merge::Places,
    segment::{Segment, narrow},
};
use crate::ids::{ContactId, Version};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};
use uuid::Uuid;

const MAGIC: [u8; 8] = *b"kdeskdir";
/// Raised whenever the columns, their order or the folding of texts change; an older snapshot is then rebuilt, not converted.
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 12;
const HASH_BYTES: usize = 32;
/// The lowest level: a snapshot is read far more often than written, and higher levels cost more than they save.
const ZSTD_LEVEL: i32 = 1;
/// Numbers are turned into bytes in pieces of this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Why a snapshot cannot be used. All of them mean: rebuild it from the table.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It could not be read at all.
    #[error("the directory snapshot cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("this is not a directory snapshot")]
    NotASnapshot,
    /// It was written by another version of this program.
    #[error("the directory snapshot has format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// It was cut or changed.
    #[error("the directory snapshot is damaged")]
    Damaged,
}

impl Directory {
    /// Writes everything, tombstones included, and the moment up to which the change log is in it (milliseconds since 1970, UTC).
    pub fn write_snapshot(&self, read_through_at_ms: i64, to: impl Write) -> io::Result<()> {
        let mut to = Hashing { to, hash: Sha256::new() };
        to.write_all(&MAGIC)?;
        to.write_all(&FORMAT.to_le_bytes())?;
        let mut body = zstd::Encoder::new(&mut to, ZSTD_LEVEL)?;
        body.write_all(&read_through_at_ms.to_le_bytes())?;
        write_segment(&self.base, &mut body)?;
        write_segment(&self.recent, &mut body)?;
        self.places.0.iter().try_for_each(|places| write_numbers(places.iter().map(|place| place.to_le_bytes()), &mut body))?;
        for tombstones in [&self.tombstones.new, &self.tombstones.old] {
            body.write_all(&(tombstones.len() as u64).to_le_bytes())?;
            write_numbers(tombstones.keys().map(|id| id.as_uuid().into_bytes()), &mut body)?;
            write_numbers(tombstones.values().map(|version| version.get().to_le_bytes()), &mut body)?;
        }
        body.finish()?;
        let Hashing { mut to, hash } = to;
        to.write_all(&hash.finalize())?;
        to.flush()
    }

    /// Reads what [`Directory::write_snapshot`] wrote: the directory, and the moment up to which the change log is in it.
    pub fn read_snapshot(mut from: impl Read) -> Result<(Self, i64), SnapshotError> {
        let mut file = Vec::new();
        from.read_to_end(&mut file)?;
        let (header, rest) = file.split_at_checked(HEADER_BYTES).ok_or(SnapshotError::NotASnapshot)?;
        let (magic, format) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(SnapshotError::NotASnapshot);
        }
        let format = format.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
        if format != FORMAT {
            return Err(SnapshotError::Format(format));
        }
        let (body, hash) = rest.len().checked_sub(HASH_BYTES).map(|len| rest.split_at(len)).ok_or(SnapshotError::Damaged)?;
        if Sha256::digest(&file[..HEADER_BYTES + body.len()]).as_slice() != hash {
            return Err(SnapshotError::Damaged);
        }
        read_body(body).map_err(|_| SnapshotError::Damaged)
    }
}

/// What goes through is hashed.
struct Hashing<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn write_segment(segment: &Segment, to: &mut impl Write) -> io::Result<()> {
    for size in [segment.slots(), segment.text.len(), segment.rows.len()] {
        to.write_all(&(size as u64).to_le_bytes())?;
    }
    to.write_all(&segment.text)?;
    to.write_all(&segment.rows)?;
    for ends in [&segment.text_ends, &segment.row_ends] {
        // Lengths, since they pack better than positions.
        let starts = std::iter::once(0).chain(ends.iter().copied());
        write_numbers(ends.iter().zip(starts).map(|(end, start)| narrow(end - start).to_le_bytes()), to)?;
    }
    write_numbers(segment.ids.iter().map(|id| id.as_uuid().into_bytes()), to)?;
    write_numbers(segment.versions.iter().map(|version| version.get().to_le_bytes()), to)?;
    write_numbers(segment.updated_at_ms.iter().map(|time| time.to_le_bytes()), to)?;
    for bits in [&segment.active, &segment.alive] {
        write_numbers(bits.words().iter().map(|word| word.to_le_bytes()), to)?;
    }
    segment.lists.iter().try_for_each(|list| write_numbers(list.iter().map(|slot| slot.to_le_bytes()), to))
}

fn write_numbers<const N: usize>(numbers: impl Iterator<Item = [u8; N]>, to: &mut impl Write) -> io::Result<()> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    for number in numbers {
        if piece.len() + N > PIECE_BYTES {
            to.write_all(&piece)?;
            piece.clear();
        }
        piece.extend_from_slice(&number);
    }
    to.write_all(&piece)
}

fn read_body(body: &[u8]) -> io::Result<(Directory, i64)> {
    let mut from = zstd::Decoder::with_buffer(body)?;
    let read_through_at_ms = i64::from_le_bytes(read_number(&mut from)?);
    let mut base = read_segment(&mut from)?;
    base.sign();
    let recent = read_segment(&mut from)?;
    let mut places = Places::default();
    for places in &mut places.0 {
        *places = read_numbers(recent.slots(), u32::from_le_bytes, &mut from)?;
        sound(places.is_sorted() && places.last().is_none_or(|&last| last as usize <= base.slots()))?;
    }
    let tombstones = Tombstones { new: read_tombstones(&mut from)?, old: read_tombstones(&mut from)? };
    sound(from.read(&mut [0])? == 0)?;
    Ok((Directory { base, recent, places, tombstones, changes: 0 }, read_through_at_ms))
}

fn read_segment(from: &mut impl Read) -> io::Result<Segment> {
    let (slots, text_len, rows_len) = (read_size(from)?, read_size(from)?, read_size(from)?);
    let text = read_bytes(text_len, from)?;
    let rows = read_bytes(rows_len, from)?;
    let text_ends = read_ends(slots, text_len, from)?;
    let row_ends = read_ends(slots, rows_len, from)?;
    let ids = read_numbers(slots, read_id, from)?;
    let versions = read_numbers(slots, |bytes| Version::new(u64::from_le_bytes(bytes)), from)?;
    let updated_at_ms = read_numbers(slots, i64::from_le_bytes, from)?;
    let mut bits = || {
        let words = read_numbers(slots.div_ceil(64), u64::from_le_bytes, from)?;
        Bits::from_words(words, slots).ok_or_else(damaged)
    };
    let (active, alive) = (bits()?, bits()?);
    let mut lists: [Vec<u32>; 4] = Default::default();
    for list in &mut lists {
        *list = read_numbers(slots, u32::from_le_bytes, from)?;
        sound(list.iter().max().is_none_or(|&most| (most as usize) < slots))?;
    }
    Ok(Segment { text, text_ends, rows, row_ends, ids, versions, updated_at_ms, active, alive, lists, ..Segment::default() })
}

fn read_ends(slots: usize, len: usize, from: &mut impl Read) -> io::Result<Vec<usize>> {
    let lengths: Vec<u32> = read_numbers(slots, u32::from_le_bytes, from)?;
    let mut end = 0;
    let ends: Vec<usize> = lengths
        .into_iter()
        .map(|length| {
            end += length as usize;
            end
        })
        .collect();
    sound(end == len)?;
    Ok(ends)
}

fn read_tombstones(from: &mut impl Read) -> io::Result<BTreeMap<ContactId, Version>> {
    let len = read_size(from)?;
    let ids: Vec<ContactId> = read_numbers(len, read_id, from)?;
    let versions = read_numbers(len, |bytes| Version::new(u64::from_le_bytes(bytes)), from)?;
    Ok(ids.into_iter().zip(versions).collect())
}

fn read_id(bytes: [u8; 16]) -> ContactId {
    ContactId::from_uuid(Uuid::from_bytes(bytes))
}

fn read_size(from: &mut impl Read) -> io::Result<usize> {
    usize::try_from(u64::from_le_bytes(read_number(from)?)).map_err(|_| damaged())
}

fn read_number<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut number = [0; N];
    from.read_exact(&mut number)?;
    Ok(number)
}

fn read_numbers<const N: usize, T>(len: usize, number: impl Fn([u8; N]) -> T, from: &mut impl Read) -> io::Result<Vec<T>> {
    let bytes = read_bytes(len.checked_mul(N).ok_or_else(damaged)?, from)?;
    Ok(bytes.as_chunks().0.iter().map(|&chunk| number(chunk)).collect())
}

/// Memory is asked for, not taken: a length that no file can have fails here and does not end the process.
fn read_bytes(len: usize, from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| damaged())?;
    from.take(len as u64).read_to_end(&mut bytes)?;
    sound(bytes.len() == len)?;
    Ok(bytes)
}

fn sound(holds: bool) -> io::Result<()> {
    if holds { Ok(()) } else { Err(damaged()) }
}

fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, HASH_BYTES, SnapshotError};
    use crate::{
        directory::{
            Change, Directory,
            sample::{id, row, rows},
        },
        ids::Version,
    };
    use proptest::prelude::{ProptestConfig, any, proptest};
    use sha2::{Digest, Sha256};

    fn written(directory: &Directory, at_ms: i64) -> Vec<u8> {
        let mut file = Vec::new();
        directory.write_snapshot(at_ms, &mut file).unwrap();
        file
    }

    fn small() -> Vec<u8> {
        let mut directory = Directory::from_rows([row(1, "Ann", "Acme", "ann@x.com"), row(2, "Bob", "", "")]);
        directory.apply(vec![Change::Upsert(row(3, "Zoë", "", "")), Change::Remove { id: id(2), version: Version::new(2) }]);
        written(&directory, 7)
    }

    #[test]
    fn a_cut_snapshot_is_an_error() {
        let file = small();
        for len in 0..file.len() {
            assert!(Directory::read_snapshot(&file[..len]).is_err(), "{len}");
        }
        assert!(Directory::read_snapshot([file.as_slice(), &[0]].concat().as_slice()).is_err());
    }

    #[test]
    fn a_flipped_bit_is_an_error() {
        let file = small();
        for bit in 0..file.len() * 8 {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Directory::read_snapshot(flipped.as_slice()).is_err(), "{bit}");
        }
    }

    #[test]
    fn another_format_is_named() {
        let mut file = small();
        file[8] += 1;
        assert!(matches!(Directory::read_snapshot(file.as_slice()), Err(SnapshotError::Format(other)) if other == FORMAT + 1));
        assert!(matches!(Directory::read_snapshot(&b"{}"[..]), Err(SnapshotError::NotASnapshot)));
    }

    /// Even with a hash that fits, as only this program or an attacker can make it.
    #[test]
    fn absurd_lengths_are_an_error() {
        let file = small();
        let body = zstd::decode_all(&file[12..file.len() - HASH_BYTES]).unwrap();
        for at in 8..body.len() {
            let mut body = body.clone();
            body[at] = 0xFF;
            let mut forged = file[..12].to_vec();
            forged.extend(zstd::encode_all(body.as_slice(), 1).unwrap());
            let hash = Sha256::digest(&forged);
            forged.extend_from_slice(&hash);
            if let Ok((directory, _)) = Directory::read_snapshot(forged.as_slice()) {
                assert!(directory.rows().count() <= 3);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_back(first in rows(60), then in rows(30), removed in 0..50_u128, at_ms in any::<i64>()) {
            let mut directory = Directory::from_rows(first);
            directory.apply(vec![Change::Remove { id: id(removed), version: Version::new(9) }]);
            directory.forget_old_tombstones();
            directory.apply(then.into_iter().map(Change::Upsert).collect());
            let (read, read_at_ms) = Directory::read_snapshot(written(&directory, at_ms).as_slice())?;
            assert_eq!(read_at_ms, at_ms);
            assert_eq!(read.changes_since_snapshot(), 0);
            assert_eq!(read, Directory { changes: 0, ..directory });
        }
    }
}
