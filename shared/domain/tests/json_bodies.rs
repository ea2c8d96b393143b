//! `JSONTestSuite`, read as a request's body is read: UTF-8 first, then one JSON value, then nothing.
//! Where the data comes from and its licence: `tests/data/README.md`.

#![cfg(test)]

use serde::Deserialize;
use serde_json::{Deserializer, Value as Json};
use std::{collections::BTreeMap, fs, path::Path};

/// What the beginning of a case's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Expected {
    Accepted,
    Refused,
    Either,
}

fn expected(name: &str) -> Expected {
    match name.split_once('_') {
        Some(("y", _)) => Expected::Accepted,
        Some(("n", _)) => Expected::Refused,
        Some(("i", _)) => Expected::Either,
        _ => panic!("{name} is no case of the suite"),
    }
}

fn cases() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/json-test-suite/parsing.json");
    let mut cases: BTreeMap<String, String> = serde_json::from_slice(&fs::read(path).expect("the suite")).expect("name to input");
    cases.insert("n_structure_100000_opening_arrays".to_owned(), "[".repeat(100_000));
    cases.insert("n_structure_open_array_object".to_owned(), format!("{}\n", "[{\"\":".repeat(50_000)));
    cases
}

fn read(body: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(body).map_err(|problem| problem.to_string())?;
    let mut json = Deserializer::from_str(text);
    let value = Json::deserialize(&mut json).map_err(|problem| problem.to_string())?;
    json.end().map_err(|problem| problem.to_string())?;
    Ok(value)
}

#[test]
fn all_that_is_json_is_accepted_and_all_that_is_not_is_refused() {
    let mut counts: BTreeMap<Expected, usize> = BTreeMap::new();
    for (name, input) in cases() {
        let expected = expected(&name);
        *counts.entry(expected).or_default() += 1;
        // Either answer is right for the last kind, as long as there is one.
        match (expected, read(input.as_bytes())) {
            (Expected::Accepted, Err(problem)) => panic!("{name} was refused: {problem}"),
            (Expected::Refused, Ok(value)) => panic!("{name} was accepted as {value}"),
            _ => {}
        }
    }
    assert_eq!(counts, BTreeMap::from([(Expected::Accepted, 95), (Expected::Refused, 188), (Expected::Either, 35)]));
}

#[test]
fn a_body_that_is_not_utf8_is_refused() {
    let mut count = 0;
    for (name, input) in cases().into_iter().filter(|(_, input)| input.contains('\u{FFFD}')) {
        let mut body = Vec::new();
        for (index, part) in input.split('\u{FFFD}').enumerate() {
            body.extend((index > 0).then_some(0xFF));
            body.extend(part.as_bytes());
        }
        assert!(read(&body).is_err_and(|problem| problem.contains("utf-8")), "{name}");
        count += 1;
    }
    assert_eq!(count, 25);
}

#[test]
fn a_body_is_one_value_of_bounded_depth() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(nested(100).as_bytes()).is_ok());
    assert!(read(nested(200).as_bytes()).is_err_and(|problem| problem.contains("recursion limit")));
    for two in ["{}{}", "1 2", "{} x", "\u{FEFF}{}"] {
        assert!(read(two.as_bytes()).is_err(), "{two}");
    }
}
