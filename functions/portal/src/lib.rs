//! The portal: the pages where contacts sign in and see what is theirs, and the links that lead members' contacts there.

pub mod ask_code;
pub mod ask_link_code;
#[cfg(test)]
mod asking;
pub mod asset;
mod assets;
pub mod clear_limits;
#[cfg(test)]
mod codes;
pub mod end_all_sessions;
pub mod end_session;
pub mod enter_code;
mod extract;
mod failure;
#[cfg(test)]
mod head;
pub mod home;
pub mod make_link;
pub mod manifest;
#[cfg(test)]
mod markup;
#[cfg(test)]
mod naughty;
pub mod nothing;
pub mod open_link;
mod pages;
pub mod remove_identity;
pub mod revoke_link;
#[cfg(test)]
mod scan;
pub mod service_worker;
pub mod settings;
pub mod show_link;
pub mod sign_in;
pub mod sign_out;
mod sso;
pub mod sso_return;
pub mod sso_start;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod strangers;
pub mod team_link;
mod too_many;
pub mod verify;

use app::Route;

/// The area's routes.
pub fn routes() -> Vec<Route> {
    vec![
        sign_in::route(),
        ask_code::route(),
        enter_code::route(),
        verify::route(),
        open_link::route(),
        show_link::route(),
        ask_link_code::route(),
        home::route(),
        settings::route(),
        end_session::route(),
        end_all_sessions::route(),
        sign_out::route(),
        sso_start::route(),
        sso_return::route(),
        remove_identity::route(),
        manifest::route(),
        service_worker::route(),
        asset::route(),
        nothing::route(),
        make_link::route(),
        revoke_link::route(),
        clear_limits::route(),
        team_link::route(),
    ]
}
