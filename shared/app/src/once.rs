//! A request that is sent again has one effect: what it makes gets its identifier from a record that the first one wrote, and what is
//! already there under that identifier is the answer.

use crate::{App, Error, random, store::Taken};
use domain::{
    contact::Contact,
    ids::{ContactId, JobId},
    job::Job,
    team::Member,
};
use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The header by which a client names one action (draft-ietf-httpapi-idempotency-key-header), the same each time it sends the request.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// How long a key is remembered: longer than the day for which AWS retries events, the longest that a client may try.
const SECONDS: i64 = 48 * 60 * 60;
/// How long the first request of a key may still be at it: no function works longer on a request (template.yaml).
const AT_WORK_SECONDS: i64 = 30;
/// The longest key, in characters.
const MAX_CHARS: usize = 200;

/// How a client names the action that a request asks for; most do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once(Option<Named>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    key: String,
    payload_sha256: String,
}

/// What a request that names its action finds.
#[derive(Debug)]
pub enum Claimed<I, T> {
    /// Nothing yet: it is to be made under this identifier, which nothing else will ever have.
    Free(I),
    /// What an earlier request made.
    Made(T),
}

impl Once {
    /// The name in a request's headers. The payload is what must not differ when the same name comes again: the path and the body.
    pub fn of(headers: &HeaderMap, path: &str, body: &[u8]) -> Result<Self, Error> {
        let Some(value) = headers.get(&HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        if key.is_empty() || key.len() > MAX_CHARS {
            return Err(Error::parameter("Idempotency-Key", format!("1 to {MAX_CHARS} printable ASCII characters, such as a UUID")));
        }
        let payload = Sha256::new().chain_update(path).chain_update([0]).chain_update(body).finalize();
        let payload_sha256 = domain::text::hex(&payload);
        Ok(Self(Some(Named { key: key.to_owned(), payload_sha256 })))
    }
}

impl App {
    /// The contact that an earlier request of this name made, or the identifier for the one to make.
    pub async fn claim_contact(&self, member: &Member, once: &Once) -> Result<Claimed<ContactId, Contact>, Error> {
        let find = |id| self.store.find_contact(&member.team, ContactId::from_uuid(id));
        let claimed = self.claim(member, once, random::contact_id().as_uuid(), find).await?;
        Ok(claimed.under(ContactId::from_uuid))
    }

    /// The job that an earlier request of this name made, or the identifier for the one to make.
    pub async fn claim_job(&self, member: &Member, once: &Once) -> Result<Claimed<JobId, Job>, Error> {
        let find = |id| self.store.find_job(&member.team, JobId::from_uuid(id));
        let claimed = self.claim(member, once, random::job_id(self.clock.now_ms()).as_uuid(), find).await?;
        Ok(claimed.under(JobId::from_uuid))
    }

    async fn claim<T, F>(&self, member: &Member, once: &Once, own: Uuid, find: impl FnOnce(Uuid) -> F) -> Result<Claimed<Uuid, T>, Error>
    where
        F: Future<Output = Result<Option<T>, Error>>,
    {
        let Some(Named { key, payload_sha256 }) = &once.0 else { return Ok(Claimed::Free(own)) };
        let now = self.clock.now().as_second();
        let taken = Taken { id: own, payload_sha256: payload_sha256.clone(), expires_at: now + SECONDS };
        let first = self.store.add_once(member, key, &taken, now).await?;
        if first.payload_sha256 != *payload_sha256 {
            let detail = "This Idempotency-Key came with another request before. Send a new key with a new request.";
            return Err(Error::invalid("idempotency_key_reused", detail));
        }
        if first.id == own {
            return Ok(Claimed::Free(own));
        }
        match find(first.id).await? {
            Some(made) => Ok(Claimed::Made(made)),
            // Two at work on one thing could mix what they store of it.
            None if first.expires_at - SECONDS + AT_WORK_SECONDS > now => {
                Err(Error::conflict("in_progress", "The same request is being worked on. Send it again in half a minute."))
            }
            None => Ok(Claimed::Free(first.id)),
        }
    }
}

impl<T> Claimed<Uuid, T> {
    fn under<I>(self, id: impl FnOnce(Uuid) -> I) -> Claimed<I, T> {
        match self {
            Self::Free(uuid) => Claimed::Free(id(uuid)),
            Self::Made(made) => Claimed::Made(made),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, Once};
    use http::{HeaderMap, HeaderValue};

    fn headers(key: &[u8]) -> HeaderMap {
        HeaderMap::from_iter([(HEADER, HeaderValue::from_bytes(key).expect("a header"))])
    }

    #[test]
    fn a_key_that_is_empty_long_or_not_ascii_is_refused() {
        for key in [b"".as_slice(), &[b'x'; 201], "schlüssel".as_bytes()] {
            assert!(Once::of(&headers(key), "/v1/contacts", b"{}").is_err());
        }
        assert!(Once::of(&headers(&[b'x'; 200]), "/v1/contacts", b"{}").is_ok());
    }

    #[test]
    fn path_and_body_are_what_must_not_differ() {
        let once = |path, body| Once::of(&headers(b"one"), path, body).expect("a name");
        assert_eq!(once("/a", b"b"), once("/a", b"b"));
        assert_ne!(once("/a", b"b"), once("/a", b"c"));
        assert_ne!(once("/a", b"b"), once("/ab", b""));
    }
}
