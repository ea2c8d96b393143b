//! A contact as a row of the directory.

use app::clock::timestamp;
use domain::{
    directory::{Row, Status},
    ids::{ContactId, Version},
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A row of the directory.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "0190b5d8-7c1e-7cc0-a000-000000000001",
    "version": 3,
    "displayName": "Zoë Müller",
    "company": "Example GmbH",
    "primaryEmail": "zoe@example.com",
    "emails": {"billing": "invoices@example.com"},
    "phones": {"mobile": "+49 30 901820"},
    "contactIsActive": true,
    "updatedAt": "2026-02-01T09:00:00.123Z",
})))]
pub struct ContactRow {
    /// Identifier.
    id: ContactId,
    /// Send it back in If-Match when changing the contact.
    version: Version,
    /// The name to show.
    display_name: String,
    /// The company.
    company: Option<String>,
    /// The Primary Email.
    primary_email: Option<String>,
    /// Label to address.
    emails: BTreeMap<String, String>,
    /// Label to number, as typed.
    phones: BTreeMap<String, String>,
    /// Whether the contact is active.
    contact_is_active: bool,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Row> for ContactRow {
    fn from(row: Row) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: row.id,
            version: row.version,
            display_name: row.display_name,
            company: some(row.company),
            primary_email: some(row.primary_email),
            emails: row.emails,
            phones: row.phones.into_iter().map(|(label, phone)| (label, phone.typed)).collect(),
            contact_is_active: row.active == Status::Active,
            updated_at: timestamp(row.updated_at_ms),
        }
    }
}
