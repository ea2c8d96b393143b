//! Undo: a plan made from what a job did.

use crate::{
    contact::Contact,
    plan::{Outcome, Row, RowProblem},
};

const CHANGED: &str = "somebody changed this contact since, so it is left as it is";
const DELETED: &str = "this contact was deleted since, so there is nothing to put back";
const BACK: &str = "a contact with this id is there again, so it is left as it is";

/// Plans the way back for one row of an outcome; `None` when the row did nothing.
///
/// A contact goes back only when it is, field for field, as the job left it: not by its version, so that jobs can be undone one after
/// the other in reverse. Otherwise it is listed and not touched.
pub fn undo(number: u64, done: &Row, current: Option<&Contact>) -> Option<Row> {
    let id = done.contact?;
    let hold_back = |why| Some(Row::hold_back(number, id, done.name.clone(), why));
    match (done.outcome?, current) {
        (Outcome::Unchanged | Outcome::Failed, _) => None,
        (Outcome::Deleted, Some(_)) => hold_back(BACK),
        (Outcome::Deleted, None) => done.whole.clone().map(|contact| Row::restore(number, contact)),
        (Outcome::Created | Outcome::Updated, None) => hold_back(DELETED),
        (Outcome::Created | Outcome::Updated, Some(contact)) if done.after.as_deref() != Some(&contact.profile.fingerprint()) => hold_back(CHANGED),
        (Outcome::Created, Some(contact)) => Some(Row::delete(number, contact)),
        (Outcome::Updated, Some(contact)) => Some(put_back(number, done, contact)),
    }
}

fn put_back(number: u64, done: &Row, contact: &Contact) -> Row {
    let mut before = contact.profile.clone();
    for change in &done.changes {
        if let Err(error) = before.set(change.field, &change.old) {
            return Row::fail(number, done.name.clone(), vec![RowProblem::of(error.field, &change.old.to_string(), error.problem)]);
        }
    }
    Row::update(number, contact, &before)
}

#[cfg(test)]
mod tests {
    use super::undo;
    use crate::{
        contact::{Contact, Profile},
        field::Field,
        ids::{ContactId, Version},
        plan::{Action, Outcome, Row},
        value::FieldError,
    };
    use jiff::Timestamp;
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
    use serde_json::{Value as Json, json};

    fn contact(profile: Profile) -> Contact {
        Contact {
            id: ContactId::from_uuid(uuid::Uuid::nil()),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            last_sign_in_at: None,
            profile,
        }
    }

    /// Any profile: a few fields of every kind.
    fn profiles() -> impl Strategy<Value = Profile> {
        let text = || prop_oneof![Just(Json::Null), "[a-zé=+ ]{1,8}".prop_map(Json::from)];
        let email = prop_oneof![Just(Json::Null), "[a-z]{1,5}".prop_map(|name| json!(format!("{name}@x.com")))];
        let phones = prop_oneof![Just(Json::Null), "[0-9]{4,9}".prop_map(|digits| json!({ "work": digits, "mobile": format!("+49 {digits}") }))];
        (text(), text(), email, phones, any::<bool>(), any::<bool>()).prop_map(|(first, company, email, phones, active, portal)| {
            let mut profile = Profile::default();
            let fields = [(Field::FirstName, first), (Field::Company, company), (Field::PrimaryEmail, email), (Field::Phones, phones)];
            for (field, json) in fields.into_iter().chain([(Field::ContactIsActive, json!(active)), (Field::PortalAccess, json!(portal))]) {
                profile.set(field, &json).expect("generated values fit their fields");
            }
            profile
        })
    }

    proptest! {
        #[test]
        fn a_plan_and_its_undo_are_the_identity(before in profiles(), after in profiles()) {
            let mut row = Row::update(1, &contact(before.clone()), &after);
            prop_assert_eq!(&row.apply_to(&before).expect("a plan fits"), &after);
            if row.action == Action::Update {
                row.outcome = Some(Outcome::Updated);
                row.after = Some(after.fingerprint());
                let back = undo(1, &row, Some(&contact(after.clone()))).expect("an update can be undone");
                prop_assert_eq!(back.apply_to(&after).expect("an undo fits"), before);
            }
        }
    }

    #[test]
    fn a_contact_that_somebody_changed_is_listed_and_not_touched() -> Result<(), FieldError> {
        let mut before = contact(Profile::default());
        before.profile.set(Field::FirstName, &json!("Ann"))?;
        let mut next = before.profile.clone();
        next.set(Field::Company, &json!("X"))?;
        let mut row = Row::update(1, &before, &next);
        (row.outcome, row.after) = (Some(Outcome::Updated), Some(next.fingerprint()));
        let mut edited = contact(next);
        edited.profile.set(Field::Notes, &json!("by hand"))?;
        let back = undo(1, &row, Some(&edited)).expect("it is listed");
        assert!(back.held_back && back.action == Action::Fail);
        Ok(())
    }

    fn named(name: &str) -> Profile {
        let mut profile = Profile::default();
        profile.set(Field::FirstName, &json!(name)).expect("a name fits");
        profile
    }

    #[test]
    fn a_created_contact_goes_and_a_deleted_one_comes_back_whole() {
        let ann = contact(named("Ann"));
        let back = undo(3, &Row::create(1, ann.id, &ann.profile).stored(), Some(&ann)).expect("a way back");
        assert_eq!((back.row, back.action, back.whole.as_ref()), (3, Action::Delete, Some(&ann)));
        let back = undo(3, &Row::delete(1, &ann).stored(), None).expect("a way back");
        assert_eq!((back.row, back.action, back.whole.as_ref()), (3, Action::Restore, Some(&ann)));
        let again = undo(4, &Row::restore(3, ann.clone()).stored(), Some(&ann)).expect("an undo can be undone");
        assert_eq!((again.action, again.base), (Action::Delete, Some(ann.version)));
    }

    #[test]
    fn what_is_gone_or_there_again_is_listed_and_not_touched() {
        let ann = contact(named("Ann"));
        let cases = [
            (Row::create(1, ann.id, &ann.profile).stored(), None),
            (Row::update(1, &contact(named("Anna")), &ann.profile).stored(), None),
            (Row::delete(1, &ann).stored(), Some(&ann)),
        ];
        for (row, current) in cases {
            let back = undo(1, &row, current).expect("it is listed");
            assert!(back.held_back && !back.writes() && back.contact == Some(ann.id), "{row:?}");
        }
    }

    #[test]
    fn what_did_nothing_has_no_way_back() {
        let ann = contact(named("Ann"));
        for row in [Row::update(1, &ann, &ann.profile).stored(), Row::delete(1, &ann).held_back("changed"), Row::delete(1, &ann)] {
            assert_eq!(undo(1, &row, Some(&ann)), None, "{row:?}");
        }
    }
}
