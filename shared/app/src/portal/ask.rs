//! Asking for a code. The address is never looked up here: a known one and an unknown one are the same work, and the answer is the same.

use super::{MailTask, Token, secrets::hash};
use crate::{App, Error, store::Attempt};
use domain::{
    email::Email,
    ids::{ContactId, TeamId},
    portal::{AskedBy, CODE_SECONDS, TOO_SOON_SECONDS},
};
use std::net::IpAddr;

/// How many codes may be asked for from one place: how many, within how many seconds. An office behind one address still gets in.
const FROM_ONE_PLACE: [(u32, i64); 2] = [(30, 10 * 60), (300, 24 * 60 * 60)];
/// How many codes a team's portal sends: what nobody needs and everybody could be made to pay for.
const OF_ONE_TEAM: [(u32, i64); 2] = [(600, 10 * 60), (10_000, 24 * 60 * 60)];

/// What somebody asks for.
#[derive(Debug)]
pub struct Ask<'a> {
    /// At whose portal.
    pub team: &'a TeamId,
    /// Where the code shall go.
    pub address: &'a Email,
    /// The address as the browser may see it.
    pub shown: String,
    /// Whom it is for, when a contact's own link says so.
    pub contact: Option<ContactId>,
    /// Where the request came from, when that is known.
    pub source: Option<IpAddr>,
    /// The token of the attempt that this browser holds already, if any.
    pub before: Option<Token>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A code is on its way if there is anybody at the address. The browser keeps this token: the code works with it only.
    Sent(Token),
    /// It is on its way since a moment ago, for this browser; nothing more is sent yet.
    OnItsWay,
    /// There were too many lately.
    Later {
        /// How long to wait.
        seconds: i64,
        /// Of what there were too many.
        limit: Limit,
        /// This browser's attempt, while the code that it has can still be entered.
        running: Option<Box<Attempt>>,
    },
}

/// What too many codes were asked for by. None of it tells whether anybody has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// One address, whoever typed it.
    Address,
    /// One contact's own link.
    Link,
    /// One place in the network.
    Place,
    /// Everybody at the team's portal.
    Team,
}

impl App {
    /// Asks for a code.
    pub async fn ask_for_code(&self, ask: Ask<'_>) -> Result<Asked, Error> {
        let (team, now, address) = (ask.team, self.now_seconds(), ask.address.key());
        let before = match &ask.before {
            Some(token) => self.store.find_attempt(team, &token.hash()).await?,
            None => None,
        };
        // A link's attempt and a typed address's are never the same, even when the address is: that would tell which one the link masks.
        let is_same = |attempt: &Attempt| attempt.address == address && attempt.by_link == ask.contact.is_some();
        let running = before.as_ref().filter(|attempt| is_same(attempt) && attempt.is_open(now));
        if running.is_some_and(|attempt| now < attempt.asked_at + TOO_SOON_SECONDS) {
            return Ok(Asked::OnItsWay);
        }
        if let Err((limit, free_at)) = self.count_ask(&ask, &address, now).await? {
            return Ok(Asked::Later { seconds: free_at - now, limit, running: running.cloned().map(Box::new) });
        }
        let (token, key) = (Token::random(), self.code_keys()?.current());
        let attempt = Attempt {
            address,
            shown: ask.shown,
            by_link: ask.contact.is_some(),
            contact: ask.contact,
            key,
            tries: 0,
            asked_at: now,
            expires_at: now + CODE_SECONDS,
            used_by: None,
            tried_by: None,
        };
        self.store.add_attempt(team, &token.hash(), &attempt).await?;
        self.mail.ask(&MailTask::Code { team: team.clone(), attempt: token.hash() }).await?;
        // Only the newest code of a browser counts.
        if let (Some(old), Some(_)) = (&ask.before, before) {
            self.store.remove_attempt(team, &old.hash()).await?;
        }
        Ok(Asked::Sent(token))
    }

    /// The wide limits first: who is over them takes nothing from an address's own.
    async fn count_ask(&self, ask: &Ask<'_>, address: &str, now: i64) -> Result<Result<(), (Limit, i64)>, Error> {
        let source = ask.source.map(|source| (Limit::Place, format!("source#{}", place(source)), FROM_ONE_PLACE));
        for (limit, subject, windows) in source.into_iter().chain([(Limit::Team, "team".to_owned(), OF_ONE_TEAM)]) {
            for (most, seconds) in windows {
                if let Err(free_at) = self.store.count_in_window(ask.team, &subject, most, seconds, now).await? {
                    return Ok(Err((limit, free_at)));
                }
            }
        }
        let (limit, subject, by) = match ask.contact {
            Some(contact) => (Limit::Link, link_name(contact), AskedBy::Link),
            None => (Limit::Address, address_name(address), AskedBy::Address),
        };
        Ok(self.store.count_send(ask.team, &subject, by, now).await?.map_err(|free_at| (limit, free_at)))
    }
}

/// What an address is counted under: its hash, so that no list of addresses can be read from the counters.
pub(super) fn address_name(address: &str) -> String {
    format!("address#{}", hash(&[address.as_bytes()]))
}

/// What a contact's own link is counted under.
pub(super) fn link_name(contact: ContactId) -> String {
    format!("link#{contact}")
}

/// Whoever has one IPv6 address has 2^64 of them.
pub(super) fn place(source: IpAddr) -> String {
    let bytes = match source.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
    };
    hash(&[&bytes])
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn an_ipv6_network_and_a_mapped_address_are_one_place() {
        let of = |text: &str| place(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
