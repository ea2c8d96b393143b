//! Merging two contacts: one stays and takes what is chosen, the other goes. Nothing that reaches a person is lost.

use crate::{
    contact::{Contact, Profile},
    email::Email,
    field::Field,
    plan::{Bond, Row},
    value::{MAX_LABELS, Value, free_label},
};
use std::collections::BTreeMap;

/// Two contacts that cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The same contact twice.
    #[error("a contact cannot be merged with itself")]
    Same,
    /// More addresses or phones than one contact can have.
    #[error("together they have more than {MAX_LABELS} {0}: remove some first")]
    TooMany(Field),
}

/// Plans a merge: `keep` is updated and `remove` deleted, in one transaction.
///
/// A field in `take` comes from the one that goes. Any other stays, and is filled from the one that goes where it was empty. Labeled emails
/// and phones are united; a Primary Email that does not become the Primary Email is kept as a labeled one. Switches stay.
pub fn merge(keep: &Contact, remove: &Contact, take: &[Field]) -> Result<[Row; 2], MergeError> {
    if keep.id == remove.id {
        return Err(MergeError::Same);
    }
    let mut next = keep.profile.clone();
    for &field in Field::ALL {
        let theirs = remove.profile.get(field).cloned();
        let chosen = take.contains(&field);
        let empty = keep.profile.get(field).is_none() && field.switch_default().is_none();
        match field {
            Field::Emails | Field::Phones if !chosen => {}
            field if chosen || empty => next.put(field, theirs),
            _ => {}
        }
    }
    if !take.contains(&Field::Emails) {
        next.put(Field::Emails, unite(keep.profile.get(Field::Emails), remove.profile.get(Field::Emails)));
    }
    if !take.contains(&Field::Phones) {
        next.put(Field::Phones, unite(keep.profile.get(Field::Phones), remove.profile.get(Field::Phones)));
    }
    keep_addresses(&mut next, [&keep.profile, &remove.profile]);
    if next.reports_to().is_some_and(|to| to == remove.id || to == keep.id) {
        next.put(Field::ReportsToContactId, None);
    }
    for (field, count) in [(Field::Emails, next.emails().count()), (Field::Phones, next.phones().count())] {
        if count > MAX_LABELS {
            return Err(MergeError::TooMany(field));
        }
    }
    let mut removal = Row::delete(1, remove);
    removal.bond = Bond::Next;
    Ok([removal, Row::update(2, keep, &next)])
}

/// A Primary Email of either side that did not stay primary becomes a labeled address.
fn keep_addresses(next: &mut Profile, sides: [&Profile; 2]) {
    let known: Vec<String> = next.primary_email().into_iter().chain(next.emails().map(|(_, email)| email)).map(Email::key).collect();
    let lost = sides.iter().filter_map(|side| side.primary_email()).filter(|email| !known.contains(&email.key()));
    let mut emails: BTreeMap<String, Email> = next.emails().map(|(label, email)| (label.clone(), email.clone())).collect();
    for email in lost {
        let label = free_label("email", &emails);
        emails.insert(label, email.clone());
    }
    next.put(Field::Emails, (!emails.is_empty()).then_some(Value::Emails(emails)));
}

fn unite(ours: Option<&Value>, theirs: Option<&Value>) -> Option<Value> {
    match (ours, theirs) {
        (Some(Value::Emails(ours)), Some(Value::Emails(theirs))) => Some(Value::Emails(united(ours, theirs, |a, b| a.key() == b.key()))),
        (Some(Value::Phones(ours)), Some(Value::Phones(theirs))) => {
            Some(Value::Phones(united(ours, theirs, |a, b| a == b || (a.e164().is_some() && a.e164() == b.e164()))))
        }
        (ours, theirs) => ours.or(theirs).cloned(),
    }
}

fn united<T: Clone>(ours: &BTreeMap<String, T>, theirs: &BTreeMap<String, T>, same: impl Fn(&T, &T) -> bool) -> BTreeMap<String, T> {
    let mut all = ours.clone();
    for (label, value) in theirs {
        if !all.values().any(|there| same(there, value)) {
            all.insert(free_label(label, &all), value.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{MergeError, merge};
    use crate::{
        contact::{Contact, Profile},
        field::Field,
        ids::{ContactId, Version},
        plan::{Action, Bond},
    };
    use jiff::Timestamp;
    use serde_json::{Value as Json, json};

    fn contact(id: u128, json: &Json) -> Contact {
        let profile = Profile::parse(json.as_object().expect("an object")).expect("it fits");
        Contact {
            id: ContactId::from_uuid(uuid::Uuid::from_u128(id)),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            last_sign_in_at: None,
            profile,
        }
    }

    #[test]
    fn every_address_and_phone_survives() -> Result<(), Box<dyn std::error::Error>> {
        let keep =
            contact(1, &json!({"firstName": "Ann", "primaryEmail": "ann@x.com", "emails": {"work": "a@x.com"}, "phones": {"work": "+49 30 901820"}}));
        let remove = contact(
            2,
            &json!({"firstName": "Anna", "company": "X", "primaryEmail": "anna@x.com", "emails": {"work": "b@x.com", "home": "A@X.com"}, "phones": {"desk": "0049 30 901820"}}),
        );
        let [removal, update] = merge(&keep, &remove, &[Field::PrimaryEmail])?;
        assert_eq!((removal.action, removal.bond), (Action::Delete, Bond::Next));
        let next = update.apply_to(&keep.profile)?;
        assert_eq!(next.json(Field::PrimaryEmail), "anna@x.com");
        assert_eq!(next.json(Field::Emails), json!({"work": "a@x.com", "work 2": "b@x.com", "email": "ann@x.com"}));
        assert_eq!(next.json(Field::Phones), json!({"work": "+49 30 901820"}));
        assert_eq!((next.text(Field::FirstName), next.text(Field::Company)), ("Ann", "X"));
        Ok(())
    }

    #[test]
    fn the_longest_label_makes_room_for_its_number() -> Result<(), Box<dyn std::error::Error>> {
        let label = "x".repeat(60);
        let keep = contact(1, &json!({"emails": {&label: "a@x.com"}, "phones": {&label: "1234567"}}));
        let remove = contact(2, &json!({"emails": {&label: "b@x.com"}, "phones": {&label: "7654321"}}));
        let [_, update] = merge(&keep, &remove, &[])?;
        let next = update.apply_to(&keep.profile)?;
        let second = format!("{} 2", "x".repeat(58));
        assert_eq!(next.json(Field::Emails), json!({&label: "a@x.com", &second: "b@x.com"}));
        assert_eq!(next.json(Field::Phones), json!({&label: "1234567", &second: "7654321"}));
        Ok(())
    }

    #[test]
    fn what_is_chosen_comes_from_the_one_that_goes_even_when_it_is_nothing() -> Result<(), Box<dyn std::error::Error>> {
        let keep = contact(1, &json!({"firstName": "Ann", "company": "X", "portalAccess": true, "phones": {"work": "1234567"}}));
        let remove = contact(2, &json!({"firstName": "Anna", "division": "IT"}));
        let [_, update] = merge(&keep, &remove, &[Field::Company, Field::PortalAccess, Field::Phones])?;
        let next = update.apply_to(&keep.profile)?;
        assert_eq!(Json::Object(next.to_map()), json!({"firstName": "Ann", "division": "IT"}));
        Ok(())
    }

    #[test]
    fn more_entries_than_a_contact_can_have_are_refused() {
        let many = |from: usize| (from..from + 30).map(|n| (format!("label {n}"), Json::from(format!("n{n}@x.com")))).collect::<Json>();
        let (keep, remove) = (contact(1, &json!({"emails": many(0)})), contact(2, &json!({"emails": many(30)})));
        assert_eq!(merge(&keep, &remove, &[]), Err(MergeError::TooMany(Field::Emails)));
        assert!(merge(&keep, &remove, &[Field::Emails]).is_ok());
    }

    #[test]
    fn a_contact_does_not_come_to_report_to_itself() -> Result<(), Box<dyn std::error::Error>> {
        let keep = contact(1, &json!({"firstName": "Ann", "reportsToContactId": "00000000-0000-0000-0000-000000000002"}));
        let remove = contact(2, &json!({"firstName": "Anna", "reportsToContactId": "00000000-0000-0000-0000-000000000001"}));
        let [_, update] = merge(&keep, &remove, &[Field::ReportsToContactId])?;
        assert_eq!(update.apply_to(&keep.profile)?.reports_to(), None);
        assert_eq!(merge(&keep, &keep, &[]), Err(MergeError::Same));
        Ok(())
    }
}
