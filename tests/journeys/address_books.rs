//! What Google Contacts and Outlook export goes in as it is, is found, comes out again, and goes in again without a change.

use crate::desk::{Caller, Desk, a_word, numbers};
use serde_json::{Value, json};

const GOOGLE: &str = include_str!("files/google_contacts.csv");
const OUTLOOK: &str = include_str!("files/outlook_contacts.csv");

/// The file with every address under a word of this story.
fn told_with(word: &str, file: &str) -> String {
    file.replace(".example", &format!(".{word}.example"))
}

/// What came in is exported, and the untouched file changes nothing, whichever key it is matched by.
async fn comes_back_unchanged(owner: &Caller, q: &str, rows: u64) {
    let file = owner.export(q).await;
    for match_by in ["id", "primaryEmail"] {
        let job = owner.import("export.csv", file.as_bytes(), json!({"mode": "both", "matchBy": match_by})).await;
        assert_eq!((&job["state"], numbers(&job["counts"])), (&json!("done"), [0, 0, rows, 0, 0]), "by {match_by}");
    }
}

fn header_of<'a>(job: &'a Value, header: &str) -> &'a Value {
    let columns = job["import"]["columns"].as_array().unwrap();
    columns.iter().find(|column| column["header"] == header).unwrap_or_else(|| panic!("no column {header}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_google_contacts_export_goes_in_out_and_in_again() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = told_with(&word, GOOGLE);
    let planned = owner.plan("contacts.csv", file.as_bytes(), json!({})).await;
    assert_eq!((&planned["state"], &planned["rows"], numbers(&planned["planned"])), (&json!("planned"), &json!(7), [7, 0, 0, 0, 0]), "{planned}");
    assert_eq!((&planned["import"]["mode"], &planned["import"]["matchBy"]), (&json!("both"), &json!("primaryEmail")));
    assert_eq!(
        (&header_of(&planned, "E-mail 1 - Value")["field"], &header_of(&planned, "E-mail 1 - Value")["by"]),
        (&json!("primaryEmail"), &json!("google"))
    );
    assert_eq!(header_of(&planned, "Phonetic First Name")["by"], "ignored");
    let rows = owner.rows(&planned, "created").await;
    assert_eq!((rows.len(), &rows[0]["name"], &rows[0]["line"], &rows[1]["line"]), (7, &json!("Jürgen Größmann"), &json!(2), &json!(7)));
    assert!(owner.find(&word).await.is_empty(), "a plan writes nothing");

    let done = owner.apply(&planned).await;
    assert_eq!((&done["state"], numbers(&done["counts"])), (&json!("done"), [7, 0, 0, 0, 0]));
    let jurgen = owner.find_one(&format!("grossmann%20{word}")).await;
    let expected = json!({
        "firstName": "Jürgen", "lastName": "Größmann", "company": "Überseehandel GmbH & Co. KG", "job": "Geschäftsführer", "division": "Vertrieb",
        "notes": "Ruft gern vormittags an.\nSpricht auch Englisch.", "primaryEmail": format!("juergen.groessmann@books.{word}.example"),
        "addressLine1": "Am Sandtorkai 5", "addressLine2": "Haus B", "city": "Hamburg", "postalCode": "20457", "country": "DE",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&jurgen[field], value, "{field}");
    }
    let values = |map: &Value| map.as_object().unwrap().values().map(|value| value.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&jurgen["emails"]), [format!("j.groessmann@home.{word}.example")]);
    let mut numbers_of = values(&jurgen["phonesE164"]);
    numbers_of.sort();
    assert_eq!(numbers_of, ["+491715550123", "+494035501234", "+494035501235"]);
    let zoe = owner.find_one(&format!("lefevre%20{word}")).await;
    assert_eq!((&zoe["firstName"], &zoe["company"]), (&json!("Zoë Chloé"), &json!("Atelier Œuvre")));
    assert_eq!(values(&zoe["emails"]), [format!("z.lefevre@atelier.{word}.example")]);
    assert_eq!(owner.find_one(&format!("%E5%B1%B1%E7%94%B0%20{word}")).await["firstName"], "太郎");
    assert_eq!(owner.find_one(&format!("stortebeker%20{word}")).await["notes"], "=2+3");
    assert_eq!(owner.find(&word).await.len(), 6, "everybody with an address is found by it");
    assert_eq!(owner.find("omer%20%2B905325550123").await.len(), 1, "and who has only a number by that");

    let exported = owner.export(&word).await;
    assert!(exported.contains("'=2+3") && !exported.contains(",=2+3"), "no spreadsheet runs a cell");
    comes_back_unchanged(&owner, &word, 6).await;
    let again = owner.import("contacts (1).csv", file.as_bytes(), json!({})).await;
    assert_eq!((numbers(&again["counts"]), &again["sameFileAs"]), ([0, 0, 7, 0, 0], &done["id"]), "the very same file is known");
    assert_eq!(desk.mails().await, 0, "an import never sends mail");

    let undo = owner.undo(&done).await;
    assert_eq!(numbers(&undo["counts"]), [0, 0, 0, 7, 0]);
    assert!(owner.find(&word).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outlook_export_goes_in_out_and_in_again() {
    let desk = Desk::open().await;
    let (owner, word) = (desk.owner().await, a_word());
    let file = told_with(&word, OUTLOOK);
    let done = owner.import("contacts.csv", file.as_bytes(), json!({})).await;
    assert_eq!((&done["state"], numbers(&done["counts"])), (&json!("done"), [5, 0, 0, 0, 0]));
    assert_eq!(header_of(&done, "Business Country/Region")["by"], "outlook");
    let bjorn = owner.find_one(&format!("angstrom%20{word}")).await;
    let expected = json!({
        "firstName": "Björn", "company": "Uppsala Instrument AB", "job": "Forskare", "division": "Fysik", "city": "Uppsala", "postalCode": "752 37", "country": "Sweden",
        "emails": {"email 2": format!("bjorn@privat.{word}.example")}, "phones": {"business": "+46 8 123 456 78", "mobile": "+46 70 123 45 67"},
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&bjorn[field], value, "{field}");
    }
    let john = owner.find_one(&format!("quincy%20{word}")).await;
    assert_eq!(john["emails"], json!({"email 2": format!("jqs@work.{word}.example"), "email 3": format!("john@family.{word}.example")}));
    assert_eq!(owner.find_one(&format!("newsletter%20{word}")).await["displayName"], format!("newsletter@outlook.{word}.example"));
    comes_back_unchanged(&owner, &word, 4).await;

    // Outlook on Windows writes the same columns in the code page of the machine.
    let (western, _, lost) =
        encoding_rs::WINDOWS_1252.encode("First Name,Last Name,E-mail Address\r\nKäthe,Müßig-Œuvre,kaethe.muessig@outlook.WORD.example\r\n");
    assert!(!lost);
    let western = replace_bytes(&western, b"WORD", word.as_bytes());
    let renamed = owner.import("windows.csv", &western, json!({"mode": "update"})).await;
    assert_eq!((numbers(&renamed["counts"]), &renamed["import"]["encoding"]), ([0, 1, 0, 0, 0], &json!("windows-1252")), "{renamed}");
    assert_eq!(owner.find_one(&format!("kathe%20{word}")).await["lastName"], "Müßig-Œuvre");
    assert_eq!(numbers(&owner.undo(&renamed).await["counts"]), [0, 1, 0, 0, 0]);
    assert_eq!(owner.find_one(&format!("kathe%20{word}")).await["lastName"], "Müßig");
    assert_eq!(desk.mails().await, 0);
    assert_eq!(numbers(&owner.undo(&done).await["counts"]), [0, 0, 0, 5, 0]);
}

fn replace_bytes(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = text.windows(from.len()).position(|window| window == from).expect("it is there");
    [&text[..at], to, &text[at + from.len()..]].concat()
}
