//! The rules of KDesk Contacts: pure data and functions. Nothing here knows of a network, a clock, chance or an SDK.

mod as_text;
pub mod bulk;
pub mod contact;
pub mod csv_file;
pub mod directory;
pub mod email;
pub mod field;
pub mod general;
pub mod history;
pub mod ids;
pub mod import;
pub mod job;
pub mod mail;
pub mod merge;
pub mod phone;
pub mod plan;
pub mod portal;
pub mod rules;
pub mod schema;
pub mod sso;
pub mod team;
pub mod text;
pub mod undo;
pub mod value;
pub mod view;
