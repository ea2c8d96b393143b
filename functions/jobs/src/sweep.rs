//! The sweeper, each minute: jobs whose worker fell silent are handed to another.

use app::{App, Error, engine::LEASE_MS, host::Deadline, worker::Task};
use serde_json::Value;

/// Asks a worker for each job that a worker should be at and none is.
pub async fn handle(app: App, _: Value, _: Deadline) -> Result<(), Error> {
    let stalled = app.store.list_stalled_jobs(app.clock.now_ms() - LEASE_MS).await?;
    for job in &stalled {
        app.worker.ask(&Task::Job { team: job.team.clone(), job: job.job }).await?;
    }
    if !stalled.is_empty() {
        tracing::info!(jobs.stalled = stalled.len(), "jobs whose worker fell silent go on");
    }
    Ok(())
}
