//! Planning an import: the file is looked through once to learn what it is, then row by row beside what the directory holds.

use super::{
    Run, Stop,
    parts::ROWS,
    plan::NoPlan,
    upload::{Bytes, Rows},
};
use crate::{
    App, Error, random,
    store::{Consistency, Stored},
};
use domain::{
    contact::{Contact, Profile},
    csv_file::{Chosen, Columns, FileRow, Format, Inspector, MAX_ROWS, Record},
    ids::{ContactId, TeamId},
    import::{Found, Manager, derived_id, in_cells, match_key, plan_row, primary_email, reports_to, sync_id},
    job::{ImportOptions, Job, State, Work},
    plan::{Row, RowProblem},
};
use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};

/// After how many pieces of a file the job shows that somebody is at it.
const HEARTBEAT_PIECES: u32 = 16;
/// The longest header that a job's record has room for.
const MAX_HEADER_BYTES: usize = 50_000;

/// Plans the rows of a file.
pub(super) struct ImportPlanner {
    options: ImportOptions,
    columns: Columns,
    rows: Rows,
    seen: Seen,
    /// Rows that were planned before this worker took over: they are read again only to know what the file holds twice.
    skip: u64,
}

/// Which contacts the rows so far are about, by a 64-bit hash of each key, and on which line. A million rows take some tens of megabytes.
#[derive(Default)]
struct Seen(HashMap<u64, u64>);

/// A row of the file as far as it could be read.
struct Read {
    number: u64,
    line: u64,
    row: Result<FileRow, Vec<RowProblem>>,
    remark: Option<String>,
}

impl Run<'_> {
    /// Looks the file through if nobody has, and opens it after the rows that are planned.
    pub(super) async fn import_planner(&mut self) -> Result<Result<ImportPlanner, NoPlan>, Stop> {
        let Work::Import { options: Some(options), .. } = &self.job.work else {
            return Ok(Err(NoPlan("the import was never told what to do with its file".to_owned())));
        };
        let mut options = (**options).clone();
        let remembered = self.app.store.get_columns(&self.job.team).await?;
        let format = match options.format.clone() {
            Some(format) => format,
            None => match self.look_through(&options).await? {
                Ok(format) => format,
                Err(problem) => return Ok(Err(problem)),
            },
        };
        if format.header.iter().map(String::len).sum::<usize>() > MAX_HEADER_BYTES {
            return Ok(Err(NoPlan(format!("the column names are longer than {MAX_HEADER_BYTES} bytes together: is the first row the header?"))));
        }
        let columns = match Columns::map(&format.header, &options.columns, &remembered) {
            Ok(columns) => columns,
            Err(problems) => return Ok(Err(NoPlan(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))),
        };
        if options.format.is_none() {
            options.format = Some(format.clone());
            options.uses = columns.uses();
            let team = &self.job.team;
            let same = self.app.store.add_upload(team, &format.sha256, self.job.id, self.app.clock.now().as_second()).await?;
            self.advance(&[State::Planning], |job| {
                job.same_file_as = same;
                if let Work::Import { options: stored, .. } = &mut job.work {
                    *stored = Some(Box::new(options.clone()));
                }
            })
            .await?;
        }
        let bytes = Bytes::new(&self.job.team, self.job.id, &options.etag, format.size);
        let rows = Rows::new(bytes, &format);
        Ok(Ok(ImportPlanner { options, columns, rows, seen: Seen::default(), skip: self.job.planned.rows() }))
    }

    async fn look_through(&mut self, options: &ImportOptions) -> Result<Result<Format, NoPlan>, Stop> {
        let Work::Import { bytes: size, .. } = self.job.work else { return Err(Stop::Lost) };
        let mut bytes = Bytes::new(&self.job.team, self.job.id, &options.etag, size);
        let mut inspector = Inspector::new(Chosen { encoding: options.encoding, delimiter: options.delimiter });
        let mut pieces: u32 = 0;
        while let Some(piece) = bytes.next(self.app).await? {
            inspector.push(&piece);
            pieces += 1;
            if pieces.is_multiple_of(HEARTBEAT_PIECES) {
                self.heartbeat().await?;
            }
        }
        Ok(inspector.finish().map_err(|problem| NoPlan(problem.to_string())))
    }
}

impl ImportPlanner {
    /// Plans the next rows.
    pub(super) async fn next(&mut self, app: &App, job: &Job) -> Result<Result<Option<Vec<Row>>, NoPlan>, Error> {
        let mut reads = Vec::with_capacity(ROWS);
        while reads.len() < ROWS {
            let Some(record) = self.rows.next(app).await? else { break };
            if record.number > MAX_ROWS {
                return Ok(Err(NoPlan(format!("the file has more than {MAX_ROWS} rows: split it"))));
            }
            let read = self.read(&job.team, record);
            if read.number > self.skip {
                reads.push(read);
            }
        }
        if reads.is_empty() {
            return Ok(Ok(None));
        }
        let lookups = self.look_up(app, &job.team, &reads).await?;
        Ok(Ok(Some(
            reads
                .into_iter()
                .map(|mut read| {
                    let remark = read.remark.take();
                    self.plan(&job.team, read, &lookups).remarked(remark)
                })
                .collect(),
        )))
    }

    fn read(&mut self, team: &TeamId, record: Record) -> Read {
        let (number, line, remark) = (record.number, record.line, record.remark());
        let row = match record.cells {
            Err(problem) => Err(vec![RowProblem::new(problem.to_string())]),
            Ok(cells) => self.columns.read(&cells).map_err(in_cells),
        };
        let row = row.and_then(|row| match self.seen.first_line(&self.keys(team, &row), line) {
            None => Ok(row),
            Some((what, first)) => Err(vec![RowProblem {
                column: Some(what.to_owned()),
                value: None,
                problem: format!("line {first} of this file is about the same contact"),
            }]),
        });
        Read { number, line, row, remark }
    }

    /// Everything by which two rows can be about one contact.
    fn keys(&self, team: &TeamId, row: &FileRow) -> Vec<(&'static str, String)> {
        let id = row.id.map(|id| ("id", id.to_string()));
        let email = primary_email(row).map(|email| ("primaryEmail", email.key()));
        let sync = sync_id(row).map(|id| ("directorySyncId", id.to_owned()));
        let mut keys: Vec<_> = [id, email, sync].into_iter().flatten().collect();
        if let Some(id) = self.own_id(team, row) {
            keys.push(("row", id.to_string()));
        }
        keys
    }

    /// The id of a row that names its contact in no other way.
    fn own_id(&self, team: &TeamId, row: &FileRow) -> Option<ContactId> {
        if row.id.is_some() || match_key(self.options.match_by, row).is_some() {
            return None;
        }
        row.apply_to(&Profile::default()).ok().map(|profile| derived_id(team, &profile))
    }

    async fn look_up(&self, app: &App, team: &TeamId, reads: &[Read]) -> Result<LookUps, Error> {
        let rows = || reads.iter().filter_map(|read| read.row.as_ref().ok());
        let emails: BTreeSet<String> = rows().filter_map(primary_email).map(domain::email::Email::key).collect();
        let sync_ids: BTreeSet<String> = rows().filter_map(sync_id).map(str::to_owned).collect();
        let (emails, sync_ids) = futures::try_join!(app.store.find_email_holders(team, &emails), app.store.find_sync_id_holders(team, &sync_ids))?;
        let named = rows().flat_map(|row| [row.id, reports_to(row), self.own_id(team, row)]).flatten();
        let ids: BTreeSet<ContactId> = named.chain(emails.values().copied()).chain(sync_ids.values().copied()).collect();
        let stored = app.store.find_all_stored(team, &ids, Consistency::Strong).await?;
        Ok(LookUps { emails, sync_ids, stored })
    }

    fn plan(&self, team: &TeamId, read: Read, lookups: &LookUps) -> Row {
        let row = match read.row {
            Err(problems) => return Row::fail(read.number, String::new(), problems).on_line(read.line),
            Ok(row) => row,
        };
        let own = self.own_id(team, &row);
        let by_key = match_key(self.options.match_by, &row).and_then(|key| match self.options.match_by {
            domain::job::MatchBy::Id => key.parse().ok(),
            domain::job::MatchBy::DirectorySyncId => lookups.sync_ids.get(&key).copied(),
            domain::job::MatchBy::PrimaryEmail => lookups.emails.get(&key).copied(),
        });
        let contact = [by_key, row.id, own].into_iter().flatten().find_map(|id| lookups.contact(id));
        let found = Found {
            contact,
            email_holder: primary_email(&row).and_then(|email| lookups.emails.get(&email.key()).copied()),
            sync_id_holder: sync_id(&row).and_then(|id| lookups.sync_ids.get(id).copied()),
            manager: reports_to(&row).filter(|id| lookups.contact(*id).is_none()).map_or(Manager::Fine, Manager::Missing),
        };
        plan_row(read.number, read.line, &row, self.options.mode, &found, own.unwrap_or_else(random::contact_id))
    }
}

/// What the directory holds for some rows.
struct LookUps {
    emails: HashMap<String, ContactId>,
    sync_ids: HashMap<String, ContactId>,
    stored: HashMap<ContactId, Stored>,
}

impl LookUps {
    fn contact(&self, id: ContactId) -> Option<Contact> {
        self.stored.get(&id).cloned().and_then(Stored::live)
    }
}

impl Seen {
    /// The kind of key and the line of an earlier row that has one of these keys; if there is none, this row is the first.
    fn first_line<'a>(&mut self, keys: &[(&'a str, String)], line: u64) -> Option<(&'a str, u64)> {
        let hash = |key: &(&str, String)| {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            hasher.finish()
        };
        if let Some(earlier) = keys.iter().find_map(|key| Some((key.0, *self.0.get(&hash(key))?))) {
            return Some(earlier);
        }
        for key in keys {
            if let Entry::Vacant(entry) = self.0.entry(hash(key)) {
                entry.insert(line);
            }
        }
        None
    }
}
