//! What is known about a contact file before its rows are read.

use super::reader::RecordProblem;
use serde::{Deserialize, Serialize};

/// How the bytes of a file become text. The names are those of the WHATWG Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first: what spreadsheets call “Unicode text”.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows-1252, which ISO 8859-1 and ASCII are parts of.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// U+0009
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    /// Every delimiter, the likeliest first.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// Its byte, the same in ASCII, UTF-8 and Windows-1252.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// How a file is to be read. Plain data: a job stores it. Whoever changes `encoding` or `delimiter` takes the header from
/// [`super::RowReader::header`], which reads it anew, or inspects the file again with [`super::Chosen`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Format {
    /// How its bytes become text.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// SHA-256 of the bytes as they were uploaded, 64 hexadecimal digits: the same file has the same.
    #[schema(examples("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))]
    pub sha256: String,
    /// How many bytes were uploaded.
    #[schema(examples(20480))]
    pub size: u64,
    /// The names of the columns, as they stand in the file.
    #[schema(examples("E-mail 1 - Value"))]
    pub header: Vec<String>,
}

/// Why a file cannot be read at all. The message tells the person who uploaded it what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", tag = "kind", content = "detail")]
pub enum FileProblem {
    /// Nothing but white space.
    #[error("the file is empty: save the contacts into it and upload it again")]
    Empty,
    /// The first row is not one of column names.
    #[error("the first row holds no column names: put a row such as “firstName,lastName,primaryEmail” above the contacts")]
    NoHeader,
    /// The first row cannot be read.
    #[error("the row of column names cannot be read: {0}")]
    Header(RecordProblem),
    /// Column names and nothing else.
    #[error("the file has column names but no rows: add the contacts below them")]
    NoRows,
    /// A PDF.
    #[error("this is a PDF, not a table: export the contacts as CSV and upload that")]
    Pdf,
    /// A workbook of a spreadsheet program (or another zip archive, which cannot be told apart from outside).
    #[error("this is an Excel workbook or a zip archive: open it, save the sheet as CSV (UTF-8) and upload that")]
    Workbook,
    /// Not a text.
    #[error("this is not a text file: export the contacts as CSV and upload that")]
    Binary,
}
