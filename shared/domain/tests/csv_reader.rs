//! The row reader: what is right reads exactly, what is wrong fails alone, and nothing is lost.

#![cfg(test)]

use domain::csv_file::{Delimiter, Encoding, Format, MAX_COLUMNS, MAX_FIELD_CHARS, MAX_RECORD_BYTES, Record, RecordProblem, RowReader};
use proptest::prelude::{any, prop, proptest};

fn format(encoding: Encoding) -> Format {
    Format { encoding, delimiter: Delimiter::Comma, sha256: String::new(), size: 0, header: Vec::new() }
}

fn read_chunks(encoding: Encoding, bytes: &[u8], chunk: usize) -> (Vec<String>, Vec<Record>) {
    let mut reader = RowReader::new(&format(encoding));
    let mut records = Vec::new();
    for chunk in bytes.chunks(chunk.max(1)) {
        reader.push(chunk);
        records.extend(reader.by_ref());
    }
    reader.end();
    records.extend(reader.by_ref());
    (reader.header().to_vec(), records)
}

fn read(text: &str) -> Vec<Record> {
    read_chunks(Encoding::Utf8, text.as_bytes(), usize::MAX).1
}

/// Line and cells of each row; of a failed one the problem.
fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, String>)> {
    read(text).into_iter().map(|record| (record.line, record.cells.map_err(|problem| problem.to_string()))).collect()
}

fn good(line: u64, cells: &[&str]) -> (u64, Result<Vec<String>, String>) {
    (line, Ok(cells.iter().map(|&cell| cell.to_owned()).collect()))
}

fn open_quote(column: &str) -> RecordProblem {
    RecordProblem::OpenQuote { column: column.to_owned() }
}

#[test]
fn valid_rows_read_exactly() {
    let cases: &[(&str, &[&[&str]])] = &[
        ("a,b,c\n1,2,3\n", &[&["1", "2", "3"]]),
        ("a,b,c\n1,,3", &[&["1", "", "3"]]),
        ("a,b\n1,\"x, y\"\n", &[&["1", "x, y"]]),
        ("a,b\n1,\"he said \"\"hi\"\"\"\n", &[&["1", "he said \"hi\""]]),
        ("a,b\n1,\"\"\n\"\",2\n", &[&["1", ""], &["", "2"]]),
        ("a,b\n1,\"x\ny\r\nz\rw\"\n3,4", &[&["1", "x\ny\r\nz\rw"], &["3", "4"]]),
        ("a,b\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"at\"\": [1.0, 2.0]}\"\n", &[&["1", "{\"type\": \"Point\", \"at\": [1.0, 2.0]}"]]),
        ("a,b,c\r\n1,ʤ,日本\r\n", &[&["1", "ʤ", "日本"]]),
        ("a,b\r1,2\r3,4\r", &[&["1", "2"], &["3", "4"]]),
        ("a,b\n 1 , \"2\" \n", &[&[" 1 ", " \"2\" "]]),
        ("a,b\n5'10\",6'\n", &[&["5'10\"", "6'"]]),
        ("a,b,c\n1,Robert \"Bob\" Stone,3", &[&["1", "Robert \"Bob\" Stone", "3"]]),
        ("a\nx\n\"\"\"\"\n", &[&["x"], &["\""]]),
        ("a,b\n1,2,,\"\", \n", &[&["1", "2"]]),
        ("\u{FEFF}a,b\n1,2\n", &[&["1", "2"]]),
        ("\u{FEFF}SEP=,\r\na,b\n1,2\n", &[&["1", "2"]]),
        ("\"sep=,\"\na,b\n1,2\n", &[&["1", "2"]]),
        ("\"a\nx\",b\n\"1\",\"2\"", &[&["1", "2"]]),
    ];
    for (text, expected) in cases {
        let cells: Vec<_> = read(text).into_iter().map(|record| record.cells).collect();
        let expected: Vec<Result<Vec<String>, RecordProblem>> =
            expected.iter().map(|row| Ok(row.iter().map(|&cell| cell.to_owned()).collect())).collect();
        assert_eq!(cells, expected, "{text:?}");
    }
}

#[test]
fn a_stray_quote_fails_its_own_line_and_no_other() {
    let (last, first) = ("email,name\nx@x.com,\"Ann\nb@x.com,Bob\nc@x.com,Cy\n", "email,name\n\"x@x.com,Ann\nb@x.com,Bob\nc@x.com,\"Cy\"\n");
    for (text, column) in [(last, "2 (“name”)"), (first, "1 (“email”)")] {
        let records = read(text);
        assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [2, 3, 4], "{text}");
        assert_eq!(records[0].cells, Err(open_quote(column)));
        assert!(records[1..].iter().all(|record| record.cells.is_ok()), "{records:?}");
    }
    assert_eq!(read(last)[0].text, "x@x.com,\"Ann");
}

#[test]
fn a_quote_inside_a_plain_cell_is_read_as_text_with_a_remark() {
    let records = read("a,b\n1,5\" nails\n\"2\",\"6\"\"\"\n3,\n4\",7\"\n");
    let cells: Vec<_> = records.iter().map(|record| record.cells.clone()).collect();
    assert_eq!(cells, [["1", "5\" nails"], ["2", "6\""], ["3", ""], ["4\"", "7\""]].map(|row| Ok(row.map(str::to_owned).to_vec())));
    let remark =
        |column| Some(format!("in column {column} there is a quote inside a cell that does not begin with one: it was read as part of the text"));
    let remarks: Vec<_> = records.iter().map(Record::remark).collect();
    assert_eq!(remarks, [remark("2 (“b”)"), None, None, remark("1 (“a”)")]);
}

#[test]
fn two_stray_quotes_do_not_make_one_row() {
    let records = read("a,b\n1,\"x\n2,y\n3,\"z\n4,w\n");
    assert_eq!(records.iter().map(|record| record.cells.is_ok()).collect::<Vec<_>>(), [false, true, false, true]);
    assert_eq!(records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn a_record_over_several_lines_with_the_wrong_width_is_taken_apart() {
    let records = read("a,b\n\"x\n1,2\n3,y\"\n4,5\n");
    assert_eq!(records.iter().map(|record| (record.line, record.cells.is_ok())).collect::<Vec<_>>(), [(2, false), (3, true), (4, true), (5, true)]);
    let records = read("a,b\n\"x\n1,2\",3,4\n5,6\n");
    assert_eq!(records.iter().map(|record| (record.line, record.cells.is_ok())).collect::<Vec<_>>(), [(2, false), (3, false), (4, true)]);
}

#[test]
fn each_bad_row_says_why_and_the_next_one_is_read() {
    let cases = [
        ("1", RecordProblem::CellCount { found: 1, expected: 2 }),
        ("1,2,3", RecordProblem::CellCount { found: 3, expected: 2 }),
        ("\"1\"x,2", RecordProblem::TextAfterQuote { column: "1 (“a”)".to_owned() }),
        ("1,\"2\" ", RecordProblem::TextAfterQuote { column: "2 (“b”)".to_owned() }),
        ("\"she said, \"yes\"\",2", RecordProblem::TextAfterQuote { column: "1 (“a”)".to_owned() }),
        ("\"12, \" Main St\",2", RecordProblem::TextAfterQuote { column: "1 (“a”)".to_owned() }),
        ("1,2\0", RecordProblem::Nul { column: "2 (“b”)".to_owned() }),
        ("1,\"2", open_quote("2 (“b”)")),
    ];
    for (row, problem) in cases {
        for (ends, is_last) in [("\n", false), ("\r\n", false), ("\r", false), ("\n", true)] {
            let text = if is_last { format!("a,b{ends}{row}") } else { format!("a,b{ends}{row}{ends}3,4{ends}") };
            let records = read(&text);
            assert_eq!((records[0].line, &records[0].cells, records[0].text.as_str()), (2, &Err(problem.clone()), row), "{text:?}");
            assert_eq!(records.get(1).map(|record| record.cells.is_ok()), (!is_last).then_some(true), "{text:?}");
        }
    }
}

#[test]
fn a_broken_byte_fails_its_row_and_names_the_column() {
    let (_, records) = read_chunks(Encoding::Utf8, b"a,b\nZo\xC3\xAB,M\xFCller\n1,2\n", 5);
    assert_eq!(records[0].cells, Err(RecordProblem::Broken { column: "2 (“b”)".to_owned() }));
    assert_eq!(records[0].text, "Zoë,Müller");
    assert!(records[1].cells.is_ok());
    let utf16: Vec<u8> = "a\n1".encode_utf16().chain([0xD800]).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_chunks(Encoding::Utf16Le, &utf16, 3).1[0].cells, Err(RecordProblem::Broken { column: "1 (“a”)".to_owned() }));
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    assert_eq!(rows("\n\na,b\n\n1,2\n,\n\"\",  \n3,4\n"), [good(5, &["1", "2"]), good(8, &["3", "4"])]);
    assert_eq!(rows("sep=,\ra,b\r\r1,\"2\r\n\"\r3,4"), [good(4, &["1", "2\r\n"]), good(6, &["3", "4"])]);
    assert_eq!(rows("a,b\r\n\r\n1,2\r\n   \r\n3,4"), [good(3, &["1", "2"]), good(5, &["3", "4"])]);
}

#[test]
fn a_field_or_a_row_over_the_limit_fails_alone() {
    let field = "x".repeat(MAX_FIELD_CHARS);
    let wide = ",".repeat(MAX_COLUMNS);
    let long = [field.as_str(); 9].join(",");
    let line = "y".repeat(MAX_RECORD_BYTES * 2);
    let text = format!("a,b\n{field},\"{field}\"\n{field}x,2\n1,\"{field}x\"\n{wide}z\n{long}\n{line}\n\"{line}\n1,2");
    let a = || RecordProblem::FieldTooLong { column: "1 (“a”)".to_owned() };
    let problems: Vec<Option<RecordProblem>> = read(&text).into_iter().map(|record| record.cells.err()).collect();
    let b = RecordProblem::FieldTooLong { column: "2 (“b”)".to_owned() };
    assert_eq!(
        problems,
        [None, Some(a()), Some(b), Some(RecordProblem::TooManyColumns), Some(RecordProblem::RowTooLong), Some(a()), Some(a()), None]
    );
    assert_eq!(read(&text)[5].text.len(), MAX_RECORD_BYTES);
    assert_eq!(read(&text)[7].line, 9);
}

#[test]
fn the_longest_notes_of_any_script_are_within_the_limit() {
    for notes in ["🦀".repeat(20_000), "\"\"".repeat(20_000)] {
        assert_eq!(read(&format!("a,b\n1,\"{notes}\"\n")).first().map(|record| record.cells.is_ok()), Some(true));
    }
}

#[test]
fn a_field_that_never_ends_is_not_held_in_memory() {
    const CHUNK: usize = 64 * 1024;
    for (unit, is_one_line) in [("x", true), ("long\n", false), ("a,b,\"\"\n", false)] {
        let chunk = unit.repeat(CHUNK / unit.len());
        let mut reader = RowReader::new(&format(Encoding::Utf8));
        reader.push(b"a,b\n1,2\n1,\"");
        let (mut held, mut longest, mut count) = (0, 0, 0);
        for _ in 0..800 {
            reader.push(chunk.as_bytes());
            for record in reader.by_ref() {
                longest = longest.max(record.text.len());
                count += 1;
            }
            held = held.max(reader.held());
        }
        reader.end();
        count += reader.by_ref().count();
        assert!(if is_one_line { count == 2 } else { count > 1_000_000 }, "{unit:?}: {count}");
        assert!(held <= 2 * MAX_RECORD_BYTES && longest <= MAX_RECORD_BYTES, "{unit:?}: {held} {longest}");
    }
}

/// Text that is rich in what readers stumble over.
const TRICKY: &str = "([a-c,\"\n\r ]|\"\"|\r\n|,\"|\",|é|\0){0,60}";

proptest! {
    #[test]
    fn chunks_do_not_matter_and_nothing_is_lost(text in TRICKY, chunk in 1..9_usize) {
        let text = format!("a,b\n{text}");
        let (header, records) = read_chunks(Encoding::Utf8, text.as_bytes(), usize::MAX);
        assert_eq!(read_chunks(Encoding::Utf8, text.as_bytes(), chunk), (header, records.clone()));
        // Every letter of the file below the header is in some row's text, in order.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        let read: String = records.iter().map(|record| record.text.as_str()).collect();
        assert_eq!(letters(&read), letters(&text[4..]));
        // Rows stand on the line they say.
        let lines: Vec<String> = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect();
        for record in &records {
            let first = record.text.split(['\r', '\n']).next().unwrap_or_default();
            assert_eq!(lines[usize::try_from(record.line).unwrap() - 1], first);
        }
    }

    #[test]
    fn any_bytes_in_any_encoding_end_in_the_same_rows(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1..50_usize) {
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
            assert_eq!(read_chunks(encoding, &bytes, chunk), read_chunks(encoding, &bytes, usize::MAX));
        }
    }

    #[test]
    fn what_the_csv_crate_writes_reads_back(table in prop::collection::vec(prop::collection::vec("[a\"\n\r,;é =]{0,5}", 3), 1..6)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let expected: Vec<&Vec<String>> = table.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        let (_, records) = read_chunks(Encoding::Utf8, &bytes, 7);
        assert_eq!(records.iter().map(|record| record.cells.as_ref().unwrap()).collect::<Vec<_>>(), expected);
    }
}
