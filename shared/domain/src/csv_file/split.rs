//! Where a record ends: a scan that knows quotes, never looks beyond the limits and never lets a stray quote swallow a row.

use super::{MAX_COLUMNS, MAX_FIELD_CHARS, MAX_RECORD_BYTES};
use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// No field within the character limit is longer in bytes: a character has at most four, a doubled quote two.
const MAX_FIELD_BYTES: usize = MAX_FIELD_CHARS * 4;

/// Whether more bytes may follow those at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// More bytes may come.
    Open,
    /// These are the last bytes.
    Ended,
}

/// What stands at the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// A record is begun; where it ends depends on bytes that are not here yet.
    More,
    /// A record: its text is `..end`, the next one begins at `next`, and it takes so many physical lines. `stray` is the first column with a quote
    /// inside a cell that no quote opens, which RFC 4180 (section 2, rule 5) does not allow; the quote is read as text.
    Whole { end: usize, next: usize, lines: u64, stray: Option<usize> },
    /// No record that can be trusted: the first physical line fails and reading goes on behind it.
    Broken(Fault),
}

/// Why a line is not a record. Columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    OpenQuote(usize),
    TextAfterQuote(usize),
    FieldTooLong(usize),
    RecordTooLong,
    TooManyColumns,
}

/// Finds the end of the record that begins these bytes. `columns` is how many cells the header has, if it is known: a record of
/// several lines that has another number is taken for a stray quote. The answer does not depend on how many bytes follow.
pub(super) fn split(data: &[u8], delimiter: u8, columns: Option<usize>, rest: Rest) -> Split {
    match memchr3(b'"', b'\n', b'\r', data) {
        Some(at) if data[at] != b'"' && at <= MAX_FIELD_CHARS => whole(data, at, 1, rest, None),
        None if rest == Rest::Ended && data.len() <= MAX_FIELD_CHARS => Split::Whole { end: data.len(), next: data.len(), lines: 1, stray: None },
        _ => Scan { data, delimiter, columns, rest, cells: 0, lines: 1, first_break: None, stray: None }.run(),
    }
}

/// The end of the physical line that begins these bytes and the beginning of the next; `None` when that is not known yet.
pub(super) fn line(data: &[u8], rest: Rest) -> Option<(usize, usize)> {
    match (memchr2(b'\n', b'\r', data), rest) {
        (Some(end), _) => after_break(data, end, rest).map(|next| (end, next)),
        (None, Rest::Ended) => Some((data.len(), data.len())),
        (None, Rest::Open) => None,
    }
}

/// The byte after the line break at `at`: LF, CRLF or CR alone. A CR at the very end may be half of a CRLF.
pub(super) fn after_break(data: &[u8], at: usize, rest: Rest) -> Option<usize> {
    match (data[at], data.get(at + 1), rest) {
        (b'\r', Some(b'\n'), _) => Some(at + 2),
        (b'\r', None, Rest::Open) => None,
        _ => Some(at + 1),
    }
}

fn whole(data: &[u8], end: usize, lines: u64, rest: Rest, stray: Option<usize>) -> Split {
    after_break(data, end, rest).map_or(Split::More, |next| Split::Whole { end, next, lines, stray })
}

/// The careful way, for lines with a quote and for very long ones.
struct Scan<'a> {
    data: &'a [u8],
    delimiter: u8,
    columns: Option<usize>,
    rest: Rest,
    cells: usize,
    lines: u64,
    /// The first column whose quotes hold a line break.
    first_break: Option<usize>,
    /// The first column with a quote that is only text.
    stray: Option<usize>,
}

/// How a field ends.
enum Field {
    More,
    /// Its text ends here; behind it comes a delimiter, a line break or nothing.
    End(usize),
    Fault(Fault),
}

impl Scan<'_> {
    fn run(mut self) -> Split {
        let mut at = 0;
        loop {
            if self.cells == MAX_COLUMNS {
                return self.broken(Fault::TooManyColumns);
            }
            let field = if self.data.get(at) == Some(&b'"') { self.quoted(at) } else { self.plain(at) };
            let end = match field {
                Field::More => return Split::More,
                Field::Fault(fault) => return self.broken(fault),
                Field::End(end) => end,
            };
            if self.stray.is_none() && self.data.get(at) != Some(&b'"') && memchr(b'"', &self.data[at..end]).is_some() {
                self.stray = Some(self.cells);
            }
            self.cells += 1;
            if end > MAX_RECORD_BYTES {
                return self.broken(Fault::RecordTooLong);
            }
            if let (Some(column), true) = (self.first_break, self.is_surplus(&self.data[at..end])) {
                return Split::Broken(Fault::OpenQuote(column));
            }
            match self.data.get(end) {
                Some(&byte) if byte == self.delimiter => at = end + 1,
                _ => return self.record(end),
            }
        }
    }

    fn record(&self, end: usize) -> Split {
        if let (Some(column), true) = (self.first_break, self.columns.is_some_and(|columns| self.cells < columns)) {
            return Split::Broken(Fault::OpenQuote(column));
        }
        if end < self.data.len() {
            return whole(self.data, end, self.lines, self.rest, self.stray);
        }
        Split::Whole { end, next: end, lines: self.lines, stray: self.stray }
    }

    /// A filled cell beyond the last column.
    fn is_surplus(&self, cell: &[u8]) -> bool {
        self.columns.is_some_and(|columns| self.cells > columns) && !cell.iter().all(|&byte| byte == b'"' || byte.is_ascii_whitespace())
    }

    /// Whatever goes wrong after a line break in quotes is most likely the doing of the quote before it.
    fn broken(&self, fault: Fault) -> Split {
        Split::Broken(self.first_break.map_or(fault, Fault::OpenQuote))
    }

    fn plain(&self, start: usize) -> Field {
        let rest = &self.data[start..];
        match memchr3(self.delimiter, b'\n', b'\r', rest) {
            Some(length) if is_too_long(&rest[..length]) => Field::Fault(Fault::FieldTooLong(self.cells)),
            Some(length) => Field::End(start + length),
            None if rest.len() > MAX_FIELD_BYTES || (self.rest == Rest::Ended && is_too_long(rest)) => Field::Fault(Fault::FieldTooLong(self.cells)),
            None if self.rest == Rest::Ended => Field::End(self.data.len()),
            None => Field::More,
        }
    }

    fn quoted(&mut self, start: usize) -> Field {
        let text = start + 1;
        let mut from = text;
        loop {
            let close = match memchr(b'"', &self.data[from..]) {
                Some(length) if from + length - text <= MAX_FIELD_BYTES => from + length,
                Some(_) => return Field::Fault(self.too_long(text)),
                None if self.data.len() - text > MAX_FIELD_BYTES => return Field::Fault(self.too_long(text)),
                None if self.rest == Rest::Open => return Field::More,
                None => return Field::Fault(Fault::OpenQuote(self.cells)),
            };
            match self.data.get(close + 1) {
                Some(b'"') => from = close + 2,
                None if self.rest == Rest::Open => return Field::More,
                after => {
                    let inside = &self.data[text..close];
                    if is_too_long(inside) {
                        return Field::Fault(self.too_long(text));
                    }
                    let breaks = line_breaks(inside);
                    if breaks > 0 {
                        self.lines += breaks;
                        self.first_break.get_or_insert(self.cells);
                    }
                    return match after {
                        Some(&byte) if byte != self.delimiter && byte != b'\n' && byte != b'\r' => Field::Fault(Fault::TextAfterQuote(self.cells)),
                        _ => Field::End(close + 1),
                    };
                }
            }
        }
    }

    /// A quoted field over the limit: a quote that nobody closed if it runs over the end of its line, else a long text.
    fn too_long(&self, text: usize) -> Fault {
        let seen = &self.data[text..self.data.len().min(text + MAX_FIELD_CHARS)];
        if memchr2(b'\n', b'\r', seen).is_some() { Fault::OpenQuote(self.cells) } else { Fault::FieldTooLong(self.cells) }
    }
}

/// Whether a field has too many characters: bytes that do not continue one, a doubled quote being one.
fn is_too_long(raw: &[u8]) -> bool {
    let characters = || raw.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() - memchr_iter(b'"', raw).count() / 2;
    raw.len() > MAX_FIELD_BYTES || (raw.len() > MAX_FIELD_CHARS && characters() > MAX_FIELD_CHARS)
}

fn line_breaks(text: &[u8]) -> u64 {
    let mut breaks = 0;
    let mut rest = text;
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        breaks += 1;
        rest = &rest[after_break(rest, at, Rest::Ended).unwrap_or(rest.len())..];
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::{Fault, Rest, Split, line_breaks, split};

    fn ended(text: &str) -> Split {
        split(text.as_bytes(), b',', Some(2), Rest::Ended)
    }

    #[test]
    fn a_record_ends_at_a_line_break_outside_quotes() {
        assert_eq!(ended("a,b\r\nc"), Split::Whole { end: 3, next: 5, lines: 1, stray: None });
        assert_eq!(ended("a,b\rc"), Split::Whole { end: 3, next: 4, lines: 1, stray: None });
        assert_eq!(ended("a,\"b\r\nb\"\nc"), Split::Whole { end: 8, next: 9, lines: 2, stray: None });
        assert_eq!(ended("a,\"b\"\"\""), Split::Whole { end: 7, next: 7, lines: 1, stray: None });
        assert_eq!(ended("a,b\"b\nc"), Split::Whole { end: 5, next: 6, lines: 1, stray: Some(1) });
    }

    #[test]
    fn a_quote_that_makes_no_sense_breaks_one_line() {
        assert_eq!(ended("a,\"b\nc,d\n"), Split::Broken(Fault::OpenQuote(1)));
        assert_eq!(ended("\"a,b\nc,\"d\"\n"), Split::Broken(Fault::OpenQuote(0)));
        assert_eq!(ended("\"a,b\nc,d\n\"e,f\n"), Split::Broken(Fault::OpenQuote(0)));
        assert_eq!(ended("\"a\"x,b\n"), Split::Broken(Fault::TextAfterQuote(0)));
        assert_eq!(ended("\"a\nb\"\nc,d"), Split::Broken(Fault::OpenQuote(0)));
        assert_eq!(ended("\"a\nb\",c,d\n"), Split::Broken(Fault::OpenQuote(0)));
        assert_eq!(ended("\"a\nb\",c,\"\",\n"), Split::Whole { end: 11, next: 12, lines: 2, stray: None });
    }

    #[test]
    fn what_may_go_on_waits_for_more() {
        for text in ["a,b", "a,b\r", "a,\"b", "a,\"b\"", "\"a\nb\",c"] {
            assert_eq!(split(text.as_bytes(), b',', Some(2), Rest::Open), Split::More, "{text}");
        }
    }

    #[test]
    fn every_kind_of_line_break_counts_once() {
        assert_eq!(line_breaks(b"a\nb\r\nc\rd\n\n\r\re"), 7);
    }
}
