//! Contacts for tests: `a_contact().named("Zoë")`.

use crate::TestApp;
use app::{
    random,
    store::{Change, Stored, Unit},
};
use domain::{
    contact::{Contact, Profile},
    field::Field,
    history::{Author, Source},
    ids::{ContactId, TeamId},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A contact to be made.
#[derive(Debug, Clone)]
pub struct ContactBuilder(Profile);

/// A contact with a name.
pub fn a_contact() -> ContactBuilder {
    ContactBuilder(Profile::default()).named("Ann")
}

impl ContactBuilder {
    /// With any field.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "so that a literal can be handed in")]
    pub fn with(mut self, field: Field, value: Value) -> Self {
        self.0.set(field, &value).expect("it fits");
        self
    }

    /// With this first name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.with(Field::FirstName, name.into())
    }

    /// With this Primary Email.
    #[must_use]
    pub fn emailed(self, email: &str) -> Self {
        self.with(Field::PrimaryEmail, email.into())
    }

    /// With this phone.
    #[must_use]
    pub fn phoned(self, phone: &str) -> Self {
        self.with(Field::Phones, json!({"work": phone}))
    }

    /// With this company.
    #[must_use]
    pub fn working_at(self, company: &str) -> Self {
        self.with(Field::Company, company.into())
    }

    /// Not active.
    #[must_use]
    pub fn inactive(self) -> Self {
        self.with(Field::ContactIsActive, false.into())
    }

    pub(crate) async fn save(self, test: &TestApp, team: &TeamId) -> Contact {
        commit(test, team, random::contact_id(), None, self.0).await
    }
}

impl TestApp {
    /// Deletes a contact, as a member does by hand.
    pub async fn remove(&self, team: &TeamId, contact: &Contact) {
        self.app.clock.advance(Duration::from_millis(1));
        write(self, team, change(self, contact.id, Some(contact.clone()), None)).await;
    }
}

pub(crate) async fn commit(test: &TestApp, team: &TeamId, id: ContactId, before: Option<Contact>, profile: Profile) -> Contact {
    let change = change(test, id, before, Some(profile));
    let after = change.after().cloned().expect("not a deletion");
    write(test, team, change).await;
    after
}

fn change(test: &TestApp, id: ContactId, before: Option<Contact>, after: Option<Profile>) -> Change {
    let author = Author { source: Source::Member, member: Some("test|arranged".parse().expect("a member")), job: None };
    Change::new(id, before.map(Stored::Live), after, author, test.app.clock.now_ms(), random::uuid().to_string())
}

async fn write(test: &TestApp, team: &TeamId, change: Change) {
    let committed = test.app.store.commit(team, &[Unit { changes: vec![change], guards: Vec::new() }]).await.expect("the table answers");
    assert_eq!(committed.results, [Ok(())]);
}
