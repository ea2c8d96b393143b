//! One row of a plan, and of its outcome: what is, what should be, and what became of it.

use crate::{
    contact::{Contact, FieldChange, Profile},
    field::Field,
    ids::{ContactId, Version},
};
use serde::{Deserialize, Serialize};

/// What applying a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Makes a contact.
    Create,
    /// Changes fields.
    Update,
    /// Deletes a contact.
    Delete,
    /// Brings a deleted contact back, with its id.
    Restore,
    /// Nothing: all is as it should be.
    Leave,
    /// Nothing: the row cannot be applied.
    Fail,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A contact was made or brought back.
    Created,
    /// A contact was changed.
    Updated,
    /// All was as it should be.
    Unchanged,
    /// A contact was deleted.
    Deleted,
    /// Nothing was stored.
    Failed,
}

/// Why a row is not stored: where, what stands there, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowProblem {
    /// The column's header, or the field's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("primaryEmail"))]
    pub column: Option<String>,
    /// What stands there, cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("ann(at)example.com"))]
    pub value: Option<String>,
    /// What is wrong and what to do.
    #[schema(examples("an email address has the form name@domain.tld"))]
    pub problem: String,
}

impl RowProblem {
    /// A problem with the row as a whole.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { column: None, value: None, problem: problem.into() }
    }

    /// A problem with one field.
    pub fn of(field: Field, value: &str, problem: impl Into<String>) -> Self {
        Self { column: Some(field.name().to_owned()), value: Some(value.chars().take(200).collect()), problem: problem.into() }
    }
}

/// Whether rows must be stored together or not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Bond {
    /// This row stands alone.
    #[default]
    None,
    /// This row and the next are stored in one transaction.
    Next,
}

/// A row of a plan; with an outcome, a row of what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its number in the job, from 1.
    pub row: u64,
    /// The line of the file it starts on, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The contact; of a new one the id it gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// Whom it is about, to show.
    #[serde(default)]
    pub name: String,
    /// What applying it does.
    pub action: Action,
    /// The version that the plan was made on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Version>,
    /// Each field's old and new value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// Why it fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<RowProblem>,
    /// What in the file may be meant otherwise than it was read. It is no reason to fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Whether it fails because the contact changed since.
    #[serde(default)]
    pub held_back: bool,
    /// Whether it is stored together with the next row.
    #[serde(default)]
    pub bond: Bond,
    /// What became of it, once applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The contact as it was before it was deleted; for a restore, what comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Contact>,
    /// The fingerprint of the contact's fields after this row, by which undo sees whether anybody changed it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Row {
    fn new(row: u64, action: Action, name: String) -> Self {
        Self {
            row,
            line: None,
            contact: None,
            name,
            action,
            base: None,
            changes: Vec::new(),
            problems: Vec::new(),
            remark: None,
            held_back: false,
            bond: Bond::None,
            outcome: None,
            whole: None,
            after: None,
        }
    }

    /// Makes a contact with this profile.
    pub fn create(row: u64, id: ContactId, profile: &Profile) -> Self {
        let changes = Profile::default().changes_to(profile);
        Self { contact: Some(id), changes, after: Some(profile.fingerprint()), ..Self::new(row, Action::Create, profile.display_name()) }
    }

    /// Brings a contact to this profile, or leaves it when it is there already.
    pub fn update(row: u64, contact: &Contact, next: &Profile) -> Self {
        let changes = contact.profile.changes_to(next);
        let action = if changes.is_empty() { Action::Leave } else { Action::Update };
        let after = Some(next.fingerprint());
        Self { contact: Some(contact.id), base: Some(contact.version), changes, after, ..Self::new(row, action, contact.profile.display_name()) }
    }

    /// Deletes a contact.
    pub fn delete(row: u64, contact: &Contact) -> Self {
        let whole = Some(contact.clone());
        Self { contact: Some(contact.id), base: Some(contact.version), whole, ..Self::new(row, Action::Delete, contact.profile.display_name()) }
    }

    /// Brings a deleted contact back.
    pub fn restore(row: u64, contact: Contact) -> Self {
        let (name, after) = (contact.profile.display_name(), Some(contact.profile.fingerprint()));
        Self { contact: Some(contact.id), whole: Some(contact), after, ..Self::new(row, Action::Restore, name) }
    }

    /// A row that cannot be applied.
    pub fn fail(row: u64, name: String, problems: Vec<RowProblem>) -> Self {
        Self { problems, ..Self::new(row, Action::Fail, name) }
    }

    /// A row whose contact is not what the plan was made on.
    pub fn hold_back(row: u64, contact: ContactId, name: String, why: &str) -> Self {
        Self { contact: Some(contact), held_back: true, ..Self::fail(row, name, vec![RowProblem::new(why)]) }
    }

    /// The line of the file it comes from.
    #[must_use]
    pub const fn on_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// This row, with what may be meant otherwise than it was read.
    #[must_use]
    pub fn remarked(mut self, remark: Option<String>) -> Self {
        self.remark = remark;
        self
    }

    /// This row, not stored.
    #[must_use]
    pub fn failed(mut self, problem: RowProblem) -> Self {
        self.outcome = Some(Outcome::Failed);
        self.problems.push(problem);
        self
    }

    /// This row, held back: its contact changed since the plan was made.
    #[must_use]
    pub fn held_back(mut self, why: &str) -> Self {
        self.held_back = true;
        self.failed(RowProblem::new(why))
    }

    /// This row, stored as planned.
    #[must_use]
    pub fn stored(mut self) -> Self {
        self.outcome = Some(match self.action {
            Action::Create | Action::Restore => Outcome::Created,
            Action::Update => Outcome::Updated,
            Action::Delete => Outcome::Deleted,
            Action::Leave => Outcome::Unchanged,
            Action::Fail => Outcome::Failed,
        });
        self
    }

    /// Whether applying the row writes anything.
    pub const fn writes(&self) -> bool {
        !matches!(self.action, Action::Leave | Action::Fail)
    }

    /// What the contact becomes when this row is applied to it.
    pub fn apply_to(&self, profile: &Profile) -> Result<Profile, crate::value::FieldError> {
        let mut next = profile.clone();
        for change in &self.changes {
            next.set(change.field, &change.new)?;
        }
        Ok(next)
    }
}
