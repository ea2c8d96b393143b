//! failed.csv: the rows of an import that were not stored, as a file that can be mended and imported again.

use super::{
    Run, Stop,
    parts::{self, Series},
    upload::{Bytes, Rows},
};
use crate::Error;
use domain::{
    csv_file::FailedRows,
    job::Work,
    plan::{Action, Outcome, Row},
};

/// After how many parts the job shows that somebody is at it.
const HEARTBEAT_PARTS: u32 = 20;

impl Run<'_> {
    /// Writes failed.csv from the file and the job's parts. The parts have a row for each row of the file, in its order.
    pub(super) async fn save_failed(&mut self, series: Series) -> Result<(), Stop> {
        let counts = if series == Series::Plan { &self.job.planned } else { &self.job.counts };
        let Work::Import { options: Some(options), .. } = self.job.work.clone() else { return Ok(()) };
        let (Some(format), true) = (&options.format, counts.failed > 0) else { return Ok(()) };
        let bytes = Bytes::new(&self.job.team, self.job.id, &options.etag, format.size);
        let mut records = Rows::new(bytes, format);
        let mut failed = FailedRows::new(&format.header, format.delimiter);
        let mut upload = self.app.files.upload(&parts::failed(&self.job.team, self.job.id)).await?;
        for number in 0..self.job.plan_parts {
            if number % HEARTBEAT_PARTS == HEARTBEAT_PARTS - 1 {
                self.heartbeat().await?;
            }
            for row in self.app.read_part(&self.job, series, number).await? {
                let record = match records.next(self.app).await {
                    Ok(Some(record)) => record,
                    // Without its file the rows can still be looked at one by one; what was stored stays as it is.
                    Ok(None) | Err(Error::Conflict { .. }) => {
                        tracing::warn!(job.id = %self.job.id, "an import's file was replaced after it was planned; its failed rows cannot be downloaded");
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                };
                if has_failed(&row, series) {
                    failed.add(&record.text, &problems(&row));
                }
            }
            upload.push(&failed.take()).await?;
        }
        Ok(upload.finish().await?)
    }
}

fn has_failed(row: &Row, series: Series) -> bool {
    match series {
        Series::Plan => row.action == Action::Fail,
        Series::Outcome => row.outcome == Some(Outcome::Failed),
    }
}

/// All problems of a row in one text: `primaryEmail: an email address has …; phones: …`.
fn problems(row: &Row) -> String {
    let one = |problem: &domain::plan::RowProblem| match &problem.column {
        Some(column) => format!("{column}: {}", problem.problem),
        None => problem.problem.clone(),
    };
    row.problems.iter().map(one).collect::<Vec<_>>().join("; ")
}
