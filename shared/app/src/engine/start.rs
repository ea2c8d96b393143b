//! How jobs begin: from a choice of contacts, from a file, from another job.

use crate::{App, Error, host::Deadline, random, worker::Task};
use domain::{
    directory::Filter,
    ids::{ContactId, JobId, TeamId, Version},
    job::{Chosen, Counts, FilterText, Job, NotUndoable, Review, SMALL, State, Work},
    team::Member,
};
use std::{collections::BTreeSet, time::Duration};

/// The longest search text, in characters.
pub const MAX_Q: usize = 200;
/// How long a request works on a small job itself: well within the 25 seconds in which it must answer, and the reserve that a worker keeps.
const INLINE: Duration = Duration::from_secs(45);

impl App {
    /// A new job of a member, not yet recorded.
    pub fn new_job(&self, member: &Member, id: JobId, work: Work, state: State, review: Review) -> Job {
        let now = self.clock.now();
        Job {
            id,
            team: member.team.clone(),
            version: Version::FIRST,
            work,
            state,
            review,
            created_by: member.id.clone(),
            created_at: now,
            finished_at: None,
            heartbeat_at: now,
            lease: None,
            rows: None,
            planned: Counts::default(),
            counts: Counts::default(),
            exported: 0,
            plan_parts: 0,
            applied_parts: 0,
            tries: 0,
            stamps: Vec::new(),
            problem: None,
            same_file_as: None,
            undone_by: None,
        }
    }

    /// Records a job about these contacts. A small one is done when this returns; a larger one is handed to the worker.
    pub async fn start(&self, mut job: Job, contacts: &[ContactId]) -> Result<Job, Error> {
        self.save_chosen(&job, contacts).await?;
        if job.state == State::Applying {
            job.rows = Some(contacts.len() as u64);
        }
        self.store.add_job(&job).await?;
        self.go_on(&job, contacts.len()).await
    }

    /// Works on a recorded job at once when it is small, else hands it to the worker.
    pub async fn go_on(&self, job: &Job, contacts: usize) -> Result<Job, Error> {
        if contacts <= SMALL && !matches!(job.work, Work::Export { .. } | Work::Import { .. }) {
            // What cannot be done now is not dropped: the worker goes on, and the job tells the caller so.
            if self.work_on(&job.team, job.id, Deadline::within(&self.clock, INLINE)).await.is_err() {
                self.worker.ask(&Task::Job { team: job.team.clone(), job: job.id }).await?;
            }
        } else {
            self.worker.ask(&Task::Job { team: job.team.clone(), job: job.id }).await?;
        }
        self.store.get_job(&job.team, job.id).await
    }

    /// Chosen contacts one by one, each once. When the team has none of them the answer is that there is nothing, whoever else may have them.
    pub async fn choose_ids(&self, team: &TeamId, ids: Vec<ContactId>) -> Result<(Chosen, Vec<ContactId>), Error> {
        let mut seen = BTreeSet::new();
        let ids: Vec<ContactId> = ids.into_iter().filter(|&id| seen.insert(id)).collect();
        for batch in ids.chunks(100) {
            let stored = self.store.find_all_stored(team, &batch.iter().copied().collect(), crate::store::Consistency::Strong).await?;
            if stored.into_values().any(|stored| stored.live().is_some()) {
                return Ok((Chosen::Ids(ids.len() as u64), ids));
            }
        }
        Err(Error::NotFoundIn { field: "selection.ids" })
    }

    /// Everything that matches a filter at this moment.
    pub async fn choose_filter(&self, team: &TeamId, filter: FilterText) -> Result<(Chosen, Vec<ContactId>), Error> {
        if filter.q.chars().count() > MAX_Q {
            return Err(Error::parameter("selection.filter.q", format!("at most {MAX_Q} characters")));
        }
        let by = Filter::new(&filter.q, filter.status);
        let ids = self.read_directory(team, |directory| directory.matching(&by)).await?;
        Ok((Chosen::Filter(filter), ids))
    }

    /// Undoes a job: as a plan made from what it did, applied as soon as it is made. The job notes who undoes it, so it happens once.
    pub async fn start_undo(&self, member: &Member, of: JobId) -> Result<Job, Error> {
        let undo = self.new_job(member, random::job_id(self.clock.now_ms()), Work::Undo { of }, State::Planning, Review::Skip);
        let now = self.clock.now();
        // The undo is recorded before the job names it: whoever is cut off in between leaves an undo that finds it does not count.
        if let Some(earlier) = self.store.get_job(&member.team, of).await?.undone_by {
            self.forget_dead_undo(&member.team, of, earlier).await?;
        }
        self.store.get_job(&member.team, of).await?.can_be_undone(now).map_err(|problem| refusal(&problem))?;
        self.store.add_job(&undo).await?;
        let claimed = self.store.change_job(&member.team, of, |job| {
            job.can_be_undone(now).map_err(|problem| refusal(&problem))?;
            job.undone_by = Some(undo.id);
            Ok(())
        });
        let done = match claimed.await {
            Ok((done, ())) => done,
            Err(error) => {
                self.store
                    .change_job(&member.team, undo.id, |job| {
                        (job.state, job.problem) = (State::Cancelled, Some("another undo was faster".to_owned()));
                        Ok(())
                    })
                    .await?;
                self.let_undo_again(&member.team, of, undo.id).await?;
                return Err(error);
            }
        };
        let rows = done.counts.created + done.counts.updated + done.counts.deleted;
        self.go_on(&undo, usize::try_from(rows).unwrap_or(usize::MAX)).await
    }
}

impl App {
    /// An undo that ended before its time no longer counts, wherever it was cut off.
    async fn forget_dead_undo(&self, team: &TeamId, of: JobId, undo: JobId) -> Result<(), Error> {
        let is_dead = match self.store.get_job(team, undo).await {
            Ok(undo) => matches!(undo.state, State::Cancelled | State::Failed),
            Err(Error::NotFound) => true,
            Err(error) => return Err(error),
        };
        if is_dead { self.let_undo_again(team, of, undo).await } else { Ok(()) }
    }
}

fn refusal(problem: &NotUndoable) -> Error {
    let conflict = Error::conflict("not_undoable", format!("{}.", sentence(problem)));
    if let NotUndoable::Already(by) = problem { conflict.with("undoneBy", by) } else { conflict }
}

fn sentence(problem: &NotUndoable) -> String {
    let text = problem.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
