//! Signing in as who a provider says somebody is: to which contact that leads, decided anew each time.

use super::{ContactToken, Token, ask::place, secrets::hash};
use crate::{
    App, Error, random,
    store::{LinkedIdentity, SignedIn, SsoFlow},
};
use domain::{
    contact::Contact,
    field::Field,
    history::{Event, PortalNote},
    ids::TeamId,
    portal::Way,
    rules::{self, Fact, Known},
    sso::{FLOW_SECONDS, Identity, Standing},
    team::Communication,
};
use std::{collections::BTreeSet, net::IpAddr};

/// How often a sign-in is begun anew because somebody changed the contact or the link in that very moment.
const TRIES: u32 = 3;
/// How often somebody may set out from one place in a minute.
const FROM_ONE_PLACE: u32 = 30;

/// What a browser takes along to a provider.
pub struct SsoTicket {
    /// The state: the team's name and 256 bits of chance.
    pub state: String,
    /// What the token must name.
    pub nonce: String,
    /// The secret of PKCE.
    pub verifier: String,
    /// What the browser keeps in its cookie.
    pub browser: Token,
}

impl App {
    /// Lets a browser set out for a provider.
    pub async fn begin_sso(&self, team: &TeamId, way: Way, browser: Option<Token>, source: Option<IpAddr>) -> Result<SsoTicket, Error> {
        let now = self.now_seconds();
        if let Some(source) = source {
            let counted = self.store.count_in_window(team, &format!("sso#{}", place(source)), FROM_ONE_PLACE, 60, now).await?;
            counted.map_err(|free_at| Error::TooMany { retry_after_seconds: u32::try_from(free_at - now).unwrap_or(60) })?;
        }
        let (state, browser) = (Token::random(), browser.unwrap_or_else(Token::random));
        let (nonce, verifier) = (Token::random().as_str().to_owned(), Token::random().as_str().to_owned());
        let flow = SsoFlow { way, browser: browser.hash(), nonce: nonce.clone(), verifier: verifier.clone(), expires_at: now + FLOW_SECONDS };
        self.store.add_sso_flow(team, &state.hash(), &flow).await?;
        Ok(SsoTicket { state: format!("{team}.{}", state.as_str()), nonce, verifier, browser })
    }

    /// Takes the visit that a browser comes back from.
    pub async fn take_sso(&self, team: &TeamId, state: &Token, browser: &Token) -> Result<Option<SsoFlow>, Error> {
        self.store.take_sso_flow(team, &state.hash(), &browser.hash(), random::uuid(), self.now_seconds()).await
    }

    /// Signs in whom an identity leads to; `None` when that is nobody who may be here. The session that this browser held `before` ends.
    pub async fn enter(
        &self,
        team: &TeamId,
        identity: &Identity,
        device: &str,
        before: Option<&ContactToken>,
    ) -> Result<Option<ContactToken>, Error> {
        let id = hash(&[identity.issuer.as_bytes(), identity.subject.as_bytes()]);
        for _ in 0..TRIES {
            let holder = self.store.find_identity_holder(team, &id).await?;
            let linked = match holder {
                Some(holder) => self.store.find_contact(team, holder).await?,
                None => None,
            };
            let communication = self.store.get_communication(team).await?;
            let Some(contact) = self.find_person(team, &communication, identity, linked).await? else { return Ok(None) };
            let is_linked = holder == Some(contact.id);
            let is_proven = identity.address.as_ref().is_some_and(|address| address.standing == Standing::Proven);
            let known = Known { link: Fact::of(is_linked), sync: Fact::of(is_synced(&contact, identity)), address: Fact::of(is_proven) };
            let decision = rules::single_sign_on(&communication, &contact.profile, identity.way, Some(known));
            if let Some(refused) = decision.refusal() {
                self.note_refusal(team, &contact, identity.way, &refused.rule).await?;
                return Ok(None);
            }
            if !is_linked {
                // Its holder was deleted, or the directory knows somebody else by it.
                if let Some(holder) = holder {
                    self.store.remove_identity(team, holder, &id).await?;
                }
                let link = LinkedIdentity { id: id.clone(), way: identity.way, linked_at: self.now_seconds() };
                if !self.store.link_identity(team, contact.id, &link).await? {
                    continue;
                }
                self.note_account(team, &contact, Event::AccountLinked, identity.way).await?;
            }
            let (outcome, token) = self.begin_session(team, &contact, identity.way, device, None, random::uuid()).await?;
            if outcome == SignedIn::Done {
                self.end_before(team, before).await;
                return Ok(Some(token));
            }
        }
        Err(Error::TooMany { retry_after_seconds: 1 })
    }

    /// Unlinks one of a contact's accounts; one that is not theirs stays where it is.
    pub async fn remove_account(&self, signed_in: &super::SignedIn, id: &str) -> Result<(), Error> {
        let (team, contact) = (&signed_in.team, &signed_in.contact);
        let linked = self.store.list_identities(team, contact.id).await?;
        // Only what is listed can be a key.
        let Some(identity) = linked.iter().find(|identity| identity.id == id) else { return Ok(()) };
        self.store.remove_identity(team, contact.id, id).await?;
        self.note_account(team, contact, Event::AccountRemoved, identity.way).await
    }

    async fn note_account(&self, team: &TeamId, contact: &Contact, event: Event, way: Way) -> Result<(), Error> {
        let entry = self.portal_entry(contact, event, PortalNote { way, device: None, reason: None });
        self.store.add_audit(team, &entry).await
    }

    /// Whom an identity is about: who it is linked to, else whom directory sync knows by it, else whose Primary Email its token names, proven or
    /// not. Where the team wants the directory to know everybody, its word comes before that of an older link.
    async fn find_person(
        &self,
        team: &TeamId,
        communication: &Communication,
        identity: &Identity,
        linked: Option<Contact>,
    ) -> Result<Option<Contact>, Error> {
        if linked.is_some() && !communication.sso_requires_synced_contact {
            return Ok(linked);
        }
        if let Some(synced) = self.find_synced(team, identity).await? {
            return Ok(Some(synced));
        }
        match linked {
            None => self.find_addressed(team, identity).await,
            linked => Ok(linked),
        }
    }

    /// The contact whom directory sync knows by this identity.
    async fn find_synced(&self, team: &TeamId, identity: &Identity) -> Result<Option<Contact>, Error> {
        let Some(id) = identity.directory_sync_id() else { return Ok(None) };
        match self.store.find_sync_id_holders(team, &BTreeSet::from([id.to_owned()])).await?.get(id) {
            Some(&holder) => Ok(self.store.find_contact(team, holder).await?.filter(|contact| is_synced(contact, identity))),
            None => Ok(None),
        }
    }

    /// The contact whose Primary Email a token names, proven or not.
    async fn find_addressed(&self, team: &TeamId, identity: &Identity) -> Result<Option<Contact>, Error> {
        let Some(address) = &identity.address else { return Ok(None) };
        let key = address.email.key();
        let holders = self.store.find_email_holders(team, &BTreeSet::from([key.clone()])).await?;
        match holders.get(&key) {
            Some(&holder) => {
                let contact = self.store.find_contact(team, holder).await?;
                Ok(contact.filter(|contact| contact.profile.primary_email().is_some_and(|email| email.key() == key)))
            }
            None => Ok(None),
        }
    }
}

/// Whether the identity is the one that directory sync stored for the contact. That proves who it is whatever a token says of an address.
fn is_synced(contact: &Contact, identity: &Identity) -> bool {
    let id = contact.profile.text(Field::DirectorySyncId);
    !id.is_empty() && identity.directory_sync_id() == Some(id)
}
