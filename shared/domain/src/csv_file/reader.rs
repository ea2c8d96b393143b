//! The rows of a contact file, one by one, from its bytes in any chunking.

use super::{
    MAX_COLUMNS, MAX_FIELD_CHARS, MAX_RECORD_BYTES,
    decode::Decoder,
    format::{Delimiter, Format},
    split::{Fault, Rest, Split, after_break, line, split},
};
use memchr::{memchr, memchr2};
use serde::{Deserialize, Serialize};
use std::io;

/// Why a row cannot be read. The message tells the person who made the file what to mend; `column` is its number and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum RecordProblem {
    /// A quote without its partner. Only the line it stands on fails.
    #[error("a quote is opened in column {column} and never closed: close it, or double every quote that belongs to the text")]
    OpenQuote {
        /// Number and name.
        column: String,
    },
    /// A closing quote in the middle of a cell.
    #[error("in column {column} there is text after the closing quote: double every quote that belongs to the text")]
    TextAfterQuote {
        /// Number and name.
        column: String,
    },
    /// More or fewer cells than the header.
    #[error("the row has {found} cells, the header has {expected}: check the row for a missing or surplus delimiter")]
    CellCount {
        /// Cells of the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// One cell is too long.
    #[error("column {column} has more than {MAX_FIELD_CHARS} characters")]
    FieldTooLong {
        /// Number and name.
        column: String,
    },
    /// All cells together are too long.
    #[error("the row has more than {MAX_RECORD_BYTES} bytes")]
    RowTooLong,
    /// Too many cells.
    #[error("the row has more than {MAX_COLUMNS} cells")]
    TooManyColumns,
    /// A byte that no text holds.
    #[error("column {column} holds a NUL character: remove it")]
    Nul {
        /// Number and name.
        column: String,
    },
    /// A byte that is not text in the file's encoding.
    #[error("column {column} holds a character that is broken in the file's encoding: save the file as UTF-8 and check that cell")]
    Broken {
        /// Number and name.
        column: String,
    },
}

/// One row below the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which data row it is, from 1. Blank rows do not count.
    pub number: u64,
    /// The physical line of the file that it begins on, from 1, however lines end and however many of them are blank.
    pub line: u64,
    /// As many cells as the header has, or why there are none.
    pub cells: Result<Vec<String>, RecordProblem>,
    /// The row as it stands in the file, without its line end. Cut to [`MAX_RECORD_BYTES`] when one line is longer.
    pub text: String,
    /// The number and name of the first column with a quote inside a cell that no quote opens. The row is read all the same, with the quote as text.
    pub stray_quote: Option<String>,
}

impl Record {
    /// What may be meant otherwise than it was read.
    pub fn remark(&self) -> Option<String> {
        let column = self.stray_quote.as_ref()?;
        Some(format!("in column {column} there is a quote inside a cell that does not begin with one: it was read as part of the text"))
    }
}

/// Where in the file the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Mark,
    Header,
    Rows,
    /// In the rest of a line that is longer than a record may be.
    Overlong,
}

/// Reads rows: push some bytes, take rows until there is none, push more, and [`RowReader::end`] it. Every byte of the file is
/// in a record, in the header or blank. It holds one chunk and at most one record.
pub struct RowReader {
    decoder: Decoder,
    delimiter: u8,
    buffer: Vec<u8>,
    start: usize,
    rest: Rest,
    stage: Stage,
    header: Vec<String>,
    header_problem: Option<RecordProblem>,
    line: u64,
    number: u64,
    parser: csv::Reader<Feed>,
    parsed: csv::StringRecord,
}

impl RowReader {
    /// A reader at the beginning of a file. It finds the header itself, in the encoding and with the delimiter of `format`.
    pub fn new(format: &Format) -> Self {
        let delimiter = format.delimiter.byte();
        let parser = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(Feed::default());
        Self {
            decoder: Decoder::new(format.encoding),
            delimiter,
            buffer: Vec::new(),
            start: 0,
            rest: Rest::Open,
            stage: Stage::Mark,
            header: Vec::new(),
            header_problem: None,
            line: 1,
            number: 0,
            parser,
            parsed: csv::StringRecord::new(),
        }
    }

    /// Takes the next bytes of the file. Take all rows before the next push, so that no more than one chunk is held.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.decoder.push(bytes, &mut self.buffer);
    }

    /// Says that there are no more bytes; the last row may come after this.
    pub fn end(&mut self) {
        self.decoder.end(&mut self.buffer);
        self.rest = Rest::Ended;
    }

    /// The names of the columns, once the first row was taken.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Why the header could not be read. Every row fails then.
    pub fn header_problem(&self) -> Option<&RecordProblem> {
        self.header_problem.as_ref()
    }

    /// How many bytes are held.
    pub fn held(&self) -> usize {
        self.buffer.len() - self.start
    }

    fn skip(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.line += lines;
    }

    /// Skips the byte order mark and a first line such as `sep=;`, which spreadsheets write and read.
    fn pass_mark(&mut self) -> Option<()> {
        let mut data = self.buffer.as_slice();
        // The longest mark is `U+FEFF "sep=;" CR LF`, 12 bytes.
        if data.len() < 12 && self.rest == Rest::Open {
            return None;
        }
        data = data.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(data);
        self.start = self.buffer.len() - data.len();
        if let Some((_, end)) = separator(data) {
            let next = if end == data.len() { end } else { after_break(data, end, Rest::Ended)? };
            self.skip(next, 1);
        }
        self.stage = Stage::Header;
        Some(())
    }

    fn pass_overlong(&mut self) -> Option<()> {
        let data = &self.buffer[self.start..];
        let Some((_, next)) = line(data, self.rest) else {
            // A CR at the very end stays: what follows may be the other half of the line end.
            self.start = self.buffer.len() - usize::from(data.last() == Some(&b'\r'));
            return None;
        };
        self.skip(next, 1);
        self.stage = Stage::Rows;
        Some(())
    }

    /// The first physical line of what cannot be a record, and how far to go on; `None` when its end is not here yet.
    fn broken_line(&mut self, fault: Fault) -> Option<(String, RecordProblem)> {
        let data = &self.buffer[self.start..];
        let limit = data.len().min(MAX_RECORD_BYTES + 1);
        let end = match memchr2(b'\n', b'\r', &data[..limit]) {
            Some(end) => end,
            None if data.len() > MAX_RECORD_BYTES => MAX_RECORD_BYTES,
            None if self.rest == Rest::Ended => data.len(),
            None => return None,
        };
        let (next, lines) = match data.get(end) {
            Some(b'\n' | b'\r') => (after_break(data, end, self.rest)?, 1),
            Some(_) => {
                self.stage = Stage::Overlong;
                (end, 0)
            }
            None => (end, 1),
        };
        let text = self.decoder.show(&data[..end]);
        self.skip(next, lines);
        Some((text, self.problem(fault)))
    }

    fn problem(&self, fault: Fault) -> RecordProblem {
        match fault {
            Fault::OpenQuote(column) => RecordProblem::OpenQuote { column: self.column(column) },
            Fault::TextAfterQuote(column) => RecordProblem::TextAfterQuote { column: self.column(column) },
            Fault::FieldTooLong(column) => RecordProblem::FieldTooLong { column: self.column(column) },
            Fault::RecordTooLong => RecordProblem::RowTooLong,
            Fault::TooManyColumns => RecordProblem::TooManyColumns,
        }
    }

    fn column(&self, index: usize) -> String {
        let number = index + 1;
        match self.header.get(index).map(|name| name.trim()) {
            Some(name) if !name.is_empty() => format!("{number} (“{}”)", name.chars().take(80).collect::<String>()),
            _ => number.to_string(),
        }
    }

    /// The cells of one whole record, with the `csv` crate; `None` when all of them are empty.
    fn parse(&mut self, end: usize) -> Option<Result<Vec<String>, RecordProblem>> {
        let raw = &self.buffer[self.start..self.start + end];
        let has_nul = memchr(0, raw).is_some();
        self.parser.get_mut().set(raw);
        if let Err(error) = self.parser.read_record(&mut self.parsed) {
            let column = match error.kind() {
                csv::ErrorKind::Utf8 { err, .. } => err.field(),
                _ => 0,
            };
            return Some(Err(RecordProblem::Broken { column: self.column(column) }));
        }
        if self.parsed.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        if let (true, Some(column)) = (has_nul, self.parsed.iter().position(|cell| cell.contains('\0'))) {
            return Some(Err(RecordProblem::Nul { column: self.column(column) }));
        }
        let found = self.parsed.len();
        if found > MAX_COLUMNS {
            return Some(Err(RecordProblem::TooManyColumns));
        }
        let expected = if self.stage == Stage::Header { found } else { self.header.len() };
        if found < expected || self.parsed.iter().skip(expected).any(|cell| !cell.trim().is_empty()) {
            return Some(Err(RecordProblem::CellCount { found, expected }));
        }
        Some(Ok(self.parsed.iter().take(expected).map(str::to_owned).collect()))
    }

    /// The header or a row, as it comes; `None` when more bytes are needed or there are none.
    fn take(&mut self) -> Option<Record> {
        loop {
            match self.stage {
                Stage::Mark => self.pass_mark()?,
                Stage::Overlong => self.pass_overlong()?,
                Stage::Header | Stage::Rows => {}
            }
            let data = &self.buffer[self.start..];
            if data.is_empty() {
                return None;
            }
            let (line, number) = (self.line, self.number + 1);
            let columns = (self.stage == Stage::Rows).then_some(self.header.len());
            match split(data, self.delimiter, columns, self.rest) {
                Split::More => return None,
                Split::Broken(fault) => {
                    let (text, problem) = self.broken_line(fault)?;
                    return Some(Record { number, line, cells: Err(problem), text, stray_quote: None });
                }
                Split::Whole { end, next, lines, stray } => {
                    let cells = if end == 0 { None } else { self.parse(end) };
                    let record = cells.map(|cells| Record {
                        number,
                        line,
                        cells,
                        text: self.decoder.show(&self.buffer[self.start..self.start + end]),
                        stray_quote: stray.map(|column| self.column(column)),
                    });
                    self.skip(next, lines);
                    if record.is_some() {
                        return record;
                    }
                }
            }
        }
    }
}

/// `None` means: push more bytes, or, after [`RowReader::end`], that the file is read.
impl Iterator for RowReader {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let is_header = matches!(self.stage, Stage::Mark | Stage::Header);
            let record = self.take()?;
            if !is_header {
                self.number += 1;
                return Some(record);
            }
            match record.cells {
                Ok(names) => self.header = names,
                Err(problem) => self.header_problem = Some(problem),
            }
            if self.stage == Stage::Header {
                self.stage = Stage::Rows;
            }
        }
    }
}

/// A first line `sep=;`, also in quotes: its delimiter, when it is one that we know, and where the line ends.
pub(super) fn separator(data: &[u8]) -> Option<(Option<Delimiter>, usize)> {
    let (end, _) = line(&data[..data.len().min(10)], Rest::Ended)?;
    let text = &data[..end];
    let bare = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    let (name, value) = bare.split_at_checked(4)?;
    let is_separator = name.eq_ignore_ascii_case(b"sep=") && value.len() == 1;
    is_separator.then(|| (Delimiter::ALL.into_iter().find(|delimiter| [delimiter.byte()] == value), end))
}

/// Gives the parser one record at a time, so that one parser lives as long as the file.
#[derive(Default)]
struct Feed {
    record: Vec<u8>,
    at: usize,
}

impl Feed {
    fn set(&mut self, record: &[u8]) {
        self.record.clear();
        self.record.extend_from_slice(record);
        self.record.push(b'\n');
        self.at = 0;
    }
}

impl io::Read for Feed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let given = (&self.record[self.at..]).read(out)?;
        self.at += given;
        Ok(given)
    }
}
