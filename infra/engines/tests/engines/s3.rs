//! What the file store relies on in S3.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use engines::{BUCKET, Engines};
use futures::future::join_all;

use crate::{client, engines};

fn s3(engines: &Engines) -> Client {
    client!(aws_sdk_s3, engines.s3.url(), force_path_style = true)
}

fn soon() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(15)).unwrap()
}

async fn put(client: &Client, key: &str, content: &'static [u8]) -> String {
    let answer = client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(content)).send().await.unwrap();
    answer.e_tag().unwrap().to_owned()
}

async fn get(client: &Client, key: &str) -> Vec<u8> {
    client.get_object().bucket(BUCKET).key(key).send().await.unwrap().body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn an_object_is_written_read_in_part_and_removed() {
    let engines = engines().await;
    let client = s3(&engines);
    put(&client, "teams/a/file.txt", b"0123456789").await;
    assert_eq!(get(&client, "teams/a/file.txt").await, b"0123456789");
    let part = client.get_object().bucket(BUCKET).key("teams/a/file.txt").range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().to_vec(), b"234");
    client.delete_object().bucket(BUCKET).key("teams/a/file.txt").send().await.unwrap();
    client.delete_object().bucket(BUCKET).key("teams/a/file.txt").send().await.unwrap();
    let gone = client.get_object().bucket(BUCKET).key("teams/a/file.txt").send().await.unwrap_err().into_service_error();
    assert!(gone.is_no_such_key());
    assert!(client.head_object().bucket(BUCKET).key("teams/a/file.txt").send().await.unwrap_err().into_service_error().is_not_found());
}

#[tokio::test]
async fn objects_of_a_prefix_are_listed_in_pages() {
    let engines = engines().await;
    let client = s3(&engines);
    for key in ["p/1", "p/2", "p/3", "q/1"] {
        put(&client, key, b"x").await;
    }
    let page = |token: Option<String>| client.list_objects_v2().bucket(BUCKET).prefix("p/").max_keys(2).set_continuation_token(token).send();
    let keys = |page: &aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output| -> Vec<String> {
        page.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    };
    let first = page(None).await.unwrap();
    assert_eq!(keys(&first), ["p/1", "p/2"]);
    let second = page(first.next_continuation_token().map(str::to_owned)).await.unwrap();
    assert_eq!(keys(&second), ["p/3"]);
}

#[tokio::test]
async fn conditions_hold_on_reads_and_writes() {
    let engines = engines().await;
    let client = s3(&engines);
    let first = put(&client, "snapshot", b"one").await;
    let second = put(&client, "snapshot", b"two").await;
    assert_ne!(first, second);
    let write = || client.put_object().bucket(BUCKET).key("snapshot").body(ByteStream::from_static(b"three"));
    for refused in [write().if_none_match("*").send().await, write().if_match(&first).send().await] {
        assert_eq!(refused.unwrap_err().into_service_error().code(), Some("PreconditionFailed"));
    }
    let read = || client.get_object().bucket(BUCKET).key("snapshot");
    assert_eq!(read().if_match(&first).send().await.unwrap_err().into_service_error().code(), Some("PreconditionFailed"));
    assert_eq!(read().if_match(&second).send().await.unwrap().body.collect().await.unwrap().to_vec(), b"two");
    let unchanged = read().if_none_match(&second).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    assert!(read().if_none_match(&first).send().await.is_ok());
    write().if_match(&second).send().await.unwrap();
    assert_eq!(get(&client, "snapshot").await, b"three");
}

#[tokio::test]
async fn of_many_that_create_one_object_at_once_exactly_one_succeeds() {
    let engines = engines().await;
    let client = s3(&engines);
    let create = (0..16).map(|_| client.put_object().bucket(BUCKET).key("once").if_none_match("*").body(ByteStream::from_static(b"x")).send());
    let answers = join_all(create).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_presigned_upload_takes_the_signed_length_only() {
    let engines = engines().await;
    let client = s3(&engines);
    let signed = client.put_object().bucket(BUCKET).key("uploads/a b.csv").content_length(5).content_type("text/csv");
    let signed = signed.presigned(soon()).await.unwrap();
    let upload = |body: &'static str, kind: &'static str| {
        reqwest::Client::new().put(signed.uri()).header("content-type", kind).header("origin", "http://localhost:3000").body(body).send()
    };
    assert_eq!(upload("123456", "text/csv").await.unwrap().status(), 403);
    assert_eq!(upload("12345", "text/html").await.unwrap().status(), 403);
    let taken = upload("12345", "text/csv").await.unwrap();
    assert_eq!(taken.status(), 200);
    assert_eq!(taken.headers()["access-control-allow-origin"], "http://localhost:3000");
    assert_eq!(taken.headers()["access-control-expose-headers"], "ETag");
    assert_eq!(get(&client, "uploads/a b.csv").await, b"12345");
}

#[tokio::test]
async fn a_browser_is_told_whether_it_may_upload() {
    let engines = engines().await;
    let ask = |origin: &'static str| {
        reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, format!("{}/{BUCKET}/uploads/a.csv", engines.s3.url()))
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "content-type")
            .send()
    };
    assert_eq!(ask("http://127.0.0.1:3000").await.unwrap().status(), 200);
    assert_eq!(ask("https://evil.example.com").await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_presigned_download_names_the_file_and_nobody_reads_without_a_signature() {
    let engines = engines().await;
    let client = s3(&engines);
    put(&client, "exports/1", b"a,b").await;
    let signed = client.get_object().bucket(BUCKET).key("exports/1").response_content_disposition("attachment; filename=\"a.csv\"");
    let signed = signed.response_content_type("text/csv").presigned(soon()).await.unwrap();
    let answer = reqwest::get(signed.uri()).await.unwrap();
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"a.csv\"");
    assert_eq!(answer.headers()["content-type"], "text/csv");
    assert_eq!(answer.text().await.unwrap(), "a,b");
    let changed = signed.uri().replace("a.csv", "b.csv");
    assert_eq!(reqwest::get(changed).await.unwrap().status(), 403);
    assert_eq!(reqwest::get(format!("{}/{BUCKET}/exports/1", engines.s3.url())).await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_large_object_goes_up_in_parts() {
    let engines = engines().await;
    let client = s3(&engines);
    let begun = client.create_multipart_upload().bucket(BUCKET).key("large").send().await.unwrap();
    let id = begun.upload_id().unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    for (number, content) in [(1, vec![b'a'; 5 * 1024 * 1024]), (2, b"end".to_vec())] {
        let part = client.upload_part().bucket(BUCKET).key("large").upload_id(id).part_number(number).body(ByteStream::from(content));
        let done = part.send().await.unwrap();
        parts = parts.parts(CompletedPart::builder().part_number(number).e_tag(done.e_tag().unwrap()).build());
    }
    let complete = client.complete_multipart_upload().bucket(BUCKET).key("large").upload_id(id).multipart_upload(parts.build());
    complete.send().await.unwrap();
    assert_eq!(get(&client, "large").await.len(), 5 * 1024 * 1024 + 3);
    let abandoned = client.create_multipart_upload().bucket(BUCKET).key("left").send().await.unwrap();
    client.abort_multipart_upload().bucket(BUCKET).key("left").upload_id(abandoned.upload_id().unwrap()).send().await.unwrap();
}

#[tokio::test]
async fn checksums_work_whether_the_client_sends_them_or_not() {
    let engines = engines().await;
    let plain = client!(
        aws_sdk_s3,
        engines.s3.url(),
        force_path_style = true,
        request_checksum_calculation = RequestChecksumCalculation::WhenRequired,
        response_checksum_validation = ResponseChecksumValidation::WhenRequired
    );
    for client in [s3(&engines), plain] {
        put(&client, "sum", b"content").await;
        assert_eq!(get(&client, "sum").await, b"content");
    }
}
