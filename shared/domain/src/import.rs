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
        (Some(contact), Mode::Create) => {
            Row::fail(number, name(&contact.profile), vec![RowProblem::new("this contact exists already, and the import only makes new ones")])
        }
        // In a file of several keys one may have been changed: the row would fill another contact with this one's values.
        (Some(contact), Mode::Update | Mode::Both) if row.id.is_some_and(|id| id != contact.id) => {
            let problem = format!("the row matches contact {}, which has another id: correct the one or the other, or empty the cell", contact.id);
            Row::fail(number, name(&contact.profile), vec![id_problem(row, problem)])
        }
        (Some(contact), Mode::Update | Mode::Both) => plan_update(number, row, contact),
        (None, Mode::Update) => Row::fail(
            number,
            name(&row.apply_to(&Profile::default()).unwrap_or_default()),
            vec![RowProblem::new("no contact matches this row, and the import only changes existing ones")],
        ),
        // An id that finds nobody is another team's, or one that was deleted: making a new contact would quietly double a person.
        (None, Mode::Create | Mode::Both) if row.id.is_some() => {
            let problem = "no contact has this id; empty the cell to make a new contact".to_owned();
            Row::fail(number, String::new(), vec![id_problem(row, problem)])
        }
        (None, Mode::Create | Mode::Both) => plan_create(number, row, id),
    };
    hold_unique(planned, found).on_line(line)
}

fn id_problem(row: &FileRow, problem: String) -> RowProblem {
    RowProblem { column: Some("id".to_owned()), value: row.id.map(|id| id.to_string()), problem }
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
            let problem = format!(
                "the contact changed since this row was exported (version {version}, now {}); export it again, or empty the version cell",
                contact.version
            );
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

#[cfg(test)]
mod tests {
    use super::{Found, Manager, derived_id, match_key, plan_row};
    use crate::{
        contact::{Contact, Profile},
        csv_file::{Columns, FileRow},
        field::Field,
        ids::{ContactId, NotAnId, Version},
        job::{MatchBy, Mode},
        plan::{Action, Row, RowProblem},
    };
    use jiff::Timestamp;
    use serde_json::{Value as Json, json};
    use std::collections::BTreeMap;

    const MODES: [Mode; 3] = [Mode::Create, Mode::Update, Mode::Both];

    fn id(number: u128) -> ContactId {
        ContactId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn profile(json: &Json) -> Profile {
        Profile::parse(json.as_object().expect("an object")).expect("it fits")
    }

    /// Ann, contact 1, in her third version.
    fn ann() -> Contact {
        let profile = profile(&json!({"firstName": "Ann", "company": "X", "primaryEmail": "Ann@x.com", "directorySyncId": "s1"}));
        let at = Timestamp::UNIX_EPOCH;
        Contact { id: id(1), version: Version::new(3), created_at: at, updated_at: at, last_sign_in_at: None, profile }
    }

    fn found() -> Found {
        Found { contact: Some(ann()), email_holder: Some(id(1)), sync_id_holder: Some(id(1)), manager: Manager::Fine }
    }

    fn file_row(cells: &[(&str, &str)]) -> FileRow {
        let header: Vec<String> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        let texts: Vec<String> = cells.iter().map(|(_, text)| (*text).to_owned()).collect();
        Columns::map(&header, &BTreeMap::new(), &BTreeMap::new()).expect("a mapping").read(&texts).expect("a row")
    }

    fn plan(cells: &[(&str, &str)], mode: Mode, found: &Found) -> Row {
        plan_row(7, 9, &file_row(cells), mode, found, id(50))
    }

    /// The columns that a failed row names, and what is wrong there.
    fn problems(row: &Row) -> Vec<(Option<&str>, &str)> {
        assert_eq!((row.action, row.contact, row.writes()), (Action::Fail, None, false), "{row:?}");
        row.problems.iter().map(|problem| (problem.column.as_deref(), problem.problem.as_str())).collect()
    }

    #[test]
    fn each_mode_does_what_it_says_with_a_match_and_without() {
        let new = [("firstName", "Zoë"), ("primaryEmail", "zoe@x.com")];
        let known = [("firstName", "Anna"), ("primaryEmail", "ann@x.com")];
        for mode in MODES {
            let (unmatched, matched) = (plan(&new, mode, &Found::default()), plan(&known, mode, &found()));
            assert_eq!([(unmatched.row, unmatched.line), (matched.row, matched.line)], [(7, Some(9)), (7, Some(9))]);
            match mode {
                Mode::Update => assert_eq!(problems(&unmatched), [(None, "no contact matches this row, and the import only changes existing ones")]),
                Mode::Create | Mode::Both => {
                    assert_eq!((unmatched.action, unmatched.contact, unmatched.base), (Action::Create, Some(id(50)), None));
                    assert_eq!(unmatched.apply_to(&Profile::default()), Ok(profile(&json!({"firstName": "Zoë", "primaryEmail": "zoe@x.com"}))));
                }
            }
            match mode {
                Mode::Create => assert_eq!(problems(&matched), [(None, "this contact exists already, and the import only makes new ones")]),
                Mode::Update | Mode::Both => {
                    assert_eq!((matched.action, matched.contact, matched.base), (Action::Update, Some(id(1)), Some(Version::new(3))));
                    assert_eq!(matched.changes.iter().map(|change| change.field).collect::<Vec<_>>(), [Field::FirstName, Field::PrimaryEmail]);
                }
            }
        }
        assert_eq!(plan(&new, Mode::Update, &Found::default()).name, "Zoë");
    }

    #[test]
    fn what_is_so_already_is_left_alone_in_any_version() {
        for version in ["", "3", "2"] {
            let row = plan(&[("version", version), ("firstName", "Ann"), ("company", ""), ("primaryEmail", "Ann@x.com")], Mode::Both, &found());
            assert_eq!((row.action, row.contact, row.changes.len()), (Action::Leave, Some(id(1)), 0), "{version}");
        }
    }

    #[test]
    fn a_row_of_an_older_version_is_held_back_when_it_would_change_something() {
        let cells = |version| [("id", "00000000-0000-0000-0000-000000000001"), ("version", version), ("firstName", "Anna")];
        for (version, action) in [("2", Action::Fail), ("4", Action::Fail), ("3", Action::Update), ("", Action::Update)] {
            let row = plan(&cells(version), Mode::Both, &found());
            assert_eq!((row.action, row.held_back, row.contact), (action, action == Action::Fail, Some(id(1))), "{version}");
        }
        assert!(plan(&cells("2"), Mode::Both, &found()).problems[0].problem.contains("version 2, now 3"));
    }

    #[test]
    fn an_id_of_nobody_makes_no_contact() {
        let cells = [("id", "00000000-0000-0000-0000-000000000009"), ("firstName", "Zoë")];
        for mode in [Mode::Create, Mode::Both] {
            let row = plan(&cells, mode, &Found::default());
            assert_eq!(problems(&row), [(Some("id"), "no contact has this id; empty the cell to make a new contact")]);
            assert_eq!(row.problems[0].value.as_deref(), Some("00000000-0000-0000-0000-000000000009"));
        }
        assert_eq!(problems(&plan(&cells, Mode::Update, &Found::default()))[0].0, None);
    }

    #[test]
    fn a_row_whose_id_and_key_name_two_contacts_changes_neither() {
        let cells = [("id", "00000000-0000-0000-0000-000000000002"), ("version", "3"), ("firstName", "Ben"), ("primaryEmail", "ann@x.com")];
        let row = plan(&cells, Mode::Both, &found());
        assert_eq!(problems(&row)[0].0, Some("id"));
        assert!(row.problems[0].problem.contains("00000000-0000-0000-0000-000000000001"), "{row:?}");
    }

    #[test]
    fn what_another_contact_holds_is_not_taken() {
        let taken = |field: &str, value: &str| RowProblem {
            column: Some(field.to_owned()),
            value: Some(value.to_owned()),
            problem: format!("contact {} already has it", id(8)),
        };
        let expected = [taken("primaryEmail", "ben@x.com"), taken("directorySyncId", "s8")];
        let cells = [("firstName", "Ann"), ("primaryEmail", "ben@x.com"), ("directorySyncId", "s8")];
        for contact in [None, Some(ann())] {
            let found = Found { contact, email_holder: Some(id(8)), sync_id_holder: Some(id(8)), manager: Manager::Fine };
            assert_eq!(plan(&cells, Mode::Both, &found).problems, expected);
        }
        let own = [("primaryEmail", "ANN@x.com"), ("directorySyncId", "s1")];
        assert_eq!(plan(&own, Mode::Both, &found()).action, Action::Update);
    }

    #[test]
    fn a_manager_whom_the_team_does_not_have_is_named() {
        let manager = "00000000-0000-0000-0000-000000000004";
        let cells = [("firstName", "Ann"), ("reportsToContactId", manager)];
        for contact in [None, Some(ann())] {
            let missing = Found { contact, manager: Manager::Missing(id(4)), ..Found::default() };
            let row = plan(&cells, Mode::Both, &missing);
            assert_eq!(problems(&row), [(Some("reportsToContactId"), "no contact has this id")]);
            assert_eq!(row.problems[0].value.as_deref(), Some(manager));
            assert!(plan(&cells, Mode::Both, &Found { manager: Manager::Fine, ..missing }).writes());
        }
        // Who reports to somebody that is gone already may be changed in other ways.
        let mut contact = ann();
        contact.profile.set(Field::ReportsToContactId, &json!(manager)).expect("an id");
        let missing = Found { contact: Some(contact), manager: Manager::Missing(id(4)), ..Found::default() };
        assert_eq!(plan(&[("firstName", "Anna"), ("reportsToContactId", manager)], Mode::Both, &missing).action, Action::Update);
    }

    #[test]
    fn a_row_that_leaves_nothing_to_show_fails() {
        let row = plan(&[("notes", "only")], Mode::Both, &Found::default());
        assert_eq!(problems(&row), [(Some("displayName"), "a contact needs a name, a company, an email or a phone")]);
        let clear = r"\clear";
        let row = plan(&[("firstName", clear), ("company", clear), ("primaryEmail", clear)], Mode::Both, &found());
        assert_eq!((problems(&row).len(), row.name.as_str()), (1, "Ann"));
    }

    #[test]
    fn each_key_is_taken_from_its_column() {
        let id = "00000000-0000-0000-0000-000000000001";
        let row = file_row(&[("id", id), ("primaryEmail", "ANN@x.com"), ("directorySyncId", "S1")]);
        let keys = [MatchBy::Id, MatchBy::PrimaryEmail, MatchBy::DirectorySyncId].map(|by| match_key(by, &row));
        assert_eq!(keys, [Some(id.to_owned()), Some("ann@x.com".to_owned()), Some("S1".to_owned())]);
        let row = file_row(&[("firstName", "Ann"), ("primaryEmail", r"\clear"), ("directorySyncId", "")]);
        assert!([MatchBy::Id, MatchBy::PrimaryEmail, MatchBy::DirectorySyncId].iter().all(|&by| match_key(by, &row).is_none()));
    }

    #[test]
    fn a_derived_id_is_the_same_for_the_same_person_of_one_team_only() -> Result<(), NotAnId> {
        let (demo, other) = ("demo".parse()?, "other".parse()?);
        let zoe = profile(&json!({"firstName": "Zoë", "company": "X", "phones": {"work": "+49 30 901820"}}));
        let typed = profile(&json!({"firstName": "ZOE", "company": "x", "phones": {"desk": "0049 30 901820"}, "notes": "new"}));
        // Written down, because the second import of a file may come after the next release.
        assert_eq!(derived_id(&demo, &zoe).to_string(), "857b7c3d-cd40-8c68-8288-632697da51d5");
        assert_eq!(derived_id(&demo, &zoe).as_uuid().get_version_num(), 8);
        assert_eq!(derived_id(&demo, &typed), derived_id(&demo, &zoe));
        assert_ne!(derived_id(&other, &zoe), derived_id(&demo, &zoe));
        for someone_else in [
            json!({"firstName": "Zoë"}),
            json!({"firstName": "Zoë", "company": "Y"}),
            json!({"firstName": "Zoë", "company": "X", "phones": {"work": "+49 30 901821"}}),
        ] {
            assert_ne!(derived_id(&demo, &profile(&someone_else)), derived_id(&demo, &zoe), "{someone_else}");
        }
        Ok(())
    }

    #[test]
    fn a_file_that_is_imported_again_changes_nothing() -> Result<(), NotAnId> {
        let team = "demo".parse()?;
        let row = file_row(&[("firstName", "Zoë"), ("phones", "030 12345; 030 54321")]);
        let profile = row.apply_to(&Profile::default()).expect("a contact");
        let id = derived_id(&team, &profile);
        let created = plan_row(1, 2, &row, Mode::Both, &Found::default(), id);
        let stored = Contact { id, profile: created.apply_to(&Profile::default()).expect("a plan fits"), ..ann() };
        let again = plan_row(1, 2, &row, Mode::Both, &Found { contact: Some(stored), ..Found::default() }, id);
        assert_eq!((created.action, again.action, again.contact), (Action::Create, Action::Leave, Some(id)));
        Ok(())
    }
}
