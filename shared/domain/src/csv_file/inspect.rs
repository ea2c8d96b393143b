//! One look at a whole upload: its encoding, delimiter, header, size and checksum.

use super::{
    format::{Delimiter, Encoding, FileProblem, Format},
    reader::{RowReader, separator},
};
use crate::{email::Email, text::hex};
use memchr::memchr2_iter;
use sha2::{Digest, Sha256};

/// How much of the beginning is kept to look at: more than the longest header and row in any encoding.
const HEAD_BYTES: usize = 1 << 20;
/// How many rows tell the delimiter.
const SAMPLE_ROWS: usize = 100;

/// What a person says about a file; the rest is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The encoding, if it was chosen.
    pub encoding: Option<Encoding>,
    /// The delimiter, if it was chosen.
    pub delimiter: Option<Delimiter>,
}

/// How much of a file was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its first bytes, which may end anywhere.
    Beginning,
}

/// Looks at an upload as it streams by.
pub struct Inspector {
    chosen: Chosen,
    sha256: Sha256,
    size: u64,
    head: Vec<u8>,
    utf8: Utf8,
}

impl Inspector {
    /// An inspector before the first byte.
    pub fn new(chosen: Chosen) -> Self {
        Self { chosen, sha256: Sha256::new(), size: 0, head: Vec::new(), utf8: Utf8::default() }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
        let missing = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.utf8.push(bytes);
    }

    /// Says what the file is, after the last byte.
    pub fn finish(self) -> Result<Format, FileProblem> {
        self.conclude(Extent::Whole)
    }

    /// Says what the file is as far as these bytes tell. Size and checksum are theirs.
    pub fn conclude(self, extent: Extent) -> Result<Format, FileProblem> {
        let guess = match extent {
            Extent::Whole => Guess { whole: self.size == self.head.len() as u64, head: self.head, utf8: self.utf8.end() },
            // The character that is cut at the end is not broken.
            Extent::Beginning => Guess { whole: false, head: self.head, utf8: self.utf8 },
        };
        guess.known_kind()?;
        let encoding = match (self.chosen.encoding, guess.encoding()) {
            (Some(chosen), _) => chosen,
            (None, Encoding::Utf8 | Encoding::Windows1252) if guess.is_binary() => return Err(FileProblem::Binary),
            (None, found) => found,
        };
        let sha256 = hex(&self.sha256.finalize());
        let mut format = Format { encoding, delimiter: Delimiter::Comma, sha256, size: self.size, header: Vec::new() };
        format.delimiter = self.chosen.delimiter.unwrap_or_else(|| guess.delimiter(&format));
        format.header = guess.header(&format)?;
        Ok(format)
    }
}

/// Counts, over any chunking, the characters beyond ASCII that are right in UTF-8 and the places that are not.
#[derive(Default)]
struct Utf8 {
    /// The beginning of a character whose end is in the next chunk: at most three bytes.
    cut: Vec<u8>,
    right: u64,
    broken: u64,
}

impl Utf8 {
    fn push(&mut self, bytes: &[u8]) {
        if self.cut.is_empty() {
            let cut = self.count(bytes);
            self.cut.extend_from_slice(cut);
            return;
        }
        let joined = [self.cut.as_slice(), bytes].concat();
        self.cut = self.count(&joined).to_vec();
    }

    /// Counts and returns the cut character at the end.
    fn count<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        loop {
            let (valid, error) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), None),
                Err(error) => (error.valid_up_to(), Some(error)),
            };
            self.right += bytes[..valid].iter().filter(|&&byte| byte >= 0xC0).count() as u64;
            bytes = &bytes[valid..];
            match error.map(|error| error.error_len()) {
                Some(Some(length)) => {
                    self.broken += 1;
                    bytes = &bytes[length..];
                }
                _ => return bytes,
            }
        }
    }

    fn end(mut self) -> Self {
        self.broken += u64::from(!self.cut.is_empty());
        self
    }
}

struct Guess {
    head: Vec<u8>,
    whole: bool,
    utf8: Utf8,
}

impl Guess {
    /// Refuses what is certainly not a table as text.
    fn known_kind(&self) -> Result<(), FileProblem> {
        let begins = |magic: &[u8]| self.head.starts_with(magic);
        if begins(b"%PDF-") {
            return Err(FileProblem::Pdf);
        }
        // Zip, which .xlsx, .ods and .numbers are; and the compound file of .xls.
        if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") || begins(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
            return Err(FileProblem::Workbook);
        }
        Ok(())
    }

    fn encoding(&self) -> Encoding {
        match self.head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8,
            [0xFF, 0xFE, ..] => Encoding::Utf16Le,
            [0xFE, 0xFF, ..] => Encoding::Utf16Be,
            _ if self.is_utf16(Parity::Low) => Encoding::Utf16Le,
            _ if self.is_utf16(Parity::High) => Encoding::Utf16Be,
            _ if self.utf8.broken == 0 || self.utf8.right > self.utf8.broken => Encoding::Utf8,
            _ => Encoding::Windows1252,
        }
    }

    /// In UTF-16 every character of ASCII has a NUL on one and the same side; line ends tell such a text from one with stray NULs.
    fn is_utf16(&self, first: Parity) -> bool {
        let nuls = |offset: usize| self.head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
        let (here, there) = match first {
            Parity::Low => (nuls(1), nuls(0)),
            Parity::High => (nuls(0), nuls(1)),
        };
        let aligned = |&at: &usize| match first {
            Parity::Low => at % 2 == 0 && self.head.get(at + 1) == Some(&0),
            Parity::High => at % 2 == 1 && self.head[at - 1] == 0,
        };
        let breaks: Vec<usize> = memchr2_iter(b'\n', b'\r', &self.head).collect();
        here * 40 >= self.head.len() && here >= there * 4 && here > 0 && breaks.iter().filter(|at| aligned(at)).count() * 2 > breaks.len()
    }

    /// Control characters that no text holds, everywhere.
    fn is_binary(&self) -> bool {
        let controls = self.head.iter().filter(|&&byte| byte < 0x09 || (0x0E..0x20).contains(&byte)).count();
        controls > 16 && controls * 10 > self.head.len()
    }

    /// The delimiter that gives the most rows with as many cells as the header, and then the most columns.
    fn delimiter(&self, format: &Format) -> Delimiter {
        let mut text = Vec::new();
        let mut decoder = super::decode::Decoder::new(format.encoding);
        decoder.push(&self.head[..self.head.len().min(64)], &mut text);
        let text = text.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&text);
        if let Some((Some(stated), _)) = separator(text) {
            return stated;
        }
        let score = |&delimiter: &Delimiter| {
            let mut reader = self.reader(&Format { delimiter, ..format.clone() });
            let (mut rows, mut right) = (0, 0);
            for record in reader.by_ref().take(SAMPLE_ROWS) {
                rows += 1;
                right += usize::from(record.cells.is_ok());
            }
            let columns = reader.header().len();
            if columns < 2 { (0, 0) } else { ((right * 1000).checked_div(rows).unwrap_or(1000) + 1, columns) }
        };
        // Of equals, `max_by_key` takes the last: the likeliest one, in reverse order.
        Delimiter::ALL.into_iter().rev().max_by_key(score).unwrap_or(Delimiter::Comma)
    }

    fn header(&self, format: &Format) -> Result<Vec<String>, FileProblem> {
        let mut reader = self.reader(format);
        let has_rows = reader.next().is_some();
        if let Some(problem) = reader.header_problem() {
            return Err(FileProblem::Header(problem.clone()));
        }
        let header = reader.header().to_vec();
        if header.is_empty() {
            return Err(if self.head.iter().any(|byte| matches!(byte, b',' | b';' | b'|')) { FileProblem::NoHeader } else { FileProblem::Empty });
        }
        if header.iter().any(|name| name.parse::<Email>().is_ok()) {
            return Err(FileProblem::NoHeader);
        }
        // A megabyte of blank lines below the header may still be followed by a row.
        if has_rows || !self.whole { Ok(header) } else { Err(FileProblem::NoRows) }
    }

    fn reader(&self, format: &Format) -> RowReader {
        let mut reader = RowReader::new(format);
        reader.push(&self.head);
        if self.whole {
            reader.end();
        }
        reader
    }
}

/// On which side of a character of ASCII its letter stands.
#[derive(Clone, Copy)]
enum Parity {
    /// Low byte first: the letter, then NUL.
    Low,
    /// High byte first: NUL, then the letter.
    High,
}
