//! Bulk actions: one change to many contacts.

use crate::{
    contact::{Contact, Problem},
    field::Field,
    job::BulkAction,
    plan::{Row, RowProblem},
    value::Value,
};
use serde_json::{Value as Json, json};

impl BulkAction {
    /// Names every field that a bulk action may not set, and every value that does not fit.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let Self::Set(fields) = self else { return Ok(()) };
        if fields.is_empty() {
            return Err(vec![Problem { field: "action.set".to_owned(), problem: "name at least one field".to_owned() }]);
        }
        let check = |(&field, json): (&Field, &Json)| {
            if !can_be_set(field) {
                let problem = "a bulk action sets company, division or a switch".to_owned();
                return Some(Problem { field: format!("action.set.{field}"), problem });
            }
            Value::parse(field, json).err().map(|error| Problem { field: format!("action.set.{field}"), problem: error.problem })
        };
        let problems: Vec<Problem> = fields.iter().filter_map(check).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// What this action does to one contact.
    pub fn plan(&self, number: u64, contact: &Contact) -> Row {
        let set = |fields: &[(Field, Json)]| {
            let mut next = contact.profile.clone();
            for (field, json) in fields {
                if let Err(error) = next.set(*field, json) {
                    return Row::fail(number, contact.profile.display_name(), vec![RowProblem::of(error.field, &json.to_string(), error.problem)]);
                }
            }
            if let Err(problem) = next.can_be_shown() {
                return Row::fail(number, contact.profile.display_name(), vec![RowProblem::new(problem.problem)]);
            }
            Row::update(number, contact, &next)
        };
        match self {
            Self::Activate => set(&[(Field::ContactIsActive, json!(true))]),
            Self::Deactivate => set(&[(Field::ContactIsActive, json!(false))]),
            Self::GrantPortalAccess => set(&[(Field::PortalAccess, json!(true))]),
            Self::RevokePortalAccess => set(&[(Field::PortalAccess, json!(false))]),
            Self::Set(fields) => set(&fields.iter().map(|(field, json)| (*field, json.clone())).collect::<Vec<_>>()),
            Self::Delete => Row::delete(number, contact),
        }
    }
}

/// Fields whose value can sensibly be the same for many contacts.
const fn can_be_set(field: Field) -> bool {
    field.switch_default().is_some() || matches!(field, Field::Company | Field::Division)
}

#[cfg(test)]
mod tests {
    use super::BulkAction;
    use crate::{
        contact::{Contact, Profile},
        field::Field,
        ids::{ContactId, Version},
        plan::Action,
    };
    use jiff::Timestamp;
    use serde_json::{from_value, json};

    fn ann() -> Contact {
        let profile = Profile::parse(json!({"firstName": "Ann", "company": "X"}).as_object().expect("an object")).expect("it fits");
        Contact {
            id: ContactId::from_uuid(uuid::Uuid::nil()),
            version: Version::FIRST,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            last_sign_in_at: None,
            profile,
        }
    }

    #[test]
    fn what_is_so_already_is_left_alone() {
        assert_eq!(BulkAction::Activate.plan(1, &ann()).action, Action::Leave);
        assert_eq!(BulkAction::Deactivate.plan(1, &ann()).action, Action::Update);
        assert_eq!(BulkAction::Delete.plan(1, &ann()).action, Action::Delete);
    }

    #[test]
    fn only_what_many_can_share_can_be_set() -> Result<(), serde_json::Error> {
        let set: BulkAction = from_value(json!({"set": {"division": "IT", "canComment": true, "company": null}}))?;
        assert!(set.check().is_ok());
        let row = set.plan(1, &ann());
        assert_eq!(row.changes.iter().map(|change| change.field).collect::<Vec<_>>(), [Field::Company, Field::Division, Field::CanComment]);
        let bad: BulkAction = from_value(json!({"set": {"primaryEmail": "a@x.com", "canComment": "yes"}}))?;
        assert_eq!(bad.check().unwrap_err().len(), 2);
        Ok(())
    }
}
