//! What the name of a column means: our own names, common synonyms, and what Google Contacts and Outlook write.

use super::columns::MappedBy;
use crate::field::Field;
use unicode_normalization::UnicodeNormalization;

/// What a column with a known name holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Id,
    Version,
    Ignored,
    /// The whole of one field.
    Field(Field),
    /// A field, unless another column fills it better: “Name” beside “Last Name”, “Title” beside “Job Title”.
    Fallback(Field),
    MiddleName,
    /// One of the contact's addresses; the first of them becomes the Primary Email.
    Email(Label),
    /// The label of the n-th address.
    EmailLabel(u32),
    /// One of the contact's numbers.
    Phone(Label),
    /// The label of the n-th number.
    PhoneLabel(u32),
}

/// Where the label of an address or a number comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    /// There is none.
    None,
    /// The column's name says it.
    Fixed(String),
    /// Another column holds it: the one with this number.
    Numbered(u32),
}

/// A column's name without case, accents, spaces and punctuation: “E-mail 1 - Value” is `email1value`.
pub(super) fn key(header: &str) -> String {
    header.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a column means by its name alone; `None` for a name that nobody knows.
pub(super) fn recognise(header: &str) -> Option<(Meaning, MappedBy)> {
    let key = key(header);
    if let Some(meaning) = own(&key) {
        return Some((meaning, MappedBy::Exact));
    }
    if let Some(meaning) = google(&key) {
        return Some((meaning, MappedBy::Google));
    }
    synonym(&key).map(|meaning| (meaning, MappedBy::Synonym)).or_else(|| outlook(&key).map(|meaning| (meaning, MappedBy::Outlook)))
}

/// The names that our own exports write.
fn own(key: &str) -> Option<Meaning> {
    match key {
        "id" => Some(Meaning::Id),
        "version" => Some(Meaning::Version),
        "createdat" | "updatedat" | "lastsigninat" | "error" => Some(Meaning::Ignored),
        _ => Field::ALL.iter().find(|field| field.name().eq_ignore_ascii_case(key)).map(|&field| Meaning::Field(field)),
    }
}

/// `E-mail 1 - Value`, `Organization Name` and the like, in the present and the older form (support.google.com/contacts/answer/1069522).
fn google(key: &str) -> Option<Meaning> {
    let numbered = |word: &str| {
        let rest = key.strip_prefix(word)?;
        let part = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: u32 = rest[..rest.len() - part.len()].parse().ok()?;
        (!part.is_empty()).then_some((number, part))
    };
    if let Some((number, part)) = numbered("email") {
        return match part {
            "value" => Some(Meaning::Email(Label::Numbered(number))),
            "label" | "type" => Some(Meaning::EmailLabel(number)),
            _ => None,
        };
    }
    if let Some((number, part)) = numbered("phone") {
        return match part {
            "value" => Some(Meaning::Phone(Label::Numbered(number))),
            "label" | "type" => Some(Meaning::PhoneLabel(number)),
            _ => None,
        };
    }
    let field = match numbered("address") {
        Some((1, "street")) => Field::AddressLine1,
        Some((1, "extendedaddress")) => Field::AddressLine2,
        Some((1, "city")) => Field::City,
        Some((1, "region")) => Field::State,
        Some((1, "postalcode")) => Field::PostalCode,
        Some((1, "country")) => Field::Country,
        Some(_) => return Some(Meaning::Ignored),
        None => match key {
            "organizationname" | "organization1name" => Field::Company,
            "organizationtitle" | "organization1title" => Field::Job,
            "organizationdepartment" | "organization1department" => Field::Division,
            "additionalname" => return Some(Meaning::MiddleName),
            _ => return None,
        },
    };
    Some(Meaning::Field(field))
}

/// The columns of an Outlook export that nobody else writes.
fn outlook(key: &str) -> Option<Meaning> {
    let phone = |label: &str| Some(Meaning::Phone(Label::Fixed(label.to_owned())));
    let field = match key {
        "businessstreet" => Field::AddressLine1,
        "businessstreet2" => Field::AddressLine2,
        "businesscity" => Field::City,
        "businessstate" => Field::State,
        "businesspostalcode" => Field::PostalCode,
        "businesscountryregion" | "businesscountry" => Field::Country,
        "email2address" => return Some(Meaning::Email(Label::Fixed("email 2".to_owned()))),
        "email3address" => return Some(Meaning::Email(Label::Fixed("email 3".to_owned()))),
        "businessphone" => return phone("business"),
        "businessphone2" => return phone("business 2"),
        "homephone" => return phone("home"),
        "homephone2" => return phone("home 2"),
        "companymainphone" => return phone("main"),
        "primaryphone" => return phone("primary"),
        "carphone" => return phone("car"),
        "otherphone" => return phone("other"),
        _ => return None,
    };
    Some(Meaning::Field(field))
}

/// What people call these things in tables of their own.
fn synonym(key: &str) -> Option<Meaning> {
    let phone = |label: &str| Some(Meaning::Phone(Label::Fixed(label.to_owned())));
    let email = |label: &str| Some(Meaning::Email(Label::Fixed(label.to_owned())));
    let field = match key {
        "givenname" | "forename" | "fname" | "vorname" | "prenom" => Field::FirstName,
        "familyname" | "surname" | "lname" | "nachname" => Field::LastName,
        "middlename" => return Some(Meaning::MiddleName),
        "name" | "fullname" | "contactname" | "contact" => return Some(Meaning::Fallback(Field::DisplayName)),
        "email" | "emailaddress" | "mail" | "mailaddress" | "email1" | "useremail" | "contactemail" => return Some(Meaning::Email(Label::None)),
        "workemail" | "businessemail" => return email("work"),
        "homeemail" | "personalemail" | "privateemail" => return email("home"),
        "email2" | "secondaryemail" | "alternateemail" | "otheremail" => return email("email 2"),
        "email3" => return email("email 3"),
        "emailaddresses" | "otheremails" => Field::Emails,
        "phonenumbers" => Field::Phones,
        "phone" | "phonenumber" | "telephone" | "telephonenumber" | "tel" | "phone1" | "telefon" => return Some(Meaning::Phone(Label::None)),
        "mobile" | "mobilephone" | "mobilenumber" | "cell" | "cellphone" => return phone("mobile"),
        "workphone" | "officephone" => return phone("work"),
        "phone2" => return phone("phone 2"),
        "phone3" => return phone("phone 3"),
        "companyname" | "organization" | "organisation" | "firma" => Field::Company,
        "account" | "accountname" | "employer" => return Some(Meaning::Fallback(Field::Company)),
        "jobtitle" => Field::Job,
        "title" | "role" | "position" => return Some(Meaning::Fallback(Field::Job)),
        "department" | "dept" | "orgunit" => Field::Division,
        "street" | "streetaddress" | "address1" => Field::AddressLine1,
        "address" => return Some(Meaning::Fallback(Field::AddressLine1)),
        "street2" | "streetaddress2" | "address2" => Field::AddressLine2,
        "town" | "ort" | "stadt" => Field::City,
        "province" | "stateprovince" | "stateregion" => Field::State,
        "region" => return Some(Meaning::Fallback(Field::State)),
        "zip" | "zipcode" | "postcode" | "plz" => Field::PostalCode,
        "countryregion" | "land" => Field::Country,
        "note" => Field::Notes,
        "comment" | "comments" | "remarks" => return Some(Meaning::Fallback(Field::Notes)),
        "active" | "isactive" => Field::ContactIsActive,
        "status" => return Some(Meaning::Fallback(Field::ContactIsActive)),
        _ => return None,
    };
    Some(Meaning::Field(field))
}

#[cfg(test)]
mod tests {
    use super::{Label, MappedBy, Meaning, key, recognise};
    use crate::field::Field;

    #[test]
    fn a_name_is_known_in_any_spelling() {
        for header in ["firstName", "First Name", "first_name", " FIRST-NAME ", "Fírst  Name", "\u{FEFF}firstname"] {
            assert_eq!(recognise(header), Some((Meaning::Field(Field::FirstName), MappedBy::Exact)), "{header}");
        }
        assert_eq!(key("E-mail 1 - Value"), "email1value");
        assert_eq!(recognise("Prénom"), Some((Meaning::Field(Field::FirstName), MappedBy::Synonym)));
    }

    #[test]
    fn every_field_is_known_by_its_own_name() {
        for &field in Field::ALL {
            assert_eq!(recognise(field.name()), Some((Meaning::Field(field), MappedBy::Exact)));
        }
    }

    #[test]
    fn numbers_tell_google_columns_apart() {
        assert_eq!(recognise("E-mail 12 - Value"), Some((Meaning::Email(Label::Numbered(12)), MappedBy::Google)));
        assert_eq!(recognise("Phone 2 - Type"), Some((Meaning::PhoneLabel(2), MappedBy::Google)));
        assert_eq!(recognise("Address 2 - City"), Some((Meaning::Ignored, MappedBy::Google)));
        assert_eq!(recognise("Address 2"), Some((Meaning::Field(Field::AddressLine2), MappedBy::Synonym)));
        assert_eq!(recognise("Business Fax"), None);
    }
}
