//! Chance, from the operating system only.

use domain::ids::{ContactId, JobId};
use uuid::{Builder, Uuid};

/// The identifier of a new contact: 122 random bits, so that identifiers tell nothing and spread over all shards.
pub fn contact_id() -> ContactId {
    ContactId::from_uuid(uuid())
}

/// The identifier of a new job: begins with its time, so that jobs sort by it.
pub fn job_id(now_ms: i64) -> JobId {
    let mut random = [0_u8; 10];
    fill(&mut random);
    JobId::from_uuid(Builder::from_unix_timestamp_millis(now_ms.unsigned_abs(), &random).into_uuid())
}

/// A random UUID (version 4).
pub fn uuid() -> Uuid {
    let mut random = [0_u8; 16];
    fill(&mut random);
    Builder::from_random_bytes(random).into_uuid()
}

/// Fills with random bytes. A machine whose random source fails must not go on: every identifier and secret would be guessable.
#[expect(clippy::expect_used, clippy::disallowed_methods, reason = "chance comes from here, and there is no safe way on without it")]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}
