//! A contact as the API shows it.

use crate::{
    contact::{Contact, Profile},
    field::Field,
    schema::of,
};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use utoipa::openapi::{
    RefOr, Schema,
    schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type},
};

/// A contact with every field, and what the system keeps of it. `displayName` is what to show, derived when the contact has none of its own;
/// `hasOwnDisplayName` tells which. `phonesE164` holds the phones that have an international form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactView(pub Contact);

impl ContactView {
    fn to_map(&self) -> Map<String, Json> {
        let contact = &self.0;
        let e164: Map<String, Json> = contact.profile.phones().filter_map(|(label, phone)| Some((label.clone(), phone.e164()?.into()))).collect();
        let mut map: Map<String, Json> = Field::ALL.iter().map(|&field| (field.name().to_owned(), contact.profile.json(field))).collect();
        map.insert("displayName".to_owned(), contact.profile.display_name().into());
        map.insert("hasOwnDisplayName".to_owned(), contact.profile.get(Field::DisplayName).is_some().into());
        map.insert("phonesE164".to_owned(), e164.into());
        map.insert("id".to_owned(), contact.id.to_string().into());
        map.insert("version".to_owned(), contact.version.get().into());
        map.insert("createdAt".to_owned(), contact.created_at.to_string().into());
        map.insert("updatedAt".to_owned(), contact.updated_at.to_string().into());
        map.insert("lastSignInAt".to_owned(), contact.last_sign_in_at.map(|at| at.to_string()).into());
        map
    }
}

impl Serialize for ContactView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_map().serialize(serializer)
    }
}

impl utoipa::PartialSchema for ContactView {
    fn schema() -> RefOr<Schema> {
        let text = |meaning: &str, format: KnownFormat| {
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format))).description(Some(meaning))
        };
        let object = Field::ALL.iter().fold(ObjectBuilder::new(), |object, &field| object.property(field.name(), of(field)).required(field.name()));
        let signed_in = text("When the contact last signed in to the portal.", KnownFormat::DateTime)
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]));
        let own = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether `displayName` is the contact's own, not derived."))
            .examples([json!(false)]);
        let e164 = ObjectBuilder::new()
            .description(Some("Label to number in E.164, for the phones that have it."))
            .examples([json!({"mobile": "+4930901820"})]);
        let version = ObjectBuilder::new().schema_type(Type::Integer).description(Some("Send it back in If-Match.")).examples([json!(3)]);
        object
            .description(Some("A contact."))
            .property("id", text("Identifier.", KnownFormat::Uuid).examples([json!("0190b5d8-7c1e-7cc0-a000-000000000001")]))
            .required("id")
            .property("version", version)
            .required("version")
            .property("createdAt", text("When it was made.", KnownFormat::DateTime).examples([json!("2026-01-31T09:00:00.123Z")]))
            .required("createdAt")
            .property("updatedAt", text("When it last changed.", KnownFormat::DateTime).examples([json!("2026-02-01T09:00:00.123Z")]))
            .required("updatedAt")
            .property("lastSignInAt", signed_in.examples([json!(null)]))
            .required("lastSignInAt")
            .property("hasOwnDisplayName", own)
            .required("hasOwnDisplayName")
            .property("phonesE164", e164)
            .required("phonesE164")
            .into()
    }
}

impl utoipa::ToSchema for ContactView {
    fn name() -> std::borrow::Cow<'static, str> {
        "Contact".into()
    }
}

/// A profile that was not saved, as the API shows it beside the contact that stands against it.
pub fn show_profile(profile: &Profile) -> Map<String, Json> {
    Field::ALL.iter().map(|&field| (field.name().to_owned(), profile.json(field))).collect()
}

#[cfg(test)]
mod tests {
    use super::ContactView;
    use crate::{
        contact::{Contact, Profile},
        ids::{ContactId, Version},
    };
    use jiff::Timestamp;
    use serde_json::json;
    use utoipa::{
        PartialSchema,
        openapi::{RefOr, Schema},
    };

    #[test]
    fn everything_shown_is_described_and_everything_described_is_shown() -> Result<(), serde_json::Error> {
        let profile = Profile::parse(json!({"firstName": "Zoë", "phones": {"work": "+49 30 901820", "desk": "12"}}).as_object().expect("an object"))
            .expect("it fits");
        let contact = Contact {
            id: ContactId::from_uuid(uuid::Uuid::nil()),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            last_sign_in_at: None,
            profile,
        };
        let shown = serde_json::to_value(ContactView(contact))?;
        let RefOr::T(Schema::Object(schema)) = ContactView::schema() else { panic!("a contact is described as an object") };
        let described: std::collections::BTreeSet<&str> = schema.properties.keys().map(String::as_str).collect();
        assert_eq!(shown.as_object().expect("an object").keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), described);
        assert_eq!((&shown["displayName"], &shown["hasOwnDisplayName"]), (&json!("Zoë"), &json!(false)));
        assert_eq!(shown["phonesE164"], json!({"work": "+4930901820"}));
        Ok(())
    }
}
