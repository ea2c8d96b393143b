//! What is written reads back as it was: exports change nothing, and failed rows can be imported again.

#![cfg(test)]

use domain::{
    contact::{Contact, Profile},
    csv_file::{Chosen, Columns, Delimiter, Encoding, FailedRows, FileRow, Format, Inspector, Record, RowReader, Writer},
    email::Email,
    field::{Field, Kind},
    ids::{ContactId, Version},
    phone::Phone,
    value::{Value, parse_label},
};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use std::collections::BTreeMap;

fn records(bytes: &[u8]) -> (Format, Vec<Record>) {
    let mut inspector = Inspector::new(Chosen::default());
    inspector.push(bytes);
    let format = inspector.finish().expect("a format");
    let mut reader = RowReader::new(&format);
    let mut records = Vec::new();
    for chunk in bytes.chunks(1000) {
        reader.push(chunk);
        records.extend(reader.by_ref());
    }
    reader.end();
    records.extend(reader.by_ref());
    (format, records)
}

fn rows(bytes: &[u8]) -> Vec<FileRow> {
    let (format, records) = records(bytes);
    assert_eq!((format.encoding, format.delimiter), (Encoding::Utf8, Delimiter::Comma));
    let columns = Columns::map(&format.header, &BTreeMap::new(), &BTreeMap::new()).expect("a mapping");
    records.iter().map(|record| columns.read(record.cells.as_ref().expect("cells")).expect("a row")).collect()
}

fn contact(number: u128, profile: Profile) -> Contact {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let id = ContactId::from_uuid(uuid::Uuid::from_u128(number));
    Contact { id, version: Version::new(7), created_at: at, updated_at: at, last_sign_in_at: None, profile }
}

/// Texts that spreadsheets, quotes, trimming and clearing could spoil.
fn text() -> impl Strategy<Value = String> {
    let awkward = "['=+@\\-＝]{0,2}([a-zé\"',;\\\\|]|\u{FEFF}|🦀){0,12}";
    let clear = r"\\{1,3}(clear|CLEAR)";
    proptest::prop_oneof![any::<String>(), awkward, clear, "\\PC{0,40}"]
}

fn number() -> impl Strategy<Value = String> {
    proptest::prop_oneof!["[+0-9;, ()-]{1,12}7", "[=@']7\\PC{0,9}", "\\+49 30 9018[0-9]{2}"]
}

fn profiles() -> impl Strategy<Value = Profile> {
    let texts = prop::collection::vec(proptest::option::of(text()), Field::ALL.len());
    let switches = prop::collection::vec(any::<bool>(), Field::ALL.len());
    let emails = prop::collection::btree_map(text(), "[a-zA-Z'=+é]{1,9}@[a-z]{1,5}\\.[a-z]{2}", 0..4);
    let phones = prop::collection::btree_map(text(), number(), 0..4);
    (texts, switches, emails, phones).prop_map(|(texts, switches, emails, phones)| {
        let mut profile = Profile::default();
        for (i, &field) in Field::ALL.iter().enumerate() {
            let text = texts[i].as_deref().unwrap_or_default();
            let value = match field.kind() {
                Kind::Line(_) | Kind::Text(_) => Value::parse_text(field, text).ok().flatten(),
                Kind::Switch { .. } => Some(Value::Switch(switches[i])),
                Kind::Email => emails.values().next().and_then(|email| email.parse().ok()).map(Value::Email),
                Kind::Contact => Some(Value::Contact(ContactId::from_uuid(uuid::Uuid::from_u128(i as u128)))),
                Kind::Emails => labeled(field, &emails, str::parse::<Email>).map(Value::Emails),
                Kind::Phones => labeled(field, &phones, str::parse::<Phone>).map(Value::Phones),
            };
            profile.put(field, value);
        }
        if profile.can_be_shown().is_err() {
            profile.put(Field::Company, Some(Value::Text("=X".to_owned())));
        }
        profile
    })
}

fn labeled<T, E>(field: Field, texts: &BTreeMap<String, String>, parse: fn(&str) -> Result<T, E>) -> Option<BTreeMap<String, T>> {
    let map: BTreeMap<String, T> = texts.iter().filter_map(|(label, text)| Some((parse_label(field, label).ok()?, parse(text).ok()?))).collect();
    (!map.is_empty()).then_some(map)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn importing_an_export_changes_nothing(profiles in prop::collection::vec(profiles(), 1..4)) {
        let mut writer = Writer::new();
        let mut bytes = Vec::new();
        let contacts: Vec<Contact> = profiles.into_iter().zip(1..).map(|(profile, number)| contact(number, profile)).collect();
        for contact in &contacts {
            writer.add(contact);
            bytes.extend(writer.take());
        }
        let rows = rows(&bytes);
        assert_eq!(rows.len(), contacts.len());
        for (row, contact) in rows.iter().zip(&contacts) {
            assert_eq!((row.id, row.version), (Some(contact.id), Some(contact.version)));
            assert_eq!(row.apply_to(&contact.profile).as_ref(), Ok(&contact.profile));
            assert_eq!(row.apply_to(&Profile::default()).as_ref(), Ok(&contact.profile));
        }
    }

    #[test]
    fn failed_rows_are_a_valid_file_that_holds_every_letter(text in "([a-c;\"\n\r ]|\"\"|\r\n|;\"|\";|=|'|é){0,60}") {
        let format = Format { encoding: Encoding::Utf8, delimiter: Delimiter::Semicolon, sha256: String::new(), size: 0, header: Vec::new() };
        let mut reader = RowReader::new(&format);
        reader.push(format!("x;company\n{text}").as_bytes());
        reader.end();
        let first: Vec<Record> = reader.by_ref().collect();
        let mut failed = FailedRows::new(reader.header(), format.delimiter);
        for record in &first {
            failed.add(&record.text, "=why");
        }
        let bytes = failed.take();
        let mut again = RowReader::new(&Format { delimiter: Delimiter::Comma, ..format });
        again.push(&bytes);
        again.end();
        let second: Vec<Record> = again.by_ref().collect();
        assert_eq!(again.header(), ["x", "company", "error"]);
        assert_eq!(second.len(), first.len());
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        for (before, after) in first.iter().zip(&second) {
            let after = after.cells.as_ref().expect("a readable row");
            assert_eq!(letters(&after[..2].concat()), letters(&before.text));
            assert_eq!(after[2], "'=why");
        }
    }
}

#[test]
fn an_export_has_every_field_and_is_safe_to_open() {
    let mut profile = Profile::default();
    profile.put(Field::FirstName, Some(Value::Text("=HYPERLINK(\"http://evil\")".to_owned())));
    profile.put(Field::Notes, Some(Value::Text("two\r\nlines, \"quoted\"".to_owned())));
    let mut writer = Writer::new();
    writer.add(&contact(1, profile));
    let text = String::from_utf8(writer.take()).expect("UTF-8");
    let (header, row) = text.split_once("\r\n").expect("two lines");
    assert!(header.starts_with("id,version,firstName,lastName,displayName,primaryEmail") && header.ends_with(",createdAt,updatedAt,lastSignInAt"));
    assert_eq!(header.split(',').count(), Field::ALL.len() + 5);
    assert!(row.starts_with("00000000-0000-0000-0000-000000000001,7,\"'=HYPERLINK(\"\"http://evil\"\")\",,,"), "{row}");
    assert!(row.contains("\"two\r\nlines, \"\"quoted\"\"\",true,true,true,true,true,false,false,false,false,") && row.ends_with("Z,\r\n"), "{row}");
}

#[test]
fn the_largest_contact_comes_back() {
    let mut profile = Profile::default();
    let wide = "🦀";
    for &field in Field::ALL {
        let value = match field.kind() {
            Kind::Line(max) | Kind::Text(max) => Value::Text(wide.repeat(max)),
            Kind::Phones => Value::Phones(
                (10..60).filter_map(|i| Some((format!("{}{i}", "\"".repeat(58)), format!("{i}{}", wide.repeat(62)).parse().ok()?))).collect(),
            ),
            Kind::Emails => Value::Emails(
                (10..60).filter_map(|i| Some((format!("{}{i}", wide.repeat(58)), format!("{}{i}@x.com", "a".repeat(60)).parse().ok()?))).collect(),
            ),
            Kind::Switch { default } => Value::Switch(!default),
            Kind::Email | Kind::Contact => continue,
        };
        profile.put(field, Some(value));
    }
    assert_eq!((profile.emails().count(), profile.phones().count()), (50, 50));
    let mut writer = Writer::new();
    writer.add(&contact(1, profile.clone()));
    assert_eq!(rows(&writer.take())[0].apply_to(&Profile::default()), Ok(profile));
}
