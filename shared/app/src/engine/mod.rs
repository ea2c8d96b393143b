//! The engine of every mass change: plan, apply, cancel, export, each in steps that may run twice and count once.
//!
//! A worker takes a job's lease, does a part, stores it, and moves the record on by a conditional write. Whatever happens in between, the
//! next worker does that part again: planning writes nothing, and a change that was applied stands in the log under a name that only
//! this row of this job has, so it is found and counted, never applied again.

mod apply;
mod chain;
mod export;
mod failed;
mod import;
mod pace;
pub mod parts;
mod plan;
mod start;
mod upload;

pub use chain::{Circle, guards};
pub use start::MAX_Q;

use crate::{App, Error, host::Deadline, random, worker::Task};
use domain::{
    ids::{JobId, TeamId},
    job::{Job, Lease, Review, State, Work},
};
use uuid::Uuid;

/// How long a worker may be silent before another takes over; a part takes a few seconds.
pub const LEASE_MS: i64 = 60_000;
/// How often a job is taken up without moving on before it is given up: each minute the sweeper asks for it, and Lambda tries three times.
pub const MAX_TRIES: u32 = 60;

/// A job in the hands of this worker.
struct Run<'a> {
    app: &'a App,
    job: Job,
    owner: Uuid,
}

/// Why a worker stops.
enum Stop {
    /// The job is someone else's now, or was cancelled: whatever this worker did last does not count.
    Lost,
    /// It cannot go on now; a retry can.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl App {
    /// Works on a job until it waits for somebody or ends; hands it on when the time is nearly over. An error asks for a retry.
    pub async fn work_on(&self, team: &TeamId, job: JobId, deadline: Deadline) -> Result<(), Error> {
        let owner = random::uuid();
        let Some(job) = self.lease(team, job, owner).await? else { return Ok(()) };
        let mut run = Run { app: self, job, owner };
        // The steps of a job are deep: boxed, neither the compiler nor a caller's stack carries all of them at once.
        match Box::pin(run.go(deadline)).await {
            Ok(()) | Err(Stop::Lost) => Ok(()),
            Err(Stop::Failed(error)) => {
                run.release().await;
                Err(error)
            }
        }
    }

    /// A job whose undo did not run to its end can be undone again.
    pub async fn let_undo_again(&self, team: &TeamId, of: JobId, undo: JobId) -> Result<(), Error> {
        let changed = self.store.change_job(team, of, |job| {
            if job.undone_by == Some(undo) {
                job.undone_by = None;
            }
            Ok(())
        });
        changed.await.map(|_| ())
    }

    async fn lease(&self, team: &TeamId, job: JobId, owner: Uuid) -> Result<Option<Job>, Error> {
        let now_ms = self.clock.now_ms();
        let (job, taken) = self
            .store
            .change_job(team, job, |job| {
                let is_free = job.lease.as_ref().is_none_or(|lease| lease.until_ms <= now_ms);
                if !job.state.is_live() || !is_free {
                    return Ok(false);
                }
                job.tries += 1;
                if job.tries > MAX_TRIES && job.state == State::Applying && !matches!(job.work, Work::Export { .. }) {
                    // What was stored of the part at hand is still found and counted, and the rest listed as failed.
                    job.state = State::Cancelling;
                    job.tries = 0;
                    job.problem = Some(format!("it stopped {MAX_TRIES} times at the same place and was cancelled; please tell the operators its id"));
                }
                if job.tries > MAX_TRIES && job.state != State::Cancelling {
                    job.state = State::Failed;
                    job.problem = Some(format!("it stopped {MAX_TRIES} times at the same place; please tell the operators its id"));
                    job.finished_at = Some(self.clock.now());
                    return Ok(false);
                }
                job.lease = Some(Lease { owner, until_ms: now_ms + LEASE_MS });
                job.heartbeat_at = self.clock.now();
                Ok(true)
            })
            .await?;
        Ok(taken.then_some(job))
    }
}

impl Run<'_> {
    async fn go(&mut self, deadline: Deadline) -> Result<(), Stop> {
        loop {
            if deadline.is_near(&self.app.clock) {
                self.release().await;
                let task = Task::Job { team: self.job.team.clone(), job: self.job.id };
                return self.app.worker.ask(&task).await.map_err(Stop::Failed);
            }
            match (self.job.state, &self.job.work) {
                (State::Planning, _) => self.plan(deadline).await?,
                (State::Applying, Work::Export { .. }) => self.export().await?,
                (State::Applying | State::Cancelling, _) => Box::pin(self.apply(deadline)).await?,
                _ => return Ok(()),
            }
        }
    }

    /// Moves the record on, provided it is still this worker's and stands in one of the given states. What moves on has not stopped at one place.
    async fn advance(&mut self, from: &[State], mut change: impl FnMut(&mut Job)) -> Result<(), Stop> {
        self.hold(from, |job| {
            change(job);
            job.tries = 0;
        })
        .await
    }

    /// Changes the record, provided it is still this worker's and stands in one of the given states. A sign of life too.
    async fn hold(&mut self, from: &[State], mut change: impl FnMut(&mut Job)) -> Result<(), Stop> {
        let (app, owner) = (self.app, self.owner);
        let (job, held) = app
            .store
            .change_job(&self.job.team, self.job.id, |job| {
                if job.lease.as_ref().is_none_or(|lease| lease.owner != owner) || !from.contains(&job.state) {
                    return Ok(false);
                }
                change(job);
                job.heartbeat_at = app.clock.now();
                job.lease = job.state.is_live().then(|| Lease { owner, until_ms: app.clock.now_ms() + LEASE_MS });
                Ok(true)
            })
            .await?;
        self.job = job;
        if held { Ok(()) } else { Err(Stop::Lost) }
    }

    /// Shows that somebody is at the job, in the middle of a long step. The step may still be where it stops each time.
    async fn heartbeat(&mut self) -> Result<(), Stop> {
        self.hold(&[State::Planning, State::Applying, State::Cancelling], |_| {}).await
    }

    /// Stops a worker whose job is another's by now.
    async fn still_held(&self) -> Result<(), Stop> {
        let job = self.app.store.get_job(&self.job.team, self.job.id).await?;
        if job.lease.is_some_and(|lease| lease.owner == self.owner) { Ok(()) } else { Err(Stop::Lost) }
    }

    /// Gives the lease back, so that the next worker need not wait for it to run out. If that fails it runs out.
    async fn release(&self) {
        let owner = self.owner;
        let released = self.app.store.change_job(&self.job.team, self.job.id, |job| {
            if job.lease.as_ref().is_some_and(|lease| lease.owner == owner) {
                job.lease = None;
            }
            Ok(())
        });
        if released.await.is_err() {
            tracing::warn!(job.id = %self.job.id, "a lease was not given back and will run out by itself");
        }
    }

    /// Ends a job that cannot be planned: its file or its choice is at fault, and trying again would not help.
    async fn give_up(&mut self, problem: String) -> Result<(), Stop> {
        let now = self.app.clock.now();
        self.advance(&[State::Planning], |job| {
            job.state = State::Failed;
            job.problem = Some(problem.clone());
            job.finished_at = Some(now);
        })
        .await?;
        self.let_undo_again().await
    }

    async fn let_undo_again(&self) -> Result<(), Stop> {
        let Work::Undo { of } = self.job.work else { return Ok(()) };
        Ok(self.app.let_undo_again(&self.job.team, of, self.job.id).await?)
    }

    async fn planned(&mut self) -> Result<(), Stop> {
        self.save_failed(parts::Series::Plan).await?;
        let stamp_ms = self.app.clock.now_ms();
        self.advance(&[State::Planning], |job| {
            job.rows = Some(job.planned.rows());
            job.stamps = vec![stamp_ms];
            job.state = match job.review {
                Review::First => State::Planned,
                Review::Skip => State::Applying,
            };
        })
        .await
    }
}
