//! Reading a large file takes no more memory than reading a small one. Alone in its file, so that nothing else is in its memory.

#![cfg(test)]

use domain::csv_file::{Chosen, Inspector, MAX_RECORD_BYTES, RowReader};
use std::fs;

/// A block of a file: rows of common lengths, one of them over two lines.
const ROWS: &str = "Zoë,Müller,zoe@example.com,\"Example, GmbH\",+49 30 901820\r\nAnn,Lee,ann@example.com,\"two\nlines\",\r\n";
const BLOCK_ROWS: u64 = 2;
const REPEATED: usize = 1 << 14;
/// How much is read at a time, as from S3; it cuts rows and characters anywhere.
const CHUNK: usize = 1_000_003;
const FILE_BYTES: usize = 200_000_000;

/// A line of what Linux says about this process's memory, in bytes; `None` elsewhere.
fn memory(line: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|text| text.strip_prefix(line))?;
    Some(kilobytes.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// Gives the file to `take` in chunks; returns how many rows and bytes it has.
fn stream(mut take: impl FnMut(&[u8])) -> (u64, u64) {
    let header = b"firstName,lastName,primaryEmail,company,phones\r\n";
    let block = ROWS.repeat(REPEATED);
    let (mut pending, mut rows, mut bytes) = (header.to_vec(), 0, 0);
    while bytes + pending.len() < FILE_BYTES {
        pending.extend_from_slice(block.as_bytes());
        rows += BLOCK_ROWS * REPEATED as u64;
        let whole = pending.len() / CHUNK * CHUNK;
        pending[..whole].chunks(CHUNK).for_each(&mut take);
        pending.drain(..whole);
        bytes += whole;
    }
    take(&pending);
    (rows, (bytes + pending.len()) as u64)
}

#[test]
fn two_hundred_megabytes_are_read_in_flat_memory() {
    let before = memory("VmRSS");
    let mut inspector = Inspector::new(Chosen::default());
    let (rows, bytes) = stream(|chunk| inspector.push(chunk));
    let format = inspector.finish().expect("a format");
    assert_eq!((format.size, format.header.len()), (bytes, 5));

    let mut reader = RowReader::new(&format);
    let (mut read, mut right, mut held) = (0, 0, 0);
    stream(|chunk| {
        reader.push(chunk);
        for record in reader.by_ref() {
            read += 1;
            right += u64::from(record.cells.is_ok());
        }
        held = held.max(reader.held());
    });
    reader.end();
    assert_eq!(reader.by_ref().count(), 0, "the file ends with a line end");
    assert_eq!((read, right), (rows, rows));
    assert!(held <= MAX_RECORD_BYTES, "{held} bytes held");

    match (before, memory("VmHWM")) {
        (Some(before), Some(most)) => {
            let grown = most.saturating_sub(before);
            println!("{bytes} bytes, {rows} rows: memory grew by {grown} bytes, at most {held} held between chunks");
            assert!(grown < 64_000_000, "memory grew by {grown} bytes");
        }
        _ => println!("memory was not measured: this system has no /proc/self/status"),
    }
}
