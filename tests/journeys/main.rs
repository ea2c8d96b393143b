//! Stories over real HTTP, as a script or the App makes them: against the local runner, started here with a folder and ports of its own,
//! or against a deployed stack when `KDESK_URL` and `KDESK_TOKEN` (of a member who may do everything) are set. A deployed stack is left
//! as it was found: what a story brings in it takes back out. Stories that need several members or teams skip there and say so.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a story that cannot go on has failed and says where")]
#![expect(clippy::disallowed_methods, reason = "a story is told from outside, with clients of its own, where the environment says")]

mod address_books;
mod by_hand;
mod desk;
mod edited_between;
mod hand_mapped;
mod keys;
mod messy;
mod restart;
mod rights;
mod teams_apart;
mod uploads;
mod walk_through;
