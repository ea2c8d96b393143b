//! Signing in as who a provider says somebody is: to which contact that leads, decided anew each time.

use super::{ContactToken, Token, ask::place, secrets::hash};
use crate::{
    App, Error, random,
    store::{LinkedIdentity, SignedIn, SsoFlow},
};
use domain::{
    contact::Contact,
    field::Field,
    ids::TeamId,
    portal::Way,
    rules,
    sso::{FLOW_SECONDS, Identity, Standing},
    team::{Communication, Switch},
};
use std::{collections::BTreeSet, net::IpAddr};

/// How often a sign-in is begun anew because somebody changed the contact or the link in that very moment.
const TRIES: u32 = 3;
/// How often somebody may set out from one place in a minute.
const FROM_ONE_PLACE: u32 = 30;
/// What members read when the provider only repeats an address.
const UNPROVEN: &str = "The provider proves that the address is the person's.";
/// What members read when the identity is not the one that the directory knows the contact by.
const NOT_SYNCED: &str = "The identity is the one that directory sync stored for the contact.";

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

/// The switch of a provider; a code has none of its own.
pub const fn switch_of(way: Way) -> Switch {
    match way {
        Way::Code => Switch::portal,
        Way::Microsoft => Switch::sso_microsoft,
        Way::Google => Switch::sso_google,
        Way::Oidc => Switch::sso_oidc,
    }
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
        self.store.take_sso_flow(team, &state.hash(), &browser.hash(), self.now_seconds()).await
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
            let is_linked = linked.is_some();
            let found = match linked {
                None => self.find_synced(team, identity).await?,
                linked => linked,
            };
            let found = match found {
                None => self.find_addressed(team, identity).await?,
                found => found,
            };
            let Some(contact) = found else { return Ok(None) };
            let communication = self.store.get_communication(team).await?;
            if let Some(reason) = refusal(&communication, &contact, identity, is_linked) {
                self.note_refusal(team, &contact, identity.way, &reason).await?;
                return Ok(None);
            }
            if !is_linked {
                let link = LinkedIdentity { id: id.clone(), way: identity.way, linked_at: self.now_seconds() };
                if !self.store.link_identity(team, contact.id, &link, holder).await? {
                    continue;
                }
            }
            let (outcome, token) = self.begin_session(team, &contact, identity.way, device, None, random::uuid()).await?;
            if outcome == SignedIn::Done {
                if let Some(before) = before {
                    self.store.remove_session(team, before.contact, &before.hash()).await?;
                }
                return Ok(Some(token));
            }
        }
        Err(Error::TooMany { retry_after_seconds: 1 })
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

/// The first rule that stands against a sign-in.
fn refusal(team: &Communication, contact: &Contact, identity: &Identity, is_linked: bool) -> Option<String> {
    let switch = switch_of(identity.way);
    if !switch.is_on(team) {
        return Some(format!("The team's switch “{}” is on.", switch.title()));
    }
    let is_synced = is_synced(contact, identity);
    if team.sso_requires_synced_contact && !is_synced {
        return Some(NOT_SYNCED.to_owned());
    }
    let is_proven = identity.address.as_ref().is_some_and(|address| address.standing == Standing::Proven);
    if !is_linked && !is_synced && !is_proven {
        return Some(UNPROVEN.to_owned());
    }
    rules::portal_access(team, &contact.profile).refusal().map(|rule| rule.rule.clone())
}

/// Whether the identity is the one that directory sync stored for the contact. That proves who it is whatever a token says of an address.
fn is_synced(contact: &Contact, identity: &Identity) -> bool {
    let id = contact.profile.text(Field::DirectorySyncId);
    !id.is_empty() && identity.directory_sync_id() == Some(id)
}
