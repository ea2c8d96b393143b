//! Several addresses or numbers in one cell, and the labels they get.

use crate::{
    field::Field,
    value::{Value, free_label},
};
use serde_json::Value as Json;
use std::{collections::BTreeMap, fmt::Display, str::FromStr};

/// What Google Contacts puts between several values of one cell.
const GOOGLE_JOINT: &str = " ::: ";

/// Reads a cell of addresses or numbers: one value, a list by `;`, `,`, line break or ` ::: `, a JSON array, or a JSON object of
/// label to value. A value without a label of its own gets `label`.
pub(super) fn parse<T: FromStr<Err: Display>>(field: Field, text: &str, label: Option<&str>) -> Result<Vec<(Option<String>, T)>, String> {
    let one =
        |value: &str| value.parse::<T>().map(|value| (label.map(str::to_owned), value)).map_err(|problem| format!("“{}”: {problem}", cut(value)));
    if !text.starts_with(['{', '[']) {
        return list(text).map(one).collect();
    }
    let form = || format!("this is not JSON: expected one value, a list such as “a; b”, or JSON such as {}", field.example());
    match serde_json::from_str(text).map_err(|_| form())? {
        Json::Array(values) => {
            let texts = values.iter().map(|value| value.as_str().ok_or_else(form)).collect::<Result<Vec<_>, _>>()?;
            texts.into_iter().filter(|value| !value.trim().is_empty()).map(one).collect()
        }
        object => {
            // The rules for labels are those of the API, so the whole map is checked there first.
            let map = Value::parse(field, &object).map_err(|error| error.problem)?.map_or(Json::Null, |value| value.to_json());
            let entries = map.as_object().into_iter().flatten();
            entries.map(|(label, value)| one(value.as_str().unwrap_or_default()).map(|(_, value)| (Some(label.clone()), value))).collect()
        }
    }
}

/// The first of the values that an address book joined in one cell, and the others.
pub(super) fn first_of(text: &str) -> (&str, Option<&str>) {
    text.split_once(GOOGLE_JOINT).map_or((text, None), |(first, others)| (first, Some(others)))
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(GOOGLE_JOINT).flat_map(|part| part.split([';', ',', '\n', '\r'])).map(str::trim).filter(|value| !value.is_empty())
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Gives every entry a label. Labels of the file come first, numbered when one comes twice; a value without one keeps the label
/// that it has now, so that importing the same file again changes nothing; a new one gets `word`, `word 2`, ...
pub(super) fn label_all<'a, T: Clone + 'a>(
    entries: &[(Option<String>, T)],
    now: impl Iterator<Item = (&'a String, &'a T)>,
    word: &str,
    is_same: fn(&T, &T) -> bool,
) -> BTreeMap<String, T> {
    let mut map: BTreeMap<String, T> = BTreeMap::new();
    for (label, value) in entries {
        if let Some(label) = label {
            map.insert(free_label(label, &map), value.clone());
        }
    }
    let now: Vec<(&String, &T)> = now.collect();
    let mut new = Vec::new();
    for value in entries.iter().filter(|(label, _)| label.is_none()).map(|(_, value)| value) {
        if map.values().chain(new.iter().copied()).any(|other| is_same(other, value)) {
            continue;
        }
        match now.iter().find(|(label, old)| is_same(old, value) && !map.contains_key(*label)) {
            Some((label, _)) => drop(map.insert((*label).clone(), value.clone())),
            None => new.push(value),
        }
    }
    for value in new {
        map.insert(free_label(word, &map), value.clone());
    }
    map
}

#[cfg(test)]
mod tests {
    use super::{first_of, label_all, parse};
    use crate::{email::Email, field::Field, phone::Phone};
    use std::collections::BTreeMap;

    type Entries = Vec<(Option<String>, Email)>;

    fn texts(entries: &Entries) -> Vec<(Option<&str>, &str)> {
        entries.iter().map(|(label, email)| (label.as_deref(), email.as_str())).collect()
    }

    #[test]
    fn every_form_of_a_list_reads_the_same() -> Result<(), String> {
        for text in ["a@x.com; b@x.com", "a@x.com,b@x.com,", "a@x.com\r\nb@x.com", "a@x.com ::: b@x.com", "[\"a@x.com\", \"b@x.com\"]"] {
            let entries: Entries = parse(Field::Emails, text, None)?;
            assert_eq!(texts(&entries), [(None, "a@x.com"), (None, "b@x.com")], "{text}");
        }
        let entries: Entries = parse(Field::Emails, r#"{"billing":"a@x.com"}"#, None)?;
        assert_eq!(texts(&entries), [(Some("billing"), "a@x.com")]);
        let phones: Vec<(Option<String>, Phone)> = parse(Field::Phones, "+49 30 901820", Some("work"))?;
        assert_eq!(phones[0].0.as_deref(), Some("work"));
        assert_eq!(first_of("a ::: b ::: c"), ("a", Some("b ::: c")));
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named_with_the_form_that_is_right() {
        let problem = |text: &str| parse::<Email>(Field::Emails, text, None).unwrap_err();
        assert!(problem("{\"billing\":").contains("{\"billing\":\"invoices@example.com\"}"));
        assert!(problem("[1]").contains("a list such as"));
        assert!(problem("a@x.com; nobody").starts_with("“nobody”: "));
        assert!(problem("{\"\":\"a@x.com\"}").contains("label is empty"));
    }

    #[test]
    fn labels_are_kept_and_new_ones_avoid_those_taken() -> Result<(), String> {
        let entries: Entries = parse(Field::Emails, "a@x.com; B@x.com; c@x.com; a@x.com", None)?;
        let is_same = |a: &Email, b: &Email| a.key() == b.key();
        let once = label_all(&entries, BTreeMap::new().iter(), "email", is_same);
        assert_eq!(once.keys().collect::<Vec<_>>(), ["email", "email 2", "email 3"]);
        assert_eq!(label_all(&entries, once.iter(), "email", is_same), once);
        let work: BTreeMap<String, Email> = BTreeMap::from([("work".to_owned(), "b@x.com".parse::<Email>().map_err(|e| e.to_string())?)]);
        assert_eq!(label_all(&entries, work.iter(), "email", is_same).keys().collect::<Vec<_>>(), ["email", "email 2", "work"]);
        let mut twice = entries;
        for (label, _) in &mut twice {
            *label = Some("x".repeat(60));
        }
        let labels = label_all(&twice, BTreeMap::new().iter(), "email", is_same);
        assert!(labels.len() == 4 && labels.keys().all(|label| label.chars().count() <= 60));
        Ok(())
    }
}
