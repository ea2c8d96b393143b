//! What an import does with one row of its file, given what the directory holds.

use crate::{
    contact::{Contact, Profile},
    csv_file::{Cell, CellProblem, FileRow},
    email::Email,
    field::Field,
    ids::{ContactId, TeamId},
    job::{MatchBy, Mode},
    plan::{Row, RowProblem},
    text::fold,
    value::Value,
};
use sha2::{Digest, Sha256};

/// What the directory holds for one row.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The contact that the match key finds.
    pub contact: Option<Contact>,
    /// Who else holds the Primary Email that the row sets.
    pub email_holder: Option<ContactId>,
    /// Who else holds the directory identifier that the row sets.
    pub sync_id_holder: Option<ContactId>,
    /// Whether the contact that the row reports to is there.
    pub manager: Manager,
}

/// The contact that a row reports to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manager {
    /// The row names none, or one that is there.
    #[default]
    Fine,
    /// The row names one that the team does not have.
    Missing(ContactId),
}

/// The text by which a row finds its contact, compared without case for addresses; `None` when the row has none.
pub fn match_key(by: MatchBy, row: &FileRow) -> Option<String> {
    match by {
        MatchBy::Id => row.id.map(|id| id.to_string()),
        MatchBy::DirectorySyncId => sync_id(row).map(str::to_owned),
        MatchBy::PrimaryEmail => primary_email(row).map(Email::key),
    }
}

/// The Primary Email that a row sets.
pub fn primary_email(row: &FileRow) -> Option<&Email> {
    match row.cells.get(&Field::PrimaryEmail) {
        Some(Cell::Set(Value::Email(email))) => Some(email),
        _ => None,
    }
}

/// The directory identifier that a row sets.
pub fn sync_id(row: &FileRow) -> Option<&str> {
    match row.cells.get(&Field::DirectorySyncId) {
        Some(Cell::Set(Value::Text(id))) => Some(id),
        _ => None,
    }
}

/// The contact that a row makes another report to.
pub fn reports_to(row: &FileRow) -> Option<ContactId> {
    match row.cells.get(&Field::ReportsToContactId) {
        Some(Cell::Set(Value::Contact(id))) => Some(*id),
        _ => None,
    }
}

/// The id of a contact that a row without any key makes. It is derived from who the row is about, so that importing the same file again
/// finds the same contact instead of making a second one (RFC 9562 section 5.8: UUID version 8, here of a SHA-256).
pub fn derived_id(team: &TeamId, profile: &Profile) -> ContactId {
    let mut hash = Sha256::new();
    let emails = profile.primary_email().into_iter().chain(profile.emails().map(|(_, email)| email)).map(Email::key);
    let phones = profile.phones().map(|(_, phone)| phone.e164().unwrap_or(phone.as_str()).to_owned());
    let names = [team.as_str().to_owned(), fold(&profile.display_name()), fold(profile.text(Field::Company))];
    for part in names.into_iter().chain(emails).chain(phones) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    ContactId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Plans one row. `id` is what a new contact gets.
pub fn plan_row(number: u64, line: u64, row: &FileRow, mode: Mode, found: &Found, id: ContactId) -> Row {
    let name = |profile: &Profile| profile.display_name();
    let planned = match (&found.contact, mode) {
        (Some(contact), Mode::Create) => Row::fail(number, name(&contact.profile), vec![RowProblem::new("this contact exists already, and the import only makes new ones")]),
        (Some(contact), Mode::Update | Mode::Both) => plan_update(number, row, contact),
        (None, Mode::Update) => Row::fail(number, name(&row.apply_to(&Profile::default()).unwrap_or_default()), vec![RowProblem::new("no contact matches this row, and the import only changes existing ones")]),
        // An id that finds nobody is another team's, or one that was deleted: making a new contact would quietly double a person.
        (None, Mode::Create | Mode::Both) if row.id.is_some() => {
            let problem = "no contact has this id; empty the cell to make a new contact".to_owned();
            let value = row.id.map(|id| id.to_string());
            Row::fail(number, String::new(), vec![RowProblem { column: Some("id".to_owned()), value, problem }])
        }
        (None, Mode::Create | Mode::Both) => plan_create(number, row, id),
    };
    hold_unique(planned, found).on_line(line)
}

fn plan_create(number: u64, row: &FileRow, id: ContactId) -> Row {
    match row.apply_to(&Profile::default()) {
        Err(problems) => Row::fail(number, String::new(), in_cells(problems)),
        Ok(profile) => Row::create(number, id, &profile),
    }
}

fn plan_update(number: u64, row: &FileRow, contact: &Contact) -> Row {
    let name = contact.profile.display_name();
    let next = match row.apply_to(&contact.profile) {
        Err(problems) => return Row::fail(number, name, in_cells(problems)),
        Ok(next) => next,
    };
    let planned = Row::update(number, contact, &next);
    // The file carries the version its row was exported at: an older one with other values would silently take back what was done since.
    match row.version {
        Some(version) if version != contact.version && !planned.changes.is_empty() => {
            let problem = format!("the contact changed since this row was exported (version {version}, now {}); export it again, or empty the version cell", contact.version);
            Row::hold_back(number, contact.id, name, &problem)
        }
        _ => planned,
    }
}

/// Problems with cells as problems of a row.
pub fn in_cells(problems: Vec<CellProblem>) -> Vec<RowProblem> {
    let problem = |problem: CellProblem| RowProblem { column: Some(problem.column), value: Some(problem.value), problem: problem.problem };
    problems.into_iter().map(problem).collect()
}

/// A row that would take what must be unique from somebody else fails, naming who has it.
fn hold_unique(planned: Row, found: &Found) -> Row {
    let own = planned.contact;
    let taken = |field: Field, holder: Option<ContactId>| {
        let holder = holder.filter(|&holder| Some(holder) != own)?;
        let change = planned.changes.iter().find(|change| change.field == field && !change.new.is_null())?;
        Some(RowProblem::of(field, change.new.as_str().unwrap_or_default(), format!("contact {holder} already has it")))
    };
    let manager = match found.manager {
        Manager::Missing(id) if planned.changes.iter().any(|change| change.field == Field::ReportsToContactId) => {
            Some(RowProblem::of(Field::ReportsToContactId, &id.to_string(), "no contact has this id"))
        }
        _ => None,
    };
    let unique = [taken(Field::PrimaryEmail, found.email_holder), taken(Field::DirectorySyncId, found.sync_id_holder)];
    let problems: Vec<RowProblem> = unique.into_iter().flatten().chain(manager).collect();
    if problems.is_empty() { planned } else { Row::fail(planned.row, planned.name, problems) }
}
