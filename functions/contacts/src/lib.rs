//! Contacts: one file for each route.

pub mod create;
pub mod delete;
pub mod duplicates;
pub mod get;
pub mod history;
pub mod list;
pub mod row;
pub mod save;
pub mod update;
pub mod why;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![list::route(), create::route(), duplicates::route(), get::route(), update::route(), delete::route(), history::route(), why::route()]
}
