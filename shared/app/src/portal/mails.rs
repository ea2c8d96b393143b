//! What the mails of the portal say, worked out when they are sent: here, off the request's path, an address is looked up.

use super::{MailTask, ask::address_name};
use crate::{App, Error, store::Attempt};
use domain::{
    contact::Contact,
    email::Email,
    general::General,
    ids::{ContactId, TeamId},
    portal::{MAX_TRIES, TOO_SOON_SECONDS, Way},
    rules,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A mail with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeMail {
    /// Where it goes.
    pub to: Email,
    /// The team's name.
    pub team_name: String,
    /// The code. A secret.
    pub code: String,
    /// For how many more minutes it can be used.
    pub minutes: i64,
}

/// A mail that tells of a sign-in from a new device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignInMail {
    /// Where it goes.
    pub to: Email,
    /// The team's name.
    pub team_name: String,
    /// The device in words.
    pub device: String,
    /// By what way.
    pub way: Way,
    /// When.
    pub at: Timestamp,
    /// The team's time zone.
    pub time_zone: String,
}

impl App {
    /// What to mail for an attempt; `None` when nothing is due. Asked again it says the same: the code is derived, not drawn.
    pub async fn prepare_code(&self, team: &TeamId, attempt: &str) -> Result<Option<CodeMail>, Error> {
        let Some(found) = self.store.find_attempt(team, attempt).await? else { return Ok(None) };
        let seconds = found.expires_at - self.now_seconds();
        if found.used_by.is_some() || found.tries >= MAX_TRIES || seconds <= 0 {
            return Ok(None);
        }
        let due = self.find_due(team, attempt, &found).await?;
        let contact = due.as_ref().map(|(contact, ..)| *contact).or(found.contact);
        self.store.save_attempt_contact(team, attempt, contact).await?;
        let Some((_, to, team_name)) = due else { return Ok(None) };
        let code = self.code_keys()?.code(&found.key, team, attempt).ok_or_else(|| Error::internal(super::UNKNOWN_KEY))?;
        Ok(Some(CodeMail { to, team_name, code: code.to_string(), minutes: (seconds + 59) / 60 }))
    }

    /// Whose attempt it is, where its code goes, and in what team's name, if it may be mailed.
    async fn find_due(&self, team: &TeamId, attempt: &str, found: &Attempt) -> Result<Option<(ContactId, Email, String)>, Error> {
        let Some(contact) = self.find_asker(team, found).await? else { return Ok(None) };
        let (communication, general, problems) = futures::try_join!(
            self.store.get_communication(team),
            self.store.get_general(team),
            self.store.find_mail_problems(team, contact.profile.primary_email())
        )?;
        if let Some(rule) = rules::sign_in(&communication, &contact.profile, &problems).refusal() {
            self.note_attempt_refusal(team, (attempt, found), &contact, &rule.rule).await?;
            return Ok(None);
        }
        let to = contact.profile.primary_email().filter(|to| to.key() == found.address).cloned();
        Ok(to.map(|to| (contact.id, to, general.name.to_string())))
    }

    /// When a code may be mailed to an address, in seconds since 1970: two do not come within [`TOO_SOON_SECONDS`], in whatever ways they were asked
    /// for. Those who ask cannot be told, for that would tell whose address a link masks; so it is the mail that waits.
    pub async fn take_codes_turn(&self, team: &TeamId, to: &Email) -> Result<i64, Error> {
        self.store.take_turn(team, &address_name(&to.key()), TOO_SOON_SECONDS, self.now_seconds()).await
    }

    /// The contact whose link it is, or who has the address.
    async fn find_asker(&self, team: &TeamId, attempt: &Attempt) -> Result<Option<Contact>, Error> {
        let id = if attempt.by_link {
            attempt.contact
        } else {
            let holders = self.store.find_email_holders(team, &BTreeSet::from([attempt.address.clone()])).await?;
            holders.get(&attempt.address).copied()
        };
        match id {
            Some(id) => self.store.find_contact(team, id).await,
            None => Ok(None),
        }
    }

    /// What to mail about a sign-in; `None` when the session is gone, or nothing may be mailed.
    pub async fn prepare_new_sign_in(&self, team: &TeamId, contact: ContactId, session: &str) -> Result<Option<NewSignInMail>, Error> {
        let standing = self.store.find_standing(team, contact, session).await?;
        let (Some(session), Some(contact)) = (standing.session, standing.contact) else { return Ok(None) };
        let problems = self.store.find_mail_problems(team, contact.profile.primary_email()).await?;
        let General { name, time_zone } = standing.general;
        let to = contact.profile.primary_email().filter(|_| rules::sign_in(&standing.communication, &contact.profile, &problems).allowed);
        Ok(to.map(|to| NewSignInMail {
            to: to.clone(),
            team_name: name.to_string(),
            device: session.device,
            way: session.way,
            at: crate::clock::timestamp(session.created_at * 1_000),
            time_zone: time_zone.to_string(),
        }))
    }

    /// Asks for a mail that the sign-in does not depend on: when it cannot be asked for, that is logged and all.
    pub(super) async fn tell_of_new_sign_in(&self, team: &TeamId, contact: ContactId, session: &str) {
        let task = MailTask::NewSignIn { team: team.clone(), contact, session: session.to_owned() };
        if self.mail.ask(&task).await.is_err() {
            tracing::warn!("a contact was not told of a sign-in from a new device");
        }
    }
}
