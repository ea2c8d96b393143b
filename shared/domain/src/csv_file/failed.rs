//! The rows that an import refused, as a file that can be mended and imported again.

use super::{
    headers::key,
    split::{Rest, Split, split},
    writer::{Sheet, neutralise, restore},
};
use crate::csv_file::Delimiter;

/// Writes failed.csv: the columns of the original file and `error`. It is comma-separated UTF-8 whatever the original was.
///
/// Every row has as many cells as its header, so the file can be read again, and no text of a row is left out: what a short row
/// lacks is empty, what a long one has too much is joined to its last cell, a line with a stray quote keeps the quote in its cell.
pub struct FailedRows {
    sheet: Sheet,
    delimiter: Delimiter,
    /// For each column of the original, whether it is written; an `error` column of an earlier failed.csv is not.
    kept: Vec<Keep>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Yes,
    No,
}

impl FailedRows {
    /// A writer that has written its header. `header` and `delimiter` are those of the original file.
    pub fn new(header: &[String], delimiter: Delimiter) -> Self {
        let kept: Vec<Keep> = header.iter().map(|name| if key(name) == "error" { Keep::No } else { Keep::Yes }).collect();
        let mut failed = Self { sheet: Sheet::default(), delimiter, kept };
        failed.write(header, "error");
        failed
    }

    /// Writes one row: its text as the reader gave it in [`super::Record::text`], and what is wrong with it.
    pub fn add(&mut self, text: &str, error: &str) {
        let cells = self.cells(text);
        self.write(&cells, error);
    }

    /// The bytes written since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        self.sheet.take()
    }

    /// The cells of a row that may be malformed.
    fn cells(&self, text: &str) -> Vec<String> {
        let delimiter = self.delimiter.byte();
        let is_whole = matches!(split(text.as_bytes(), delimiter, None, Rest::Ended), Split::Whole { next, .. } if next == text.len());
        let mut cells =
            if is_whole { self.parsed(text) } else { None }.unwrap_or_else(|| text.split(char::from(delimiter)).map(str::to_owned).collect());
        let columns = self.kept.len();
        if cells.len() > columns {
            let surplus: Vec<String> = cells.drain(columns.saturating_sub(1)..).collect();
            // Empty cells at the end are no text; they would only add delimiters each time the file goes round.
            let filled = surplus.iter().rposition(|cell| !cell.trim().is_empty()).map_or(1, |last| last + 1);
            cells.push(surplus[..filled].join(&char::from(delimiter).to_string()));
        }
        cells.resize(columns, String::new());
        cells
    }

    fn parsed(&self, text: &str) -> Option<Vec<String>> {
        // A parser takes a byte order mark at its beginning for the file's. In a row it belongs to the text, so the parser gets one to take.
        let marked = format!("\u{FEFF}{text}");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(self.delimiter.byte()).from_reader(marked.as_bytes());
        let record = reader.records().next()?.ok()?;
        Some(record.iter().map(str::to_owned).collect())
    }

    fn write(&mut self, cells: &[String], error: &str) {
        let kept = cells.iter().zip(&self.kept).filter(|(_, keep)| **keep == Keep::Yes).map(|(cell, _)| safe(cell));
        self.sheet.row(kept.chain([safe(error)]));
    }
}

/// A cell that no spreadsheet runs and that reads as the original one does. NUL, which no file may hold, is shown as its symbol.
fn safe(cell: &str) -> String {
    neutralise(&restore(cell).replace('\0', "␀")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::FailedRows;
    use crate::csv_file::Delimiter;

    fn written(header: &[&str], delimiter: Delimiter, rows: &[&str]) -> String {
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let mut failed = FailedRows::new(&header, delimiter);
        for row in rows {
            failed.add(row, "why");
        }
        String::from_utf8(failed.take()).expect("UTF-8")
    }

    #[test]
    fn rows_keep_all_their_text_and_get_the_width_of_the_header() {
        let rows = ["a;b", "a;b;c;d;;", "\"a;1\";\"b\n2\";c", "a;\"b;c", "\"a\"x;b;c", "a\0;b;c"];
        let expected = ["a,b,,why", "a,b,c;d,why", "a;1,\"b\n2\",c,why", "a,\"\"\"b\",c,why", "\"\"\"a\"\"x\",b,c,why", "a␀,b,c,why"];
        assert_eq!(written(&["x", "y", "z"], Delimiter::Semicolon, &rows), format!("x,y,z,error\r\n{}\r\n", expected.join("\r\n")));
    }

    #[test]
    fn a_row_that_begins_with_a_byte_order_mark_keeps_it() {
        assert_eq!(written(&["x"], Delimiter::Comma, &["\u{FEFF}a", "\u{FEFF}"]), "x,error\r\n\u{FEFF}a,why\r\n\u{FEFF},why\r\n");
    }

    #[test]
    fn formulas_are_guarded_once_however_often_the_file_goes_round() {
        assert_eq!(written(&["=x", "Error"], Delimiter::Comma, &["=1,old", "'=1,old", "'tis,"]), "'=x,error\r\n'=1,why\r\n'=1,why\r\n'tis,why\r\n");
    }
}
