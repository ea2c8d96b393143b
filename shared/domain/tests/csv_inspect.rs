//! What the inspector finds in a file: encoding, delimiter, header, and what is no contact file at all.

#![cfg(test)]

use domain::csv_file::{Chosen, Delimiter, Encoding, FileProblem, Format, Inspector, Record, RowReader};

fn inspect(bytes: &[u8]) -> Result<Format, FileProblem> {
    inspect_as(bytes, Chosen::default())
}

fn inspect_as(bytes: &[u8], chosen: Chosen) -> Result<Format, FileProblem> {
    let mut whole = Inspector::new(chosen);
    whole.push(bytes);
    let whole = whole.finish();
    let mut pieces = Inspector::new(chosen);
    for chunk in bytes.chunks(3) {
        pieces.push(chunk);
    }
    assert_eq!(pieces.finish(), whole, "chunks do not matter");
    whole
}

fn rows(format: &Format, bytes: &[u8]) -> Vec<Record> {
    let mut reader = RowReader::new(format);
    reader.push(bytes);
    reader.end();
    reader.by_ref().collect()
}

/// How a text is written to a file.
#[derive(Clone, Copy)]
enum Written {
    As(Encoding),
    Marked(Encoding),
}

fn encode(text: &str, written: Written) -> Vec<u8> {
    match written {
        Written::Marked(encoding) => encode(&format!("\u{FEFF}{text}"), Written::As(encoding)),
        Written::As(Encoding::Utf8) => text.as_bytes().to_vec(),
        Written::As(Encoding::Utf16Le) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Written::As(Encoding::Utf16Be) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Written::As(Encoding::Windows1252) => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
    }
}

#[test]
fn the_same_table_in_sixty_forms_gives_the_same_rows() {
    use Encoding::{Utf8, Utf16Be, Utf16Le, Windows1252};
    use Written::{As, Marked};
    let table = "First Name,Company,Notes\nZoë,\"Müller, Söhne; Co|KG\tAG\",\"one\ntwo \"\"three\"\"\"\n\nÅsa,École €,plain\n";
    let encodings = [(As(Utf8), Utf8), (Marked(Utf8), Utf8), (Marked(Utf16Le), Utf16Le), (Marked(Utf16Be), Utf16Be), (As(Windows1252), Windows1252)];
    let unmarked = [(As(Utf16Le), Utf16Le), (As(Utf16Be), Utf16Be)];
    for (written, encoding) in encodings.into_iter().chain(unmarked) {
        for delimiter in Delimiter::ALL {
            for end in ["\n", "\r\n", "\r"] {
                // The delimiters inside quotes stay: those outside are the commas without a space behind them.
                let text = table
                    .replace(", ", "\u{1}")
                    .replace(',', char::from(delimiter.byte()).to_string().as_str())
                    .replace('\u{1}', ", ")
                    .replace('\n', end);
                let bytes = encode(&text, written);
                let format = inspect(&bytes).expect("a format");
                assert_eq!((format.encoding, format.delimiter, format.size), (encoding, delimiter, bytes.len() as u64), "{text:?}");
                assert_eq!(format.header, ["First Name", "Company", "Notes"]);
                let found: Vec<(u64, Vec<String>)> = rows(&format, &bytes).into_iter().map(|row| (row.line, row.cells.expect("cells"))).collect();
                let notes = format!("one{end}two \"three\"");
                let expected = [(2, ["Zoë", "Müller, Söhne; Co|KG\tAG", notes.as_str()]), (5, ["Åsa", "École €", "plain"])];
                assert_eq!(found, expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())), "{text:?}");
            }
        }
    }
}

#[test]
fn a_mostly_right_utf8_file_stays_utf8_and_its_broken_row_fails() {
    let mut bytes = "name,city\nZoë,Köln\nÅsa,Malmö\n".as_bytes().to_vec();
    bytes.extend(b"M\xFCller,Bonn\n");
    let format = inspect(&bytes).expect("a format");
    assert_eq!(format.encoding, Encoding::Utf8);
    assert_eq!(rows(&format, &bytes).iter().map(|row| row.cells.is_ok()).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(inspect(b"name,city\nM\xFCller,K\xF6ln\n").expect("a format").encoding, Encoding::Windows1252);
}

#[test]
fn the_delimiter_is_the_one_that_rows_agree_on() {
    let cases = [
        ("Name;Notes, long;Email\na;b, c, d;e\nf;g;h\n", Delimiter::Semicolon),
        ("emails\na@x.com; b@x.com\nc@x.com\n", Delimiter::Comma),
        ("a,b;c\n1,2\n3,4;5\n", Delimiter::Comma),
        ("sep=|\na|b,c|d\n1|2|3\n", Delimiter::Pipe),
        ("a\tb,c\td\n1\t\"x\ny\"\t3\n4\t5\t6\n", Delimiter::Tab),
        ("a,b\n\"x;1\",\"stray\n1,2\n", Delimiter::Comma),
        ("a;b\n", Delimiter::Semicolon),
    ];
    for (text, delimiter) in cases {
        match inspect(text.as_bytes()) {
            Ok(format) => assert_eq!(format.delimiter, delimiter, "{text:?}"),
            Err(problem) => assert_eq!(problem, FileProblem::NoRows, "{text:?}"),
        }
    }
}

#[test]
fn what_a_person_chooses_counts() {
    let chosen = Chosen { encoding: Some(Encoding::Utf8), delimiter: Some(Delimiter::Pipe) };
    let format = inspect_as(b"a,b|c\n1,2|3\n4,5|6\n", chosen).expect("a format");
    assert_eq!((format.delimiter, format.header.as_slice()), (Delimiter::Pipe, ["a,b".to_owned(), "c".to_owned()].as_slice()));
    let text = serde_json::to_string(&format).expect("JSON");
    assert!(text.contains(r#""encoding":"utf-8","delimiter":"pipe","sha256":""#), "{text}");
    assert_eq!(serde_json::from_str::<Format>(&text).expect("a format"), format);
}

#[test]
fn the_checksum_is_that_of_the_bytes() {
    let format = inspect(b"a\n1").expect("a format");
    assert_eq!(format.sha256, "4f395a2e9ea1c0680348d384135458270e9e6f5af3576151fec246b7b6de98e6");
}

#[test]
fn what_is_no_contact_file_is_named() {
    let noise: Vec<u8> = (0..4000_u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let cases: [(&[u8], FileProblem); 15] = [
        (b"", FileProblem::Empty),
        (b"\xEF\xBB\xBF", FileProblem::Empty),
        (b" \r\n\n", FileProblem::Empty),
        (b"\n", FileProblem::Empty),
        (b",,\n,\n", FileProblem::NoHeader),
        (b"ann@x.com,Ann\nbob@x.com,Bob\n", FileProblem::NoHeader),
        (b"firstName,lastName\n", FileProblem::NoRows),
        (b"colour,shoeSize", FileProblem::NoRows),
        (b"firstName\n\"\"\n", FileProblem::NoRows),
        (b"sep=;\nfirstName;lastName\n\n;\n", FileProblem::NoRows),
        (b"%PDF-1.7\n1 0 obj\n", FileProblem::Pdf),
        (b"PK\x03\x04\x14\0\x06\0", FileProblem::Workbook),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", FileProblem::Workbook),
        (&[0; 5000], FileProblem::Binary),
        (&noise, FileProblem::Binary),
    ];
    for (bytes, problem) in cases {
        assert_eq!(inspect(bytes), Err(problem), "{:?}", &bytes[..bytes.len().min(20)]);
    }
    assert!(matches!(inspect(b"a,\"b\n1,2\n"), Err(FileProblem::Header(_))));
}

#[test]
fn a_few_nul_bytes_are_the_problem_of_their_rows() {
    let bytes = b"a,b\n1\0,2\n3,4\0\n5,6\n";
    let format = inspect(bytes).expect("a format");
    assert_eq!(format.encoding, Encoding::Utf8);
    assert_eq!(rows(&format, bytes).iter().map(|row| row.cells.is_ok()).collect::<Vec<_>>(), [false, false, true]);
}
