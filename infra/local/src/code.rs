//! All code that the template's functions run, by name: the one place that knows every area.

use std::time::Duration;

use app::host::Deadline;
use app::{App, Route};
use engines::Lambda;

/// How long a worker may run on AWS, and so here.
const WORKER_TIME: Duration = Duration::from_mins(15);

/// Every route of every area.
pub fn routes() -> Vec<Route> {
    contacts::routes()
        .into_iter()
        .chain(jobs::routes())
        .chain(mail::routes())
        .chain(portal::routes())
        .chain(team::routes())
        .chain(console::routes())
        .collect()
}

/// Makes the functions that are invoked by events known.
pub fn register(lambda: &Lambda, app: &App) {
    macro_rules! function {
        ($name:literal, $handle:path) => {
            let app = app.clone();
            lambda.register($name, move |event| {
                let app = app.clone();
                async move {
                    let deadline = Deadline::within(&app.clock, WORKER_TIME);
                    $handle(app, event, deadline).await.map_err(|error| format!("status {}", error.status()))
                }
            });
        };
    }
    function!("jobs-work", jobs::work::handle);
    function!("jobs-sweep", jobs::sweep::handle);
    function!("mail-send", mail::send::handle);
    function!("mail-event", mail::event::handle);
}
