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
pub struct ContactRow {
    /// Identifier.
    id: ContactId,
    /// Send it back in If-Match when changing the contact.
    version: Version,
    /// The name to show.
    #[schema(examples("Zoë Müller"))]
    display_name: String,
    /// The company.
    #[schema(examples("Example GmbH"))]
    company: Option<String>,
    /// The Primary Email.
    #[schema(examples("zoe@example.com"))]
    primary_email: Option<String>,
    /// Label to address.
    #[schema(examples(json!({"billing": "invoices@example.com"})))]
    emails: BTreeMap<String, String>,
    /// Label to number, as typed.
    #[schema(examples(json!({"mobile": "+49 30 901820"})))]
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
