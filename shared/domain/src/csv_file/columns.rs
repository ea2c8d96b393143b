//! What each column of a file fills, and why.

use super::headers::{Label, Meaning, key, recognise};
use crate::{contact::Problem, field::Field};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Why a column fills what it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MappedBy {
    /// It has the field's name.
    Exact,
    /// It has a name that people use for the field.
    Synonym,
    /// Google Contacts writes such a column.
    Google,
    /// Outlook writes such a column.
    Outlook,
    /// The team mapped it so before.
    Remembered,
    /// It was chosen for this import.
    Chosen,
    /// It fills nothing.
    Ignored,
}

/// What one column fills, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnUse {
    /// The column's name, as it stands in the file.
    #[schema(examples("E-mail 1 - Value"))]
    pub header: String,
    /// The field's name, or `id` or `version`; null for nothing.
    #[schema(examples("primaryEmail"))]
    pub field: Option<String>,
    /// Why.
    pub by: MappedBy,
}

/// What a column does to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Ignored,
    Id,
    Version,
    Field(Field),
    MiddleName,
    /// Fills the Primary Email; what stands behind its first address goes to the labeled ones.
    FirstEmail(Source),
    Email(Source),
    Phone(Source),
    /// The label of another column.
    Label(Field),
}

/// Where a label comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    None,
    Fixed(String),
    Column(usize),
}

/// The columns of a file and what they fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub(super) header: Vec<String>,
    pub(super) targets: Vec<Target>,
    by: Vec<MappedBy>,
}

/// A column while it is being decided.
struct Draft {
    meaning: Meaning,
    by: MappedBy,
}

impl Columns {
    /// Decides for each column of the header: what was chosen for it, else what the team remembered, else what its name says.
    /// Both maps go from a column's name to a field's name, `id`, `version`, or an empty text for “ignore it”.
    pub fn map(header: &[String], chosen: &BTreeMap<String, String>, remembered: &BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        let mut problems = unknown_choices(header, chosen);
        let mut drafts: Vec<Draft> = Vec::new();
        for name in header {
            match by_hand(name, chosen, remembered) {
                Ok(Some(draft)) => drafts.push(draft),
                Ok(None) => drafts.push(by_name(name)),
                Err(problem) => {
                    problems.push(problem);
                    drafts.push(Draft { meaning: Meaning::Ignored, by: MappedBy::Ignored });
                }
            }
        }
        label_repeated_choices(header, &mut drafts);
        drop_fallbacks(&mut drafts);
        problems.extend(conflicts(header, &mut drafts));
        if problems.is_empty() && !drafts.iter().any(|draft| fills(&draft.meaning)) {
            let names = header.iter().map(|name| format!("“{}”", cut(name))).take(10).collect::<Vec<_>>().join(", ");
            let problem = format!("none of the columns {names} can be used: name one “firstName”, “lastName” or “primaryEmail”, or map it by hand");
            problems.push(Problem { field: header.first().map_or_else(String::new, |name| cut(name)), problem });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let targets = targets(&drafts);
        let by = |(draft, target): (&Draft, &Target)| if *target == Target::Ignored && !is_by_hand(draft.by) { MappedBy::Ignored } else { draft.by };
        let by = drafts.iter().zip(&targets).map(by).collect();
        Ok(Self { header: header.to_vec(), targets, by })
    }

    /// What each column fills, in the order of the file.
    pub fn uses(&self) -> Vec<ColumnUse> {
        let field = |target: &Target| match target {
            Target::Ignored => None,
            Target::Id => Some("id"),
            Target::Version => Some("version"),
            Target::Field(field) | Target::Label(field) => Some(field.name()),
            Target::MiddleName => Some(Field::FirstName.name()),
            Target::FirstEmail(_) => Some(Field::PrimaryEmail.name()),
            Target::Email(_) => Some(Field::Emails.name()),
            Target::Phone(_) => Some(Field::Phones.name()),
        };
        let columns = self.header.iter().zip(&self.targets).zip(&self.by);
        columns.map(|((header, target), &by)| ColumnUse { header: header.clone(), field: field(target).map(str::to_owned), by }).collect()
    }

    /// Whether cells of this column are as Google or Outlook write them: lines of an address in one cell, values joined by ` ::: `.
    pub(super) fn is_from_address_book(&self, column: usize) -> bool {
        matches!(self.by[column], MappedBy::Google | MappedBy::Outlook)
    }
}

fn cut(name: &str) -> String {
    name.chars().take(80).collect()
}

fn by_name(name: &str) -> Draft {
    recognise(name).map_or(Draft { meaning: Meaning::Ignored, by: MappedBy::Ignored }, |(meaning, by)| Draft { meaning, by })
}

/// The choice for a column: under its very name, else under a name that is spelled a little differently.
fn choice<'a>(name: &str, choices: &'a BTreeMap<String, String>) -> Option<&'a String> {
    let alike = || choices.iter().find(|(chosen, _)| !key(chosen).is_empty() && key(chosen) == key(name)).map(|(_, field)| field);
    choices.get(name).or_else(alike)
}

fn by_hand(name: &str, chosen: &BTreeMap<String, String>, remembered: &BTreeMap<String, String>) -> Result<Option<Draft>, Problem> {
    if let Some(field) = choice(name, chosen) {
        let meaning = meaning(field).ok_or_else(|| Problem {
            field: cut(name),
            problem: format!("“{}” is not a field of a contact: choose one such as “company”, or nothing to ignore the column", cut(field)),
        })?;
        return Ok(Some(Draft { meaning, by: MappedBy::Chosen }));
    }
    // A remembered field that is no more is forgotten: nobody can mend it in this import.
    Ok(choice(name, remembered).and_then(|field| meaning(field)).map(|meaning| Draft { meaning, by: MappedBy::Remembered }))
}

fn meaning(field: &str) -> Option<Meaning> {
    match field.trim() {
        "" => Some(Meaning::Ignored),
        "id" => Some(Meaning::Id),
        "version" => Some(Meaning::Version),
        name => name.parse().ok().map(Meaning::Field),
    }
}

fn unknown_choices(header: &[String], chosen: &BTreeMap<String, String>) -> Vec<Problem> {
    let missing = chosen.keys().filter(|name| !header.contains(name) && !header.iter().any(|column| key(column) == key(name)));
    missing
        .map(|name| Problem { field: cut(name), problem: "the file has no column of this name: choose among the columns that it has".to_owned() })
        .collect()
}

fn is_by_hand(by: MappedBy) -> bool {
    matches!(by, MappedBy::Chosen | MappedBy::Remembered)
}

/// Several columns that were mapped by hand to `emails` or to `phones` each give one entry, labeled by the column's name.
fn label_repeated_choices(header: &[String], drafts: &mut [Draft]) {
    for field in [Field::Emails, Field::Phones] {
        let columns: Vec<usize> = (0..drafts.len()).filter(|&i| drafts[i].meaning == Meaning::Field(field) && is_by_hand(drafts[i].by)).collect();
        if columns.len() < 2 {
            continue;
        }
        for column in columns {
            let label = Label::Fixed(header[column].trim().chars().take(crate::value::MAX_LABEL_CHARS).collect());
            drafts[column].meaning = if field == Field::Emails { Meaning::Email(label) } else { Meaning::Phone(label) };
        }
    }
}

fn drop_fallbacks(drafts: &mut [Draft]) {
    let filled: BTreeSet<Field> =
        drafts.iter().filter_map(|draft| if let Meaning::Field(field) = draft.meaning { Some(field) } else { None }).collect();
    let mut taken = BTreeSet::new();
    for draft in drafts {
        let Meaning::Fallback(field) = draft.meaning else { continue };
        let has_parts = field == Field::DisplayName && (filled.contains(&Field::FirstName) || filled.contains(&Field::LastName));
        let is_free = !filled.contains(&field) && !has_parts && taken.insert(field);
        draft.meaning = if is_free { Meaning::Field(field) } else { Meaning::Ignored };
    }
}

/// Two columns for one field, or one name twice. A column that was mapped by hand wins over one that only has a fitting name.
fn conflicts(header: &[String], drafts: &mut [Draft]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&column| !is_by_hand(drafts[column].by));
    for column in order {
        let place = match &drafts[column].meaning {
            Meaning::Ignored | Meaning::Fallback(_) => continue,
            Meaning::Id => "id".to_owned(),
            Meaning::Version => "version".to_owned(),
            Meaning::Field(field) => field.name().to_owned(),
            Meaning::MiddleName => "a middle name".to_owned(),
            Meaning::Email(_) | Meaning::EmailLabel(_) | Meaning::Phone(_) | Meaning::PhoneLabel(_) => {
                format!("the same entry ({})", key(&header[column]))
            }
        };
        let Some(&other) = first.get(&place) else {
            first.insert(place, column);
            continue;
        };
        if is_by_hand(drafts[other].by) && !is_by_hand(drafts[column].by) {
            drafts[column].meaning = Meaning::Ignored;
            continue;
        }
        let (name, other) = (cut(&header[column]), cut(&header[other]));
        let problem = format!("“{other}” and “{name}” would both fill {place}: rename one of them, or map one to be ignored");
        problems.push(Problem { field: name, problem });
    }
    problems
}

fn fills(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Field(_) | Meaning::MiddleName | Meaning::Email(_) | Meaning::Phone(_))
}

fn targets(drafts: &[Draft]) -> Vec<Target> {
    let label = |wanted: Meaning| drafts.iter().position(|draft| draft.meaning == wanted);
    let source = |from: &Label, wanted: fn(u32) -> Meaning| match from {
        Label::None => Source::None,
        Label::Fixed(text) => Source::Fixed(text.clone()),
        Label::Numbered(number) => label(wanted(*number)).map_or(Source::None, Source::Column),
    };
    let has_value = |wanted: &dyn Fn(&Meaning) -> bool| drafts.iter().any(|draft| wanted(&draft.meaning));
    let first = first_email(drafts);
    let target = |(column, draft): (usize, &Draft)| match &draft.meaning {
        Meaning::Id => Target::Id,
        Meaning::Version => Target::Version,
        Meaning::Field(field) => Target::Field(*field),
        Meaning::MiddleName => Target::MiddleName,
        Meaning::Email(from) if first == Some(column) => Target::FirstEmail(source(from, Meaning::EmailLabel)),
        Meaning::Email(from) => Target::Email(source(from, Meaning::EmailLabel)),
        Meaning::Phone(from) => Target::Phone(source(from, Meaning::PhoneLabel)),
        Meaning::EmailLabel(n) if has_value(&|meaning| *meaning == Meaning::Email(Label::Numbered(*n))) => Target::Label(Field::Emails),
        Meaning::PhoneLabel(n) if has_value(&|meaning| *meaning == Meaning::Phone(Label::Numbered(*n))) => Target::Label(Field::Phones),
        Meaning::Ignored | Meaning::Fallback(_) | Meaning::EmailLabel(_) | Meaning::PhoneLabel(_) => Target::Ignored,
    };
    drafts.iter().enumerate().map(target).collect()
}

/// The column that becomes the Primary Email when none has its name: a plain “Email”, else the lowest number, else the first.
fn first_email(drafts: &[Draft]) -> Option<usize> {
    if drafts.iter().any(|draft| draft.meaning == Meaning::Field(Field::PrimaryEmail)) {
        return None;
    }
    let rank = |draft: &Draft| match &draft.meaning {
        Meaning::Email(_) if is_by_hand(draft.by) => None,
        Meaning::Email(Label::None) => Some(0),
        Meaning::Email(Label::Numbered(number)) => Some(*number),
        Meaning::Email(Label::Fixed(_)) => Some(u32::MAX),
        _ => None,
    };
    let ranked = drafts.iter().enumerate().filter_map(|(column, draft)| rank(draft).map(|rank| (rank, column)));
    ranked.min().map(|(_, column)| column)
}
