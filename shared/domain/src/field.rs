//! The fields of a contact: one table that the API, CSV, history, plans and the OpenAPI description all read.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of text with at most this many characters.
    Line(usize),
    /// Text of several lines with at most this many characters.
    Text(usize),
    /// Yes or no, and what a new contact gets.
    Switch {
        /// The value of a new contact, and what clearing goes back to.
        default: bool,
    },
    /// One email address.
    Email,
    /// Label to email address.
    Emails,
    /// Label to phone number.
    Phones,
    /// Another contact of the team.
    Contact,
}

macro_rules! fields {
    ($($variant:ident, $name:literal, $kind:expr, $meaning:literal, $example:literal;)*) => {
        /// A field that members, imports and syncs may fill. Its order is the order of columns in an export.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = $meaning] $variant,)*
        }

        impl Field {
            /// Every field, in column order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the API and in CSV headers.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it holds.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind,)* }
            }

            /// What it means, in a sentence for the API's description.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }

            /// An example, as JSON text.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$variant => $example,)* }
            }
        }
    };
}

const ON: Kind = Kind::Switch { default: true };
const OFF: Kind = Kind::Switch { default: false };
const LINE: Kind = Kind::Line(250);
const ID: Kind = Kind::Line(255);

fields! {
    FirstName, "firstName", LINE, "Given name.", "\"Zoë\"";
    LastName, "lastName", LINE, "Family name.", "\"Müller\"";
    DisplayName, "displayName", LINE, "The name to show. Derived from the other fields while it is empty.", "\"Zoë Müller\"";
    PrimaryEmail, "primaryEmail", Kind::Email, "The one address for portal look-up, sign-in codes and SSO. Unique in the team, compared without case.", "\"zoe@example.com\"";
    Emails, "emails", Kind::Emails, "Further addresses, label to address: searched and notified, never for signing in.", "{\"billing\":\"invoices@example.com\"}";
    Phones, "phones", Kind::Phones, "Phone numbers, label to number, as typed.", "{\"mobile\":\"+49 30 901820\"}";
    Company, "company", LINE, "The company they work for.", "\"Example GmbH\"";
    Job, "job", LINE, "Their job title.", "\"Head of IT\"";
    AddressLine1, "addressLine1", LINE, "First line of the postal address.", "\"Friedrichstr. 1\"";
    AddressLine2, "addressLine2", LINE, "Second line of the postal address.", "\"3rd floor\"";
    City, "city", LINE, "City of the postal address.", "\"Berlin\"";
    State, "state", LINE, "State, province or region of the postal address.", "\"Berlin\"";
    PostalCode, "postalCode", LINE, "Postal code, as text: leading zeros matter.", "\"01067\"";
    Country, "country", LINE, "Country of the postal address.", "\"Germany\"";
    Division, "division", LINE, "Division or department.", "\"Operations\"";
    ContactIsActive, "contactIsActive", ON, "Whether the contact is active. An inactive contact cannot sign in and gets no mail.", "true";
    Notes, "notes", Kind::Text(20_000), "What members noted. Contacts never see it.", "\"Prefers calls before noon.\"";
    NotifyTicketCreated, "notifyTicketCreated", ON, "The contact's half of: mail when a ticket is created.", "true";
    NotifyTicketUpdated, "notifyTicketUpdated", ON, "The contact's half of: mail when a ticket is updated.", "true";
    NotifyTicketCommented, "notifyTicketCommented", ON, "The contact's half of: mail when a ticket is commented.", "true";
    NotifyTicketClosed, "notifyTicketClosed", ON, "The contact's half of: mail when a ticket is closed.", "true";
    NotifyFormAssigned, "notifyFormAssigned", ON, "The contact's half of: mail when a form is assigned.", "true";
    PortalAccess, "portalAccess", OFF, "The contact's half of: may sign in to the portal.", "false";
    CanComment, "canComment", OFF, "The contact's half of: may comment on tickets in the portal.", "false";
    CanCloseTickets, "canCloseTickets", OFF, "The contact's half of: may close tickets in the portal.", "false";
    CanCreateRequests, "canCreateRequests", OFF, "The contact's half of: may submit freeform requests in the portal.", "false";
    DirectorySyncId, "directorySyncId", ID, "The person's identifier in the directory they come from. Unique in the team.", "\"00u1a2b3\"";
    DirectoryOrgId, "directoryOrgId", ID, "The organisation's identifier in that directory.", "\"C03az79cb\"";
    ReportsToContactId, "reportsToContactId", Kind::Contact, "The contact they report to: in the same team, never closing a circle.", "\"0190b5d8-7c1e-7cc0-a000-000000000001\"";
    ReportsToSyncId, "reportsToSyncId", ID, "The manager's identifier in the directory.", "\"00u9z8y7\"";
}

impl Field {
    /// The default of a switch; `None` for every other kind.
    pub const fn switch_default(self) -> Option<bool> {
        match self.kind() {
            Kind::Switch { default } => Some(default),
            _ => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No field has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a contact has no field “{0}”")]
pub struct UnknownField(pub String);

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        Self::ALL.iter().copied().find(|field| field.name() == name).ok_or_else(|| UnknownField(name.chars().take(80).collect()))
    }
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Field {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(Self::ALL.iter().map(|field| field.name())))
            .description(Some("The name of a contact's field."))
            .into()
    }
}

impl utoipa::ToSchema for Field {
    fn name() -> std::borrow::Cow<'static, str> {
        "Field".into()
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn every_name_finds_its_field_and_every_example_is_json() {
        for field in Field::ALL {
            assert_eq!(field.name().parse::<Field>().as_ref(), Ok(field));
            assert!(serde_json::from_str::<serde_json::Value>(field.example()).is_ok(), "{field}");
        }
    }
}
