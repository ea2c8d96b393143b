//! How contacts sign in to the portal: codes, how often they may be asked for, how long anything lasts, what is shown of an address.

mod code;
mod limits;
mod shown;

pub use code::{ALPHABET, Code, NotACode, SYMBOLS};
pub use limits::{AskedBy, MAX_FAILURES, MAX_FAILURES_IN_A_ROW, MAX_TRIES, Sends, TOO_SOON_SECONDS};
pub use shown::{device, masked};

use serde::{Deserialize, Serialize};

/// How long a code can be used, in seconds. The whole sign-in must be over within ten minutes (NIST SP 800-63B-4, 3.1.3.2).
pub const CODE_SECONDS: i64 = 10 * 60;
/// How long failures to enter a code count, in seconds.
pub const FAILURE_SECONDS: i64 = 24 * 60 * 60;
/// How long a session lasts that nobody uses, in seconds.
pub const IDLE_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How long a session lasts at most, in seconds (NIST SP 800-63B-4, 2.1.3).
pub const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
/// How often it is noted at most that a session was used, in seconds.
pub const SEEN_SECONDS: i64 = 60 * 60;
/// How long a contact's own link leads to the portal, in seconds.
pub const LINK_SECONDS: i64 = 365 * 24 * 60 * 60;
/// How long a refused sign-in is told about, in seconds.
pub const REFUSAL_SECONDS: i64 = 7 * 24 * 60 * 60;

/// By what way somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// A code that was mailed.
    Code,
    /// Microsoft.
    Microsoft,
    /// Google.
    Google,
    /// The OpenID Connect issuer that the operator added.
    Oidc,
}

impl Way {
    /// The identity providers.
    pub const PROVIDERS: [Self; 3] = [Self::Microsoft, Self::Google, Self::Oidc];

    /// The way as addresses name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Microsoft => "microsoft",
            Self::Google => "google",
            Self::Oidc => "oidc",
        }
    }

    /// The way in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Code => "Code by email",
            Self::Microsoft => "Microsoft",
            Self::Google => "Google",
            Self::Oidc => "Single sign-on",
        }
    }
}

/// When a session was made and last seen, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionAge {
    /// When it was made.
    pub created_at: i64,
    /// When it was last used.
    pub last_seen_at: i64,
}

impl SessionAge {
    /// Whether it still counts at this moment.
    pub const fn is_live(self, now: i64) -> bool {
        now < self.created_at + SESSION_SECONDS && now < self.last_seen_at + IDLE_SECONDS
    }

    /// Whether it is time to note that it was used.
    pub const fn wants_note(self, now: i64) -> bool {
        now >= self.last_seen_at + SEEN_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::{IDLE_SECONDS, SEEN_SECONDS, SESSION_SECONDS, SessionAge};

    #[test]
    fn a_session_ends_after_a_week_unused_and_after_thirty_days_whatever_happens() {
        let fresh = SessionAge { created_at: 0, last_seen_at: 0 };
        assert!(fresh.is_live(IDLE_SECONDS - 1) && !fresh.is_live(IDLE_SECONDS));
        let used = SessionAge { created_at: 0, last_seen_at: SESSION_SECONDS - 10 };
        assert!(used.is_live(SESSION_SECONDS - 1) && !used.is_live(SESSION_SECONDS));
    }

    #[test]
    fn being_used_is_noted_at_most_once_an_hour() {
        let session = SessionAge { created_at: 0, last_seen_at: 100 };
        assert!(!session.wants_note(99 + SEEN_SECONDS) && session.wants_note(100 + SEEN_SECONDS));
    }
}
