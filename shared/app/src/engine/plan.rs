//! Planning: part after part of what a job would do. Nothing is written but the plan.

use super::{
    Run, Stop,
    import::ImportPlanner,
    parts::{ROWS, Series},
};
use crate::{App, Error, host::Deadline, store::Consistency};
use domain::{
    ids::ContactId,
    job::{BulkAction, Counts, Job, State, Work},
    merge::merge,
    plan::{Row, RowProblem},
    undo::undo,
};
use std::collections::BTreeSet;

/// Where the rows of a plan come from.
enum Planner {
    Import(Box<ImportPlanner>),
    Bulk { action: BulkAction, contacts: Vec<ContactId> },
    Undo { of: Box<Job> },
    Ready(Option<Vec<Row>>),
}

/// A plan that cannot be made, in words for whoever asked for it.
pub(super) struct NoPlan(pub String);

impl Run<'_> {
    /// Plans until the plan is whole, somebody cancels, or the time is nearly over.
    pub(super) async fn plan(&mut self, deadline: Deadline) -> Result<(), Stop> {
        let mut planner = match self.planner().await? {
            Ok(planner) => planner,
            Err(NoPlan(problem)) => return self.give_up(problem).await,
        };
        while !deadline.is_near(&self.app.clock) {
            let number = self.job.plan_parts;
            let rows = match planner.next(self.app, &self.job).await {
                // The file was replaced, or what the plan is made from is no longer kept: trying again would not help.
                Err(Error::Conflict { detail, .. }) => return self.give_up(detail).await,
                Err(Error::NotFound) => return self.give_up("what this job needs is no longer kept".to_owned()).await,
                rows => rows?,
            };
            let rows = match rows {
                Ok(Some(rows)) => rows,
                Ok(None) => return self.planned().await,
                Err(NoPlan(problem)) => return self.give_up(problem).await,
            };
            self.app.save_part(&self.job, Series::Plan, number, &rows).await?;
            let mut counts = Counts::default();
            for row in &rows {
                counts.add_planned(row);
            }
            self.advance(&[State::Planning], |job| {
                if job.plan_parts == number {
                    job.plan_parts = number + 1;
                    add(&mut job.planned, &counts);
                }
            })
            .await?;
        }
        Ok(())
    }

    async fn planner(&mut self) -> Result<Result<Planner, NoPlan>, Stop> {
        let done = usize::try_from(self.job.planned.rows()).map_err(Error::internal)?;
        Ok(Ok(match self.job.work.clone() {
            Work::Import { .. } => match self.import_planner().await? {
                Ok(planner) => Planner::Import(Box::new(planner)),
                Err(problem) => return Ok(Err(problem)),
            },
            Work::Bulk { action, .. } => {
                let mut contacts = self.app.read_chosen(&self.job).await?;
                contacts.drain(..done.min(contacts.len()));
                contacts.reverse();
                Planner::Bulk { action, contacts }
            }
            Work::Undo { of } => {
                let of = self.app.store.get_job(&self.job.team, of).await?;
                if of.undone_by != Some(self.job.id) {
                    return Ok(Err(NoPlan("another undo of the same job was faster".to_owned())));
                }
                Planner::Undo { of: Box::new(of) }
            }
            Work::Merge { keep, remove, take } => {
                let team = &self.job.team;
                let (Some(keep), Some(remove)) = (self.app.store.find_contact(team, keep).await?, self.app.store.find_contact(team, remove).await?)
                else {
                    return Ok(Err(NoPlan("one of the two contacts is gone".to_owned())));
                };
                match merge(&keep, &remove, &take) {
                    Ok(rows) => Planner::Ready((done == 0).then(|| rows.to_vec())),
                    Err(problem) => return Ok(Err(NoPlan(problem.to_string()))),
                }
            }
            Work::Export { .. } => Planner::Ready(None),
        }))
    }
}

impl Planner {
    /// The rows of the next part; `None` when the plan is whole. An undo may have a part without rows.
    async fn next(&mut self, app: &App, job: &Job) -> Result<Result<Option<Vec<Row>>, NoPlan>, Error> {
        let first = job.planned.rows() + 1;
        Ok(Ok(match self {
            Self::Import(planner) => return planner.next(app, job).await,
            Self::Ready(rows) => rows.take(),
            Self::Bulk { contacts, .. } if contacts.is_empty() => None,
            Self::Bulk { action, contacts } => {
                let batch: Vec<ContactId> = contacts.split_off(contacts.len().saturating_sub(ROWS)).into_iter().rev().collect();
                Some(plan_bulk(app, job, action, &batch, first).await?)
            }
            Self::Undo { of } => plan_undo(app, job, of, first).await?,
        }))
    }
}

async fn plan_bulk(app: &App, job: &Job, action: &BulkAction, batch: &[ContactId], first: u64) -> Result<Vec<Row>, Error> {
    let stored = app.store.find_all_stored(&job.team, &batch.iter().copied().collect(), Consistency::Strong).await?;
    let plan = |(number, id): (u64, &ContactId)| match stored.get(id).cloned().and_then(crate::store::Stored::live) {
        Some(contact) => action.plan(number, &contact),
        None => Row::fail(
            number,
            String::new(),
            vec![RowProblem { column: Some("id".to_owned()), value: Some(id.to_string()), problem: "no contact has this id".to_owned() }],
        ),
    };
    Ok((first..).zip(batch).map(plan).collect())
}

/// Backwards, part by part and row by row: what was freed last is taken back first.
async fn plan_undo(app: &App, job: &Job, of: &Job, first: u64) -> Result<Option<Vec<Row>>, Error> {
    let Some(number) = of.applied_parts.checked_sub(job.plan_parts + 1) else { return Ok(None) };
    let done = app.read_part(of, Series::Outcome, number).await?;
    let ids: BTreeSet<ContactId> = done.iter().filter_map(|row| row.contact).collect();
    let stored = app.store.find_all_stored(&job.team, &ids, Consistency::Strong).await?;
    let current = |row: &Row| stored.get(&row.contact?).cloned().and_then(crate::store::Stored::live);
    let mut rows: Vec<Row> = Vec::new();
    for row in done.iter().rev() {
        let number = first + rows.len() as u64;
        rows.extend(undo(number, row, current(row).as_ref()));
    }
    bond_again(&done, &mut rows);
    Ok(Some(rows))
}

/// Rows that were stored together go back together: reversed, the second of a pair comes first.
fn bond_again(done: &[Row], rows: &mut [Row]) {
    use domain::plan::Bond;
    let firsts: BTreeSet<ContactId> = done.iter().filter(|row| row.bond == Bond::Next).filter_map(|row| row.contact).collect();
    for index in 1..rows.len() {
        if rows[index].contact.is_some_and(|id| firsts.contains(&id)) {
            rows[index - 1].bond = Bond::Next;
        }
    }
}

/// Adds counts to counts.
pub(super) fn add(to: &mut Counts, counts: &Counts) {
    to.created += counts.created;
    to.updated += counts.updated;
    to.unchanged += counts.unchanged;
    to.deleted += counts.deleted;
    to.failed += counts.failed;
    to.held_back += counts.held_back;
}
