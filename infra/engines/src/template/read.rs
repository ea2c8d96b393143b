//! From CloudFormation resources to what this process needs of them.

use std::time::Duration;

use serde_json::{Map, Value};

use super::cloudformation::{Resource, Stacks, strings};
use super::{Caller, CorsRule, Function, Route, Schedule, Table, Template, function_name, kebab, rights};
use crate::Error;

impl Template {
    pub(super) fn from_stacks(stacks: &Stacks) -> Result<Self, Error> {
        let mut functions = Vec::new();
        let mut routes = Vec::new();
        let mut schedules = Vec::new();
        for function in stacks.resources("AWS::Serverless::Function") {
            let name = function_name(function.name);
            for (event_name, event) in function.properties["Events"].as_object().into_iter().flatten() {
                let properties = &event["Properties"];
                match event["Type"].as_str() {
                    Some("HttpApi") => routes.push(route(stacks, &function, name.clone(), properties)?),
                    Some("ScheduleV2" | "Schedule") => {
                        let expression = text(&properties["ScheduleExpression"]).or_else(|| text(&properties["Schedule"]));
                        schedules.push(schedule(event_name, name.clone(), expression, &properties["Input"], &function)?);
                    }
                    _ => {}
                }
            }
            functions.push(Function { resource: function.name.to_owned(), name, rights: rights::of(stacks, &function)? });
        }
        for resource in stacks.resources("AWS::Scheduler::Schedule") {
            let target = &resource.properties["Target"];
            let function = stacks.target(resource.stack, &target["Arn"]).map(|name| function_name(&name)).unwrap_or_default();
            let expression = text(&resource.properties["ScheduleExpression"]);
            schedules.push(schedule(resource.name, function, expression, &target["Input"], &resource)?);
        }
        Ok(Self { functions, routes, schedules, table: table(stacks)?, cors: cors(stacks)? })
    }
}

fn route(stacks: &Stacks, function: &Resource<'_>, name: String, properties: &Value) -> Result<Route, Error> {
    let (Some(method), Some(path)) = (text(&properties["Method"]), text(&properties["Path"])) else {
        return Err(missing(function, "an HttpApi event without Method or Path"));
    };
    Ok(Route { function: name, method: method.to_uppercase(), path, caller: caller(stacks, function, properties) })
}

/// An event's own `Auth` wins over the API's default; `NONE` opens a route.
/// See <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-httpapifunctionauth.html>.
fn caller(stacks: &Stacks, function: &Resource<'_>, properties: &Value) -> Caller {
    let wanted = stacks.target(function.stack, &properties["ApiId"]);
    let apis: Vec<_> = stacks.resources("AWS::Serverless::HttpApi").collect();
    let named = apis.iter().find(|api| Some(api.name) == wanted.as_deref()).or(apis.first());
    let globals = &function.stack.content["Globals"]["HttpApi"]["Auth"];
    let auth = named.map(|api| &api.properties["Auth"]).filter(|auth| !auth.is_null()).unwrap_or(globals);
    let own = &properties["Auth"];
    let authorizer = text(&own["Authorizer"]).or_else(|| text(&auth["DefaultAuthorizer"]));
    match authorizer {
        None => Caller::Anyone,
        Some(none) if none == "NONE" => Caller::Anyone,
        Some(authorizer) => {
            let mut scopes = strings(&own["AuthorizationScopes"]);
            if scopes.is_empty() {
                scopes = strings(&auth["Authorizers"][&authorizer]["AuthorizationScopes"]);
            }
            Caller::Member { scopes: scopes.into_iter().map(|scope| default(function, scope)).collect() }
        }
    }
}

/// The default of a parameter of this name, as nobody is asked for another; any other text is itself.
fn default(resource: &Resource<'_>, name: String) -> String {
    text(&resource.stack.content["Parameters"][&name]["Default"]).unwrap_or(name)
}

fn schedule(name: &str, function: String, expression: Option<String>, input: &Value, at: &Resource<'_>) -> Result<Schedule, Error> {
    let expression = expression.ok_or_else(|| missing(at, "a schedule without ScheduleExpression"))?;
    let input = match input {
        Value::String(json) => serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.clone())),
        Value::Null => Value::Object(Map::new()),
        other => other.clone(),
    };
    Ok(Schedule { name: name.to_owned(), function, every: rate(&expression), expression, input })
}

/// `rate(5 minutes)` as five minutes.
fn rate(expression: &str) -> Option<Duration> {
    let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inner.trim().split_once(' ')?;
    let seconds = match unit.trim().trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(count.parse::<u64>().ok()?.checked_mul(seconds)?))
}

fn table(stacks: &Stacks) -> Result<Table, Error> {
    let resource = stacks.only("AWS::DynamoDB::Table")?;
    let mut create = Map::new();
    for member in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        if let Some(value) = resource.properties.get(member) {
            create.insert(member.to_owned(), value.clone());
        }
    }
    if !create.contains_key("KeySchema") {
        return Err(missing(&resource, "a table without KeySchema"));
    }
    create.insert("BillingMode".to_owned(), Value::from("PAY_PER_REQUEST"));
    let ttl_attribute = text(&resource.properties["TimeToLiveSpecification"]["AttributeName"]);
    Ok(Table { create: Value::Object(create), ttl_attribute })
}

fn cors(stacks: &Stacks) -> Result<Vec<CorsRule>, Error> {
    let bucket = stacks.only("AWS::S3::Bucket")?;
    let rules = bucket.properties["CorsConfiguration"]["CorsRules"].as_array();
    Ok(rules.into_iter().flatten().map(cors_rule).collect())
}

fn cors_rule(rule: &Value) -> CorsRule {
    CorsRule {
        origins: strings(&rule["AllowedOrigins"]),
        methods: strings(&rule["AllowedMethods"]).iter().map(|method| method.to_uppercase()).collect(),
        headers: strings(&rule["AllowedHeaders"]).iter().map(|header| header.to_lowercase()).collect(),
        exposed: strings(&rule["ExposedHeaders"]),
        max_age_seconds: rule["MaxAge"].as_u64(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(super) fn missing(resource: &Resource<'_>, what: &str) -> Error {
    Error::Template { file: resource.stack.file.clone().into(), reason: format!("{} ({}) has {what}", resource.name, kebab(resource.name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  AppOrigin: {Type: String, Default: "https://app.example.com"}
  Scope: {Type: String, Default: kdesk}
Conditions:
  HasDomain: !Not [!Equals [!Ref AppOrigin, ""]]
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Members
        Authorizers:
          Members:
            AuthorizationScopes: [!Ref Scope]
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {issuer: !Ref Issuer, audience: [!Ref Audience]}
  ContactsCreateFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: bootstrap
      Environment: {Variables: {TABLE: !GetAtt Data.Outputs.Table, URL: !Sub "https://${Api}.execute-api"}}
      Policies:
        - Statement:
            - Effect: Allow
              Action: [dynamodb:PutItem]
              Resource: !Sub ["${A}/index/*", {A: !GetAtt Data.Outputs.TableArn}]
      Events:
        Api: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: post, Path: /v1/contacts}}
  OpenapiGetFunction:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Api:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Method: GET, Path: /v1/openapi.json, Auth: {Authorizer: NONE}}
  JobsSweepFunction:
    Type: AWS::Serverless::Function
    Properties: {Handler: bootstrap}
  Schedules:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/schedules.yaml
      Parameters: {SweepArn: !GetAtt JobsSweepFunction.Arn}
"#;
    const SCHEDULES: &str = r"
Parameters: {SweepArn: {Type: String}}
Resources:
  SweepSchedule:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 minute)
      FlexibleTimeWindow: {Mode: 'OFF'}
      Target: {Arn: !Ref SweepArn, RoleArn: !GetAtt Role.Arn, Input: '{}'}
";
    const DATA: &str = r"
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}, {AttributeName: at, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
";
    const FILES: &str = r"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: [!Ref AppOrigin]
            AllowedMethods: [PUT]
            AllowedHeaders: ['*']
            ExposedHeaders: [ETag]
            MaxAge: 600
";

    fn template() -> Template {
        let files = [("template.yaml", MAIN), ("infra/data.yaml", DATA), ("infra/files.yaml", FILES), ("infra/schedules.yaml", SCHEDULES)];
        Template::parse(&files).unwrap()
    }

    #[test]
    fn routes_carry_function_method_path_and_authorizer() {
        let routes = template().routes;
        let member = Caller::Member { scopes: vec!["kdesk".to_owned()] };
        assert_eq!(
            routes,
            [
                Route { function: "contacts-create".into(), method: "POST".into(), path: "/v1/contacts".into(), caller: member },
                Route { function: "openapi-get".into(), method: "GET".into(), path: "/v1/openapi.json".into(), caller: Caller::Anyone },
            ]
        );
    }

    #[test]
    fn a_schedule_finds_its_function_through_the_nested_stacks_parameter() {
        let template = template();
        let schedule = template.schedule("sweep").unwrap();
        assert_eq!(schedule.function, "jobs-sweep");
        assert_eq!(schedule.every, Some(Duration::from_mins(1)));
        assert_eq!(schedule.input, serde_json::json!({}));
        assert_eq!(template.schedule("SweepSchedule"), template.schedule("jobs-sweep"));
        assert_eq!(template.schedule("nightly"), None);
    }

    #[test]
    fn the_table_and_the_cors_rules_are_read_from_their_stacks() {
        let template = template();
        assert_eq!(template.table.create["KeySchema"][1]["AttributeName"], "sk");
        assert_eq!(template.table.create["AttributeDefinitions"][2]["AttributeType"], "N");
        assert_eq!(template.table.ttl_attribute.as_deref(), Some("expires"));
        assert_eq!(template.cors[0].origins, ["AppOrigin"]);
        assert_eq!(template.cors[0].max_age_seconds, Some(600));
    }

    #[test]
    fn rates_are_read_in_every_unit_and_crons_have_none() {
        assert_eq!(rate("rate(5 minutes)"), Some(Duration::from_mins(5)));
        assert_eq!(rate("rate(1 hour)"), Some(Duration::from_hours(1)));
        assert_eq!(rate("rate(2 days)"), Some(Duration::from_hours(48)));
        assert_eq!(rate("cron(0 3 * * ? *)"), None);
    }

    #[test]
    fn a_missing_table_is_named() {
        let error = Template::parse(&[("template.yaml", MAIN), ("infra/files.yaml", FILES)]).unwrap_err();
        assert!(error.to_string().contains("AWS::DynamoDB::Table"), "{error}");
    }
}
