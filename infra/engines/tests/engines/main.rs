//! The engines as the real AWS SDKs see them.

#![expect(clippy::disallowed_methods, reason = "a test from outside makes its own clients")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dynamodb;
mod lambda;
mod s3;
mod ses;
mod start;

use aws_credential_types::Credentials;
use engines::{ACCESS_KEY, Data, EngineOptions, Engines, Ports, SECRET_KEY};

/// Engines in memory with a small template of the shape that the deployment has.
async fn engines() -> Engines {
    engines_with(Data::Memory).await
}

async fn engines_with(data: Data) -> Engines {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("infra")).unwrap();
    std::fs::write(root.path().join("template.yaml"), TEMPLATE).unwrap();
    std::fs::write(root.path().join("infra/data.yaml"), TABLE_STACK).unwrap();
    std::fs::write(root.path().join("infra/files.yaml"), BUCKET_STACK).unwrap();
    Engines::start(EngineOptions { data, ports: Ports::Free, template_root: root.path().to_owned() }).await.unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "local")
}

/// An SDK configuration for one engine.
macro_rules! client {
    ($sdk:ident, $url:expr $(, $option:ident = $value:expr)*) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new(engines::REGION))
                .credentials_provider(crate::credentials())
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .endpoint_url($url)
                $(.$option($value))*
                .build(),
        )
    };
}
pub(crate) use client;

const TEMPLATE: &str = r"
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  ContactsCreateFunction:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Api: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: /v1/contacts}}
";

const TABLE_STACK: &str = r"
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: S}
        - {AttributeName: contact, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by-contact
          KeySchema: [{AttributeName: contact, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
          Projection: {ProjectionType: ALL}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
";

const BUCKET_STACK: &str = r"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - {AllowedOrigins: [!Ref AppOrigin], AllowedMethods: [PUT], AllowedHeaders: ['*'], ExposedHeaders: [ETag], MaxAge: 600}
";
