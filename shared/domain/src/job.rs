//! A job: one mass change. Always a plan first, then applied exactly, then undoable.

use crate::{
    field::Field,
    ids::{ContactId, JobId, MemberId, TeamId, Version},
    plan::{Action, Outcome, Row},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long a job can be undone: its parts are kept for this long.
pub const UNDO_DAYS: i64 = 30;
/// A job with at most this many contacts is planned and applied in one request.
pub const SMALL: usize = 100;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// An import whose file is not there yet, or has not been asked to be planned.
    AwaitingFile,
    /// The plan is being made. Nothing is written.
    Planning,
    /// The plan can be looked at. Nothing is written.
    Planned,
    /// The plan is being applied; or an export's file is being written.
    Applying,
    /// It was cancelled while applying; the rows that are left are being listed as failed.
    Cancelling,
    /// Everything that could be done is done.
    Done,
    /// It was cancelled. What had been applied before stays, and can be undone.
    Cancelled,
    /// It could not be planned, or not be finished; `problem` says why.
    Failed,
}

impl State {
    /// Whether a worker has something to do.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Planning | Self::Applying | Self::Cancelling)
    }
}

/// How many rows came out how. `failed` includes `heldBack`, so rows = created + updated + unchanged + deleted + failed, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({"created": 120, "updated": 1060, "unchanged": 12, "deleted": 0, "failed": 8, "heldBack": 2})))]
pub struct Counts {
    /// Contacts made, or brought back by an undo.
    pub created: u64,
    /// Contacts changed.
    pub updated: u64,
    /// Rows that change nothing.
    pub unchanged: u64,
    /// Contacts deleted.
    pub deleted: u64,
    /// Rows that were not stored, each with its reason.
    pub failed: u64,
    /// Those of the failed whose contact changed since the plan was made.
    pub held_back: u64,
}

impl Counts {
    /// All rows.
    pub const fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.deleted + self.failed
    }

    /// Counts one row as planned: what applying it would do.
    pub fn add_planned(&mut self, row: &Row) {
        match row.action {
            Action::Create | Action::Restore => self.created += 1,
            Action::Update => self.updated += 1,
            Action::Delete => self.deleted += 1,
            Action::Leave => self.unchanged += 1,
            Action::Fail => self.add_failed(row),
        }
    }

    /// Counts one row as it came out.
    pub fn add_outcome(&mut self, row: &Row) {
        match row.outcome {
            Some(Outcome::Created) => self.created += 1,
            Some(Outcome::Updated) => self.updated += 1,
            Some(Outcome::Deleted) => self.deleted += 1,
            Some(Outcome::Unchanged) => self.unchanged += 1,
            Some(Outcome::Failed) | None => self.add_failed(row),
        }
    }

    fn add_failed(&mut self, row: &Row) {
        self.failed += 1;
        self.held_back += u64::from(row.held_back);
    }
}

/// Which contacts an import may touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Make new contacts only; rows that match one fail.
    Create,
    /// Change existing contacts only; rows that match none fail.
    Update,
    /// Change those that match, make the others.
    #[default]
    Both,
}

/// By what an import finds the contact of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MatchBy {
    /// The contact's `id`, as an export writes it.
    Id,
    /// The directory's identifier.
    DirectorySyncId,
    /// The Primary Email, without case.
    #[default]
    PrimaryEmail,
}

/// What a bulk action does to each contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum BulkAction {
    /// Makes them active.
    Activate,
    /// Makes them inactive.
    Deactivate,
    /// Gives them portal access.
    GrantPortalAccess,
    /// Takes portal access away.
    RevokePortalAccess,
    /// Deletes them.
    Delete,
    /// Sets `company`, `division` or any switch: field to value, null clears.
    #[schema(value_type = Object, examples(json!({"set": {"division": "IT", "portalAccess": true}})))]
    Set(BTreeMap<Field, serde_json::Value>),
}

/// Contacts that match a search, as the directory page shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilterText {
    /// The search text; empty matches all.
    #[schema(examples("example.com"))]
    #[serde(default)]
    pub q: String,
    /// Only active or only inactive contacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<crate::directory::Status>,
}

/// How the contacts of a job were chosen. Which they were is stored with the job's parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Chosen {
    /// One by one: how many.
    #[schema(examples(json!({"ids": 12})))]
    Ids(u64),
    /// All that matched.
    Filter(FilterText),
}

/// What an import was asked to do with its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportOptions {
    /// The entity tag of the upload that was planned: a file that replaces it is refused.
    pub etag: String,
    /// Which contacts it may touch.
    pub mode: Mode,
    /// By what it finds them.
    pub match_by: MatchBy,
    /// Header to field, as chosen by hand.
    pub columns: BTreeMap<String, String>,
    /// Encoding and delimiter chosen by hand.
    pub encoding: Option<crate::csv_file::Encoding>,
    /// The delimiter chosen by hand.
    pub delimiter: Option<crate::csv_file::Delimiter>,
    /// What the file turned out to be; known once it was looked through.
    pub format: Option<crate::csv_file::Format>,
    /// What became of each column.
    pub uses: Vec<crate::csv_file::ColumnUse>,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Work {
    /// Contacts from a file.
    Import {
        /// The name the file had.
        file_name: String,
        /// Its announced size.
        bytes: u64,
        /// What to do with it, once asked.
        options: Option<Box<ImportOptions>>,
    },
    /// Contacts to a file.
    Export {
        /// Which.
        chosen: Chosen,
    },
    /// One change to many contacts.
    Bulk {
        /// The change.
        action: BulkAction,
        /// To which.
        chosen: Chosen,
    },
    /// Two contacts become one.
    Merge {
        /// The one that stays.
        keep: ContactId,
        /// The one that goes.
        remove: ContactId,
        /// Fields that are taken from the one that goes.
        take: Vec<Field>,
    },
    /// Old values go back.
    Undo {
        /// The job that is undone.
        of: JobId,
    },
}

impl Work {
    /// The kind, as the API names it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Import { .. } => "import",
            Self::Export { .. } => "export",
            Self::Bulk { .. } => "bulk",
            Self::Merge { .. } => "merge",
            Self::Undo { .. } => "undo",
        }
    }

    /// How its changes stand in a contact's history.
    pub const fn source(&self) -> crate::history::Source {
        use crate::history::Source;
        match self {
            Self::Import { .. } => Source::Import,
            Self::Bulk { chosen: Chosen::Ids(1), .. } => Source::Member,
            Self::Export { .. } | Self::Bulk { .. } => Source::Bulk,
            Self::Merge { .. } => Source::Merge,
            Self::Undo { .. } => Source::Undo,
        }
    }
}

/// Whether a plan waits to be looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Review {
    /// It waits until somebody applies it.
    #[default]
    First,
    /// It is applied as soon as it is made.
    Skip,
}

/// Who works on a job, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// One run of a worker.
    pub owner: uuid::Uuid,
    /// When another may take over, in milliseconds since 1970.
    pub until_ms: i64,
}

/// A job. Its plan and its outcome lie in numbered parts beside it; only what must be looked at together is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Identifier; begins with the time it was made.
    pub id: JobId,
    /// Its team.
    pub team: TeamId,
    /// How often the record was written. Every write names the version it replaces.
    pub version: Version,
    /// What it does.
    pub work: Work,
    /// Where it stands.
    pub state: State,
    /// Whether its plan waits to be looked at.
    pub review: Review,
    /// Who made it.
    pub created_by: MemberId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub finished_at: Option<Timestamp>,
    /// When a worker last moved it on.
    pub heartbeat_at: Timestamp,
    /// Who is at it.
    #[serde(default)]
    pub lease: Option<Lease>,
    /// All rows, once known.
    #[serde(default)]
    pub rows: Option<u64>,
    /// What the plan would do.
    #[serde(default)]
    pub planned: Counts,
    /// What was stored.
    #[serde(default)]
    pub counts: Counts,
    /// How many contacts an export has written.
    #[serde(default)]
    pub exported: u64,
    /// How many parts the plan has so far.
    #[serde(default)]
    pub plan_parts: u32,
    /// How many parts are applied.
    #[serde(default)]
    pub applied_parts: u32,
    /// How often a worker took it up without moving it on.
    #[serde(default)]
    pub tries: u32,
    /// The moments, in milliseconds, under which changes of the part at hand may stand in the log.
    #[serde(default)]
    pub stamps: Vec<i64>,
    /// Why it failed.
    #[serde(default)]
    pub problem: Option<String>,
    /// The earlier import of the very same file.
    #[serde(default)]
    pub same_file_as: Option<JobId>,
    /// The job that undoes this one.
    #[serde(default)]
    pub undone_by: Option<JobId>,
}

impl Job {
    /// Whether it can be undone at this moment, or why not.
    pub fn can_be_undone(&self, now: Timestamp) -> Result<(), NotUndoable> {
        if matches!(self.work, Work::Export { .. }) {
            return Err(NotUndoable::Nothing);
        }
        if let Some(by) = self.undone_by {
            return Err(NotUndoable::Already(by));
        }
        if !matches!(self.state, State::Done | State::Cancelled | State::Failed) {
            return Err(NotUndoable::Unfinished);
        }
        if self.counts.created + self.counts.updated + self.counts.deleted == 0 {
            return Err(NotUndoable::Nothing);
        }
        let ended = self.finished_at.unwrap_or(self.heartbeat_at);
        if now.duration_since(ended).as_hours() >= UNDO_DAYS * 24 {
            return Err(NotUndoable::TooLate);
        }
        Ok(())
    }
}

/// Why a job cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUndoable {
    /// It has been, or is being.
    #[error("this job was undone already")]
    Already(JobId),
    /// It has not ended.
    #[error("this job has not ended yet: cancel it first, or wait")]
    Unfinished,
    /// It changed nothing.
    #[error("this job changed nothing")]
    Nothing,
    /// Its parts are gone.
    #[error("a job can be undone for {UNDO_DAYS} days")]
    TooLate,
}
