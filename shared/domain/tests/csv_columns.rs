//! Columns and cells: whole files of address books, mapping by hand, and what rows do to contacts.

#![cfg(test)]

use domain::{
    contact::{Problem, Profile},
    csv_file::{Cell, CellProblem, Chosen, Columns, FileRow, Inspector, MappedBy, RowReader},
    field::Field,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn names(header: &[&str]) -> Vec<String> {
    header.iter().map(|&name| name.to_owned()).collect()
}

fn choices(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, field)| (name.to_owned(), field.to_owned())).collect()
}

fn map(header: &[&str], chosen: &[(&str, &str)], remembered: &[(&str, &str)]) -> Result<Columns, Vec<Problem>> {
    Columns::map(&names(header), &choices(chosen), &choices(remembered))
}

fn row(header: &[&str], cells: &[&str]) -> Result<FileRow, Vec<CellProblem>> {
    map(header, &[], &[]).expect("a mapping").read(&names(cells))
}

fn profile(json: &Json) -> Profile {
    Profile::parse(json.as_object().expect("an object")).expect("a profile")
}

/// The profiles that a whole file makes of nothing.
fn import(text: &str) -> Vec<Json> {
    let mut inspector = Inspector::new(Chosen::default());
    inspector.push(text.as_bytes());
    let format = inspector.finish().expect("a format");
    let columns = Columns::map(&format.header, &BTreeMap::new(), &BTreeMap::new()).expect("a mapping");
    let mut reader = RowReader::new(&format);
    reader.push(text.as_bytes());
    reader.end();
    let profile = |cells: Vec<String>| {
        let row = columns.read(&cells).expect("a row");
        let once = row.apply_to(&Profile::default()).expect("a contact");
        assert_eq!(row.apply_to(&once).as_ref(), Ok(&once), "importing twice changes nothing");
        Json::Object(once.to_map())
    };
    reader.by_ref().map(|record| profile(record.cells.expect("cells"))).collect()
}

#[test]
fn a_google_contacts_export_reads_in_its_present_form() {
    let text = "First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Website 1 - Label,Website 1 - Value\r\n\
        Zoë,Maria,Müller,,Dr,,,Example GmbH,Head of IT,Operations,,Met in 2019,,* myContacts,* Work,zoe@example.com,Home,zoe@home.example,Mobile,+49 30 901820 ::: +49 30 901821,,030 12345,Work,\"Friedrichstr. 1\n10117 Berlin\",\"Friedrichstr. 1\n3rd floor\",Berlin,,BE,01067,Germany,,,\r\n\
        ,,,,,,,Only GmbH,,,,,,,,,,,,,,,,,,,,,,,,,\r\n";
    let zoe = json!({
        "firstName": "Zoë Maria", "lastName": "Müller", "company": "Example GmbH", "job": "Head of IT", "division": "Operations", "notes": "Met in 2019",
        "primaryEmail": "zoe@example.com", "emails": {"Home": "zoe@home.example"},
        "phones": {"Mobile": "+49 30 901820", "Mobile 2": "+49 30 901821", "phone": "030 12345"},
        "addressLine1": "Friedrichstr. 1, 3rd floor", "city": "Berlin", "state": "BE", "postalCode": "01067", "country": "Germany",
    });
    assert_eq!(import(text), [zoe, json!({"company": "Only GmbH"})]);
}

#[test]
fn a_google_contacts_export_reads_in_its_older_form() {
    let text = "Name,Given Name,Additional Name,Family Name,Yomi Name,Initials,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - Country,Organization 1 - Type,Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Location\n\
        Ann B Lee,Ann,B,Lee,,,,* My Contacts ::: Friends,* Work,ann@x.com ::: ann@y.com,,lee@x.com,Work,+1 202-555-0143,Home,\"1 Main St\",1 Main St,Town,USA,,X Inc ::: Y Inc,,CTO,R&D,\n";
    let ann = json!({
        "firstName": "Ann B", "lastName": "Lee", "company": "X Inc", "job": "CTO", "division": "R&D", "primaryEmail": "ann@x.com",
        "emails": {"Work": "ann@y.com", "email": "lee@x.com"}, "phones": {"Work": "+1 202-555-0143"},
        "addressLine1": "1 Main St", "city": "Town", "country": "USA",
    });
    assert_eq!(import(text), [ann]);
}

#[test]
fn an_outlook_export_reads() {
    let text = "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home City,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Home Phone,Mobile Phone,Other Phone,Account,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 3 Address,Manager's Name,Notes,Web Page\r\n\
        Mr.,Bob,J,Ray,Jr.,Ray Ltd,Sales,Buyer,\"1 High St\r\nUnit 2\",,,Leeds,Yorks,LS1 1AA,United Kingdom,Secret Lane 9,York,,+44 113 496 0001,+44 113 496 0000,,,07700 900123,,,bob@ray.example,SMTP,Bob Ray,b2@ray.example,SMTP,b3@ray.example,,\"Line 1\r\nLine 2\",\r\n";
    let bob = json!({
        "firstName": "Bob J", "lastName": "Ray", "company": "Ray Ltd", "division": "Sales", "job": "Buyer", "addressLine1": "1 High St, Unit 2", "city": "Leeds",
        "state": "Yorks", "postalCode": "LS1 1AA", "country": "United Kingdom", "notes": "Line 1\r\nLine 2", "primaryEmail": "bob@ray.example",
        "emails": {"email 2": "b2@ray.example", "email 3": "b3@ray.example"}, "phones": {"business": "+44 113 496 0000", "mobile": "07700 900123"},
    });
    assert_eq!(import(text), [bob]);
}

#[test]
fn each_column_says_what_it_fills_and_why() {
    let header =
        ["First Name", "Surname", "E-mail 1 - Value", "E-mail 2 - Label", "E-mail 2 - Value", "Home Phone", "Firm", "Abteilung", "updatedAt", "Shoe"];
    let columns =
        map(&header, &[("firm", "company"), ("Shoe", "")], &[("Abteilung", "division"), ("Firm", "notes"), ("Gone", "job")]).expect("a mapping");
    let uses: Vec<(Option<String>, MappedBy)> = columns.uses().into_iter().map(|column| (column.field, column.by)).collect();
    let fills = |field: &str, by| (Some(field.to_owned()), by);
    let expected = [
        fills("firstName", MappedBy::Exact),
        fills("lastName", MappedBy::Synonym),
        fills("primaryEmail", MappedBy::Google),
        fills("emails", MappedBy::Google),
        fills("emails", MappedBy::Google),
        fills("phones", MappedBy::Outlook),
        fills("company", MappedBy::Chosen),
        fills("division", MappedBy::Remembered),
        (None, MappedBy::Ignored),
        (None, MappedBy::Chosen),
    ];
    assert_eq!(uses, expected);
}

#[test]
fn a_mapping_that_cannot_be_meant_names_the_column_and_what_to_do() {
    type Choices<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&[&str], Choices, &str, &str); 7] = [
        (&["Company", "company"], &[], "company", "“Company” and “company” would both fill company"),
        (&["Job", "Job Title"], &[], "Job Title", "would both fill job"),
        (&["Email", "E-Mail"], &[], "E-Mail", "would both fill the same entry"),
        (&["a", "b"], &[], "a", "none of the columns “a”, “b” can be used"),
        (&["id", "error"], &[], "id", "none of the columns"),
        (&["firstName", "x"], &[("x", "shoeSize")], "x", "“shoeSize” is not a field"),
        (&["firstName"], &[("y", "company")], "y", "no column of this name"),
    ];
    for (header, chosen, column, problem) in cases {
        let problems = map(header, chosen, &[]).expect_err("no mapping");
        assert!(problems[0].field == column && problems[0].problem.contains(problem), "{problems:?}");
    }
}

#[test]
fn a_choice_wins_over_a_name_and_a_real_column_over_a_vague_one() {
    let field = |columns: &Columns, i: usize| columns.uses()[i].field.clone();
    let columns = map(&["Company", "Firm"], &[("Firm", "company")], &[]).expect("a mapping");
    assert_eq!((field(&columns, 0), field(&columns, 1)), (None, Some("company".to_owned())));
    let columns = map(&["Name", "Title", "Status"], &[], &[]).expect("a mapping");
    assert_eq!((0..3).filter_map(|i| field(&columns, i)).collect::<Vec<_>>(), ["displayName", "job", "contactIsActive"]);
    let columns = map(&["Tel A", "Tel B"], &[("Tel A", "phones"), ("Tel B", "phones")], &[]).expect("a mapping");
    let after = columns.read(&names(&["1", "2"])).expect("a row").apply_to(&Profile::default()).expect("a contact");
    assert_eq!(after.json(Field::Phones), json!({"Tel A": "1", "Tel B": "2"}));
    let columns = map(&["primaryEmail", "E-mail 1 - Value"], &[], &[]).expect("a mapping");
    assert_eq!(field(&columns, 1), Some("emails".to_owned()));
}

#[test]
fn an_empty_cell_changes_nothing_and_clear_takes_away() {
    let before =
        profile(&json!({"firstName": "Ann", "company": "X", "contactIsActive": false, "emails": {"work": "a@x.com"}, "phones": {"work": "1"}}));
    let header = ["firstName", "company", "contactIsActive", "emails", "phones"];
    assert_eq!(row(&header, &["", " ", "", "{}", ""]).expect("a row").apply_to(&before), Ok(before.clone()));
    let cleared = row(&header, &["Ann", "\\clear", " \\CLEAR ", "\\Clear", ""]).expect("a row");
    assert_eq!(cleared.cells[&Field::Company], Cell::Clear);
    assert_eq!(cleared.apply_to(&before), Ok(profile(&json!({"firstName": "Ann", "phones": {"work": "1"}}))));
    let literal = row(&["firstName"], &["\\\\clear"]).expect("a row").apply_to(&Profile::default()).expect("a contact");
    assert_eq!(literal.text(Field::FirstName), "\\clear");
    let emptied = row(&["company"], &["\\clear"]).expect("a row").apply_to(&profile(&json!({"company": "X"})));
    assert_eq!(emptied.expect_err("nothing to show")[0].column, "displayName");
}

#[test]
fn values_without_labels_keep_those_they_have() {
    let before = profile(&json!({"firstName": "Ann", "emails": {"work": "A@x.com", "old": "o@x.com"}, "phones": {"mobile": "+49 30 901820"}}));
    let row = row(&["emails", "phones"], &["new@x.com; a@x.com; newer@x.com", "0049 30 901820"]).expect("a row");
    let after = row.apply_to(&before).expect("a contact");
    assert_eq!(after.json(Field::Emails), json!({"work": "a@x.com", "email": "new@x.com", "email 2": "newer@x.com"}));
    assert_eq!(after.json(Field::Phones), json!({"mobile": "0049 30 901820"}));
    assert_eq!(row.apply_to(&after), Ok(after));
}

#[test]
fn switches_read_as_people_write_them() {
    for (text, on) in
        [("TRUE", true), ("yes", true), ("Y", true), ("1", true), ("On", true), ("Active", true), ("false", false), ("NO", false), ("n", false)]
    {
        let after = row(&["firstName", "contactIsActive"], &["Ann", text]).expect("a row").apply_to(&Profile::default()).expect("a contact");
        assert_eq!(after.is_on(Field::ContactIsActive), on, "{text}");
    }
}

#[test]
fn every_wrong_cell_is_named_with_its_column_and_value() {
    let header = ["Id", "Version", "First Name", "E-mail", "emails", "Active", "Phone"];
    let long = "x".repeat(300);
    let problems = row(&header, &["7", "new", &long, "'+nobody", "{\"a\"", "perhaps", "none"]).expect_err("problems");
    let columns: Vec<&str> = problems.iter().map(|problem| problem.column.as_str()).collect();
    assert_eq!(columns, header);
    assert_eq!((problems[2].value.len(), problems[3].value.as_str()), (200, "+nobody"));
    let many = (0..51).map(|i| format!("a{i}@x.com")).collect::<Vec<_>>().join(";");
    assert!(row(&["emails"], &[&many]).expect_err("problems")[0].problem.contains("at most 50"));
}
