//! Applying: exactly the plan, each row once, counted when it is stored.

use super::{Run, Stop, chain::guards, parts::Series, plan::add};
use crate::{
    App, Error,
    host::Deadline,
    store::{Change, Consistency, Refusal, Stored, Unit},
    worker::Task,
};
use domain::{
    contact::Contact,
    field::Field,
    history::Author,
    ids::{ContactId, TeamId},
    job::{Counts, State},
    plan::{Action, Bond, Row, RowProblem},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Changes go into the log under a moment that is at most this old, so that whoever reads the log's newest stretch finds them.
const STAMP_MS: i64 = 4_000;
/// How many units are written between two looks at the stamp.
const UNITS: usize = 500;
/// How often a unit whose chain of managers moved is tried anew.
const TRIES: usize = 5;

const CHANGED: &str = "the contact changed since the plan was made";
const GONE: &str = "the contact was deleted since the plan was made";
const THERE: &str = "a contact with this id is there since the plan was made";
const CANCELLED: &str = "the job was cancelled before this row was applied";
const TOGETHER: &str = "the row it belongs with could not be stored";
const MOVED: &str = "who reports to whom kept changing; try again";

/// Rows that are stored together: the indexes of a range of a part.
type Group = std::ops::Range<usize>;

impl Run<'_> {
    /// Applies the parts that are left. Of a cancelled job nothing more is stored: its rows are listed as failed, so that every row is accounted for.
    pub(super) async fn apply(&mut self, deadline: Deadline) -> Result<(), Stop> {
        let mut is_first = true;
        let mut ahead = None;
        while self.job.applied_parts < self.job.plan_parts && !deadline.is_near(&self.app.clock) {
            if is_first && self.job.state == State::Applying {
                self.stamp().await?;
            }
            is_first = false;
            let number = self.job.applied_parts;
            let rows = match ahead.take() {
                Some(rows) => rows,
                None => self.app.read_part(&self.job, Series::Plan, number).await?,
            };
            let (app, job) = (self.app, self.job.clone());
            let next = async {
                let is_there = number + 1 < job.plan_parts;
                if is_there { app.read_part(&job, Series::Plan, number + 1).await.map(Some) } else { Ok(None) }
            };
            let (applied, next) = futures::join!(self.apply_part(rows), next);
            let (rows, write_units) = applied?;
            ahead = next?;
            // Whoever lost the job meanwhile must not replace what its successor stored.
            self.still_held().await?;
            self.app.save_part(&self.job, Series::Outcome, number, &rows).await?;
            let mut counts = Counts::default();
            for row in &rows {
                counts.add_outcome(row);
            }
            let began_ms = self.job.stamps.last().copied().unwrap_or_default();
            let stamp_ms = self.app.clock.now_ms();
            self.advance(&[State::Applying, State::Cancelling], |job| {
                // A reply that was lost has this tried again on a record that has moved on: a part counts once.
                if job.applied_parts == number {
                    job.applied_parts = number + 1;
                    add(&mut job.counts, &counts);
                }
                job.stamps = if job.state == State::Applying { vec![stamp_ms] } else { Vec::new() };
            })
            .await?;
            self.keep_snapshots_near().await?;
            self.pace(write_units, stamp_ms - began_ms).await?;
        }
        if self.job.applied_parts == self.job.plan_parts { self.finish().await } else { Ok(()) }
    }

    async fn finish(&mut self) -> Result<(), Stop> {
        self.save_failed(Series::Outcome).await?;
        let now = self.app.clock.now();
        self.advance(&[State::Applying, State::Cancelling], |job| {
            job.state = if job.state == State::Applying { State::Done } else { State::Cancelled };
            job.finished_at = Some(now);
            job.stamps = Vec::new();
        })
        .await?;
        if self.job.state == State::Cancelled {
            self.let_undo_again().await?;
        }
        if self.job.rows.unwrap_or_default() > 1_000 {
            self.app.worker.ask(&Task::Snapshot { team: self.job.team.clone() }).await?;
        }
        Ok(())
    }

    /// Notes a fresh moment for the changes to come. All moments of a part are kept until it is counted, so that whatever was written under any of them is found.
    async fn stamp(&mut self) -> Result<(), Stop> {
        let stamp_ms = self.app.clock.now_ms();
        self.hold(&[State::Applying], |job| {
            if job.stamps.last() != Some(&stamp_ms) {
                job.stamps.push(stamp_ms);
            }
        })
        .await
    }

    async fn apply_part(&mut self, mut rows: Vec<Row>) -> Result<(Vec<Row>, f64), Stop> {
        let groups = groups(&rows);
        let mut refused: HashMap<usize, Refused> = HashMap::new();
        let mut write_units = 0.0;
        let writing: Vec<Group> = groups.iter().filter(|group| rows[(*group).clone()].iter().any(Row::writes)).cloned().collect();
        let mut chunks = writing.chunks(UNITS);
        let mut ready = self.prepare(&rows, chunks.next(), &mut refused).await?;
        while let Some(units) = ready {
            // What comes next is read and put together while this is being written.
            let (app, team) = (self.app, self.job.team.clone());
            let mut refused_next = HashMap::new();
            let (stored, next) = futures::join!(store(app, &team, units), self.prepare(&rows, chunks.next(), &mut refused_next));
            refused.extend(refused_next);
            write_units += self.note(&rows, stored?, &mut refused).await?;
            ready = next?;
        }
        let written = self.find_written(&rows, &groups, &refused).await?;
        for group in groups {
            let refused = refused.remove(&group.start).filter(|_| !written.contains(&group.start));
            for index in group {
                let row = rows[index].clone();
                rows[index] = match &refused {
                    None => row.stored(),
                    Some(Refused::HeldBack(at, why)) if *at == index => row.held_back(why),
                    Some(Refused::Row(at, problem)) if *at == index => row.failed(problem.clone()),
                    Some(Refused::Row(_, problem)) if problem.problem == CANCELLED => row.failed(problem.clone()),
                    Some(Refused::HeldBack(..)) => row.held_back(TOGETHER),
                    Some(Refused::Row(..)) => row.failed(RowProblem::new(TOGETHER)),
                };
            }
        }
        Ok((rows, write_units))
    }

    fn is_stamp_old(&self) -> bool {
        self.job.stamps.last().is_none_or(|stamp_ms| self.app.clock.now_ms() - stamp_ms > STAMP_MS)
    }

    async fn is_being_cancelled(&mut self) -> Result<bool, Error> {
        let job = self.app.store.get_job(&self.job.team, self.job.id).await?;
        let ours = job.lease.as_ref().is_some_and(|lease| lease.owner == self.owner);
        let cancelling = ours && job.state == State::Cancelling;
        if cancelling {
            self.job = job;
        }
        Ok(cancelling)
    }

    /// Puts groups of rows together as units, on what is there now; notes those that cannot be. `None` when there are no more groups.
    async fn prepare(
        &mut self,
        rows: &[Row],
        groups: Option<&[Group]>,
        refused: &mut HashMap<usize, Refused>,
    ) -> Result<Option<Vec<(Group, Unit)>>, Stop> {
        let Some(groups) = groups else { return Ok(None) };
        if self.is_cancelled().await? {
            refused.extend(groups.iter().map(|group| (group.start, Refused::Row(group.start, RowProblem::new(CANCELLED)))));
            return Ok(Some(Vec::new()));
        }
        Ok(Some(self.units(rows, groups.to_vec(), Read::Known, refused).await?))
    }

    /// Whether nothing more is to be stored. If it is, the moment under which it will stand in the log is fresh.
    async fn is_cancelled(&mut self) -> Result<bool, Stop> {
        if self.job.state == State::Cancelling {
            return Ok(true);
        }
        if !self.is_stamp_old() {
            return Ok(false);
        }
        match self.stamp().await {
            // Somebody may have cancelled meanwhile: then what is left of the part is not stored, but what was is still counted.
            Err(Stop::Lost) if self.is_being_cancelled().await? => Ok(true),
            stamped => stamped.map(|()| false),
        }
    }

    async fn units(&self, rows: &[Row], groups: Vec<Group>, read: Read, refused: &mut HashMap<usize, Refused>) -> Result<Vec<(Group, Unit)>, Error> {
        let looked_at = |row: &&Row| read == Read::All || row.action != Action::Create;
        let ids: BTreeSet<ContactId> =
            groups.iter().flat_map(|group| rows[group.clone()].iter().filter(looked_at).filter_map(|row| row.contact)).collect();
        let stored = self.app.store.find_all_stored(&self.job.team, &ids, Consistency::Strong).await?;
        let mut known = HashMap::new();
        let mut units = Vec::new();
        for group in groups {
            match self.unit(rows, &group, &stored, &mut known).await? {
                Ok(unit) => units.push((group, unit)),
                Err(why) => drop(refused.insert(group.start, why)),
            }
        }
        Ok(units)
    }

    /// Notes what was not stored. Groups whose chain of managers moved are tried anew, and so are those that make a contact which was there before and is gone.
    async fn note(&self, rows: &[Row], stored: Stores, refused: &mut HashMap<usize, Refused>) -> Result<f64, Error> {
        let (mut results, mut write_units) = stored;
        for _ in 1..TRIES {
            let mut moved = Vec::new();
            for (group, result) in std::mem::take(&mut results) {
                match result {
                    Ok(()) => {}
                    Err(Refusal::Moved) => moved.push(group),
                    Err(Refusal::Stale { contact, current: None }) if makes(&rows[group.clone()], contact) => moved.push(group),
                    Err(refusal) => drop(refused.insert(group.start, explain(rows, &group, refusal))),
                }
            }
            if moved.is_empty() {
                return Ok(write_units);
            }
            let units = self.units(rows, moved, Read::All, refused).await?;
            let again = store(self.app, &self.job.team, units).await?;
            results = again.0;
            write_units += again.1;
        }
        let left = results.into_iter().filter_map(|(group, result)| Some((group.start, explain(rows, &group, result.err()?))));
        refused.extend(left);
        Ok(write_units)
    }

    async fn unit(
        &self,
        rows: &[Row],
        group: &Group,
        stored: &HashMap<ContactId, Stored>,
        known: &mut HashMap<ContactId, Option<Contact>>,
    ) -> Result<Result<Unit, Refused>, Error> {
        let mut unit = Unit::default();
        let stamp_ms = self.job.stamps.last().copied().unwrap_or_else(|| self.app.clock.now_ms());
        for index in group.clone() {
            let row = &rows[index];
            let (Some(id), true) = (row.contact, row.writes()) else { continue };
            let before = stored.get(&id).cloned();
            let after = match (&before, row.action) {
                (Some(Stored::Live(contact)), Action::Update | Action::Delete) if Some(contact.version) != row.base => {
                    return Ok(Err(Refused::HeldBack(index, CHANGED)));
                }
                (Some(Stored::Live(contact)), Action::Update) => Some(row.apply_to(&contact.profile).map_err(Error::internal)?),
                (Some(Stored::Live(_)), Action::Delete) => None,
                (Some(Stored::Live(_)), _) => return Ok(Err(Refused::HeldBack(index, THERE))),
                (_, Action::Update | Action::Delete) => return Ok(Err(Refused::HeldBack(index, GONE))),
                (_, Action::Create) => Some(row.apply_to(&domain::contact::Profile::default()).map_err(Error::internal)?),
                (_, _) => row.whole.as_ref().map(|contact| contact.profile.clone()),
            };
            let sets_manager = row.action == Action::Restore || row.changes.iter().any(|change| change.field == Field::ReportsToContactId);
            if let Some(to) = after.as_ref().and_then(domain::contact::Profile::reports_to).filter(|_| sets_manager) {
                match guards(self.app, &self.job.team, id, to, known).await? {
                    Ok(guards) => unit.guards.extend(guards),
                    // Whoever comes back may have reported to somebody who has left since.
                    Err(super::Circle::Missing) if row.action == Action::Restore => {}
                    Err(circle) => {
                        return Ok(Err(Refused::Row(index, RowProblem::of(Field::ReportsToContactId, &to.to_string(), circle.to_string()))));
                    }
                }
            }
            let author = Author { source: self.job.work.source(), member: Some(self.job.created_by.clone()), job: Some(self.job.id) };
            let mut change = Change::new(id, before, after, author, stamp_ms, self.name(row));
            if let (Action::Restore, Some(whole)) = (row.action, &row.whole) {
                change = change.born_as(whole);
            }
            unit.changes.push(change);
        }
        Ok(Ok(unit))
    }

    /// The name of a row's change in the log: no other change ever has it.
    fn name(&self, row: &Row) -> String {
        format!("{}#{}", self.job.id, row.row)
    }

    /// Of the groups that seem not to be stored, those that are: by an earlier worker, or by a write whose reply was lost.
    async fn find_written(&self, rows: &[Row], groups: &[Group], refused: &HashMap<usize, Refused>) -> Result<HashSet<usize>, Error> {
        let mut wanted = Vec::new();
        let mut starts = HashMap::new();
        for group in groups.iter().filter(|group| refused.contains_key(&group.start)) {
            for row in rows[group.clone()].iter().filter(|row| row.writes()) {
                let Some(id) = row.contact else { continue };
                starts.insert(self.name(row), group.start);
                wanted.extend(self.job.stamps.iter().map(|&stamp_ms| (id, stamp_ms, self.name(row))));
            }
        }
        let written = self.app.store.find_written(&self.job.team, &wanted).await?;
        Ok(written.iter().filter_map(|name| starts.get(name).copied()).collect())
    }
}

/// What is looked at before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// What is there by the plan. A contact that is to be made is not, and if it is, the write says so.
    Known,
    /// Everything.
    All,
}

fn makes(rows: &[Row], contact: ContactId) -> bool {
    rows.iter().any(|row| row.contact == Some(contact) && row.action == Action::Create)
}

/// What became of groups that were stored together, and what it cost in write units.
type Stores = (Vec<(Group, Result<(), Refusal>)>, f64);

async fn store(app: &App, team: &TeamId, units: Vec<(Group, Unit)>) -> Result<Stores, Error> {
    let (groups, units): (Vec<Group>, Vec<Unit>) = units.into_iter().unzip();
    let committed = app.store.commit(team, &units).await?;
    Ok((groups.into_iter().zip(committed.results).collect(), committed.write_units))
}

/// Why a group is not stored, by the row at fault.
#[derive(Debug, Clone)]
enum Refused {
    HeldBack(usize, &'static str),
    Row(usize, RowProblem),
}

fn groups(rows: &[Row]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut start = 0;
    for (index, row) in rows.iter().enumerate() {
        if row.bond == Bond::None || index + 1 == rows.len() {
            groups.push(start..index + 1);
            start = index + 1;
        }
    }
    groups
}

fn explain(rows: &[Row], group: &Group, refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Stale { contact, current } => {
            let index = group.clone().find(|&index| rows[index].contact == Some(contact)).unwrap_or(group.start);
            let why = match (rows[index].action, current) {
                (Action::Update | Action::Delete, None) => GONE,
                (Action::Update | Action::Delete, Some(_)) => CHANGED,
                _ => THERE,
            };
            Refused::HeldBack(index, why)
        }
        Refusal::Taken { field, holder } => {
            let sets = |index: &usize| rows[*index].changes.iter().any(|change| change.field == field) || rows[*index].action == Action::Restore;
            let index = group.clone().find(sets).unwrap_or(group.start);
            let value = rows[index].changes.iter().find(|change| change.field == field).and_then(|change| change.new.as_str()).unwrap_or_default();
            let who = holder.map_or_else(|| "another contact".to_owned(), |holder| format!("contact {holder}"));
            Refused::Row(index, RowProblem::of(field, value, format!("{who} has it since the plan was made")))
        }
        Refusal::Moved => Refused::Row(group.start, RowProblem::new(MOVED)),
    }
}
