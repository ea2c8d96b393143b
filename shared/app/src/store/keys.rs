//! Every key of the table, and nothing but keys. Each begins with the team, which is a [`TeamId`] from the caller's proven identity.
//!
//! | what | partition key `pk` | sort key `sk` | read by | units (items of up to 1 kB) |
//! | --- | --- | --- | --- | --- |
//! | team | `<team>#team` | `team` | first sign-in | write 2 |
//! | member | `<team>#team` | `member#<id>` | get; query by prefix | read 1 |
//! | name and time zone | `<team>#team` | `general` | get | read 1 |
//! | communication switches | `<team>#team` | `communication` | get | read 1 |
//! | single sign-on | `<team>#team` | `sso` | get | read 1 |
//! | remembered columns | `<team>#team` | `columns` | get | read 1 |
//! | snapshot of the directory | `<team>#team` | `snapshot` | get | read 1 |
//! | contact | `<team>#contact#<shard>` | `<id>` | get, batch get | read 1; write 2 in a transaction |
//! | change | `<team>#log#<shard>` | `<time>#<change>` | query by time | write 2, and 1 in the index |
//! | Primary Email claim | `<team>#email#<address>` | `claim` | batch get | write 2 |
//! | directory identifier claim | `<team>#sync#<id>` | `claim` | batch get | write 2 |
//! | job | `<team>#job` | `<id>` | get; query, newest first | read 1, write 1 |
//! | upload seen | `<team>#upload` | `<sha-256>` | get | read 1, write 1 |
//! | what came back from an address | `<team>#mail#<address>` | `problem` | batch get | read 1, write 1 |
//! | how far a mail has come | `<team>#mail-sent` | `<reference>` | get | read 1, write 1 |
//! | attempt to sign in | `<team>#attempt` | `<sha-256>` | get | read 1, write 1; 2 in a transaction |
//! | how often something was done | `<team>#limit` | `<what>#<of whom>` | get, conditional update | read 1, write 1 |
//! | session | `<team>#session#<contact>` | `<sha-256>` | batch get; query | read 1, write 2 in a transaction |
//! | contact's own link | `<team>#link` | `<contact>` | get | read 1, write 1 |
//! | sign-in that was refused | `<team>#refusal#<contact>` | `<time>#<name>` | query by time | write 1 |
//! | visit to an identity provider | `<team>#sso` | `<sha-256>` | conditional update | write 2 |
//! | identity claim | `<team>#identity#<sha-256>` | `claim` | get | read 1; write 2 in a transaction |
//! | contact's linked identity | `<team>#identities#<contact>` | `<sha-256>` | query | write 2 in a transaction |
//! | request that named its action | `<team>#once` | `<member>#<key>` | conditional put, delete | write 1 |
//!
//! Two sparse indexes. `history` (`history_of` = `<team>#history#<contact>`, `sk`): the changes of one contact. `live` (`live` = `live`,
//! `heartbeat`): the keys of jobs that a worker should be at; it is the system's own, holds no team's data and no request reads it.

use domain::ids::{ContactId, JobId, MemberId, TeamId};

/// Over how many partitions a team's contacts and changes are spread: one partition takes 1,000 write units a second.
pub const SHARDS: u8 = 8;

/// The index of the changes of one contact.
pub const HISTORY_INDEX: &str = "history";
/// The index of jobs that a worker should be at.
pub const LIVE_INDEX: &str = "live";
/// The one partition of [`LIVE_INDEX`].
pub const LIVE: &str = "live";

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// The shard of a contact: its identifier's last byte is random.
pub const fn shard(contact: ContactId) -> u8 {
    contact.as_uuid().as_bytes()[15] % SHARDS
}

/// The partition of what a team has once: itself, its members, its settings.
pub fn team_partition(team: &TeamId) -> String {
    format!("{team}#team")
}

/// The team itself.
pub fn team(team: &TeamId) -> Key {
    key(team_partition(team), "team")
}

/// What members' sort keys begin with.
pub const MEMBER_PREFIX: &str = "member#";

/// A member.
pub fn member(team: &TeamId, member: &MemberId) -> Key {
    key(team_partition(team), format!("{MEMBER_PREFIX}{member}"))
}

/// Team Settings > General.
pub fn general(team: &TeamId) -> Key {
    key(team_partition(team), "general")
}

/// The switches of Team Settings > Communication.
pub fn communication(team: &TeamId) -> Key {
    key(team_partition(team), "communication")
}

/// What the team set for single sign-on.
pub fn sso(team: &TeamId) -> Key {
    key(team_partition(team), "sso")
}

/// The column mappings that imports remember.
pub fn columns(team: &TeamId) -> Key {
    key(team_partition(team), "columns")
}

/// Where the newest snapshot of the directory lies.
pub fn snapshot(team: &TeamId) -> Key {
    key(team_partition(team), "snapshot")
}

/// The partition of one shard of contacts.
pub fn contact_partition(team: &TeamId, shard: u8) -> String {
    format!("{team}#contact#{shard}")
}

/// A contact.
pub fn contact(team: &TeamId, contact: ContactId) -> Key {
    key(contact_partition(team, shard(contact)), contact.to_string())
}

/// The partition of one shard of changes.
pub fn log_partition(team: &TeamId, shard: u8) -> String {
    format!("{team}#log#{shard}")
}

/// What the sort keys of changes at or after a moment are not less than. Thirteen digits last until the year 2286.
pub fn log_from(at_ms: i64) -> String {
    format!("{:013}", at_ms.max(0))
}

/// A change, by when it was made and a name that no other change has.
pub fn change(team: &TeamId, contact: ContactId, at_ms: i64, name: &str) -> Key {
    key(log_partition(team, shard(contact)), format!("{}#{name}", log_from(at_ms)))
}

/// The partition of [`HISTORY_INDEX`] for one contact.
pub fn history(team: &TeamId, contact: ContactId) -> String {
    format!("{team}#history#{contact}")
}

/// The claim on a Primary Email, by its comparison key.
pub fn email_claim(team: &TeamId, email: &str) -> Key {
    key(format!("{team}#email#{email}"), "claim")
}

/// The claim on a directory identifier.
pub fn sync_claim(team: &TeamId, sync_id: &str) -> Key {
    key(format!("{team}#sync#{sync_id}"), "claim")
}

/// The partition of a team's jobs.
pub fn job_partition(team: &TeamId) -> String {
    format!("{team}#job")
}

/// A job.
pub fn job(team: &TeamId, job: JobId) -> Key {
    key(job_partition(team), job.to_string())
}

/// An upload that was seen before, by the SHA-256 of its bytes.
pub fn upload(team: &TeamId, sha256: &str) -> Key {
    key(format!("{team}#upload"), sha256)
}

/// What came back from an address, by its comparison key.
pub fn mail(team: &TeamId, address: &str) -> Key {
    key(format!("{team}#mail#{address}"), "problem")
}

/// How far a mail has come, by what all its copies have in common.
pub fn mail_stage(team: &TeamId, reference: &str) -> Key {
    key(format!("{team}#mail-sent"), reference)
}

/// A member's request by the name it gave its action. A member's id holds no `#`, so no two members share a key.
pub fn once(team: &TeamId, member: &MemberId, name: &str) -> Key {
    key(format!("{team}#once"), format!("{member}#{name}"))
}

/// An attempt to sign in, by the hash of the token that its browser holds.
pub fn attempt(team: &TeamId, id: &str) -> Key {
    key(format!("{team}#attempt"), id)
}

/// How often something was done.
pub fn limit(team: &TeamId, subject: &str) -> Key {
    key(format!("{team}#limit"), subject)
}

/// The partition of a contact's sessions.
pub fn session_partition(team: &TeamId, contact: ContactId) -> String {
    format!("{team}#session#{contact}")
}

/// A session, by the hash of the token that its browser holds.
pub fn session(team: &TeamId, contact: ContactId, id: &str) -> Key {
    key(session_partition(team, contact), id)
}

/// A contact's own link.
pub fn link(team: &TeamId, contact: ContactId) -> Key {
    key(format!("{team}#link"), contact.to_string())
}

/// A visit to an identity provider, by the hash of its state.
pub fn sso_flow(team: &TeamId, id: &str) -> Key {
    key(format!("{team}#sso"), id)
}

/// The claim on an identity, by the hash of issuer and subject.
pub fn identity_claim(team: &TeamId, id: &str) -> Key {
    key(format!("{team}#identity#{id}"), "claim")
}

/// The partition of the identities that are linked to a contact.
pub fn identity_partition(team: &TeamId, contact: ContactId) -> String {
    format!("{team}#identities#{contact}")
}

/// An identity that is linked to a contact.
pub fn identity(team: &TeamId, contact: ContactId, id: &str) -> Key {
    key(identity_partition(team, contact), id)
}

/// The partition of the sign-ins that a contact was refused.
pub fn refusal_partition(team: &TeamId, contact: ContactId) -> String {
    format!("{team}#refusal#{contact}")
}

/// A sign-in that was refused, by when and a name that no other has.
pub fn refusal(team: &TeamId, contact: ContactId, at_ms: i64, name: &str) -> Key {
    key(refusal_partition(team, contact), format!("{}#{name}", log_from(at_ms)))
}

#[cfg(test)]
mod tests {
    use super::{
        Key, attempt, change, columns, communication, contact, email_claim, general, identity, identity_claim, job, limit, link, mail, mail_stage,
        member, once, refusal, session, snapshot, sso, sso_flow, sync_claim, team, upload,
    };
    use domain::ids::{ContactId, JobId, NotAnId};

    #[test]
    fn every_key_begins_with_the_team_and_no_other_team_can_make_it() -> Result<(), NotAnId> {
        let (id, job_id) = (ContactId::from_uuid(uuid::Uuid::from_u128(7)), JobId::from_uuid(uuid::Uuid::from_u128(8)));
        let keys = |name: &str| -> Result<Vec<Key>, NotAnId> {
            let t = name.parse()?;
            let names = [team(&t), member(&t, &"auth0|1".parse()?), general(&t), communication(&t), columns(&t), snapshot(&t)];
            let rest =
                [contact(&t, id), change(&t, id, 1, "x"), email_claim(&t, "a@x.com"), sync_claim(&t, "b#c"), job(&t, job_id), upload(&t, "00")];
            let portal = [attempt(&t, "00"), limit(&t, "sends#00"), session(&t, id, "00"), link(&t, id), refusal(&t, id, 1, "x")];
            Ok(names
                .into_iter()
                .chain(rest)
                .chain(portal)
                .chain([sso(&t), sso_flow(&t, "00"), identity_claim(&t, "00"), identity(&t, id, "00")])
                .chain([once(&t, &"auth0|1".parse()?, "k"), mail(&t, "a@x.com"), mail_stage(&t, "r")])
                .collect())
        };
        let (a, b) = (keys("a")?, keys("a-b")?);
        assert!(a.iter().all(|key| key.pk.starts_with("a#")) && b.iter().all(|key| key.pk.starts_with("a-b#")));
        assert!(a.iter().all(|key| !b.contains(key)));
        Ok(())
    }
}
