//! Who reports to whom: never in a circle, not even when two changes at the same moment would close one together.

use crate::{App, Error, store::Guard};
use domain::{
    contact::Contact,
    ids::{ContactId, TeamId},
};
use std::collections::HashMap;

/// The longest way up that is followed. No organisation is deeper; a longer chain is refused rather than half checked.
pub const MAX_DEPTH: usize = 30;

/// Why a contact cannot report to another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Circle {
    /// It would report to itself in the end.
    #[error("this would close a circle: {0} reports, directly or not, to this contact")]
    Closed(ContactId),
    /// There is no such contact.
    #[error("no contact has this id")]
    Missing,
    /// The chain is too long to follow.
    #[error("the chain of who reports to whom is longer than {MAX_DEPTH}")]
    TooLong,
}

/// Contacts that were looked at, so that a chain that many share is read once.
pub type Known = HashMap<ContactId, Option<Contact>>;

/// Follows the chain upwards from `to` and answers what must still hold of it when `contact` comes to report to `to`. Each link is
/// guarded in the same transaction, so of two changes that would close a circle together one is refused. A chain that ends at a contact
/// that was deleted is fine; `to` itself must be there. `known` remembers contacts between calls.
pub async fn guards(app: &App, team: &TeamId, contact: ContactId, to: ContactId, known: &mut Known) -> Result<Result<Vec<Guard>, Circle>, Error> {
    let mut guards = Vec::new();
    let mut next = Some(to);
    while let Some(id) = next {
        if id == contact {
            return Ok(Err(Circle::Closed(to)));
        }
        if guards.len() == MAX_DEPTH {
            return Ok(Err(Circle::TooLong));
        }
        let found = if let Some(found) = known.get(&id) {
            found.clone()
        } else {
            let found = app.store.find_contact(team, id).await?;
            known.insert(id, found.clone());
            found
        };
        let Some(found) = found else {
            return Ok(if id == to { Err(Circle::Missing) } else { Ok(guards) });
        };
        next = found.profile.reports_to();
        guards.push(Guard { contact: id, reports_to: next });
    }
    Ok(Ok(guards))
}
