//! What the template lets each function do: every statement of its own policies and of the managed policies of nested stacks, with
//! references followed to what they mean; and whether a statement allows what is asked, as IAM decides it.
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cloudformation::{Resource, Stack, Stacks, strings};
use super::{function_name, read};
use crate::{Error, MAIL_CONFIGURATION_SET};

/// A statement that allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The managed policy it stands in, such as `ReadsMember`; none when it is the function's own.
    pub policy: Option<String>,
    /// Actions, such as `dynamodb:GetItem`.
    pub actions: Vec<String>,
    /// What they may be done to, with `*` for anything: `table`, `table/index/live`, `bucket`, `bucket/jobs/*`, `function/jobs-work`,
    /// or an ARN's last part.
    pub resources: Vec<String>,
    /// What must hold besides.
    pub conditions: Vec<Condition>,
}

/// A line of a statement's `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// How it compares, such as `ForAllValues:StringLike`.
    pub operator: String,
    /// What it compares, such as `dynamodb:LeadingKeys`.
    pub key: String,
    /// With what.
    pub values: Vec<String>,
}

/// What a call asks for: a statement allows all of it, or does not allow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The action, such as `dynamodb:BatchGetItem`.
    pub action: String,
    /// What it is done to, in the words of [`Right::resources`].
    pub resource: String,
    /// What conditions look at, such as all partition keys of the call as `dynamodb:LeadingKeys`.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Right {
    /// Whether this statement by itself allows it.
    pub fn allows(&self, asked: &Asked) -> bool {
        self.actions.contains(&asked.action)
            && self.resources.iter().any(|pattern| is_like(pattern, &asked.resource))
            && self.conditions.iter().all(|condition| condition.holds(asked.context.get(&condition.key).map_or(&[], Vec::as_slice)))
    }
}

impl Condition {
    /// An operator that is not known here never holds.
    fn holds(&self, found: &[String]) -> bool {
        match self.operator.as_str() {
            "ForAllValues:StringLike" => found.iter().all(|found| self.values.iter().any(|pattern| is_like(pattern, found))),
            "StringEquals" => !found.is_empty() && found.iter().all(|found| self.values.contains(found)),
            _ => false,
        }
    }
}

/// Whether a text is what a pattern says, in which `*` is any text.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    (0..=text.len()).filter(|&at| text.is_char_boundary(at)).any(|at| is_like(rest, &text[at..]))
}

/// The statements of all policies of a function.
pub(super) fn of(stacks: &Stacks, function: &Resource<'_>) -> Result<Vec<Right>, Error> {
    let mut rights = Vec::new();
    for policy in function.properties["Policies"].as_array().into_iter().flatten() {
        let (stack, name, statements) = if policy.is_object() {
            (function.stack, None, &policy["Statement"])
        } else {
            let managed =
                managed(stacks, function.stack, policy).ok_or_else(|| read::missing(function, &format!("a policy that is none: {policy}")))?;
            (managed.stack, Some(managed.name), &managed.properties["PolicyDocument"]["Statement"])
        };
        for statement in statements.as_array().into_iter().flatten() {
            if statement["Effect"] != "Allow" {
                return Err(read::missing(function, "a statement that allows nothing"));
            }
            rights.push(Right {
                policy: name.map(str::to_owned),
                actions: strings(&statement["Action"]),
                resources: each(&statement["Resource"]).iter().map(|resource| named(&meaning(stacks, stack, resource))).collect(),
                conditions: conditions(stacks, stack, &statement["Condition"]),
            });
        }
    }
    Ok(rights)
}

fn conditions(stacks: &Stacks, stack: &Stack, block: &Value) -> Vec<Condition> {
    let operators = block.as_object().into_iter().flatten();
    let lines = operators.flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |(key, values)| (operator, key, values)));
    lines
        .map(|(operator, key, values)| Condition {
            operator: operator.clone(),
            key: key.clone(),
            values: each(values).iter().map(|value| meaning(stacks, stack, value)).collect(),
        })
        .collect()
}

/// The managed policy that `!GetAtt Access.Outputs.ReadsMember` means.
fn managed<'a>(stacks: &'a Stacks, stack: &Stack, reference: &Value) -> Option<Resource<'a>> {
    let (nested, output) = reference.as_str()?.split_once(".Outputs.")?;
    let stack = stacks.nested(stack, nested)?;
    let target = stack.content["Outputs"][output]["Value"].as_str()?;
    stacks.resources("AWS::IAM::ManagedPolicy").find(|policy| policy.stack.file == stack.file && policy.name == target)
}

/// One value or a list of them. A text with its variables, as `!Sub` takes it, is one.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) if !items.get(1).is_some_and(Value::is_object) => items.iter().collect(),
        one => vec![one],
    }
}

/// A reference of any spelling as what it means, whatever stands before and after it: `table/index/live` for the one to that index.
fn meaning(stacks: &Stacks, stack: &Stack, value: &Value) -> String {
    let (text, variables) = match value {
        Value::Array(items) => (items.first().and_then(Value::as_str).unwrap_or_default(), items.get(1).unwrap_or(&Value::Null)),
        other => (other.as_str().unwrap_or_default(), &Value::Null),
    };
    let of = |name: &str| variables.get(name).map_or_else(|| referred(stacks, stack, name), |value| meaning(stacks, stack, value));
    let mut parts = text.split("${");
    let Some(first) = parts.next().filter(|first| *first != text) else { return of(text) };
    parts.fold(first.to_owned(), |before, part| match part.split_once('}') {
        Some((name, after)) => before + &of(name) + after,
        None => before + part,
    })
}

/// What a name means in a stack: a parameter is what is passed for it, an output what the nested stack says, and a resource what stands
/// in for it here.
fn referred(stacks: &Stacks, stack: &Stack, name: &str) -> String {
    if let Some((parent, value)) = stacks.passed(stack, name) {
        return meaning(stacks, parent, value);
    }
    let resource = name.split('.').next().unwrap_or(name);
    match stack.content["Resources"][resource]["Type"].as_str() {
        Some("AWS::DynamoDB::Table") => "table".to_owned(),
        Some("AWS::S3::Bucket") => "bucket".to_owned(),
        Some("AWS::SES::ConfigurationSet") => MAIL_CONFIGURATION_SET.to_owned(),
        Some("AWS::Serverless::Function") => format!("function/{}", function_name(resource)),
        _ => match name.split_once(".Outputs.").and_then(|(nested, output)| Some((stacks.nested(stack, nested)?, output))) {
            Some((nested, output)) => meaning(stacks, nested, &nested.content["Outputs"][output]["Value"]),
            // `AWS::Region` without its colons, which part ARNs.
            None => name.trim_start_matches("AWS::").to_owned(),
        },
    }
}

/// The last part of an ARN, after partition, service, region and account. A function's own name begins with the stack's.
fn named(resource: &str) -> String {
    let last = if resource.starts_with("arn:") { resource.splitn(6, ':').last().unwrap_or_default() } else { resource };
    last.strip_prefix("function:StackName-").map_or_else(|| last.to_owned(), |name| format!("function/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Template;

    const MAIN: &str = r#"
Parameters:
  MailFrom: {Type: String}
Resources:
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: infra/data.yaml}}
  Access:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: infra/access.yaml
      Parameters:
        TableArn: !GetAtt Data.Outputs.TableArn
        SendArn: !Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-mail-send
  MailSendFunction:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - !GetAtt Access.Outputs.Reads
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: dynamodb:Query
              Resource: !Sub ["${Table}/index/live", {Table: !GetAtt Data.Outputs.TableArn}]
            - Effect: Allow
              Action: lambda:InvokeFunction
              Resource: [!GetAtt MailSendFunction.Arn]
            - Effect: Allow
              Action: ses:SendEmail
              Resource: !Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*
              Condition: {StringEquals: {"ses:FromAddress": !Ref MailFrom}}
"#;
    const ACCESS: &str = r#"
Parameters: {TableArn: {Type: String}, SendArn: {Type: String}}
Resources:
  ReadsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [dynamodb:GetItem, dynamodb:BatchGetItem]
            Resource: !Ref TableArn
            Condition: {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*#team", "*#contact#*"]}}
          - Effect: Allow
            Action: lambda:InvokeFunction
            Resource: !Ref SendArn
Outputs:
  Reads: {Value: !Ref ReadsPolicy}
"#;
    const DATA: &str = r"
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: []}}
  Bucket: {Type: AWS::S3::Bucket, Properties: {}}
Outputs:
  TableArn: {Value: !GetAtt Table.Arn}
";

    fn rights(main: &str) -> Result<Vec<Right>, Error> {
        let template = Template::parse(&[("template.yaml", main), ("infra/access.yaml", ACCESS), ("infra/data.yaml", DATA)])?;
        Ok(template.functions[0].rights.clone())
    }

    fn asked(action: &str, resource: &str, keys: &[&str]) -> Asked {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        Asked { action: action.into(), resource: resource.into(), context: [("dynamodb:LeadingKeys".to_owned(), keys)].into() }
    }

    #[test]
    fn references_are_followed_to_what_they_mean() {
        let rights = rights(MAIN).unwrap();
        let told: Vec<(Option<&str>, &str)> = rights.iter().map(|right| (right.policy.as_deref(), right.resources[0].as_str())).collect();
        let managed = Some("ReadsPolicy");
        let expected =
            [(managed, "table"), (managed, "function/mail-send"), (None, "table/index/live"), (None, "function/mail-send"), (None, "identity/*")];
        assert_eq!(told, expected);
        assert_eq!(rights[4].conditions[0].values, ["MailFrom"]);
    }

    #[test]
    fn one_statement_must_allow_all_keys_of_a_call() {
        let read = &rights(MAIN).unwrap()[0];
        assert!(read.allows(&asked("dynamodb:BatchGetItem", "table", &["demo#team", "demo#contact#3"])));
        assert!(!read.allows(&asked("dynamodb:BatchGetItem", "table", &["demo#team", "demo#session#3"])));
        assert!(!read.allows(&asked("dynamodb:GetItem", "table", &["demo#teams"])));
        assert!(!read.allows(&asked("dynamodb:PutItem", "table", &["demo#team"])));
        assert!(!read.allows(&asked("dynamodb:GetItem", "table/index/live", &["demo#team"])));
    }

    #[test]
    fn who_mails_must_be_who_it_says_and_an_unknown_condition_allows_nothing() {
        let send = rights(MAIN).unwrap()[4].clone();
        let from = |address: &str| Asked {
            context: [("ses:FromAddress".to_owned(), vec![address.to_owned()])].into(),
            ..asked("ses:SendEmail", "identity/desk@example.com", &[])
        };
        assert!(send.allows(&from("MailFrom")) && !send.allows(&from("another")));
        assert!(!send.allows(&asked("ses:SendEmail", "identity/desk@example.com", &[])), "nobody is not who it says");
        let unknown = Condition { operator: "StringLikeIfExists".into(), ..send.conditions[0].clone() };
        assert!(!Right { conditions: vec![unknown], ..send.clone() }.allows(&from("MailFrom")));
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_named() {
        for (good, bad) in [("Access.Outputs.Reads", "Access.Outputs.Writes"), ("Effect: Allow", "Effect: Deny")] {
            let error = rights(&MAIN.replace(good, bad)).unwrap_err().to_string();
            assert!(error.contains("MailSendFunction"), "{error}");
        }
    }

    #[test]
    fn a_star_is_any_text() {
        for (pattern, like, unlike) in [("*#a#*", "x#a#", "x#b#"), ("jobs/*", "jobs/demo/1", "job/1"), ("a*b*c", "abbc", "abb"), ("a", "a", "ab")] {
            assert!(is_like(pattern, like) && !is_like(pattern, unlike), "{pattern}");
        }
    }
}
