//! Redeeming a code: count first, then compare, then use it up, with access decided anew at that moment.

use super::{ContactToken, MailTask, Token, ask::address_name};
use crate::{
    App, Error, random,
    store::{Attempt, Session, SignIn, SignedIn},
};
use domain::{
    contact::Contact,
    history::{Event, PortalNote},
    ids::{ContactId, TeamId},
    portal::{Code, MAX_TRIES, SESSION_SECONDS, Way},
    rules,
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How often a sign-in is begun anew because the contact was changed in that very moment.
const TRIES: u32 = 3;
/// What members read when a code was not even compared any more.
const TOO_MANY: &str = "Fewer than 30 codes were wrong within a day, and fewer than 100 in a row.";
/// What members read when the address was changed after the code was mailed.
const MOVED: &str = "The code was mailed to the contact's present Primary Email.";

/// What somebody enters.
#[derive(Debug)]
pub struct Redeem<'a> {
    /// At whose portal.
    pub team: &'a TeamId,
    /// The token of the attempt that this browser holds.
    pub flow: &'a Token,
    /// What was typed.
    pub typed: &'a str,
    /// The device in words.
    pub device: String,
    /// The session that this browser holds already, if any: it ends.
    pub before: Option<ContactToken>,
}

/// What became of it.
#[derive(Debug)]
pub enum Redeemed {
    /// The contact is signed in. The browser keeps this token.
    SignedIn(ContactToken),
    /// What was typed cannot be a code; nothing was tried.
    NotACode,
    /// It is another code.
    Wrong {
        /// How many tries are left.
        left: u32,
    },
    /// The code's time is over, it was used, or its tries are spent.
    Over,
    /// Too many codes failed for this address; nothing is tried for a day, or until a member lets it be tried again.
    TooMany,
    /// The code is right, and its contact may no longer be here.
    Refused,
}

impl App {
    /// Redeems a code.
    pub async fn redeem(&self, redeem: Redeem<'_>) -> Result<Redeemed, Error> {
        let Ok(typed) = redeem.typed.parse::<Code>() else { return Ok(Redeemed::NotACode) };
        let (team, id, by, now) = (redeem.team, redeem.flow.hash(), random::uuid(), self.now_seconds());
        let Some(attempt) = self.store.spend_try(team, &id, by, now).await? else { return Ok(Redeemed::Over) };
        // While the deployment's keys change this function may not have the one that the code was derived with yet. Then nothing fails.
        let code = self.code_keys()?.code(&attempt.key, team, &id).ok_or_else(|| Error::internal(super::UNKNOWN_KEY))?;
        if !self.store.count_failure(team, &address_name(&attempt.address), by, now).await? {
            // Whether anybody has the address is looked up where that takes nobody's time.
            self.mail.ask(&MailTask::Locked { team: team.clone(), attempt: id }).await?;
            return Ok(Redeemed::TooMany);
        }
        let is_right: bool = code.as_bytes().ct_eq(typed.as_bytes()).into();
        // An address that nobody has never gets a code: one that fits it was guessed, and is wrong.
        let Some(contact) = attempt.contact.filter(|_| is_right) else {
            let left = MAX_TRIES.saturating_sub(attempt.tries);
            return Ok(if left == 0 { Redeemed::Over } else { Redeemed::Wrong { left } });
        };
        self.let_in(&redeem, contact, &attempt, &id, by).await
    }

    /// Whether the contact may be here is decided on the very version that the sign-in is written on.
    async fn let_in(&self, redeem: &Redeem<'_>, id: ContactId, attempt: &Attempt, attempt_id: &str, by: Uuid) -> Result<Redeemed, Error> {
        let team = redeem.team;
        for _ in 0..TRIES {
            let (contact, communication) = futures::try_join!(self.store.find_contact(team, id), self.store.get_communication(team))?;
            let Some(contact) = contact else { return Ok(Redeemed::Refused) };
            let decision = rules::portal_access(&communication, &contact.profile);
            let is_moved = contact.profile.primary_email().is_none_or(|email| email.key() != attempt.address);
            let refusal = decision.refusal().map(|rule| rule.rule.as_str()).or(is_moved.then_some(MOVED));
            if let Some(reason) = refusal {
                self.store.remove_attempt(team, attempt_id).await?;
                self.note_refusal(team, &contact, Way::Code, reason).await?;
                return Ok(Redeemed::Refused);
            }
            match self.begin_session(team, &contact, Way::Code, &redeem.device, Some(attempt_id), by).await? {
                (SignedIn::Done, token) => {
                    tidied(&self.store.clear_failures(team, &address_name(&attempt.address)).await);
                    self.end_before(team, redeem.before.as_ref()).await;
                    return Ok(Redeemed::SignedIn(token));
                }
                (SignedIn::CodeGone, _) => return Ok(Redeemed::Over),
                (SignedIn::ContactChanged, _) => {}
            }
        }
        Err(Error::TooMany { retry_after_seconds: 1 })
    }

    /// Begins a session for a contact who may have one, and tells them by mail when the device is new.
    pub async fn begin_session(
        &self,
        team: &TeamId,
        contact: &Contact,
        way: Way,
        device: &str,
        attempt: Option<&str>,
        by: Uuid,
    ) -> Result<(SignedIn, ContactToken), Error> {
        let (token, now) = (ContactToken::random(contact.id), self.now_seconds());
        let session =
            Session { id: token.hash(), created_at: now, last_seen_at: now, expires_at: now + SESSION_SECONDS, device: device.to_owned(), way };
        let others = self.store.list_sessions(team, contact.id).await?;
        let note = PortalNote { way, device: Some(session.device.clone()), reason: None };
        let entry = self.portal_entry(contact, Event::SignedIn, note);
        let sign_in = SignIn { contact, session: &session, attempt, entry: &entry };
        let outcome = self.store.sign_in(team, &sign_in, by, now).await?;
        // Who has never been here needs no warning, and a known device is none.
        if outcome == SignedIn::Done && !others.is_empty() && others.iter().all(|other| other.device != session.device) {
            self.tell_of_new_sign_in(team, contact.id, &session.id).await;
        }
        Ok((outcome, token))
    }

    /// Ends the session that a browser held before it signed in anew.
    pub(super) async fn end_before(&self, team: &TeamId, before: Option<&ContactToken>) {
        if let Some(before) = before {
            tidied(&self.store.remove_session(team, before.contact, &before.hash()).await);
        }
    }

    /// Tells members that codes are no longer tried for an attempt's address.
    pub async fn note_locked(&self, team: &TeamId, attempt: &str) -> Result<(), Error> {
        let contact = self.store.find_attempt(team, attempt).await?.and_then(|attempt| attempt.contact);
        let Some(contact) = contact else { return Ok(()) };
        match self.store.find_contact(team, contact).await? {
            Some(contact) => self.note_refusal(team, &contact, Way::Code, TOO_MANY).await,
            None => Ok(()),
        }
    }
}

/// What follows a sign-in is not worth losing it for: the contact is in.
fn tidied(done: &Result<(), Error>) {
    if done.is_err() {
        tracing::warn!("what a sign-in makes needless was left behind");
    }
}
