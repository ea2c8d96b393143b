//! What a contact's field can hold, parsed once where it enters.

use crate::{
    email::{Email, EmailError},
    field::{Field, Kind},
    ids::ContactId,
    phone::Phone,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How many labeled emails, and how many labeled phones, one contact may have.
pub const MAX_LABELS: usize = 50;
/// The longest label.
pub const MAX_LABEL_CHARS: usize = 60;

/// Why a value does not fit its field. The message tells the person who typed it what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl FieldError {
    /// A problem with a field.
    pub fn new(field: Field, problem: impl Into<String>) -> Self {
        Self { field, problem: problem.into() }
    }
}

/// A value that is right for its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, never empty.
    Text(String),
    /// Yes or no.
    Switch(bool),
    /// One address.
    Email(Email),
    /// Label to address, never empty.
    Emails(BTreeMap<String, Email>),
    /// Label to number, never empty.
    Phones(BTreeMap<String, Phone>),
    /// Another contact.
    Contact(ContactId),
}

impl Value {
    /// Reads a JSON value for a field. `None` is “nothing”: JSON null, an empty text, an empty map. For a switch, nothing is its default.
    pub fn parse(field: Field, json: &Json) -> Result<Option<Self>, FieldError> {
        let wrong = |expected: &str| FieldError::new(field, format!("expected {expected}, got {}", name_of(json)));
        if json.is_null() {
            return Ok(None);
        }
        match field.kind() {
            Kind::Switch { .. } => json.as_bool().map(|on| Some(Self::Switch(on))).ok_or_else(|| wrong("true or false")),
            Kind::Emails => labeled(field, json, Email::from_text).map(|map| map.map(Self::Emails)),
            Kind::Phones => labeled(field, json, Phone::from_text).map(|map| map.map(Self::Phones)),
            Kind::Line(_) | Kind::Text(_) | Kind::Email | Kind::Contact => Self::parse_text(field, json.as_str().ok_or_else(|| wrong("a text"))?),
        }
    }

    /// Reads a text for a field that holds one text (everything but switches and labeled maps). Empty is “nothing”.
    pub fn parse_text(field: Field, text: &str) -> Result<Option<Self>, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = match field.kind() {
            Kind::Line(max) => Self::Text(line(field, text, max)?),
            Kind::Text(max) => Self::Text(bounded(field, text, max)?),
            Kind::Email => Self::Email(text.parse().map_err(|problem: EmailError| FieldError::new(field, problem.to_string()))?),
            Kind::Contact => Self::Contact(text.parse().map_err(|_| FieldError::new(field, "this is not the id of a contact"))?),
            Kind::Switch { .. } | Kind::Emails | Kind::Phones => return Err(FieldError::new(field, "this field does not hold a text")),
        };
        Ok(Some(value))
    }

    /// The value as the API shows it.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Switch(on) => (*on).into(),
            Self::Email(email) => email.as_str().into(),
            Self::Emails(map) => map.iter().map(|(label, email)| (label.clone(), Json::from(email.as_str()))).collect(),
            Self::Phones(map) => map.iter().map(|(label, phone)| (label.clone(), Json::from(phone.as_str()))).collect(),
            Self::Contact(id) => id.to_string().into(),
        }
    }
}

impl Email {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|problem: EmailError| problem.to_string())
    }
}

impl Phone {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|problem: crate::phone::PhoneError| problem.to_string())
    }
}

/// Reads a label as it may stand in a map.
pub fn parse_label(field: Field, label: &str) -> Result<String, FieldError> {
    let label = label.trim();
    if label.is_empty() {
        return Err(FieldError::new(field, "a label is empty"));
    }
    if label.chars().count() > MAX_LABEL_CHARS {
        return Err(FieldError::new(field, format!("a label has at most {MAX_LABEL_CHARS} characters")));
    }
    if label.chars().any(char::is_control) {
        return Err(FieldError::new(field, "a label holds no control characters"));
    }
    Ok(label.to_owned())
}

/// `wish`, or the first of `wish 2`, `wish 3`, ... that is free, cut so that it stays a label.
pub(crate) fn free_label<T>(wish: &str, taken: &BTreeMap<String, T>) -> String {
    if !taken.contains_key(wish) {
        return wish.to_owned();
    }
    // One of the labels up to one more than there are entries is free.
    let numbered = (2..=taken.len() + 2).map(|number| {
        let number = format!(" {number}");
        let room = MAX_LABEL_CHARS.saturating_sub(number.len());
        format!("{}{number}", wish.chars().take(room).collect::<String>())
    });
    numbered.into_iter().find(|label| !taken.contains_key(label)).unwrap_or_else(|| wish.to_owned())
}

fn labeled<T>(field: Field, json: &Json, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<BTreeMap<String, T>>, FieldError> {
    let object = json.as_object().ok_or_else(|| FieldError::new(field, format!("expected an object of label to value, got {}", name_of(json))))?;
    let mut map = BTreeMap::new();
    for (label, value) in object {
        if value.is_null() {
            continue;
        }
        let text = value.as_str().ok_or_else(|| FieldError::new(field, format!("“{label}” expected a text, got {}", name_of(value))))?;
        if text.trim().is_empty() {
            continue;
        }
        let parsed = parse(text).map_err(|problem| FieldError::new(field, format!("“{label}”: {problem}")))?;
        if map.insert(parse_label(field, label)?, parsed).is_some() {
            return Err(FieldError::new(field, format!("the label “{label}” stands there twice")));
        }
    }
    if map.len() > MAX_LABELS {
        return Err(FieldError::new(field, format!("at most {MAX_LABELS} entries, got {}", map.len())));
    }
    Ok((!map.is_empty()).then_some(map))
}

fn line(field: Field, text: &str, max: usize) -> Result<String, FieldError> {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(FieldError::new(field, "one line of text, without line breaks or control characters"));
    }
    bounded(field, text, max)
}

fn bounded(field: Field, text: &str, max: usize) -> Result<String, FieldError> {
    let length = text.chars().count();
    if length > max {
        return Err(FieldError::new(field, format!("at most {max} characters, got {length}")));
    }
    if text.contains('\0') {
        return Err(FieldError::new(field, "a NUL character cannot be stored"));
    }
    Ok(text.to_owned())
}

fn name_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldError, Value};
    use crate::field::Field;
    use serde_json::json;

    #[test]
    fn every_example_parses_and_shows_itself_again() -> Result<(), Box<dyn std::error::Error>> {
        for &field in Field::ALL {
            let example = serde_json::from_str(field.example())?;
            let value = Value::parse(field, &example)?.ok_or("an example is never nothing")?;
            assert_eq!(value.to_json(), example, "{field}");
        }
        Ok(())
    }

    #[test]
    fn null_empty_text_and_empty_map_are_nothing() -> Result<(), FieldError> {
        assert_eq!(Value::parse(Field::Company, &json!(null))?, None);
        assert_eq!(Value::parse(Field::Company, &json!("  "))?, None);
        assert_eq!(Value::parse(Field::Emails, &json!({"work": null}))?, None);
        Ok(())
    }

    #[test]
    fn a_wrong_type_names_the_field_and_what_it_wants() {
        let error = Value::parse(Field::PortalAccess, &json!("yes")).unwrap_err();
        assert_eq!(error.to_string(), "portalAccess: expected true or false, got a text");
        assert!(Value::parse(Field::Emails, &json!({"work": "nobody"})).is_err());
        assert!(Value::parse(Field::FirstName, &json!("a\nb")).is_err());
        assert!(Value::parse(Field::FirstName, &json!("x".repeat(251))).is_err());
    }
}
