//! What making and changing a contact by hand have in common: one change in one transaction, and what its refusal means to a member.

use app::{
    App, Error,
    engine::{Circle, guards},
    random,
    store::{Change, Refusal, Stored, Unit},
};
use domain::{
    contact::{Contact, Problem, Profile},
    field::Field,
    history::{Author, Source},
    ids::ContactId,
    team::Member,
    view::{ContactView, show_profile},
};
use std::collections::HashMap;

/// How often a change is tried anew while the chain of managers moves.
const TRIES: usize = 3;

/// Saves a contact that a member made or changed, on what was read of it before.
pub async fn save(app: &App, member: &Member, id: ContactId, before: Option<Contact>, next: Profile) -> Result<Contact, Error> {
    next.can_be_shown().map_err(|problem| Error::fields(vec![problem]))?;
    let old_manager = before.as_ref().and_then(|contact| contact.profile.reports_to());
    let new_manager = next.reports_to().filter(|&to| Some(to) != old_manager);
    for _ in 0..TRIES {
        let guards = match new_manager {
            None => Vec::new(),
            Some(to) => match guards(app, &member.team, id, to, &mut HashMap::new()).await? {
                Ok(guards) => guards,
                Err(Circle::Missing) => return Err(Error::NotFoundIn { field: Field::ReportsToContactId.name() }),
                Err(circle) => {
                    return Err(Error::fields(vec![Problem { field: Field::ReportsToContactId.name().to_owned(), problem: circle.to_string() }]));
                }
            },
        };
        let author = Author { source: Source::Member, member: Some(member.id.clone()), job: None };
        let stored = before.clone().map(Stored::Live);
        let change = Change::new(id, stored, Some(next.clone()), author, app.clock.now_ms(), random::uuid().to_string());
        let saved = change.after().cloned().ok_or(Error::Internal)?;
        let committed = app.store.commit(&member.team, &[Unit { changes: vec![change], guards }]).await?;
        match committed.results.into_iter().next().ok_or(Error::Internal)? {
            Ok(()) => return Ok(saved),
            Err(Refusal::Moved) => {}
            Err(Refusal::Taken { field, holder }) => return Err(taken(field, holder)),
            Err(Refusal::Stale { current: None, .. }) => return Err(Error::NotFound),
            Err(Refusal::Stale { current: Some(current), .. }) => return Err(stale(*current, &next)),
        }
    }
    Err(Error::TooMany { retry_after_seconds: 1 })
}

/// The contact was changed since it was read: both versions, so that the member can choose.
pub fn stale(current: Contact, yours: &Profile) -> Error {
    Error::conflict("stale_version", "The contact was changed since you read it. Look at both versions and save again.")
        .with("current", ContactView(current))
        .with("yours", show_profile(yours))
}

fn taken(field: Field, holder: Option<ContactId>) -> Error {
    let code = if field == Field::PrimaryEmail { "primary_email_taken" } else { "directory_sync_id_taken" };
    let conflict = Error::conflict(code, format!("Another contact already has this {field}.")).with("field", field);
    match holder {
        Some(holder) => conflict.with("holder", holder),
        None => conflict,
    }
}
