//! The teams of the demo and their members, as the ready file names them.

use serde::{Deserialize, Serialize};

/// A team that the demo made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its identifier, as in addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The address of its portal; not kept, for it changes with the port.
    #[serde(default)]
    pub portal: String,
    /// Somebody who can sign in there, by address.
    #[serde(default)]
    pub contact: String,
    /// Its members.
    pub members: Vec<Member>,
}

/// A member whom the local issuer signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The `sub` of their tokens.
    pub id: String,
    /// Their address, by which scripts ask for a token.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do, in the API's names, as the demo set it up.
    pub permissions: Vec<String>,
}
