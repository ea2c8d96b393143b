//! Starting and stopping all engines together.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use engines::{BUCKET, Data, Error, Ports, Server, TABLE};

use crate::{client, engines, engines_with};

#[tokio::test]
async fn a_restart_keeps_items_and_objects() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::Folder(folder.path().join("made/when/absent"));
    let first = engines_with(data.clone()).await;
    let key = || AttributeValue::S("a".to_owned());
    let dynamodb = client!(aws_sdk_dynamodb, first.dynamodb.url());
    dynamodb.put_item().table_name(TABLE).item("pk", key()).item("sk", key()).send().await.unwrap();
    let s3 = client!(aws_sdk_s3, first.s3.url(), force_path_style = true);
    s3.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"kept")).send().await.unwrap();
    first.shutdown().await;

    let second = engines_with(data).await;
    let dynamodb = client!(aws_sdk_dynamodb, second.dynamodb.url());
    assert!(dynamodb.get_item().table_name(TABLE).key("pk", key()).key("sk", key()).send().await.unwrap().item().is_some());
    let s3 = client!(aws_sdk_s3, second.s3.url(), force_path_style = true);
    let kept = s3.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(kept.body.collect().await.unwrap().to_vec(), b"kept");
}

#[tokio::test]
async fn engines_in_memory_know_nothing_of_each_other() {
    let (first, second) = (engines().await, engines().await);
    assert_ne!(first.dynamodb.url(), second.dynamodb.url());
    let item = client!(aws_sdk_dynamodb, first.dynamodb.url()).put_item().table_name(TABLE);
    item.item("pk", AttributeValue::S("a".to_owned())).item("sk", AttributeValue::S("b".to_owned())).send().await.unwrap();
    let found = client!(aws_sdk_dynamodb, second.dynamodb.url()).scan().table_name(TABLE).send().await.unwrap();
    assert_eq!(found.count(), 0);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = Server::listen(0).await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Server::listen(Ports::From(port).take()).await.unwrap_err();
    assert!(matches!(&error, Error::Listen { port: named, .. } if *named == port), "{error}");
}
