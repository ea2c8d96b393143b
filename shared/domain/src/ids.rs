//! Identifiers and versions: opaque, typed, and impossible to mix up.

use crate::as_text::as_text;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Why a text is not an identifier. It carries nothing: to a caller an identifier that cannot exist and one that does not are the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier")]
pub struct NotAnId;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid, examples("0190b5d8-7c1e-7cc0-a000-000000000001"))]
        pub struct $name(Uuid);

        impl $name {
            /// The identifier with these 128 bits.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Its 128 bits.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Only the canonical form (lower case, with hyphens), so that one identifier has one spelling in keys and links.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let uuid = Uuid::try_parse(text).map_err(|_| NotAnId)?;
                if uuid.to_string() == text { Ok(Self(uuid)) } else { Err(NotAnId) }
            }
        }
    };
}

uuid_id!(
    /// A contact. Random (UUID version 4), or derived from whom an imported row is about (version 8): its last byte chooses the shard.
    ContactId
);
uuid_id!(
    /// A job. UUID version 7, so that jobs sort by the time they were made.
    JobId
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $example:literal, $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, examples($example))]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let allowed: fn(u8) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.bytes().all(allowed) {
                    return Err(NotAnId);
                }
                Ok(Self(text.to_owned()))
            }
        }

        as_text!($name, NotAnId);
    };
}

text_id!(
    /// A team, the tenant. 1 to 64 of `a-z`, `0-9` and `-`: it is the first part of every key and stands in portal addresses, so nothing that separates keys can be in it.
    TeamId,
    "demo",
    64,
    |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
);
text_id!(
    /// A member: the `sub` of their token (OpenID Connect Core 2: at most 255 ASCII characters), printable and without `#`, which separates keys.
    MemberId,
    "auth0|5f7c8ec7c33c6c004bbafe82",
    255,
    |byte| byte.is_ascii_graphic() && byte != b'#'
);

/// How often a record was written; 1 after the first write. Each write names the version it replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = u64, examples(3))]
pub struct Version(u64);

impl Version {
    /// The version of a record that was just made.
    pub const FIRST: Self = Self(1);

    /// The version with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{ContactId, MemberId, TeamId};

    #[test]
    fn an_identifier_has_one_spelling() {
        assert!("0190b5d8-7c1e-7cc0-a000-000000000001".parse::<ContactId>().is_ok());
        assert!("0190B5D8-7C1E-7CC0-A000-000000000001".parse::<ContactId>().is_err());
        assert!("0190b5d87c1e7cc0a000000000000001".parse::<ContactId>().is_err());
    }

    #[test]
    fn a_team_cannot_hold_what_separates_keys() {
        assert!("demo-2".parse::<TeamId>().is_ok());
        for bad in ["", "a#b", "A", "a b", "a/b", &"x".repeat(65)] {
            assert!(bad.parse::<TeamId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_member_is_any_printable_subject() {
        assert!("auth0|5f7c8ec7".parse::<MemberId>().is_ok());
        assert!("a#b".parse::<MemberId>().is_err());
    }
}
