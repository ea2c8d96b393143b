//! A contact: a person whom a team supports.

use crate::{
    email::Email,
    field::Field,
    ids::{ContactId, Version},
    phone::Phone,
    text::hex,
    value::{FieldError, Value},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, ser::SerializeMap};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What people fill in of a contact. A field that is not there has nothing, a switch that is not there has its default,
/// so two profiles are equal exactly when they mean the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile(BTreeMap<Field, Value>);

impl Profile {
    /// Reads a JSON object of field to value, naming every field that is wrong.
    pub fn parse(object: &Map<String, Json>) -> Result<Self, Vec<Problem>> {
        Self::default().patched(object)
    }

    /// This profile with an RFC 7396 merge patch applied: a field that is not named stays, null clears, and inside `emails` and `phones` label by label.
    pub fn patched(&self, patch: &Map<String, Json>) -> Result<Self, Vec<Problem>> {
        let mut next = self.clone();
        let mut problems = Vec::new();
        for (name, json) in patch {
            match name.parse::<Field>() {
                Err(unknown) => problems.push(Problem { field: name.chars().take(80).collect(), problem: unknown.to_string() }),
                Ok(field) => {
                    if let Err(error) = next.merge(field, json) {
                        problems.push(error.into());
                    }
                }
            }
        }
        if problems.is_empty() { Ok(next) } else { Err(problems) }
    }

    fn merge(&mut self, field: Field, json: &Json) -> Result<(), FieldError> {
        let merged = match (self.0.get(&field), json) {
            (Some(old @ (Value::Emails(_) | Value::Phones(_))), Json::Object(patch)) => {
                let mut map = old.to_json();
                if let Some(map) = map.as_object_mut() {
                    map.extend(patch.iter().map(|(label, value)| (label.trim().to_owned(), value.clone())));
                }
                Value::parse(field, &map)?
            }
            _ => Value::parse(field, json)?,
        };
        self.put(field, merged);
        Ok(())
    }

    /// Sets a field to exactly this JSON value, `null` for nothing.
    pub fn set(&mut self, field: Field, json: &Json) -> Result<(), FieldError> {
        let value = Value::parse(field, json)?;
        self.put(field, value);
        Ok(())
    }

    /// Sets a field to a value of its kind, `None` for nothing.
    pub fn put(&mut self, field: Field, value: Option<Value>) {
        match value {
            Some(Value::Switch(on)) if field.switch_default() == Some(on) => drop(self.0.remove(&field)),
            Some(value) => drop(self.0.insert(field, value)),
            None => drop(self.0.remove(&field)),
        }
    }

    /// What a field holds; for a switch that was never set, `None`.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.0.get(&field)
    }

    /// A field as the API shows it: null for nothing, a switch always true or false, a map always an object.
    pub fn json(&self, field: Field) -> Json {
        match (self.0.get(&field), field.switch_default()) {
            (Some(value), _) => value.to_json(),
            (None, Some(default)) => default.into(),
            (None, None) if matches!(field, Field::Emails | Field::Phones) => Json::Object(Map::new()),
            (None, None) => Json::Null,
        }
    }

    /// A text field, empty when there is nothing.
    pub fn text(&self, field: Field) -> &str {
        match self.0.get(&field) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: Field) -> bool {
        match self.0.get(&switch) {
            Some(Value::Switch(on)) => *on,
            _ => switch.switch_default().unwrap_or(false),
        }
    }

    /// The Primary Email.
    pub fn primary_email(&self) -> Option<&Email> {
        match self.0.get(&Field::PrimaryEmail) {
            Some(Value::Email(email)) => Some(email),
            _ => None,
        }
    }

    /// The contact they report to.
    pub fn reports_to(&self) -> Option<ContactId> {
        match self.0.get(&Field::ReportsToContactId) {
            Some(Value::Contact(id)) => Some(*id),
            _ => None,
        }
    }

    /// Every address: the Primary Email and the labeled ones.
    pub fn addresses(&self) -> impl Iterator<Item = &Email> {
        self.primary_email().into_iter().chain(self.emails().map(|(_, email)| email))
    }

    /// Labeled addresses.
    pub fn emails(&self) -> impl Iterator<Item = (&String, &Email)> {
        match self.0.get(&Field::Emails) {
            Some(Value::Emails(map)) => Some(map.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    /// Labeled phones.
    pub fn phones(&self) -> impl Iterator<Item = (&String, &Phone)> {
        match self.0.get(&Field::Phones) {
            Some(Value::Phones(map)) => Some(map.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    /// The name to show: the display name, else first and last name, else company, else the first email or phone there is.
    pub fn display_name(&self) -> String {
        let own = self.text(Field::DisplayName);
        if !own.is_empty() {
            return own.to_owned();
        }
        let name = format!("{} {}", self.text(Field::FirstName), self.text(Field::LastName)).trim().to_owned();
        let reach = || {
            let email = self.primary_email().or_else(|| self.emails().next().map(|(_, email)| email)).map(ToString::to_string);
            email.or_else(|| self.phones().next().map(|(_, phone)| phone.as_str().to_owned())).unwrap_or_default()
        };
        match (name.is_empty(), self.text(Field::Company)) {
            (false, _) => name,
            (true, "") => reach(),
            (true, company) => company.to_owned(),
        }
    }

    /// Whether there is something to show in a row: a name, a company, an email or a phone.
    pub fn can_be_shown(&self) -> Result<(), Problem> {
        if self.display_name().is_empty() {
            let problem = "a contact needs a name, a company, an email or a phone".to_owned();
            return Err(Problem { field: Field::DisplayName.name().to_owned(), problem });
        }
        Ok(())
    }

    /// The fields that differ, in column order.
    pub fn changes_to(&self, next: &Self) -> Vec<FieldChange> {
        let differs = |field: &&Field| self.0.get(field) != next.0.get(field);
        Field::ALL.iter().filter(differs).map(|&field| FieldChange { field, old: self.json(field), new: next.json(field) }).collect()
    }

    /// A fingerprint of everything people can fill in: equal exactly when the profiles are. Hexadecimal, 32 characters.
    pub fn fingerprint(&self) -> String {
        let text = Json::Object(self.to_map()).to_string();
        hex(&Sha256::digest(text.as_bytes())[..16])
    }

    /// Only the fields that hold something else than their default.
    pub fn to_map(&self) -> Map<String, Json> {
        self.0.iter().map(|(field, value)| (field.name().to_owned(), value.to_json())).collect()
    }

    /// The fields that hold something, in column order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.0.iter().map(|(field, value)| (*field, value))
    }
}

/// A phone as it is stored: with its E.164 form, so that reading a contact does not parse numbers again.
#[derive(Serialize, Deserialize)]
struct StoredPhone {
    typed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e164: Option<String>,
}

impl Serialize for Profile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, value) in &self.0 {
            match value {
                Value::Phones(phones) => {
                    let stored = |(label, phone): (&String, &Phone)| {
                        (label.clone(), StoredPhone { typed: phone.as_str().to_owned(), e164: phone.e164().map(str::to_owned) })
                    };
                    map.serialize_entry(field, &phones.iter().map(stored).collect::<BTreeMap<_, _>>())?;
                }
                value => map.serialize_entry(field, &value.to_json())?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut profile = Self::default();
        for (name, json) in Map::<String, Json>::deserialize(deserializer)? {
            let field: Field = name.parse().map_err(serde::de::Error::custom)?;
            let value = match field {
                Field::Phones => {
                    let phones: BTreeMap<String, StoredPhone> = serde_json::from_value(json).map_err(serde::de::Error::custom)?;
                    let phones = phones.into_iter().map(|(label, phone)| (label, Phone::stored(phone.typed, phone.e164)));
                    Some(Value::Phones(phones.collect()))
                }
                field => Value::parse(field, &json).map_err(serde::de::Error::custom)?,
            };
            profile.put(field, value);
        }
        Ok(profile)
    }
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[error("{field}: {problem}")]
pub struct Problem {
    /// The field's name as it was sent.
    #[schema(examples("primaryEmail"))]
    pub field: String,
    /// What is wrong and what would be right.
    #[schema(examples("an email address has the form name@domain.tld"))]
    pub problem: String,
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self { field: error.field.name().to_owned(), problem: error.problem }
    }
}

/// One field's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(examples(json!({"field": "company", "old": "Old GmbH", "new": "New GmbH"})))]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// What it held, null for nothing.
    #[schema(value_type = serde_json::Value)]
    pub old: Json,
    /// What it holds now, null for nothing.
    #[schema(value_type = serde_json::Value)]
    pub new: Json,
}

/// A contact as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Identifier.
    pub id: ContactId,
    /// How often it was written.
    pub version: Version,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// When the contact last signed in to the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Timestamp>,
    /// What people filled in.
    pub profile: Profile,
}

#[cfg(test)]
mod tests {
    use super::{Problem, Profile};
    use crate::field::Field;
    use serde_json::{Value as Json, json};

    fn profile(json: &Json) -> Result<Profile, Vec<Problem>> {
        Profile::parse(json.as_object().expect("an object"))
    }

    #[test]
    fn a_new_contact_is_active_notified_and_outside_the_portal() {
        let new = Profile::default();
        assert!(new.is_on(Field::ContactIsActive) && new.is_on(Field::NotifyTicketClosed));
        assert!(!new.is_on(Field::PortalAccess) && !new.is_on(Field::CanComment));
    }

    #[test]
    fn setting_a_switch_to_its_default_changes_nothing() -> Result<(), Vec<Problem>> {
        assert_eq!(profile(&json!({"contactIsActive": true, "company": ""}))?, Profile::default());
        Ok(())
    }

    #[test]
    fn a_patch_leaves_what_it_does_not_name_and_clears_by_null() -> Result<(), Vec<Problem>> {
        let before = profile(&json!({"firstName": "Ann", "company": "X", "emails": {"work": "a@x.com", "home": "b@x.com"}}))?;
        let patch = json!({"company": null, "emails": {"home": null, "billing": "c@x.com"}});
        let after = before.patched(patch.as_object().expect("an object"))?;
        assert_eq!(after, profile(&json!({"firstName": "Ann", "emails": {"work": "a@x.com", "billing": "c@x.com"}}))?);
        let names: Vec<&str> = before.changes_to(&after).iter().map(|change| change.field.name()).collect();
        assert_eq!(names, ["emails", "company"]);
        Ok(())
    }

    #[test]
    fn a_stored_profile_reads_back_equal() -> Result<(), Box<dyn std::error::Error>> {
        for &field in Field::ALL {
            let mut before = Profile::default();
            before.set(field, &serde_json::from_str(field.example())?)?;
            let after: Profile = serde_json::from_str(&serde_json::to_string(&before)?)?;
            assert_eq!(after, before, "{field}");
        }
        Ok(())
    }

    #[test]
    fn every_wrong_field_is_named() {
        let problems = profile(&json!({"primaryEmail": "nope", "shoeSize": 43, "notes": 1})).unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["notes", "primaryEmail", "shoeSize"]);
    }

    #[test]
    fn the_display_name_is_derived_from_what_there_is() -> Result<(), Vec<Problem>> {
        for (json, shown) in [
            (json!({"displayName": "Ms Z", "firstName": "Zoë"}), "Ms Z"),
            (json!({"firstName": "Zoë", "company": "X"}), "Zoë"),
            (json!({"company": "X", "primaryEmail": "a@x.com"}), "X"),
            (json!({"emails": {"work": "a@x.com"}}), "a@x.com"),
            (json!({"phones": {"work": "+49 30 901820"}}), "+49 30 901820"),
        ] {
            let profile = profile(&json)?;
            assert_eq!(profile.display_name(), shown);
            assert!(profile.can_be_shown().is_ok());
        }
        assert!(profile(&json!({"notes": "only"}))?.can_be_shown().is_err());
        Ok(())
    }
}
