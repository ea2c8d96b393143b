//! Contact files: reading what people upload and writing what they download.
//!
//! The way of an upload: [`Inspector`] looks at all of it once and finds its [`Format`]; [`RowReader`] cuts it into [`Record`]s;
//! [`Columns`] says what each column fills; [`Columns::read`] makes a [`FileRow`]; [`FileRow::apply_to`] says what a contact becomes.
//! The way of a download: [`Writer`] for exports, [`FailedRows`] for what an import refused.

mod cells;
mod columns;
mod decode;
mod entries;
mod failed;
mod format;
mod headers;
mod inspect;
mod preview;
mod reader;
mod split;
mod writer;

pub use cells::{Cell, CellProblem, FileRow};
pub use columns::{ColumnUse, Columns, MappedBy};
pub use failed::FailedRows;
pub use format::{Delimiter, Encoding, FileProblem, Format};
pub use inspect::{Chosen, Extent, Inspector};
pub use preview::{Preview, PreviewRow};
pub use reader::{Record, RecordProblem, RowReader};
pub use writer::{Writer, neutralise, restore, template};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1_000_000_000;
/// How many rows of a file are read.
pub const MAX_ROWS: u64 = 1_000_000;
/// How many columns a file may have.
pub const MAX_COLUMNS: usize = 200;
/// The longest field, in characters: 32 kB of plain text. Characters rather than bytes, because the longest notes that a contact
/// can have take more than 32 kB in most scripts, and what was exported must come back.
pub const MAX_FIELD_CHARS: usize = 32 * 1024;
/// The longest record, in bytes of UTF-8.
pub const MAX_RECORD_BYTES: usize = 256 * 1024;
