//! AWS's own DynamoDB Local, when one is running: for what must hold on more than the embedded engine.

use app::{random, settings::Settings};

/// A table of its own in DynamoDB Local.
#[derive(Debug, Clone)]
pub struct LocalTable {
    endpoint: String,
    table: String,
}

impl LocalTable {
    /// Makes a table as template.yaml describes it. `None`, and a line that says so, when `KDESK_DYNAMODB_ENDPOINT` is not set; with
    /// `KDESK_REQUIRE_ALL=1` that is a failure.
    #[expect(clippy::print_stdout, reason = "what is skipped is said")]
    pub async fn create() -> Option<Self> {
        let Ok(endpoint) = std::env::var("KDESK_DYNAMODB_ENDPOINT") else {
            assert!(!std::env::var("KDESK_REQUIRE_ALL").is_ok_and(|all| all == "1"), "KDESK_DYNAMODB_ENDPOINT is not set");
            println!("skipped on DynamoDB Local: KDESK_DYNAMODB_ENDPOINT is not set");
            return None;
        };
        let table = format!("test-{}", random::uuid());
        let mut create = engines::Template::read(&crate::root()).expect("the template is read").table.create.clone();
        create["TableName"] = table.clone().into();
        // Its signature is not checked, but the tables of each key are kept apart: the key must be the SDK's.
        let credential = format!("{}/20260301/{}/dynamodb/aws4_request", engines::ACCESS_KEY, engines::REGION);
        let request = reqwest::Client::new()
            .post(&endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.CreateTable")
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"))
            .body(create.to_string());
        let answer = request.send().await.expect("DynamoDB Local answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
        Some(Self { endpoint, table })
    }

    /// Makes settings use it.
    pub fn put_into(&self, settings: &mut Settings) {
        settings.aws.dynamodb_endpoint = Some(self.endpoint.clone());
        settings.table.clone_from(&self.table);
    }
}
