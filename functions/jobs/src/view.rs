//! A job as the API shows it.

use domain::{
    csv_file::ColumnUse,
    ids::{ContactId, JobId, MemberId},
    job::{BulkAction, Chosen, Counts, ImportOptions, Job, MatchBy, Mode, State, Work},
};
use jiff::Timestamp;
use serde::Serialize;

/// A job. Rows = created + updated + unchanged + deleted + failed, in `planned` once it is planned and in `counts` once it has ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub struct JobView {
    /// Identifier.
    id: JobId,
    /// What it does.
    #[schema(examples("import"))]
    kind: &'static str,
    /// Where it stands.
    state: State,
    /// How many rows it has, once known.
    #[schema(examples(1200))]
    rows: Option<u64>,
    /// What applying it would do.
    planned: Counts,
    /// What was stored, counted when it was stored.
    counts: Counts,
    /// How far applying is, from 0 to 1. While an import is planned the number of its rows is not known; `planned` grows.
    #[schema(examples(0.5))]
    progress: f64,
    /// Who made it.
    created_by: MemberId,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, examples("2026-02-01T09:00:00.123Z"))]
    created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, examples("2026-02-01T09:05:00.123Z"))]
    finished_at: Option<Timestamp>,
    /// Why it failed.
    #[schema(examples("the file has column names but no rows: add the contacts below them"))]
    problem: Option<String>,
    /// The earlier import of the very same file.
    same_file_as: Option<JobId>,
    /// The job that undoes this one.
    undone_by: Option<JobId>,
    /// Whether it can be undone at this moment.
    #[schema(examples(true))]
    can_be_undone: bool,
    /// What an import does.
    import: Option<ImportView>,
    /// What a bulk action does.
    action: Option<BulkAction>,
    /// How the contacts were chosen.
    chosen: Option<Chosen>,
    /// What a merge keeps.
    keep: Option<ContactId>,
    /// What a merge removes.
    remove: Option<ContactId>,
    /// The job that an undo undoes.
    undoes: Option<JobId>,
    /// The link to an export's file. It dies in 15 minutes; ask for the job again to get a new one.
    #[schema(examples("https://bucket.s3.amazonaws.com/exports/demo/contacts.csv?X-Amz-Signature=…"))]
    download: Option<String>,
}

/// What an import does with its file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// The name the file had.
    #[schema(examples("contacts.csv"))]
    file_name: String,
    /// Its size in bytes.
    #[schema(examples(20480))]
    size: u64,
    /// Which contacts it may touch.
    mode: Option<Mode>,
    /// By what it finds them.
    match_by: Option<MatchBy>,
    /// The encoding that was found or chosen.
    encoding: Option<domain::csv_file::Encoding>,
    /// The delimiter that was found or chosen.
    delimiter: Option<domain::csv_file::Delimiter>,
    /// What became of each column.
    columns: Vec<ColumnUse>,
}

impl JobView {
    /// A job at this moment.
    pub fn new(job: Job, now: Timestamp) -> Self {
        let can_be_undone = job.can_be_undone(now).is_ok();
        let progress = progress(&job);
        let kind = job.work.kind();
        let mut view = Self {
            id: job.id,
            kind,
            state: job.state,
            rows: job.rows,
            planned: job.planned,
            counts: job.counts,
            progress,
            created_by: job.created_by,
            created_at: job.created_at,
            finished_at: job.finished_at,
            problem: job.problem,
            same_file_as: job.same_file_as,
            undone_by: job.undone_by,
            can_be_undone,
            import: None,
            action: None,
            chosen: None,
            keep: None,
            remove: None,
            undoes: None,
            download: None,
        };
        match job.work {
            Work::Import { file_name, bytes, options } => view.import = Some(ImportView::new(file_name, bytes, options.map(|options| *options))),
            Work::Export { chosen } => view.chosen = Some(chosen),
            Work::Bulk { action, chosen } => (view.action, view.chosen) = (Some(action), Some(chosen)),
            Work::Merge { keep, remove, .. } => (view.keep, view.remove) = (Some(keep), Some(remove)),
            Work::Undo { of } => view.undoes = Some(of),
        }
        view
    }

    /// The same with the link to its file.
    #[must_use]
    pub fn with_download(mut self, url: String) -> Self {
        self.download = Some(url);
        self
    }
}

impl ImportView {
    fn new(file_name: String, size: u64, options: Option<ImportOptions>) -> Self {
        let format = options.as_ref().and_then(|options| options.format.as_ref());
        Self {
            file_name,
            size,
            mode: options.as_ref().map(|options| options.mode),
            match_by: options.as_ref().map(|options| options.match_by),
            encoding: format.map(|format| format.encoding),
            delimiter: format.map(|format| format.delimiter),
            columns: options.map(|options| options.uses).unwrap_or_default(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
fn progress(job: &Job) -> f64 {
    match (job.state, job.rows) {
        (State::AwaitingFile | State::Planning, _) => 0.0,
        (State::Planned | State::Done | State::Cancelled | State::Failed, _) | (_, None | Some(0)) => 1.0,
        (State::Applying | State::Cancelling, Some(rows)) => (job.counts.rows() + job.exported) as f64 / rows as f64,
    }
}
