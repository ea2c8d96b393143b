//! How contacts come into the portal and stay there. Pages are functions/portal's; what they do is here.

pub mod ask;
pub mod cookies;
pub mod guard;
pub mod identity;
pub mod link;
pub mod mails;
pub mod origin;
pub mod redeem;
pub mod secrets;
pub mod session;
pub mod task;

pub use ask::{Ask, Asked, Limit};
pub use identity::SsoTicket;
pub use mails::{CodeMail, NewSignInMail};
pub use origin::Origin;
pub use redeem::{Redeem, Redeemed};
pub use secrets::{CodeKeys, ContactToken, Token, form_token, is_same};
pub use session::{Absent, SignedIn, Visit};
pub use task::{MailSender, MailTask};

use crate::{
    App, Error, random,
    store::{Attempt, SignInRefusal},
};
use domain::{
    contact::Contact,
    history::{Author, Entry, Event, PortalNote, Source},
    ids::TeamId,
    portal::Way,
    team::Member,
};

/// What is logged when a code's key is not among those of the deployment.
const UNKNOWN_KEY: &str = "a code was derived with a key that is not among CODE_KEYS here";

impl App {
    /// The keys that codes are derived with. A function that needs them and has none was deployed wrongly.
    fn code_keys(&self) -> Result<&CodeKeys, Error> {
        self.settings.portal.code_keys.as_ref().ok_or_else(|| Error::internal("the environment variable CODE_KEYS is missing"))
    }

    /// Notes that a contact was refused: for Why? and in the contact's history.
    pub async fn note_refusal(&self, team: &TeamId, contact: &Contact, way: Way, reason: &str) -> Result<(), Error> {
        self.add_refusal(team, contact, SignInRefusal { at: self.clock.now(), way, reason: reason.to_owned() }, &random::uuid().to_string()).await
    }

    /// Notes that an attempt's code was refused. What is said of one attempt again, because its mail is tried again, is noted once.
    pub async fn note_attempt_refusal(&self, team: &TeamId, (id, attempt): (&str, &Attempt), contact: &Contact, reason: &str) -> Result<(), Error> {
        let refusal = SignInRefusal { at: crate::clock::timestamp(attempt.asked_at * 1_000), way: Way::Code, reason: reason.to_owned() };
        self.add_refusal(team, contact, refusal, &secrets::hash(&[id.as_bytes(), reason.as_bytes()])).await
    }

    async fn add_refusal(&self, team: &TeamId, contact: &Contact, refusal: SignInRefusal, name: &str) -> Result<(), Error> {
        let note = PortalNote { way: refusal.way, device: None, reason: Some(refusal.reason.clone()) };
        let entry = Entry { at: refusal.at, ..self.portal_entry(contact, Event::SignInRefused, note) };
        futures::try_join!(self.store.add_refusal(team, contact.id, &refusal, name), self.store.add_audit_named(team, &entry, name))?;
        Ok(())
    }

    /// Lets codes be asked for and tried again for a contact's Primary Email and by the contact's own link.
    pub async fn clear_sign_in_limits(&self, member: &Member, contact: &Contact) -> Result<(), Error> {
        let (team, subject) = (&member.team, contact.profile.primary_email().map(|email| ask::address_name(&email.key())));
        if let Some(subject) = subject {
            futures::try_join!(self.store.clear_failures(team, &subject), self.store.clear_sends(team, &subject))?;
        }
        self.store.clear_sends(team, &ask::link_name(contact.id)).await?;
        let author = Author { source: Source::Member, member: Some(member.id.clone()), job: None };
        self.store.add_audit(team, &self.entry(contact, Event::SignInLimitsCleared, author, None)).await
    }

    /// An entry of a contact's history about the portal.
    fn portal_entry(&self, contact: &Contact, event: Event, note: PortalNote) -> Entry {
        self.entry(contact, event, Author { source: Source::Portal, member: None, job: None }, Some(note))
    }

    fn entry(&self, contact: &Contact, event: Event, author: Author, portal: Option<PortalNote>) -> Entry {
        Entry { contact: contact.id, version: contact.version, at: self.clock.now(), event, author, changes: Vec::new(), portal }
    }

    fn now_seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}
