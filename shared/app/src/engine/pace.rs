//! How fast a job is applied: no faster than the table's partitions take, together with the team's other jobs, and not too far ahead of the
//! directory's snapshots.

use super::Run;
use crate::{App, Error, worker::Task};
use domain::{
    ids::TeamId,
    job::{State, Work},
};
use std::time::Duration;

/// How many snapshots of the directory a job asks for at most while it is applied, so that no search has to read all of it from the log …
const SNAPSHOTS: u32 = 20;
/// … and after how many parts the first.
const SNAPSHOT_PARTS: u32 = 10;
/// How many of a team's newest jobs are looked at for those that write.
const LOOKED_AT: i32 = 50;

impl Run<'_> {
    /// Waits until the part took as long as the table's partitions need for what was written, when each of the team's jobs takes an equal share.
    pub(super) async fn pace(&self, write_units: f64, took_ms: i64) -> Result<(), Error> {
        let Some(limit) = self.app.settings.write_units_per_second else { return Ok(()) };
        let sharing = self.app.count_writing_jobs(&self.job.team).await?;
        let took = Duration::from_millis(took_ms.unsigned_abs());
        tokio::time::sleep(needed(write_units, limit, sharing).saturating_sub(took)).await;
        Ok(())
    }

    /// Asks for a new snapshot of the directory every so many parts.
    pub(super) async fn keep_snapshots_near(&self) -> Result<(), Error> {
        if self.job.applied_parts.is_multiple_of((self.job.plan_parts / SNAPSHOTS).max(SNAPSHOT_PARTS)) {
            self.app.worker.ask(&Task::Snapshot { team: self.job.team.clone() }).await?;
        }
        Ok(())
    }
}

impl App {
    /// How many jobs of a team write contacts at present.
    pub async fn count_writing_jobs(&self, team: &TeamId) -> Result<usize, Error> {
        let (jobs, _) = self.store.list_jobs(team, None, LOOKED_AT).await?;
        Ok(jobs.iter().filter(|job| job.state == State::Applying && !matches!(job.work, Work::Export { .. })).count())
    }
}

/// How long a job takes for what it wrote that may write its share of the limit, in units a second.
fn needed(write_units: f64, limit: u32, sharing: usize) -> Duration {
    let share = f64::from(limit.max(1)) / f64::from(u32::try_from(sharing.max(1)).unwrap_or(u32::MAX));
    Duration::from_secs_f64(write_units / share)
}

#[cfg(test)]
mod tests {
    use super::needed;
    use std::time::Duration;

    #[test]
    fn jobs_that_write_at_once_share_what_the_table_takes() {
        assert_eq!(needed(6_400.0, 6_400, 1), Duration::from_secs(1));
        assert_eq!(needed(6_400.0, 6_400, 3), Duration::from_secs(3));
        assert_eq!(needed(6_400.0, 6_400, 0), Duration::from_secs(1), "the listing may be older than this job");
        assert_eq!(needed(0.0, 0, 1), Duration::ZERO);
    }
}
