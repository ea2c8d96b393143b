//! The history of a contact: who changed what, when. The same entries are the feed that keeps the directory index fresh.

use crate::{
    contact::FieldChange,
    ids::{ContactId, JobId, MemberId, Version},
    portal::Way,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// By what way a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// A member, by hand.
    Member,
    /// A CSV import.
    Import,
    /// A bulk action.
    Bulk,
    /// A merge of two contacts.
    Merge,
    /// The undo of a job.
    Undo,
    /// The contact, in the portal.
    Portal,
}

/// Who or what changed a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// By what way.
    pub source: Source,
    /// The member who did it or who started the job; nobody for what the contact did in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The job it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

/// What happened to the contact as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// It was made.
    Created,
    /// Fields changed.
    Updated,
    /// It was deleted.
    Deleted,
    /// It came back by an undo.
    Restored,
    /// The contact signed in to the portal.
    SignedIn,
    /// The contact signed out of the portal.
    SignedOut,
    /// The contact was refused at the portal.
    SignInRefused,
    /// An account at an identity provider was linked to the contact.
    AccountLinked,
    /// The contact unlinked an account at an identity provider.
    AccountRemoved,
    /// A member let codes be asked for and tried again.
    SignInLimitsCleared,
}

/// What happened in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortalNote {
    /// By what way the contact signs in.
    pub way: Way,
    /// The device in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("Chrome on Android"))]
    pub device: Option<String>,
    /// Why not, when it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("The contact has portal access."))]
    pub reason: Option<String>,
}

/// One change of one contact, or something that the contact did in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Which contact.
    pub contact: ContactId,
    /// The version it had after this change; a deletion counts as a version.
    pub version: Version,
    /// When.
    #[schema(value_type = String, format = DateTime, examples("2026-02-01T09:00:00.123Z"))]
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// Who or what did it.
    pub author: Author,
    /// Each field's old and new value.
    pub changes: Vec<FieldChange>,
    /// What happened in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<PortalNote>,
}
