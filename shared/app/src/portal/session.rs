//! Who is signed in, asked anew at each request; and ending sessions.

use super::{ContactToken, form_token};
use crate::{App, Error, store::Session};
use domain::{
    contact::Contact,
    general::General,
    history::{Event, PortalNote},
    ids::TeamId,
    rules,
    team::Communication,
};
use http::Method;

/// A contact in the portal, with everything that was read to know it.
#[derive(Debug)]
pub struct SignedIn {
    /// At whose portal.
    pub team: TeamId,
    /// Who.
    pub contact: Contact,
    /// The session.
    pub session: Session,
    /// What forms carry that belong to this session.
    pub form_token: String,
    /// The team's name and time zone.
    pub general: General,
    /// The team's switches.
    pub communication: Communication,
}

/// Why nobody is signed in.
#[derive(Debug)]
pub enum Absent {
    /// There is no such session, or its time is over.
    NoSession,
    /// The contact may no longer be here; the session has ended. With the team's name.
    AccessEnded(General),
    /// It could not be found out.
    Unknown(Error),
}

/// How somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// They use their session.
    Use,
    /// Something only looks what there is, with HEAD: nothing is noted and nothing ends by it.
    Look,
}

impl From<&Method> for Visit {
    fn from(method: &Method) -> Self {
        if *method == Method::HEAD { Self::Look } else { Self::Use }
    }
}

impl From<Error> for Absent {
    fn from(error: Error) -> Self {
        Self::Unknown(error)
    }
}

impl App {
    /// Who holds this token. Losing access ends the session here and now.
    pub async fn signed_in(&self, team: &TeamId, token: &ContactToken, visit: Visit) -> Result<SignedIn, Absent> {
        let (id, now) = (token.hash(), self.now_seconds());
        let standing = self.store.find_standing(team, token.contact, &id).await?;
        let Some(session) = standing.session.filter(|session| session.age().is_live(now)) else { return Err(Absent::NoSession) };
        let Some(contact) = standing.contact else {
            if visit == Visit::Use {
                self.store.remove_session(team, token.contact, &id).await?;
            }
            return Err(Absent::AccessEnded(standing.general));
        };
        if let Some(rule) = rules::portal_access(&standing.communication, &contact.profile).refusal() {
            if visit == Visit::Use {
                self.store.remove_session(team, contact.id, &id).await?;
                self.note_refusal(team, &contact, session.way, &rule.rule).await?;
            }
            return Err(Absent::AccessEnded(standing.general));
        }
        if visit == Visit::Use && session.age().wants_note(now) {
            self.store.save_session_seen(team, contact.id, &id, now).await?;
        }
        let form_token = form_token(token.as_str());
        Ok(SignedIn { team: team.clone(), contact, session, form_token, general: standing.general, communication: standing.communication })
    }

    /// A contact's sessions that still count, the last used first.
    pub async fn live_sessions(&self, signed_in: &SignedIn) -> Result<Vec<Session>, Error> {
        let now = self.now_seconds();
        let mut sessions = self.store.list_sessions(&signed_in.team, signed_in.contact.id).await?;
        sessions.retain(|session| session.age().is_live(now));
        sessions.sort_by_key(|session| (std::cmp::Reverse(session.last_seen_at), std::cmp::Reverse(session.created_at)));
        Ok(sessions)
    }

    /// Ends one session of a contact: their own, or another of theirs. One that is not theirs, or is no more, changes nothing.
    pub async fn end_session(&self, signed_in: &SignedIn, id: &str) -> Result<(), Error> {
        let sessions = self.store.list_sessions(&signed_in.team, signed_in.contact.id).await?;
        match sessions.iter().find(|session| session.id == id) {
            Some(session) => self.end(signed_in, session).await,
            None => Ok(()),
        }
    }

    /// Ends all sessions of a contact. The one that asks ends last: if another could not be ended, it can ask again. No session waits for an
    /// entry in the history.
    pub async fn end_all_sessions(&self, signed_in: &SignedIn) -> Result<(), Error> {
        let mut sessions = self.store.list_sessions(&signed_in.team, signed_in.contact.id).await?;
        sessions.sort_by_key(|session| session.id == signed_in.session.id);
        for session in &sessions {
            self.store.remove_session(&signed_in.team, signed_in.contact.id, &session.id).await?;
        }
        for session in &sessions {
            self.note_end(signed_in, session).await?;
        }
        Ok(())
    }

    async fn end(&self, signed_in: &SignedIn, session: &Session) -> Result<(), Error> {
        self.store.remove_session(&signed_in.team, signed_in.contact.id, &session.id).await?;
        self.note_end(signed_in, session).await
    }

    async fn note_end(&self, signed_in: &SignedIn, session: &Session) -> Result<(), Error> {
        let note = PortalNote { way: session.way, device: Some(session.device.clone()), reason: None };
        let entry = self.portal_entry(&signed_in.contact, Event::SignedOut, note);
        self.store.add_audit(&signed_in.team, &entry).await
    }
}
