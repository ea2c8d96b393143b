//! A change of a contact, what it needs, and why it may be refused.

use super::{Stored, keys, keys::Key, log};
use domain::{
    contact::{Contact, Profile},
    field::Field,
    history::{Author, Entry},
    ids::{ContactId, TeamId, Version},
};

/// One contact's change.
#[derive(Debug, Clone)]
pub struct Change {
    pub(super) entry: Entry,
    pub(super) before: Option<Stored>,
    pub(super) after: Option<Contact>,
    pub(super) stamp_ms: i64,
    pub(super) name: String,
}

/// What must still hold when the change is written: this contact reports to that one, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The contact that is looked at.
    pub contact: ContactId,
    /// Whom it reports to.
    pub reports_to: Option<ContactId>,
}

/// Changes that are written together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The changes, each of another contact.
    pub changes: Vec<Change>,
    /// What must still hold.
    pub guards: Vec<Guard>,
}

/// Why a unit was not written. Nothing of it was.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// A contact is not what the change was made on.
    Stale {
        /// Which.
        contact: ContactId,
        /// What it is now; `None` when it is gone.
        current: Option<Box<Contact>>,
    },
    /// Another contact holds what must be unique.
    Taken {
        /// Which field.
        field: Field,
        /// Who.
        holder: Option<ContactId>,
    },
    /// A guard no longer holds.
    Moved,
}

/// What became of the units, in their order.
#[derive(Debug)]
pub struct Committed {
    /// Unit by unit.
    pub results: Vec<Result<(), Refusal>>,
    /// What it cost in write units.
    pub write_units: f64,
}

impl Change {
    /// A change of what is stored to what shall be: `None` deletes. `stamp_ms` and `name` say where in the log it stands;
    /// no other change may have the same name.
    pub fn new(id: ContactId, before: Option<Stored>, after: Option<Profile>, author: Author, stamp_ms: i64, name: String) -> Self {
        let live = match &before {
            Some(Stored::Live(contact)) => Some(contact),
            _ => None,
        };
        let version = match &before {
            Some(Stored::Live(contact)) => contact.version.next(),
            Some(Stored::Gone(version)) => version.next(),
            None => Version::FIRST,
        };
        // A contact's times only go forward, even when two machines' clocks do not agree.
        let at_ms = live.map_or(stamp_ms, |contact| stamp_ms.max(contact.updated_at.as_millisecond() + 1));
        let at = crate::clock::timestamp(at_ms);
        let nothing = Profile::default();
        let old = live.map_or(&nothing, |contact| &contact.profile);
        let changes = old.changes_to(after.as_ref().unwrap_or(&nothing));
        let after = after.map(|profile| Contact {
            id,
            version,
            created_at: live.map_or(at, |contact| contact.created_at),
            updated_at: at,
            last_sign_in_at: live.and_then(|contact| contact.last_sign_in_at),
            profile,
        });
        let event = log::event(before.as_ref(), after.as_ref());
        let entry = Entry { contact: id, version, at, event, author, changes, portal: None };
        Self { entry, before, after, stamp_ms, name }
    }

    /// The same change, with the times of a contact that comes back.
    #[must_use]
    pub fn born_as(mut self, earlier: &Contact) -> Self {
        if let Some(after) = &mut self.after {
            after.created_at = earlier.created_at;
            after.last_sign_in_at = earlier.last_sign_in_at;
        }
        self
    }

    /// The contact after the change.
    pub const fn after(&self) -> Option<&Contact> {
        self.after.as_ref()
    }

    pub(super) fn claims(team: &TeamId, profile: Option<&Profile>) -> Vec<(Key, Field)> {
        let Some(profile) = profile else { return Vec::new() };
        let email = profile.primary_email().map(|email| (keys::email_claim(team, &email.key()), Field::PrimaryEmail));
        let sync_id = Some(profile.text(Field::DirectorySyncId)).filter(|id| !id.is_empty());
        email.into_iter().chain(sync_id.map(|id| (keys::sync_claim(team, id), Field::DirectorySyncId))).collect()
    }

    pub(super) fn profile_before(&self) -> Option<&Profile> {
        match &self.before {
            Some(Stored::Live(contact)) => Some(&contact.profile),
            _ => None,
        }
    }
}
