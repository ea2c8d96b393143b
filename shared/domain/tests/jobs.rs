//! When a job can be undone, and how its rows are counted.

#![cfg(test)]

use domain::{
    contact::{Contact, Profile},
    field::Field,
    ids::{ContactId, JobId, NotAnId, Version},
    job::{BulkAction, Chosen, Counts, Job, NotUndoable, State, UNDO_DAYS, Work},
    plan::{Row, RowProblem},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

fn job(work: Work, state: State, counts: Counts) -> Result<Job, NotAnId> {
    Ok(Job {
        id: JobId::from_uuid(Uuid::nil()),
        team: "demo".parse()?,
        version: Version::FIRST,
        work,
        state,
        review: domain::job::Review::First,
        created_by: "ann".parse()?,
        created_at: Timestamp::UNIX_EPOCH,
        finished_at: Some(Timestamp::UNIX_EPOCH),
        heartbeat_at: Timestamp::UNIX_EPOCH,
        lease: None,
        rows: None,
        planned: counts,
        counts,
        exported: 0,
        plan_parts: 0,
        applied_parts: 0,
        tries: 0,
        stamps: Vec::new(),
        problem: None,
        same_file_as: None,
        undone_by: None,
    })
}

fn bulk() -> Work {
    Work::Bulk { action: BulkAction::Activate, chosen: Chosen::Ids(3) }
}

const ONE: Counts = Counts { created: 0, updated: 1, unchanged: 0, deleted: 0, failed: 0, held_back: 0 };

#[test]
fn only_a_job_that_has_ended_can_be_undone() -> Result<(), NotAnId> {
    for state in [State::Done, State::Cancelled, State::Failed] {
        assert_eq!(job(bulk(), state, ONE)?.can_be_undone(Timestamp::UNIX_EPOCH), Ok(()), "{state:?}");
    }
    for state in [State::AwaitingFile, State::Planning, State::Planned, State::Applying, State::Cancelling] {
        assert_eq!(job(bulk(), state, ONE)?.can_be_undone(Timestamp::UNIX_EPOCH), Err(NotUndoable::Unfinished), "{state:?}");
    }
    Ok(())
}

#[test]
fn a_job_is_undone_once_and_within_thirty_days() -> Result<(), NotAnId> {
    let mut done = job(bulk(), State::Done, ONE)?;
    let end = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(UNDO_DAYS * 24);
    assert_eq!(done.can_be_undone(end - SignedDuration::from_secs(1)), Ok(()));
    assert_eq!(done.can_be_undone(end), Err(NotUndoable::TooLate));
    let by = JobId::from_uuid(Uuid::max());
    done.undone_by = Some(by);
    assert_eq!(done.can_be_undone(Timestamp::UNIX_EPOCH), Err(NotUndoable::Already(by)));
    Ok(())
}

#[test]
fn a_job_that_changed_nothing_has_nothing_to_undo() -> Result<(), NotAnId> {
    let idle = Counts { unchanged: 5, failed: 5, held_back: 1, ..Counts::default() };
    assert_eq!(job(bulk(), State::Done, idle)?.can_be_undone(Timestamp::UNIX_EPOCH), Err(NotUndoable::Nothing));
    let export = job(Work::Export { chosen: Chosen::Ids(1) }, State::Done, Counts::default())?;
    assert_eq!(export.can_be_undone(Timestamp::UNIX_EPOCH), Err(NotUndoable::Nothing));
    Ok(())
}

#[test]
fn every_row_is_counted_once_before_and_after() {
    let profile = Profile::parse(serde_json::json!({"company": "X"}).as_object().expect("an object")).expect("it fits");
    let at = Timestamp::UNIX_EPOCH;
    let contact =
        Contact { id: ContactId::from_uuid(Uuid::nil()), version: Version::FIRST, created_at: at, updated_at: at, last_sign_in_at: None, profile };
    let mut next = contact.profile.clone();
    next.set(Field::Company, &serde_json::json!("Y")).expect("it fits");
    let rows = [
        Row::create(1, contact.id, &next),
        Row::update(2, &contact, &next),
        Row::update(3, &contact, &contact.profile),
        Row::delete(4, &contact),
        Row::restore(5, contact.clone()),
        Row::fail(6, String::new(), vec![RowProblem::new("wrong")]),
        Row::hold_back(7, contact.id, String::new(), "changed"),
    ];
    let expected = Counts { created: 2, updated: 1, unchanged: 1, deleted: 1, failed: 2, held_back: 1 };
    let (mut planned, mut stored, mut refused) = (Counts::default(), Counts::default(), Counts::default());
    for row in rows {
        planned.add_planned(&row);
        stored.add_outcome(&row.clone().stored());
        refused.add_outcome(&row.held_back("changed since"));
    }
    assert_eq!((planned, stored, planned.rows()), (expected, expected, 7));
    assert_eq!(refused, Counts { failed: 7, held_back: 7, ..Counts::default() });
}
