//! Jobs: imports, exports, bulk actions, merges, undo; one file for each route, one for each event.

pub mod apply;
pub mod bulk;
pub mod cancel;
pub mod failed;
pub mod get;
pub mod import_template;
pub mod list;
pub mod merge;
pub mod plan_import;
pub mod preview_import;
pub mod rows;
pub mod start_export;
pub mod start_import;
pub mod sweep;
pub mod undo;
pub mod view;
pub mod work;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![
        bulk::route(),
        merge::route(),
        start_import::route(),
        preview_import::route(),
        plan_import::route(),
        import_template::route(),
        start_export::route(),
        list::route(),
        get::route(),
        rows::route(),
        apply::route(),
        cancel::route(),
        undo::route(),
        failed::route(),
    ]
}
