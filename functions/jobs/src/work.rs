//! The worker: does what it is asked to, asynchronously. It may be asked twice, and late.

use app::{App, Error, host::Deadline, worker::Task};
use serde_json::Value;

/// Does a task. A task that cannot be read is acknowledged: no retry would mend it.
pub async fn handle(app: App, event: Value, deadline: Deadline) -> Result<(), Error> {
    match serde_json::from_value::<Task>(event) {
        Ok(task) => match app.perform(task, deadline).await {
            Err(Error::NotFound) => Ok(()),
            done => done,
        },
        Err(problem) => {
            // What the problem says of itself names what it met, and that may be anything.
            tracing::error!(task.problem = ?problem.classify(), "the worker was asked for something it does not know");
            Ok(())
        }
    }
}
