//! What can go wrong when the engines start.

use std::path::{Path, PathBuf};

/// Why the engines could not start. Each message says what to change.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template file is missing, is no YAML or lacks a resource.
    #[error("{}: {reason}", file.display())]
    Template {
        /// The file at fault.
        file: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// The port is taken.
    #[error("cannot listen on 127.0.0.1:{port}: {reason}; stop what uses it or choose another port")]
    Listen {
        /// The port that was asked for; 0 for any free one.
        port: u16,
        /// What the system said.
        reason: String,
    },
    /// A file or folder of the data could not be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The table could not be opened or made.
    #[error("the embedded DynamoDB: {0}")]
    DynamoDb(String),
    /// The kept table was made for another template.
    #[error(
        "the table in {} was made with other keys or indexes than the template now says; remove that folder to start afresh",
        path.display()
    )]
    OtherTable {
        /// The database file.
        path: PathBuf,
    },
}

impl Error {
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), reason: error.to_string() }
    }
}
