//! Addresses that mail is stopped to: what came back from them, by when, and whether a member cleared it since.

use crate::email::Email;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What stopped mail to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MailProblemKind {
    /// A mail came back for good: there is no such mailbox, or it takes nothing from us.
    Bounce,
    /// Whoever reads there said that our mail is unwanted.
    Complaint,
}

/// One address and what stopped mail to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailProblem {
    /// The address, as the contact has it.
    pub address: Email,
    /// What came back.
    pub kind: MailProblemKind,
    /// When it came back, the last time.
    #[schema(value_type = String, format = DateTime, examples("2026-02-01T09:00:00.123Z"))]
    pub at: Timestamp,
}

/// The problems of some addresses. While an address has one, nothing is mailed to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailProblems(Vec<MailProblem>);

impl MailProblems {
    /// Whether mail to an address is stopped.
    pub fn stop(&self, address: &Email) -> bool {
        self.0.iter().any(|problem| problem.address.key() == address.key())
    }

    /// Whether no address has one.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by address.
    pub fn into_vec(self) -> Vec<MailProblem> {
        self.0
    }
}

impl FromIterator<MailProblem> for MailProblems {
    fn from_iter<I: IntoIterator<Item = MailProblem>>(problems: I) -> Self {
        let mut problems: Vec<MailProblem> = problems.into_iter().collect();
        problems.sort();
        Self(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::{MailProblem, MailProblemKind, MailProblems};
    use crate::email::EmailError;
    use jiff::Timestamp;

    #[test]
    fn an_address_is_stopped_however_it_is_written() -> Result<(), EmailError> {
        let problem = MailProblem { address: "Zoë@X.com".parse()?, kind: MailProblemKind::Bounce, at: Timestamp::UNIX_EPOCH };
        let problems = MailProblems::from_iter([problem]);
        assert!(problems.stop(&"zoë@x.COM".parse()?));
        assert!(!problems.stop(&"zoe@x.com".parse()?));
        assert!(MailProblems::default().is_empty() && !problems.is_empty());
        Ok(())
    }
}
