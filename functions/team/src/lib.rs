//! The team: who I am, who the members are and what they may do, its settings, the API's description.

pub mod describe;
pub mod list_members;
pub mod me;
pub mod set_communication;
pub mod set_general;
pub mod set_permissions;
pub mod set_sso;
pub mod show_communication;
pub mod show_general;
pub mod show_sso;
pub mod view;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![
        me::route(),
        show_general::route(),
        set_general::route(),
        show_communication::route(),
        set_communication::route(),
        show_sso::route(),
        set_sso::route(),
        list_members::route(),
        set_permissions::route(),
        describe::route(),
    ]
}
