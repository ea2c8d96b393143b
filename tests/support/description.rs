//! What the API's description says, held against what the API does and against the description's own examples: the way a client that was
//! made from it would be disappointed. Types, members, choices and nothing more; it is no general JSON Schema.

use crate::Answer;
use app::Route;
use serde_json::{Map, Value, json};

/// A description: operations and the schemas that they name.
#[derive(Debug, Clone)]
pub struct Description(Value);

/// The headers that say something which clients need.
const HEADERS: [&str; 4] = ["ETag", "KDesk-Job", "Location", "Retry-After"];

/// The codes that say no more than their status; every other one is named where it can come.
const USUAL_CODES: [&str; 11] = [
    "signed_out",
    "permission_missing",
    "team_switch_off",
    "not_found",
    "too_large",
    "invalid_fields",
    "invalid_json",
    "invalid_query",
    "version_missing",
    "too_many",
    "internal",
];

/// What stands in the way: where, and what.
type Problems = Vec<String>;

impl Description {
    /// The description of these routes.
    pub fn of(routes: &[Route]) -> Self {
        Self(serde_json::to_value(app::openapi::describe(routes)).expect("a description is JSON"))
    }

    /// Each operation with its method and path.
    pub fn operations(&self) -> impl Iterator<Item = (String, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
        })
    }

    /// The schemas that operations name.
    pub fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["components"]["schemas"].as_object().into_iter().flatten()
    }

    /// Where an answer is not what its only operation says: a status, a kind of body or a body that is not described.
    pub fn problems_of_answer(&self, answer: &Answer) -> Problems {
        let Some((name, operation)) = self.operations().next() else { return Vec::new() };
        let response = &operation["responses"][answer.status.as_str()];
        if response.is_null() {
            return vec![format!("{name} answers {}, which is not described", answer.status)];
        }
        let at = format!("{name} {}", answer.status.as_str());
        let mut problems = Problems::new();
        for header in HEADERS {
            if response["headers"][header].is_null() == answer.headers().contains_key(&header.to_ascii_lowercase()) {
                problems.push(format!("{at}: {header} is described and not sent, or sent and not described"));
            }
        }
        let code = answer.code();
        let says_code = response["description"].as_str().is_some_and(|text| text.contains(&format!("`{code}`")));
        if !answer.status.is_success() && !code.is_empty() && !USUAL_CODES.contains(&code) && !says_code {
            problems.push(format!("{at}: {code} is not among the codes that its description names"));
        }
        let kind = answer.header("content-type");
        match kind.split(';').next().unwrap_or_default() {
            "" if response["content"].is_null() => {}
            kind if response["content"][kind].is_null() => problems.push(format!("{at}: its body is {kind:?}, which is not described")),
            kind if kind.ends_with("json") => problems.extend(self.problems(&response["content"][kind]["schema"], &answer.json, &at)),
            _ => {}
        }
        problems
    }

    /// Where a value is not what a schema says. A member that no schema speaks of is a problem too.
    pub fn problems(&self, schema: &Value, value: &Value, at: &str) -> Problems {
        let mut problems = self.misfits(schema, value, at);
        for (name, _) in value.as_object().into_iter().flatten().filter(|(name, _)| !self.speaks_of(schema, name)) {
            problems.push(format!("{at}.{name} is not described"));
        }
        problems
    }

    fn misfits(&self, schema: &Value, value: &Value, at: &str) -> Problems {
        if let Some(named) = self.named(schema) {
            return self.misfits(named, value, at);
        }
        if let Some(choices) = choices(schema) {
            let fits = |choice: &Value| self.problems(choice, value, at).is_empty();
            return if choices.iter().any(fits) { Vec::new() } else { vec![format!("{at} is none of the choices: {value}")] };
        }
        let mut problems: Problems = array(&schema["allOf"]).flat_map(|part| self.misfits(part, value, at)).collect();
        let kinds: Vec<&str> = array(&schema["type"]).chain(Some(&schema["type"])).filter_map(Value::as_str).collect();
        let allowed = |choices: &Value| choices.as_array().is_none_or(|choices| choices.contains(value));
        if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind, value)) || !allowed(&schema["enum"]) {
            problems.push(format!("{at} is not {}: {value}", kinds.join(" or ")));
            return problems;
        }
        if let Some(members) = value.as_object() {
            let missing = array(&schema["required"]).filter_map(Value::as_str).filter(|&name| !members.contains_key(name));
            problems.extend(missing.map(|name| format!("{at}.{name} is missing")));
            for (name, value) in members {
                let schema = [&schema["properties"][name], &schema["additionalProperties"]].into_iter().find(|schema| schema.is_object());
                problems.extend(schema.into_iter().flat_map(|schema| self.problems(schema, value, &format!("{at}.{name}"))));
            }
        }
        for (index, item) in array(value).enumerate().filter(|_| schema["items"].is_object()) {
            problems.extend(self.problems(&schema["items"], item, &format!("{at}[{index}]")));
        }
        problems
    }

    /// Whether a schema has a place for a member of this name.
    fn speaks_of(&self, schema: &Value, name: &str) -> bool {
        if let Some(named) = self.named(schema) {
            return self.speaks_of(named, name);
        }
        match (choices(schema), schema["allOf"].as_array()) {
            (Some(parts), _) | (None, Some(parts)) => parts.iter().any(|part| self.speaks_of(part, name)),
            (None, None) => is_free(schema) || !schema["properties"][name].is_null() || schema["additionalProperties"].is_object(),
        }
    }

    /// An example of a schema, put together from those of its members; or where one is wanting.
    pub fn example(&self, schema: &Value, at: &str) -> Result<Value, String> {
        if let Some(own) = own_example(schema) {
            return Ok(own.clone());
        }
        if let Some(named) = self.named(schema) {
            return self.example(named, at);
        }
        if let Some(choice) = choices(schema).and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
            return self.example(choice, at);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            // Members that depend on what happened need no example.
            let parts: Result<Vec<Value>, String> = parts.iter().filter(|part| !is_free(part)).map(|part| self.example(part, at)).collect();
            return Ok(parts?.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect::<Map<_, _>>().into());
        }
        if let Some(members) = schema["properties"].as_object() {
            let member = |(name, schema): (&String, &Value)| Ok((name.clone(), self.example(schema, &format!("{at}.{name}"))?));
            return members.iter().map(member).collect::<Result<Map<_, _>, String>>().map(Value::Object);
        }
        if schema["items"].is_object() {
            return Ok(json!([self.example(&schema["items"], &format!("{at}[]"))?]));
        }
        Err(format!("{at} has no example"))
    }

    /// Whether it is said what a schema means: here, where one of its choices is, or at what it names.
    pub fn has_meaning(&self, schema: &Value) -> bool {
        let says = |schema: &Value| schema["description"].as_str().is_some_and(|text| !text.is_empty());
        says(schema)
            || self.named(schema).is_some_and(says)
            || choices(schema).is_some_and(|choices| choices.iter().any(|choice| self.has_meaning(choice)))
    }

    fn named(&self, schema: &Value) -> Option<&Value> {
        let name = schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")?;
        Some(&self.0["components"]["schemas"][name])
    }
}

/// The example that a schema gives itself: a word of a list is one, too.
fn own_example(schema: &Value) -> Option<&Value> {
    [&schema["examples"][0], &schema["example"], &schema["enum"][0]].into_iter().find(|value| !value.is_null()).or_else(|| {
        // Nothing at all can be an example, when it is said on purpose.
        array(&schema["examples"]).next()
    })
}

/// Whether a schema takes an object with any members.
fn is_free(schema: &Value) -> bool {
    ["$ref", "oneOf", "anyOf", "allOf", "properties", "additionalProperties"].iter().all(|keyword| schema[keyword].is_null())
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
