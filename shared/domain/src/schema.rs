//! The OpenAPI schema of a contact's fields, made from the table of fields so that it cannot disagree with it.

use crate::{
    contact::Profile,
    field::{Field, Kind},
    value::{MAX_LABEL_CHARS, MAX_LABELS},
};
use utoipa::openapi::{
    RefOr, Schema,
    schema::{AdditionalProperties, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type},
};

impl utoipa::PartialSchema for Profile {
    fn schema() -> RefOr<Schema> {
        fields().into()
    }
}

impl utoipa::ToSchema for Profile {
    fn name() -> std::borrow::Cow<'static, str> {
        "ContactFields".into()
    }
}

/// The object that members send: every field optional, null clears.
pub fn fields() -> Object {
    let object = ObjectBuilder::new()
        .description(Some(
            "The fields of a contact. A field that is left out keeps its value, or takes its default on a new contact; null clears it.",
        ))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    Field::ALL.iter().fold(object, |object, &field| object.property(field.name(), of(field))).build()
}

/// The schema of one field.
pub fn of(field: Field) -> Object {
    let nullable = |kind: Type| SchemaType::from_iter([kind, Type::Null]);
    let text = || ObjectBuilder::new().schema_type(nullable(Type::String));
    let map = |value: ObjectBuilder| {
        ObjectBuilder::new()
            .schema_type(nullable(Type::Object))
            .additional_properties(Some(Schema::Object(value.build())))
            .max_properties(Some(MAX_LABELS))
            .property_names(Some(Schema::Object(ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX_LABEL_CHARS)).build())))
    };
    let schema = match field.kind() {
        Kind::Line(max) | Kind::Text(max) => text().max_length(Some(max)),
        Kind::Switch { default } => ObjectBuilder::new().schema_type(nullable(Type::Boolean)).default(Some(default.into())),
        Kind::Email => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))),
        Kind::Contact => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        Kind::Emails => map(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))),
        Kind::Phones => map(text()),
    };
    let example = serde_json::from_str::<serde_json::Value>(field.example()).unwrap_or_default();
    schema.description(Some(field.meaning())).examples([example]).build()
}
