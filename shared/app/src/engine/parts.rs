//! The numbered parts of a job beside its record: its plan, its outcome, the contacts it is about, its files.

use crate::{App, Error, settings::prefix};
use domain::{
    ids::{ContactId, JobId, TeamId},
    job::Job,
    plan::Row,
};
use std::io::{BufRead, Cursor, Read, Write};
use uuid::Uuid;

/// How many rows a part has: some seconds' work, a few hundred kilobytes.
pub const ROWS: usize = 1_000;

/// Which of a job's two rows of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// What it would do.
    Plan,
    /// What it did.
    Outcome,
}

fn folder(team: &TeamId, job: JobId) -> String {
    format!("{}{job}/", prefix("jobs", team))
}

fn part(job: &Job, series: Series, number: u32) -> String {
    let series = match series {
        Series::Plan => "plan",
        Series::Outcome => "outcome",
    };
    format!("{}{series}/{number:06}.ndjson.zst", folder(&job.team, job.id))
}

/// The key of an import's file.
pub fn upload(team: &TeamId, job: JobId) -> String {
    format!("{}upload.csv", folder(team, job))
}

/// The key of an import's failed rows.
pub fn failed(team: &TeamId, job: JobId) -> String {
    format!("{}failed.csv", folder(team, job))
}

/// The key of an export's file. Exports have a class of their own because they are kept for a day only.
pub fn export(team: &TeamId, job: JobId) -> String {
    format!("{}{job}.csv", prefix("exports", team))
}

fn chosen(team: &TeamId, job: JobId) -> String {
    format!("{}contacts.zst", folder(team, job))
}

impl App {
    /// Stores a part: one row of JSON to a line, compressed. Storing it again replaces it.
    pub async fn save_part(&self, job: &Job, series: Series, number: u32, rows: &[Row]) -> Result<(), Error> {
        let mut to = zstd::Encoder::new(Vec::new(), 1).map_err(Error::internal)?;
        for row in rows {
            serde_json::to_writer(&mut to, row).map_err(Error::internal)?;
            to.write_all(b"\n").map_err(Error::internal)?;
        }
        self.files.save(&part(job, series, number), to.finish().map_err(Error::internal)?).await
    }

    /// Reads a part. One that should be there and is not was removed by the bucket's expiry.
    pub async fn read_part(&self, job: &Job, series: Series, number: u32) -> Result<Vec<Row>, Error> {
        let bytes = self.files.find(&part(job, series, number)).await?.ok_or(Error::NotFound)?;
        let lines = std::io::BufReader::new(zstd::Decoder::new(Cursor::new(bytes)).map_err(Error::internal)?).lines();
        lines.map(|line| serde_json::from_str(&line.map_err(Error::internal)?).map_err(Error::unreadable::<Row>)).collect()
    }

    /// Stores which contacts a job is about: 16 bytes each, compressed.
    pub async fn save_chosen(&self, job: &Job, contacts: &[ContactId]) -> Result<(), Error> {
        let mut to = zstd::Encoder::new(Vec::new(), 1).map_err(Error::internal)?;
        for contact in contacts {
            to.write_all(contact.as_uuid().as_bytes()).map_err(Error::internal)?;
        }
        self.files.save(&chosen(&job.team, job.id), to.finish().map_err(Error::internal)?).await
    }

    /// Reads which contacts a job is about.
    pub async fn read_chosen(&self, job: &Job) -> Result<Vec<ContactId>, Error> {
        let bytes = self.files.find(&chosen(&job.team, job.id)).await?.ok_or(Error::NotFound)?;
        let mut plain = Vec::new();
        zstd::Decoder::new(Cursor::new(bytes)).and_then(|mut from| from.read_to_end(&mut plain)).map_err(Error::internal)?;
        let (ids, _) = plain.as_chunks::<16>();
        Ok(ids.iter().map(|bytes| ContactId::from_uuid(Uuid::from_bytes(*bytes))).collect())
    }
}
