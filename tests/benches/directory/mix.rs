//! What is asked: from one letter to three words, from the first page to a deep one.

use domain::directory::{Order, Sort, Status};

/// Each query is asked with every sort,
pub const SORTS: [Sort; 5] = [Sort::Name, Sort::Company, Sort::PrimaryEmail, Sort::Status, Sort::UpdatedAt];
/// in both directions,
pub const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];
/// for this many rows.
pub const PAGE_SIZE: usize = 50;

/// One kind of query.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// What it is called.
    pub kind: &'static str,
    /// What is searched for.
    pub q: &'static str,
    /// The filter.
    pub status: Option<Status>,
    /// The page, from 1.
    pub page: usize,
}

/// All kinds, for a directory of so many contacts.
pub fn mix(contacts: u64) -> Vec<Ask> {
    let deep = usize::try_from(contacts).unwrap_or(usize::MAX) / 100;
    let mix = [
        ("one letter", "e", None, 1),
        ("rare letter", "ж", None, 1),
        ("two letters", "an", None, 1),
        ("two rarer letters", "qu", None, 1),
        ("three letters", "mar", None, 1),
        ("common first name", "thomas", None, 1),
        ("first name, active", "anna", Some(Status::Active), 1),
        ("rare surname", "ulvinwal", None, 1),
        ("nothing found", "zzyzx", None, 1),
        ("email domain", "@gmail.com", None, 1),
        ("company trade, inactive", "software", Some(Status::Inactive), 1),
        ("two words", "anna müller", None, 1),
        ("three words", "jo sm lo", None, 1),
        ("phone digits", "49301", None, 1),
        ("phone typed", "+49 (0)301/12", None, 1),
        ("another script", "김민", None, 1),
        ("no words, first page", "", None, 1),
        ("no words, deep page", "", None, deep),
        ("no words, inactive, deep page", "", Some(Status::Inactive), deep / 20),
    ];
    mix.map(|(kind, q, status, page)| Ask { kind, q, status, page }).to_vec()
}
