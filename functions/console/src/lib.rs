//! The App: the pages where members work with contacts, as `web/` builds them.

mod files;
pub mod page;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![page::route()]
}
