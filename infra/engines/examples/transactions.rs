//! How many transactions a second the embedded DynamoDB takes, in memory and on a file: what an import is measured against.
//! `cargo run --release -p engines --example transactions`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for the terminal, whose failures may simply end it")]

use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use engines::{ACCESS_KEY, Data, DynamoDb, REGION, SECRET_KEY, TABLE, Table};
use serde_json::json;

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    for (place, data) in [("memory", Data::Memory), ("file", Data::Folder(folder.path().to_owned()))] {
        for (items, rounds, writers) in [(3, 1_500, 1), (3, 1_500, 8), (90, 60, 1), (90, 60, 8)] {
            let engine = DynamoDb::start(&data, 0, &table()).await.unwrap();
            let client = client(&engine.url());
            let start = Instant::now();
            let work = (0..writers).map(|writer| write(client.clone(), format!("{items}-{writers}-{writer}"), items, rounds / writers));
            futures::future::join_all(work).await;
            let seconds = start.elapsed().as_secs_f64();
            let transactions = f64::from(rounds / writers * writers) / seconds;
            println!(
                "{place:>6}, {items:>2} items, {writers} writers: {transactions:>7.0} transactions/s, {:>7.0} items/s",
                transactions * f64::from(items)
            );
            engine.shutdown().await;
        }
    }
}

async fn write(client: Client, partition: String, items: u32, rounds: u32) {
    for round in 0..rounds {
        let puts = (0..items).map(|item| {
            let put = Put::builder()
                .table_name(TABLE)
                .item("pk", AttributeValue::S(partition.clone()))
                .item("sk", AttributeValue::S(format!("{round:06}-{item:02}")))
                .item("other", AttributeValue::S(format!("{item}")))
                .item("text", AttributeValue::S("Zoë Example, Example GmbH, zoe@example.com, +49 30 1234567. ".repeat(8)))
                .condition_expression("attribute_not_exists(pk)");
            TransactWriteItem::builder().put(put.build().unwrap()).build()
        });
        client.transact_write_items().set_transact_items(Some(puts.collect())).send().await.unwrap();
    }
}

fn table() -> Table {
    let create = json!({
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
            { "AttributeName": "other", "AttributeType": "S" },
        ],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-other",
            "KeySchema": [{ "AttributeName": "other", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    Table { create, ttl_attribute: None }
}

fn client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url);
    Client::from_conf(config.build())
}
