//! Handing work to the worker function, which goes on when the request has long been answered.

use crate::{App, Error, aws::WhenUsed, host::Deadline};
use aws_sdk_lambda::{Client, primitives::Blob, types::InvocationType};
use domain::ids::{JobId, TeamId};
use serde::{Deserialize, Serialize};

/// What the worker is asked to do. Each may arrive twice, and late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "task")]
pub enum Task {
    /// Go on with a job.
    Job {
        /// Its team.
        team: TeamId,
        /// The job.
        job: JobId,
    },
    /// Write a new snapshot of a team's directory.
    Snapshot {
        /// The team.
        team: TeamId,
    },
}

impl App {
    /// Does a task. An error asks for a retry.
    pub async fn perform(&self, task: Task, deadline: Deadline) -> Result<(), Error> {
        match task {
            Task::Job { team, job } => Box::pin(self.work_on(&team, job, deadline)).await,
            Task::Snapshot { team } => Box::pin(self.write_snapshot(&team)).await,
        }
    }
}

/// The worker function.
#[derive(Debug, Clone)]
pub struct Worker {
    client: WhenUsed<Client>,
    function: String,
}

impl Worker {
    /// The worker function of this name.
    pub const fn new(client: WhenUsed<Client>, function: String) -> Self {
        Self { client, function }
    }

    /// Asks for a task to be done. It is accepted when this returns, not done.
    pub async fn ask(&self, task: &Task) -> Result<(), Error> {
        let payload = serde_json::to_vec(task).map_err(Error::internal)?;
        let request = self.client.invoke().function_name(&self.function).invocation_type(InvocationType::Event).payload(Blob::new(payload));
        request.send().await.map_err(|error| Error::aws(&error))?;
        Ok(())
    }
}
