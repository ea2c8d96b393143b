//! Handing mails to the function that sends them, when the request has long been answered.

use crate::{Error, aws::WhenUsed};
use aws_sdk_lambda::{Client, primitives::Blob, types::InvocationType};
use domain::ids::{ContactId, TeamId};
use serde::{Deserialize, Serialize};

/// A mail that is due, or what else is left to do about an attempt. It names what to write about and holds nothing of it: no code, no address. Each may arrive twice, and late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "task")]
pub enum MailTask {
    /// The code of an attempt to sign in.
    Code {
        /// The team.
        team: TeamId,
        /// The attempt's identifier, which is a hash and opens nothing.
        attempt: String,
    },
    /// Codes are no longer tried for the address of an attempt. Nobody is mailed; members shall read it.
    Locked {
        /// The team.
        team: TeamId,
        /// The attempt's identifier.
        attempt: String,
    },
    /// Somebody signed in from a device that was not seen before.
    NewSignIn {
        /// The team.
        team: TeamId,
        /// Who.
        contact: ContactId,
        /// The session's identifier, which is a hash and opens nothing.
        session: String,
    },
}

/// The function that sends mails.
#[derive(Debug, Clone)]
pub struct MailSender {
    client: WhenUsed<Client>,
    function: String,
}

impl MailSender {
    /// The function of this name.
    pub const fn new(client: WhenUsed<Client>, function: String) -> Self {
        Self { client, function }
    }

    /// Asks for a mail to be sent. It is accepted when this returns, not sent.
    pub async fn ask(&self, task: &MailTask) -> Result<(), Error> {
        let payload = serde_json::to_vec(task).map_err(Error::internal)?;
        let request = self.client.invoke().function_name(&self.function).invocation_type(InvocationType::Event).payload(Blob::new(payload));
        request.send().await.map_err(|error| Error::aws(&error))?;
        Ok(())
    }
}
