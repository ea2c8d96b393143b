//! What the store relies on in DynamoDB.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use aws_sdk_dynamodb::{Client, error::ProvideErrorMetadata};
use engines::TABLE;

use crate::{client, engines};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(key: &str) -> Put {
    Put::builder()
        .table_name(TABLE)
        .item("pk", text("team#a"))
        .item("sk", text(key))
        .item("contact", text("c1"))
        .item("name", text("Zoë"))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap()
}

fn puts<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<TransactWriteItem> {
    keys.into_iter().map(|key| TransactWriteItem::builder().put(put(key)).build()).collect()
}

async fn count(client: &Client) -> i32 {
    let query = client.query().table_name(TABLE).key_condition_expression("pk = :pk").expression_attribute_values(":pk", text("team#a"));
    query.consistent_read(true).send().await.unwrap().count()
}

#[tokio::test]
async fn a_cancelled_transaction_writes_nothing_and_names_the_item_that_stood_in_the_way() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    client.transact_write_items().set_transact_items(Some(puts(["1"]))).send().await.unwrap();
    let error = client.transact_write_items().set_transact_items(Some(puts(["0", "1", "2"]))).send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = &error else { panic!("{error:?}") };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap_or("None")).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
    assert_eq!(reasons[1].item().unwrap()["name"], text("Zoë"));
    assert!(reasons[0].item().is_none());
    assert_eq!(count(&client).await, 1);
}

#[tokio::test]
async fn a_conditional_update_in_a_transaction_sees_the_version() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    client.transact_write_items().set_transact_items(Some(puts(["1"]))).send().await.unwrap();
    let update = |from: &str, to: &str| {
        let update = Update::builder()
            .table_name(TABLE)
            .key("pk", text("team#a"))
            .key("sk", text("1"))
            .update_expression("SET #name = :to")
            .condition_expression("#name = :from")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to));
        TransactWriteItem::builder().update(update.build().unwrap()).build()
    };
    client.transact_write_items().transact_items(update("Zoë", "Zoe")).send().await.unwrap();
    assert!(client.transact_write_items().transact_items(update("Zoë", "Zo")).send().await.is_err());
    let item = client.get_item().table_name(TABLE).key("pk", text("team#a")).key("sk", text("1")).consistent_read(true).send().await.unwrap();
    assert_eq!(item.item().unwrap()["name"], text("Zoe"));
}

#[tokio::test]
async fn the_same_client_token_writes_once_and_another_content_under_it_is_refused() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    for _ in 0..2 {
        client.transact_write_items().client_request_token("one").set_transact_items(Some(puts(["1"]))).send().await.unwrap();
    }
    let error = client.transact_write_items().client_request_token("one").set_transact_items(Some(puts(["2"]))).send().await.unwrap_err();
    assert_eq!(error.into_service_error().code(), Some("IdempotentParameterMismatchException"));
    assert_eq!(count(&client).await, 1);
}

#[tokio::test]
async fn the_sparse_index_is_queried_and_units_are_counted() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    let written = client
        .transact_write_items()
        .return_consumed_capacity(ReturnConsumedCapacity::Indexes)
        .set_transact_items(Some(puts(["1", "2"])))
        .send()
        .await
        .unwrap();
    // Two items of under 1 kB: two units each in a transaction for the table, and as many for the index that holds all.
    let units = &written.consumed_capacity()[0];
    assert_eq!(units.table().unwrap().capacity_units(), Some(4.0));
    assert!(units.global_secondary_indexes().unwrap().contains_key("by-contact"));
    let plain = client.put_item().table_name(TABLE).item("pk", text("team#a")).item("sk", text("3"));
    plain.send().await.unwrap();
    let found = client
        .query()
        .table_name(TABLE)
        .index_name("by-contact")
        .key_condition_expression("contact = :c AND begins_with(sk, :s)")
        .expression_attribute_values(":c", text("c1"))
        .expression_attribute_values(":s", text("2"))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .scan_index_forward(false)
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    assert_eq!(found.consumed_capacity().unwrap().capacity_units(), Some(0.5));
}

#[tokio::test]
async fn a_hundred_items_are_read_at_once_and_one_more_is_refused() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    let keys: Vec<String> = (0..100).map(|n| format!("{n:03}")).collect();
    client.transact_write_items().set_transact_items(Some(puts(keys.iter().map(String::as_str)))).send().await.unwrap();
    let read = |count: usize| {
        let mut wanted = KeysAndAttributes::builder().consistent_read(true);
        for n in 0..count {
            wanted = wanted.keys([("pk".to_owned(), text("team#a")), ("sk".to_owned(), text(&format!("{n:03}")))].into());
        }
        let request = client.batch_get_item().request_items(TABLE, wanted.build().unwrap());
        request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()
    };
    let found = read(100).await.unwrap();
    assert_eq!(found.responses().unwrap()[TABLE].len(), 100);
    assert_eq!(found.consumed_capacity()[0].capacity_units(), Some(100.0));
    assert!(read(101).await.is_err());
    assert!(client.transact_write_items().set_transact_items(Some(puts((0..101).map(|_| "x")))).send().await.is_err());
}

#[tokio::test]
async fn pages_of_a_query_follow_one_another() {
    let engines = engines().await;
    let client = client!(aws_sdk_dynamodb, engines.dynamodb.url());
    client.transact_write_items().set_transact_items(Some(puts(["1", "2", "3"]))).send().await.unwrap();
    let page = |start| {
        let query = client.query().table_name(TABLE).key_condition_expression("pk = :pk").limit(2).set_exclusive_start_key(start);
        query.expression_attribute_values(":pk", text("team#a")).send()
    };
    let first = page(None).await.unwrap();
    let second = page(first.last_evaluated_key().cloned()).await.unwrap();
    assert_eq!((first.count(), second.count()), (2, 1));
    assert!(second.last_evaluated_key().is_none());
}
