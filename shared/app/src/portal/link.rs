//! A contact's own link to the portal: it points to them and opens nothing.

use super::{ContactToken, Origin, is_same};
use crate::{App, Error, store::Link};
use domain::{
    contact::Contact,
    ids::{ContactId, TeamId},
    portal::LINK_SECONDS,
};

impl App {
    /// Makes a contact's link; the one before leads nowhere from now on.
    pub async fn make_link(&self, origin: &Origin, team: &TeamId, contact: ContactId) -> Result<String, Error> {
        let token = ContactToken::random(contact);
        let link = Link { hash: token.hash(), expires_at: self.now_seconds() + LINK_SECONDS };
        self.store.save_link(team, contact, &link).await?;
        Ok(format!("{}/link/{}", origin.portal(team), token.as_str()))
    }

    /// Whom a link points to; `None` when it is incomplete, expired, revoked, replaced or another team's, or its contact is gone.
    pub async fn find_linked(&self, team: &TeamId, token: &str) -> Result<Option<Contact>, Error> {
        let Some(token) = ContactToken::parse(token) else { return Ok(None) };
        let (link, contact) = futures::try_join!(self.store.find_link(team, token.contact), self.store.find_contact(team, token.contact))?;
        let now = self.now_seconds();
        Ok(link.filter(|link| is_same(&link.hash, &token.hash()) && now < link.expires_at).and(contact))
    }
}
