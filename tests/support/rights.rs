//! What functions ask of AWS, held against what the template lets them do. Neither the engines nor DynamoDB Local know rights, so each
//! call that a function makes in a test is looked at here, as IAM would look at it, before it is made.

use crate::{MAIL, MAIL_FROM, WORKER};
use app::aws::{Clients, when_used};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef},
        },
        orchestrator::{HttpRequest, Metadata},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use engines::{Asked, BUCKET, Right, Template, is_like};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// The key of conditions on partition keys. See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// The rights of all functions, and which of them were used.
#[derive(Debug)]
pub struct Rights {
    of: BTreeMap<String, Vec<Right>>,
    used: Mutex<BTreeSet<Use>>,
    denied: Mutex<Vec<String>>,
}

/// A function used one action of one of its statements, by number, on what a pattern stands for.
type Use = (String, usize, String, String);

impl Rights {
    /// Those of a template.
    pub fn new(template: &Template) -> Self {
        let of = template.functions.iter().map(|function| (function.name.clone(), function.rights.clone())).collect();
        Self { of, used: Mutex::default(), denied: Mutex::default() }
    }

    /// The same clients in the hands of a function.
    pub fn watch(self: &Arc<Self>, function: &str, clients: &Clients) -> Clients {
        assert!(self.of.contains_key(function), "the template has no function {function}");
        macro_rules! watched {
            ($sdk:ident, $client:expr) => {{
                let (client, watch) = ($client.clone(), Watch { function: function.to_owned(), rights: self.clone() });
                when_used(move || $sdk::Client::from_conf(client.config().to_builder().interceptor(watch).build()))
            }};
        }
        Clients {
            dynamodb: watched!(aws_sdk_dynamodb, clients.dynamodb),
            s3: watched!(aws_sdk_s3, clients.s3),
            lambda: watched!(aws_sdk_lambda, clients.lambda),
            ses: watched!(aws_sdk_sesv2, clients.ses),
        }
    }

    /// What functions may do and never did: an action of a statement on nothing that the statement names, or nothing that it allows on
    /// something it names. A managed policy is for all its functions together, and each of them uses something of it.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.lock().expect("no test fails here");
        let (mut unused, mut shared) = (Vec::new(), BTreeMap::<String, bool>::new());
        for (function, rights) in &self.of {
            let mut held = BTreeMap::<&str, bool>::new();
            for (number, right) in rights.iter().enumerate() {
                let is_used =
                    |part: &String| used.iter().any(|(of, one, action, what)| of == function && *one == number && (action == part || what == part));
                let all = [right.actions.join(", "), patterns(right).join(", ")].join(" on ");
                for part in right.actions.iter().chain(patterns(right)) {
                    if let Some(policy) = &right.policy {
                        *shared.entry(format!("{policy}: {part} of {all}")).or_default() |= is_used(part);
                        *held.entry(policy).or_default() |= is_used(part);
                    } else if !is_used(part) {
                        unused.push(format!("{function}: {part} of {all}"));
                    }
                }
            }
            unused.extend(held.into_iter().filter(|(_, is_used)| !is_used).map(|(policy, _)| format!("{function}: {policy}")));
        }
        unused.extend(shared.into_iter().filter(|(_, is_used)| !is_used).map(|(what, _)| what));
        unused
    }

    /// What was asked for and not allowed. Who asks fails at once, but an event's function may fail unseen.
    pub fn denied(&self) -> Vec<String> {
        self.denied.lock().expect("no test fails here").clone()
    }

    fn check(&self, function: &str, asked: &Asked) {
        let allowing: Vec<(usize, &Right)> = self.of[function].iter().enumerate().filter(|(_, right)| right.allows(asked)).collect();
        if allowing.is_empty() {
            let denied = format!("{function} has no right that allows all of this, AWS would deny it: {asked:?}");
            self.denied.lock().expect("no test fails here").push(denied.clone());
            panic!("{denied}");
        }
        let mut used = self.used.lock().expect("no test fails here");
        for (number, right) in allowing {
            let one = std::slice::from_ref(&asked.resource);
            let values = if has_keys(right) { asked.context.get(LEADING_KEYS).map_or(&[][..], Vec::as_slice) } else { one };
            let seen = patterns(right).iter().filter(|pattern| values.iter().any(|value| is_like(pattern, value)));
            used.extend(seen.map(|pattern| (function.to_owned(), number, asked.action.clone(), pattern.clone())));
        }
    }
}

fn has_keys(right: &Right) -> bool {
    right.conditions.iter().any(|condition| condition.key == LEADING_KEYS)
}

/// To what a statement gives its rights: to partition keys when it names some, else to its resources.
fn patterns(right: &Right) -> &[String] {
    right.conditions.iter().find(|condition| condition.key == LEADING_KEYS).map_or(&right.resources, |condition| &condition.values)
}

/// A function's client at its calls.
#[derive(Debug, Clone)]
struct Watch {
    function: String,
    rights: Arc<Rights>,
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    /// A link that is signed for somebody else passes here as well: it is good for what its signer may do.
    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().ok_or("a call without a name")?;
        let asked = match operation.service() {
            "DynamoDB" => of_table(operation.name(), &body(context.request())?),
            "S3" => vec![of_bucket(operation.name(), context.request())],
            "Lambda" => vec![of_function(operation.name(), context.request())],
            _ => of_mail(operation.name(), &body(context.request())?),
        };
        for asked in &asked {
            self.rights.check(&self.function, asked);
        }
        Ok(())
    }

    /// Whom S3 does not let list the bucket it answers 403 instead of 404.
    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if config.load::<Metadata>().is_some_and(|operation| operation.service() == "S3") && context.response().status().as_u16() == 404 {
            self.rights.check(&self.function, &asked("s3:ListBucket", "bucket"));
        }
        Ok(())
    }
}

fn asked(action: impl Into<String>, resource: impl Into<String>) -> Asked {
    Asked { action: action.into(), resource: resource.into(), context: BTreeMap::new() }
}

fn body(request: &HttpRequest) -> Result<Value, BoxError> {
    Ok(serde_json::from_slice(request.body().bytes().ok_or("a body that is not in memory")?)?)
}

/// What a call to the table asks for. IAM looks at a batch as one action with all its keys, and at a transaction as one action for each
/// item (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>). Whether it then looks at the keys
/// one by one or at those of one action together is written nowhere; what allows them together is right both ways.
fn of_table(operation: &str, body: &Value) -> Vec<Asked> {
    let mut keys = BTreeMap::<String, BTreeSet<String>>::new();
    let mut add = |operation: &str, key: &Value| {
        let pk = key["S"].as_str().unwrap_or_else(|| panic!("{operation} names no partition key: {body}"));
        keys.entry(format!("dynamodb:{operation}")).or_default().insert(pk.to_owned());
    };
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => add(operation, &body["Key"]["pk"]),
        "PutItem" => add(operation, &body["Item"]["pk"]),
        "Query" => add(operation, &body["ExpressionAttributeValues"][partition(body)]),
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            tables.flat_map(|(_, table)| table["Keys"].as_array().into_iter().flatten()).for_each(|key| add(operation, &key["pk"]));
        }
        "TransactWriteItems" => {
            for (kind, item) in body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten() {
                match kind.as_str() {
                    "ConditionCheck" => add("ConditionCheckItem", &item["Key"]["pk"]),
                    "Put" => add("PutItem", &item["Item"]["pk"]),
                    kind => add(&format!("{kind}Item"), &item["Key"]["pk"]),
                }
            }
        }
        other => panic!("nobody said what rights {other} needs"),
    }
    let resource = body["IndexName"].as_str().map_or_else(|| "table".to_owned(), |index| format!("table/index/{index}"));
    let with = |keys: BTreeSet<String>| [(LEADING_KEYS.to_owned(), keys.into_iter().collect())].into();
    keys.into_iter().map(|(action, keys)| Asked { context: with(keys), ..asked(action, &*resource) }).collect()
}

/// Under what name a query has the value of the partition key, which is the one that its condition compares with `=`.
fn partition(body: &Value) -> &str {
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    let equals = condition.split(" AND ").find_map(|part| part.split_once(" = "));
    equals.unwrap_or_else(|| panic!("a query that compares no partition key: {condition}")).1
}

fn of_bucket(operation: &str, request: &HttpRequest) -> Asked {
    let action = match operation {
        "GetObject" | "HeadObject" => "s3:GetObject",
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "s3:PutObject",
        "DeleteObject" => "s3:DeleteObject",
        other => panic!("nobody said what rights {other} needs"),
    };
    let path = path(request);
    let key = path.strip_prefix(&format!("/{BUCKET}/")).unwrap_or_else(|| panic!("{path} is no object"));
    asked(action, format!("bucket/{key}"))
}

fn of_function(operation: &str, request: &HttpRequest) -> Asked {
    assert_eq!(operation, "Invoke", "nobody said what rights it needs");
    let name = match path(request).split('/').nth(3) {
        Some(WORKER) => "jobs-work",
        Some(MAIL) => "mail-send",
        other => panic!("{other:?} is no function"),
    };
    asked("lambda:InvokeFunction", format!("function/{name}"))
}

/// A mail needs the right to its sender's identity and to its configuration set.
/// See <https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html>.
fn of_mail(operation: &str, body: &Value) -> Vec<Asked> {
    assert_eq!(operation, "SendEmail", "nobody said what rights it needs");
    let from = body["FromEmailAddress"].as_str().unwrap_or_default();
    let address = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
    // The template takes it from this parameter.
    let sender = if address == MAIL_FROM { "MailFrom" } else { address };
    let resources = [format!("identity/{address}"), format!("configuration-set/{}", body["ConfigurationSetName"].as_str().unwrap_or_default())];
    let context: BTreeMap<_, _> = [("ses:FromAddress".to_owned(), vec![sender.to_owned()])].into();
    resources.map(|resource| Asked { context: context.clone(), ..asked("ses:SendEmail", resource) }).into()
}

fn path(request: &HttpRequest) -> String {
    let uri: http::Uri = request.uri().parse().expect("a URI");
    uri.path().to_owned()
}
