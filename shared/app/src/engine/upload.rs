//! Reading an import's file, piece by piece and always the same file.

use super::parts;
use crate::{App, Error};
use domain::{
    csv_file::{Format, Record, RowReader},
    ids::{JobId, TeamId},
};

/// How much is read at once.
const CHUNK: u64 = 4 << 20;

/// The bytes of an upload.
pub(super) struct Bytes {
    key: String,
    etag: String,
    offset: u64,
    size: u64,
}

impl Bytes {
    /// From the beginning of an upload of this size.
    pub(super) fn new(team: &TeamId, job: JobId, etag: &str, size: u64) -> Self {
        Self { key: parts::upload(team, job), etag: etag.to_owned(), offset: 0, size }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self, app: &App) -> Result<Option<bytes::Bytes>, Error> {
        if self.offset >= self.size {
            return Ok(None);
        }
        let piece = app.files.read(&self.key, &self.etag, self.offset, CHUNK.min(self.size - self.offset)).await?;
        self.offset += piece.len() as u64;
        Ok(Some(piece))
    }
}

/// The rows of an upload.
pub(super) struct Rows {
    bytes: Bytes,
    reader: RowReader,
    has_ended: bool,
}

impl Rows {
    /// From the first row on.
    pub(super) fn new(bytes: Bytes, format: &Format) -> Self {
        Self { bytes, reader: RowReader::new(format), has_ended: false }
    }

    /// The next row; `None` at the end.
    pub(super) async fn next(&mut self, app: &App) -> Result<Option<Record>, Error> {
        loop {
            if let Some(record) = self.reader.next() {
                return Ok(Some(record));
            }
            if self.has_ended {
                return Ok(None);
            }
            if let Some(piece) = self.bytes.next(app).await? {
                self.reader.push(&piece);
            } else {
                self.reader.end();
                self.has_ended = true;
            }
        }
    }
}
