//! CloudFormation files as plain values. The short tags (`!Ref`, `!Sub`, `!GetAtt`) are dropped by the YAML reader, which
//! leaves the name they point at; [`Stacks::target`] finds what such a name means, through the parameters of nested stacks.

use std::path::Path;

use serde_json::Value;

use crate::Error;

/// One file.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) file: String,
    pub(super) content: Value,
}

/// The main template and its nested stacks.
#[derive(Debug)]
pub(super) struct Stacks(pub(super) Vec<Stack>);

/// One resource of one stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource<'a> {
    pub(super) stack: &'a Stack,
    pub(super) name: &'a str,
    pub(super) properties: &'a Value,
}

impl Stacks {
    pub(super) fn read(root: &Path) -> Result<Self, Error> {
        let main = root.join("template.yaml");
        let infra = root.join("infra");
        let mut paths: Vec<_> = std::fs::read_dir(&infra)
            .map_err(|error| Error::file(&infra, &error))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
            .collect();
        paths.sort();
        paths.insert(0, main);
        let mut stacks = Vec::with_capacity(paths.len());
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, &error))?;
            stacks.push(parse(&path.to_string_lossy(), &text)?);
        }
        Ok(Self(stacks))
    }

    pub(super) fn parse(files: &[(&str, &str)]) -> Result<Self, Error> {
        files.iter().map(|(file, text)| parse(file, text)).collect::<Result<_, _>>().map(Self)
    }

    /// Every resource of this type, in all stacks.
    pub(super) fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.0.iter().flat_map(move |stack| {
            let resources = stack.content["Resources"].as_object().into_iter().flatten();
            let wanted = resources.filter(move |(_, resource)| resource["Type"] == kind);
            wanted.map(move |(name, resource)| Resource { stack, name, properties: &resource["Properties"] })
        })
    }

    /// The one resource of this type.
    pub(super) fn only<'a>(&'a self, kind: &'a str) -> Result<Resource<'a>, Error> {
        self.resources(kind).next().ok_or_else(|| Error::Template {
            file: self.0.first().map_or_else(String::new, |stack| stack.file.clone()).into(),
            reason: format!("neither it nor a nested stack has a resource of type {kind}"),
        })
    }

    /// The resource that a reference means, such as `JobsSweepFunction` for `!GetAtt JobsSweepFunction.Arn`; a parameter of
    /// a nested stack leads on to what the main template passes for it.
    pub(super) fn target(&self, stack: &Stack, reference: &Value) -> Option<String> {
        let name = referred(reference)?;
        match self.passed(stack, &name) {
            Some((parent, value)) => self.target(parent, value),
            None => Some(name),
        }
    }

    /// What a stack above passes for a parameter of this name, and that stack.
    pub(super) fn passed(&self, stack: &Stack, parameter: &str) -> Option<(&Stack, &Value)> {
        stack.content["Parameters"].get(parameter)?;
        self.0.iter().find_map(|parent| {
            let resources = parent.content["Resources"].as_object()?;
            let mut properties = resources.values().map(|resource| &resource["Properties"]).filter(|properties| is_at(stack, properties));
            properties.find_map(|properties| properties["Parameters"].get(parameter)).map(|value| (parent, value))
        })
    }

    /// The nested stack that a resource of a stack is.
    pub(super) fn nested(&self, parent: &Stack, resource: &str) -> Option<&Stack> {
        let properties = &parent.content["Resources"][resource]["Properties"];
        self.0.iter().find(|stack| is_at(stack, properties))
    }
}

/// Whether these are the properties of the resource that this nested stack is.
fn is_at(stack: &Stack, properties: &Value) -> bool {
    let location = properties["Location"].as_str().or_else(|| properties["TemplateURL"].as_str());
    location.is_some_and(|location| stack.file.ends_with(location.trim_start_matches("./")))
}

fn parse(file: &str, text: &str) -> Result<Stack, Error> {
    // YAML 1.2's booleans only: `AttributeType: N` is the type of numbers and not "no".
    let options = serde_saphyr::options! { strict_booleans: true };
    let content =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| Error::Template { file: file.into(), reason: error.to_string() })?;
    Ok(Stack { file: file.to_owned(), content })
}

/// The first name in a reference of any spelling: `A.Arn`, `${A.Arn}`, `[A, Arn]`, `{Ref: A}`, `{Fn::GetAtt: ...}`.
fn referred(reference: &Value) -> Option<String> {
    match reference {
        Value::String(text) => {
            let inner = text.split_once("${").map_or(text.as_str(), |(_, rest)| rest.split('}').next().unwrap_or(rest));
            inner.split('.').next().map(str::to_owned)
        }
        Value::Array(items) => items.first().and_then(referred),
        Value::Object(members) => members.values().next().and_then(referred),
        _ => None,
    }
}

/// The strings of a list, or one string as a list of one.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
