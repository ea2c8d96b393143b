//! Mail to contacts: sending it, hearing what comes back, and letting it go again.

pub mod clear;
pub mod event;
pub mod report;
pub mod send;
pub mod words;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![clear::route()]
}
