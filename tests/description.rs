//! The API's description is complete enough that a client can be made from it: every status, every field with its meaning, an example each.
//! That the answers are what it says is held where tests make calls: [`testing::TestApp::call`].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::Route;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use testing::Description;

/// What a handler's caller has to be, when not every member may call it.
const RESTRICTED: [&str; 4] = [": ContactEditor", ": TeamEditor", ": Importer", "enforce("];

#[test]
fn every_operation_and_every_answer_says_what_it_means() {
    let description = described();
    for (name, operation) in description.operations() {
        assert!(says(&operation["summary"]), "{name} does not say what it does");
        for (status, response) in members(&operation["responses"]) {
            assert!(says(&response["description"]), "{name}: {status} does not say what it means");
            for (header, what) in members(&response["headers"]) {
                assert!(says(&what["description"]), "{name}: {header} of {status} does not say what it means");
            }
        }
    }
}

#[test]
fn every_parameter_has_a_meaning_and_an_example_that_fits() {
    let description = described();
    for (name, operation) in description.operations() {
        for parameter in items(&operation["parameters"]) {
            let at = format!("{name}: {}", parameter["name"]);
            assert!(says(&parameter["description"]), "{at} does not say what it means");
            let example = Some(parameter["example"].clone()).filter(|example| !example.is_null());
            let example = example.map_or_else(|| description.example(&parameter["schema"], &at), Ok);
            assert_eq!(example.map(|example| description.problems(&parameter["schema"], &example, &at)), Ok(vec![]));
        }
    }
}

#[test]
fn every_field_has_a_meaning() {
    let description = described();
    let mut nameless = Vec::new();
    for (name, schema) in description.schemas() {
        assert!(description.has_meaning(schema), "{name} does not say what it is");
        fields(schema, name, &mut |field, at, _| {
            if !description.has_meaning(field) {
                nameless.push(at.to_owned());
            }
        });
    }
    assert_eq!(nameless, Vec::<String>::new(), "these do not say what they mean");
}

#[test]
fn every_body_and_every_field_has_an_example_that_fits() {
    let description = described();
    let mut problems = Vec::new();
    let mut check = |schema: &Value, own: &Value, at: &str| match if own.is_null() { description.example(schema, at) } else { Ok(own.clone()) } {
        Ok(example) => problems.extend(description.problems(schema, &example, at)),
        Err(problem) => problems.push(problem),
    };
    for (name, operation) in description.operations() {
        let answers =
            members(&operation["responses"]).flat_map(|(status, answer)| members(&answer["content"]).map(move |body| (status.as_str(), body)));
        for (status, (kind, body)) in members(&operation["requestBody"]["content"]).map(|body| ("request", body)).chain(answers) {
            check(&body["schema"], &body["example"], &format!("{name} {status} {kind}"));
            let (example, code) = (body["example"]["status"].as_u64(), body["example"]["code"].as_str());
            assert!(example.is_none_or(|example| status.parse() == Ok(example)), "{name}: the example of {status} is one of {example:?}");
            assert!(
                code.is_none_or(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !code.is_empty()),
                "{name}: {status} {code:?}"
            );
        }
    }
    for (name, schema) in description.schemas() {
        check(schema, &Value::Null, name);
        // Where a whole has its own example, that may be the only one of a part.
        fields(schema, name, &mut |field, at, example| check(field, example, at));
        own_examples(schema, &mut |part, own| check(part, own, name));
    }
    problems.sort();
    problems.dedup();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_operation_lists_the_statuses_that_its_form_brings_with_it() {
    for route in routes().into_iter().filter(|route| route.description().is_some()) {
        let description = Description::of(std::slice::from_ref(&route));
        let (name, operation) = description.operations().next().unwrap();
        let takes = |place: &str| items(&operation["parameters"]).any(|parameter| parameter["in"] == place);
        let has_header = |header: &str| items(&operation["parameters"]).any(|parameter| parameter["name"] == header);
        let is_open = operation["security"] == json!([{}]);
        let wanted = [
            (true, "429"),
            (true, "500"),
            (!is_open, "401"),
            (is_restricted(&route), "403"),
            (takes("path"), "404"),
            (has_header("If-Match"), "409"),
            (has_header("If-Match"), "428"),
            (has_header("Idempotency-Key"), "409"),
            (takes("query") || !operation["requestBody"].is_null(), "422"),
            (!operation["requestBody"].is_null(), "413"),
        ];
        let listed: BTreeSet<&str> = members(&operation["responses"]).map(|(status, _)| status.as_str()).collect();
        assert!(listed.iter().any(|status| status.starts_with('2')), "{name} never succeeds");
        let missing: Vec<&str> =
            wanted.into_iter().filter_map(|(is_wanted, status)| is_wanted.then_some(status)).filter(|status| !listed.contains(status)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "{name} can answer these, and does not list them");
        assert_eq!(listed.contains("401"), !is_open, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let description = described();
    let page = json!({"items": [], "total": 1, "page": 1, "pageSize": 50});
    let with = |name: &str, value: Value| {
        let mut page = page.clone();
        page[name] = value;
        description.problems(&json!({"$ref": "#/components/schemas/ContactPage"}), &page, "page").len()
    };
    assert_eq!(with("total", json!(2)), 0);
    assert_eq!(with("total", json!("2")), 1, "another type");
    assert_eq!(with("more", json!(2)), 1, "a member that is not described");
    assert_eq!(with("items", json!([{}])), 7, "members that are missing");
}

/// Calls with each field below a schema, its path and what the example of the whole has for it: members of objects, what lists hold, and what
/// stands under free names.
fn fields<'a>(schema: &'a Value, at: &str, call: &mut impl FnMut(&'a Value, &str, &'a Value)) {
    for (name, member) in members(&schema["properties"]) {
        let at = format!("{at}.{name}");
        call(member, &at, &schema["examples"][0][name]);
        fields(member, &at, call);
    }
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|part| items(&schema[part]));
    for part in parts.chain([&schema["items"], &schema["additionalProperties"]]).filter(|part| part.is_object()) {
        fields(part, at, call);
    }
}

/// Calls with each part of a schema that has examples of its own, and each of them.
fn own_examples<'a>(part: &'a Value, call: &mut impl FnMut(&'a Value, &'a Value)) {
    items(&part["examples"]).for_each(|own| call(part, own));
    items(part).chain(members(part).map(|(_, part)| part)).for_each(|part| own_examples(part, call));
}

/// Whether a route asks more of its caller than to be a member: what its handler takes and does says so.
fn is_restricted(route: &Route) -> bool {
    let (area, verb) = route.name.split_once('-').unwrap();
    let file = testing::root().join(format!("functions/{area}/src/{}.rs", verb.replace('-', "_")));
    let source = fs::read_to_string(file).unwrap();
    let handler = source.split_once("async fn handle(").unwrap().1.split_once("\n}\n").unwrap().0;
    RESTRICTED.iter().any(|who| handler.contains(who))
}

fn described() -> Description {
    Description::of(&routes())
}

fn routes() -> Vec<Route> {
    [console::routes(), contacts::routes(), jobs::routes(), mail::routes(), portal::routes(), team::routes()].into_iter().flatten().collect()
}

fn says(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.is_empty())
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
