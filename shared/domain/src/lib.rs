//! The rules of KDesk Contacts: pure data and functions. Nothing here knows of a network, a clock, chance or an SDK.

pub mod contact;
pub mod csv_file;
pub mod directory;
pub mod email;
pub mod field;
pub mod history;
pub mod ids;
pub mod phone;
pub mod rules;
pub mod schema;
pub mod team;
pub mod text;
pub mod value;
