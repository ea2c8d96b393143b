//! A request that is sent again has one effect: what it makes gets its identifier from a record that the first one wrote, and what is
//! already there under that identifier is the answer.

use crate::{
    App, Error, random,
    store::{Stored, Taken},
};
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
    /// The contact that an earlier request of this name made, or the one that `make` makes under the identifier it is given.
    pub async fn contact_once<F>(&self, member: &Member, once: &Once, make: impl FnOnce(ContactId) -> F) -> Result<Contact, Error>
    where
        F: Future<Output = Result<Contact, Error>>,
    {
        let find = async |id| match self.store.find_stored(&member.team, ContactId::from_uuid(id)).await? {
            Some(Stored::Live(contact)) => Ok(Some(contact)),
            Some(Stored::Gone(_)) => {
                Err(Error::conflict("deleted_since", "This request made a contact that was deleted since. Send a new key to make another."))
            }
            None => Ok(None),
        };
        self.once(member, once, random::contact_id().as_uuid(), find, |id| make(ContactId::from_uuid(id))).await
    }

    /// The job that an earlier request of this name made, or the one that `make` makes under the identifier it is given.
    pub async fn job_once<F>(&self, member: &Member, once: &Once, make: impl FnOnce(JobId) -> F) -> Result<Job, Error>
    where
        F: Future<Output = Result<Job, Error>>,
    {
        let find = async |id| self.store.find_job(&member.team, JobId::from_uuid(id)).await;
        self.once(member, once, random::job_id(self.clock.now_ms()).as_uuid(), find, |id| make(JobId::from_uuid(id))).await
    }

    async fn once<T, M, F>(
        &self,
        member: &Member,
        once: &Once,
        own: Uuid,
        find: impl AsyncFnOnce(Uuid) -> Result<Option<T>, Error>,
        make: M,
    ) -> Result<T, Error>
    where
        M: FnOnce(Uuid) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let Some(Named { key, payload_sha256 }) = &once.0 else { return make(own).await };
        let now = self.clock.now().as_second();
        let mut taken = Taken { id: own, payload_sha256: payload_sha256.clone(), expires_at: now + SECONDS };
        let first = self.store.add_once(member, key, &taken, now).await?;
        if first.payload_sha256 != *payload_sha256 {
            let detail = "This Idempotency-Key came with another request before. Send a new key with a new request.";
            return Err(Error::invalid("idempotency_key_reused", detail));
        }
        if first.id != own {
            if let Some(made) = find(first.id).await? {
                return Ok(made);
            }
            // Two at work on one thing could mix what they store of it: one of those who come later takes over, and not too early.
            taken.id = first.id;
            let is_at_work = first.expires_at - SECONDS + AT_WORK_SECONDS > now;
            if is_at_work || !self.store.save_once(member, key, &first, &taken).await? {
                return Err(Error::conflict("in_progress", "The same request is being worked on. Send it again in half a minute."));
            }
        }
        let outcome = make(taken.id).await;
        if outcome.as_ref().is_err_and(|error| error.status().is_client_error()) {
            // It was refused and made nothing: once its reason is mended, the same request may come again at once.
            self.store.remove_once(member, key, &taken).await?;
        }
        outcome
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
