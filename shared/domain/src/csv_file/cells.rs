//! From the cells of a row to what a contact becomes.

use super::{
    columns::{Columns, Source, Target},
    entries::{first_of, label_all, parse},
    writer::{is_clear, restore, unescape},
};
use crate::{
    contact::Profile,
    email::Email,
    field::{Field, Kind},
    ids::{ContactId, Version},
    phone::Phone,
    value::{MAX_LABELS, Value, parse_label},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

/// What a filled cell does to its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Takes away what is there; `\clear` in the file.
    Clear,
    /// Sets the field.
    Set(Value),
    /// Sets all labeled addresses; some labels are still to be found.
    Emails(Vec<(Option<String>, Email)>),
    /// Sets all labeled numbers; some labels are still to be found.
    Phones(Vec<(Option<String>, Phone)>),
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CellProblem {
    /// The column's name as it stands in the file.
    #[schema(examples("E-mail 1 - Value"))]
    pub column: String,
    /// What stands in the cell, at most 200 characters of it.
    #[schema(examples("nobody"))]
    pub value: String,
    /// What is wrong and what would be right.
    #[schema(examples("an email address has the form name@domain.tld"))]
    pub problem: String,
}

impl CellProblem {
    fn new(column: &str, value: &str, problem: impl Into<String>) -> Self {
        Self { column: column.to_owned(), value: value.chars().take(200).collect(), problem: problem.into() }
    }
}

/// A row of a file, understood: only filled cells are in it, for an empty one changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRow {
    /// The contact that the row names.
    pub id: Option<ContactId>,
    /// The version of the contact that the row was exported from.
    pub version: Option<Version>,
    /// What the row does to each field.
    pub cells: BTreeMap<Field, Cell>,
}

impl FileRow {
    /// What a contact becomes by this row; for a new one, start from the default profile. The row fails when nothing would be left to show.
    pub fn apply_to(&self, profile: &Profile) -> Result<Profile, Vec<CellProblem>> {
        let mut next = profile.clone();
        for (&field, cell) in &self.cells {
            let value = match cell {
                Cell::Clear => None,
                Cell::Set(value) => Some(value.clone()),
                Cell::Emails(entries) => Some(Value::Emails(label_all(entries, profile.emails(), "email", |a, b| a.key() == b.key()))),
                Cell::Phones(entries) => Some(Value::Phones(label_all(entries, profile.phones(), "phone", is_same_phone))),
            };
            next.put(field, value);
        }
        match next.can_be_shown() {
            Ok(()) => Ok(next),
            Err(problem) => Err(vec![CellProblem::new(&problem.field, "", problem.problem)]),
        }
    }
}

fn is_same_phone(a: &Phone, b: &Phone) -> bool {
    a.as_str() == b.as_str() || (a.e164().is_some() && a.e164() == b.e164())
}

impl Columns {
    /// Understands the cells of one row, or names everything that is wrong with them.
    pub fn read(&self, cells: &[String]) -> Result<FileRow, Vec<CellProblem>> {
        let mut reading = Reading {
            columns: self,
            cells,
            row: FileRow::default(),
            middle: None,
            emails: Pieces::new(),
            phones: Pieces::new(),
            problems: Vec::new(),
        };
        for (column, target) in self.targets.iter().enumerate() {
            let text = reading.text(column);
            let text = text.trim();
            if !text.is_empty() {
                reading.cell(column, target, text);
            }
        }
        reading.finish()
    }
}

/// The entries for a labeled field from all its columns.
struct Pieces<T> {
    entries: Vec<(Option<String>, T)>,
    column: usize,
    is_cleared: bool,
}

impl<T> Pieces<T> {
    const fn new() -> Self {
        Self { entries: Vec::new(), column: 0, is_cleared: false }
    }

    fn add(&mut self, column: usize, entries: Vec<(Option<String>, T)>) {
        self.column = column;
        self.entries.extend(entries);
    }

    /// The cell they make. With every label known and none twice, nothing is left to find.
    fn cell(self, set: fn(BTreeMap<String, T>) -> Value, list: fn(Vec<(Option<String>, T)>) -> Cell) -> Result<Option<Cell>, String> {
        match (self.entries.len(), self.is_cleared) {
            (0, false) => return Ok(None),
            (0, true) => return Ok(Some(Cell::Clear)),
            (_, true) => return Err("“\\clear” stands beside values for the same field: keep one of them".to_owned()),
            (count, false) if count > MAX_LABELS => return Err(format!("at most {MAX_LABELS} entries, got {count}")),
            _ => {}
        }
        let mut labels: Vec<&String> = self.entries.iter().filter_map(|(label, _)| label.as_ref()).collect();
        labels.sort();
        labels.dedup();
        if labels.len() < self.entries.len() {
            return Ok(Some(list(self.entries)));
        }
        Ok(Some(Cell::Set(set(self.entries.into_iter().filter_map(|(label, value)| Some((label?, value))).collect()))))
    }
}

/// A row while it is being understood.
struct Reading<'a> {
    columns: &'a Columns,
    cells: &'a [String],
    row: FileRow,
    middle: Option<(usize, String)>,
    emails: Pieces<Email>,
    phones: Pieces<Phone>,
    problems: Vec<CellProblem>,
}

impl<'a> Reading<'a> {
    /// What a cell says, without the prefix that keeps spreadsheets from running it.
    fn text(&self, column: usize) -> Cow<'a, str> {
        self.cells.get(column).map_or(Cow::Borrowed(""), |cell| restore(cell))
    }

    fn fail(&mut self, column: usize, problem: impl Into<String>) {
        let problem = CellProblem::new(&self.columns.header[column], &self.text(column), problem);
        self.problems.push(problem);
    }

    fn cell(&mut self, column: usize, target: &Target, text: &str) {
        match target {
            Target::Ignored | Target::Label(_) => {}
            Target::Id => match text.parse() {
                Ok(id) => self.row.id = Some(id),
                Err(_) => {
                    self.fail(column, "this is not the id of a contact: keep it as it was exported, empty the cell, or map the column to be ignored");
                }
            },
            Target::Version => match text.parse() {
                Ok(number) => self.row.version = Some(Version::new(number)),
                Err(_) => self.fail(column, "a version is a whole number: keep it as it was exported or empty the cell"),
            },
            Target::MiddleName if is_clear(text) => {}
            Target::MiddleName => self.middle = Some((column, unescape(text).into_owned())),
            Target::Field(Field::Emails) => self.emails(column, &Source::None, text),
            Target::Field(Field::Phones) | Target::Phone(Source::None) => self.phones(column, &Source::None, text),
            Target::Email(source) => self.emails(column, source, text),
            Target::Phone(source) => self.phones(column, source, text),
            Target::FirstEmail(source) => {
                let (first, others) = first_of(text);
                self.field(column, Field::PrimaryEmail, first);
                if let Some(others) = others {
                    self.emails(column, source, others);
                }
            }
            Target::Field(field) => self.field(column, *field, text),
        }
    }

    fn field(&mut self, column: usize, field: Field, text: &str) {
        if is_clear(text) {
            self.row.cells.insert(field, Cell::Clear);
            return;
        }
        let text = match field.kind() {
            Kind::Line(_) if self.columns.is_from_address_book(column) => {
                let lines = first_of(text).0.lines().map(str::trim).filter(|line| !line.is_empty());
                Cow::Owned(lines.collect::<Vec<_>>().join(", "))
            }
            _ => Cow::Borrowed(text),
        };
        let value = match field.kind() {
            Kind::Switch { .. } => switch(&text).map(|on| Some(Value::Switch(on))),
            _ => Value::parse_text(field, &unescape(&text)).map_err(|error| error.problem),
        };
        match value {
            Ok(Some(value)) => drop(self.row.cells.insert(field, Cell::Set(value))),
            Ok(None) => {}
            Err(problem) => self.fail(column, problem),
        }
    }

    fn emails(&mut self, column: usize, source: &Source, text: &str) {
        if is_clear(text) {
            self.emails.is_cleared = true;
            self.emails.column = column;
            return;
        }
        match self.label(Field::Emails, source).and_then(|label| parse(Field::Emails, text, label.as_deref())) {
            Ok(entries) => self.emails.add(column, entries),
            Err(problem) => self.fail(column, problem),
        }
    }

    fn phones(&mut self, column: usize, source: &Source, text: &str) {
        if is_clear(text) {
            self.phones.is_cleared = true;
            self.phones.column = column;
            return;
        }
        match self.label(Field::Phones, source).and_then(|label| parse(Field::Phones, text, label.as_deref())) {
            Ok(entries) => self.phones.add(column, entries),
            Err(problem) => self.fail(column, problem),
        }
    }

    /// Google marks the preferred of several entries by `* ` before its label.
    fn label(&self, field: Field, source: &Source) -> Result<Option<String>, String> {
        match source {
            Source::None => Ok(None),
            Source::Fixed(label) => Ok(Some(label.clone())),
            Source::Column(column) => {
                let text = self.text(*column);
                let label = text.trim().trim_start_matches('*').trim();
                if label.is_empty() { Ok(None) } else { parse_label(field, label).map(Some).map_err(|error| error.problem) }
            }
        }
    }

    fn finish(mut self) -> Result<FileRow, Vec<CellProblem>> {
        if let Some((column, middle)) = self.middle.take() {
            let name = match self.row.cells.get(&Field::FirstName) {
                Some(Cell::Set(Value::Text(first))) => format!("{first} {middle}"),
                _ => middle,
            };
            match Value::parse_text(Field::FirstName, &name) {
                Ok(Some(name)) => drop(self.row.cells.insert(Field::FirstName, Cell::Set(name))),
                Ok(None) => {}
                Err(error) => self.fail(column, error.problem),
            }
        }
        let emails = std::mem::replace(&mut self.emails, Pieces::new());
        let phones = std::mem::replace(&mut self.phones, Pieces::new());
        let (email_column, phone_column) = (emails.column, phones.column);
        self.labeled(Field::Emails, email_column, emails.cell(Value::Emails, Cell::Emails));
        self.labeled(Field::Phones, phone_column, phones.cell(Value::Phones, Cell::Phones));
        if self.problems.is_empty() { Ok(self.row) } else { Err(self.problems) }
    }

    fn labeled(&mut self, field: Field, column: usize, cell: Result<Option<Cell>, String>) {
        match cell {
            Ok(Some(cell)) => drop(self.row.cells.insert(field, cell)),
            Ok(None) => {}
            Err(problem) => self.fail(column, problem),
        }
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "active" => Ok(true),
        "false" | "no" | "n" | "0" | "off" | "inactive" => Ok(false),
        _ => Err("expected true or false (yes, no, 1, 0, on, off, active and inactive are read too)".to_owned()),
    }
}
