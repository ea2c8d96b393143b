//! Contacts that are likely one person.

use super::{
    Directory,
    row::{Row, RowView},
    walk::Spot,
};
use crate::text::{digits, fold_case};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

/// More contacts than this behind one address, one phone number or one name are a shared mailbox, a switchboard or a placeholder, not one person.
const MOST_ALIKE: usize = 10;
/// A number of fewer digits is an extension.
const FEWEST_DIGITS: usize = 7;

/// Contacts of whom each shares something with another one of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// Two or more contacts, by name.
    pub contacts: Vec<Row>,
    /// What they share, each once: addresses, then numbers, then names.
    pub reasons: Vec<Reason>,
}

/// What two contacts share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub enum Reason {
    /// This address, without case, as Primary Email or labeled email.
    SameEmail(String),
    /// These digits, dialled internationally or typed, without punctuation.
    SamePhone(String),
    /// The name and the company, without case and accents.
    SameNameAndCompany,
}

/// What a contact can share with another, ready to be compared.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Trait {
    Email(String),
    Phone(String),
    NameAndCompany(Vec<u8>),
}

/// The groups of contacts that are likely one person, by the name of their first contact. A contact is in one group at most, so two that share several things appear once.
pub fn likely_duplicates(directory: &Directory) -> Vec<DuplicateGroup> {
    let spots = directory.spots();
    let mut hashes: Vec<(u64, usize)> = Vec::with_capacity(spots.len() * 4);
    for (at, &spot) in spots.iter().enumerate() {
        each_trait(directory, spot, |found| hashes.push((hash(&found), at)));
    }
    hashes.sort_unstable();
    hashes.dedup();
    let mut groups = Groups { parents: (0..spots.len()).collect() };
    let mut shared: Vec<(usize, Reason)> = Vec::new();
    for same in hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        for (found, contacts) in exactly_same(directory, &spots, same) {
            if contacts.len() > MOST_ALIKE {
                continue;
            }
            let reason = match found {
                Trait::Email(address) => Reason::SameEmail(address),
                Trait::Phone(digits) => Reason::SamePhone(digits),
                Trait::NameAndCompany(_) => Reason::SameNameAndCompany,
            };
            contacts.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
            shared.push((contacts[0], reason));
        }
    }
    let mut found: BTreeMap<usize, (BTreeSet<usize>, BTreeSet<Reason>)> = BTreeMap::new();
    for (contact, reason) in shared {
        found.entry(groups.first_of(contact)).or_default().1.insert(reason);
    }
    for contact in 0..spots.len() {
        if let Some((contacts, _)) = found.get_mut(&groups.first_of(contact)) {
            contacts.insert(contact);
        }
    }
    let group = |(contacts, reasons): (BTreeSet<usize>, BTreeSet<Reason>)| DuplicateGroup {
        contacts: contacts.into_iter().filter_map(|contact| directory.row(spots[contact])).collect(),
        reasons: reasons.into_iter().collect(),
    };
    found.into_values().map(group).collect()
}

/// Contacts with one hash, told apart by what was hashed, and only those that really share it.
fn exactly_same(directory: &Directory, spots: &[Spot], same: &[(u64, usize)]) -> BTreeMap<Trait, Vec<usize>> {
    let mut contacts: BTreeMap<Trait, Vec<usize>> = BTreeMap::new();
    for &(wanted, at) in same {
        each_trait(directory, spots[at], |found| {
            if hash(&found) == wanted {
                let contacts = contacts.entry(found).or_default();
                if contacts.last() != Some(&at) {
                    contacts.push(at);
                }
            }
        });
    }
    contacts.retain(|_, contacts| contacts.len() > 1);
    contacts
}

fn each_trait(directory: &Directory, (side, slot): Spot, mut call: impl FnMut(Trait)) {
    let segment = directory.side(side);
    let Some(row) = RowView::read(segment.row_bytes(slot)) else { return };
    let labeled = row.emails.iter().map(|&(_, address)| address);
    for address in std::iter::once(row.primary_email).chain(labeled).filter(|address| !address.is_empty()) {
        call(Trait::Email(fold_case(address)));
    }
    for &(_, typed, e164) in &row.phones {
        let digits = digits(if e164.is_empty() { typed } else { e164 });
        if digits.len() >= FEWEST_DIGITS {
            call(Trait::Phone(digits));
        }
    }
    let (name, company) = (segment.field(slot, 0), segment.field(slot, 1));
    if !name.is_empty() && !company.is_empty() {
        call(Trait::NameAndCompany([name, b"\n", company].concat()));
    }
}

/// The same in every process: this hasher starts from fixed keys.
fn hash(found: &Trait) -> u64 {
    let mut hasher = DefaultHasher::new();
    found.hash(&mut hasher);
    hasher.finish()
}

/// Who belongs together (disjoint sets; the smallest number stands for its group).
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn first_of(&mut self, mut contact: usize) -> usize {
        while self.parents[contact] != contact {
            self.parents[contact] = self.parents[self.parents[contact]];
            contact = self.parents[contact];
        }
        contact
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first_of(one), self.first_of(other));
        self.parents[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_ALIKE, Reason, likely_duplicates};
    use crate::directory::{
        Change, Directory, PhoneText, Row,
        sample::{id, row},
    };

    fn with_phone(mut row: Row, typed: &str, e164: Option<&str>) -> Row {
        row.phones.insert("work".into(), PhoneText { typed: typed.into(), e164: e164.map(Into::into) });
        row
    }

    fn groups(directory: &Directory) -> Vec<(Vec<u128>, Vec<Reason>)> {
        likely_duplicates(directory)
            .into_iter()
            .map(|group| (group.contacts.iter().map(|row| row.id.as_uuid().as_u128()).collect(), group.reasons))
            .collect()
    }

    #[test]
    fn an_address_is_shared_wherever_it_stands() {
        let mut labeled = row(2, "Ben", "", "ben@x.com");
        labeled.emails.insert("private".into(), "ANN@x.com".into());
        labeled.emails.insert("again".into(), "ann@x.com".into());
        let directory =
            Directory::from_rows([row(1, "Ann", "", "Ann@X.com"), labeled, row(3, "Zoe", "", "zoe@x.com"), row(4, "Zoë", "", "zoë@x.com")]);
        assert_eq!(groups(&directory), [(vec![1, 2], vec![Reason::SameEmail("ann@x.com".into())])]);
    }

    #[test]
    fn a_number_is_shared_however_it_is_typed() {
        let directory = Directory::from_rows([
            with_phone(row(1, "A", "", ""), "+49 (0)30 901820", Some("+4930901820")),
            with_phone(row(2, "B", "", ""), "0049-30-901820", Some("+4930901820")),
            with_phone(row(3, "C", "", ""), "123-456", None),
            with_phone(row(4, "D", "", ""), "123456", None),
            with_phone(row(5, "E", "", ""), "555 12 34", None),
            with_phone(row(6, "F", "", ""), "(555) 1234", None),
        ]);
        assert_eq!(
            groups(&directory),
            [(vec![1, 2], vec![Reason::SamePhone("4930901820".into())]), (vec![5, 6], vec![Reason::SamePhone("5551234".into())])]
        );
    }

    #[test]
    fn a_pair_that_shares_much_appears_once() {
        let alike = |number, name| with_phone(row(number, name, "Acme", "same@x.com"), "555 12 34", None);
        let directory = Directory::from_rows([alike(2, "Zoë"), alike(1, "ZOE"), row(3, "Zoe", "", ""), row(4, "Zoe", "", "")]);
        let reasons = vec![Reason::SameEmail("same@x.com".into()), Reason::SamePhone("5551234".into()), Reason::SameNameAndCompany];
        assert_eq!(groups(&directory), [(vec![1, 2], reasons)]);
    }

    #[test]
    fn a_switchboard_is_not_a_person() {
        let staff =
            |count: usize| (1..=count as u128).map(|number| with_phone(row(number, &format!("Person {number:02}"), "Acme", ""), "555 12 34", None));
        assert_eq!(groups(&Directory::from_rows(staff(MOST_ALIKE))).len(), 1);
        assert_eq!(groups(&Directory::from_rows(staff(MOST_ALIKE + 1))), []);
    }

    #[test]
    fn a_shared_mailbox_is_not_a_person() {
        let staff = |count: usize| {
            (1..=count as u128).map(|number| {
                let mut person = row(number, &format!("Person {number:02}"), "", &format!("p{number}@x.com"));
                person.emails.insert("team".into(), "Support@X.com".into());
                person
            })
        };
        assert_eq!(
            groups(&Directory::from_rows(staff(MOST_ALIKE))),
            [((1..=MOST_ALIKE as u128).collect(), vec![Reason::SameEmail("support@x.com".into())])]
        );
        assert_eq!(groups(&Directory::from_rows(staff(MOST_ALIKE + 1))), []);
    }

    #[test]
    fn groups_span_both_segments_and_leave_out_the_removed() {
        let mut directory = Directory::from_rows([row(1, "Ann", "", "a@x.com"), row(2, "Ben", "", "a@x.com"), row(3, "Cy", "", "a@x.com")]);
        directory.apply(vec![Change::Remove { id: id(2), version: crate::ids::Version::new(2) }, Change::Upsert(row(9, "Aa", "", "a@x.com"))]);
        assert_eq!(groups(&directory), [(vec![9, 1, 3], vec![Reason::SameEmail("a@x.com".into())])]);
    }
}
