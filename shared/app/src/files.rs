//! The bucket: uploads, the parts of jobs, exports and snapshots.

use crate::{Error, aws::WhenUsed};
use aws_sdk_s3::{
    Client,
    presigning::PresigningConfig,
    types::{CompletedMultipartUpload, CompletedPart},
};
use aws_smithy_runtime_api::client::result::SdkError;
use bytes::Bytes;
use std::time::Duration;

/// A link that dies by itself.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where to send the request.
    pub url: String,
    /// The headers that must be sent with exactly these values.
    pub headers: Vec<(String, String)>,
}

/// What the bucket tells of an object without its content.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its entity tag, which changes with its content.
    pub etag: String,
    /// Its size.
    pub bytes: u64,
}

/// The bucket.
#[derive(Debug, Clone)]
pub struct Files {
    client: WhenUsed<Client>,
    bucket: String,
}

impl Files {
    /// A bucket.
    pub const fn new(client: WhenUsed<Client>, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Stores an object, replacing what was there.
    pub async fn save(&self, key: &str, body: Vec<u8>) -> Result<(), Error> {
        self.client.put_object().bucket(&self.bucket).key(key).body(body.into()).send().await.map_err(failed)?;
        Ok(())
    }

    /// Reads an object whole; `None` when there is none.
    pub async fn find(&self, key: &str) -> Result<Option<Bytes>, Error> {
        let object = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        Ok(Some(object.body.collect().await.map_err(Error::internal)?.into_bytes()))
    }

    /// Looks at an object; `None` when there is none.
    pub async fn look(&self, key: &str) -> Result<Option<Object>, Error> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => Ok(Some(Object {
                etag: head.e_tag.unwrap_or_default(),
                bytes: head.content_length.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
            })),
            Err(error) if error.as_service_error().is_some_and(aws_sdk_s3::operation::head_object::HeadObjectError::is_not_found) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Reads some bytes of an object, provided it is still the one with this entity tag. Many short reads instead of one long one: none of
    /// them is cut off while a slow reader works on what it has.
    pub async fn read(&self, key: &str, etag: &str, from: u64, bytes: u64) -> Result<Bytes, Error> {
        let range = format!("bytes={from}-{}", from + bytes.max(1) - 1);
        let object = self.client.get_object().bucket(&self.bucket).key(key).range(range).send().await.map_err(failed)?;
        if object.e_tag.as_deref() != Some(etag) {
            return Err(Error::conflict("upload_replaced", "The uploaded file was replaced since it was checked. Start a new import."));
        }
        Ok(object.body.collect().await.map_err(Error::internal)?.into_bytes())
    }

    /// Removes an object; it is no error when there is none.
    pub async fn remove(&self, key: &str) -> Result<(), Error> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map_err(failed)?;
        Ok(())
    }

    /// A link to upload exactly this many bytes to a key. The size is signed, so nothing larger can be sent.
    pub async fn upload_link(&self, key: &str, bytes: i64, lives: Duration) -> Result<Link, Error> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type("text/csv").content_length(bytes);
        let signed = request.presigned(PresigningConfig::expires_in(lives).map_err(Error::internal)?).await.map_err(failed)?;
        let headers = signed
            .headers()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Link { url: signed.uri().to_owned(), headers })
    }

    /// A link to download an object under a file name. No browser shows it in place: it is always saved.
    pub async fn download_link(&self, key: &str, file_name: &str, lives: Duration) -> Result<Link, Error> {
        let disposition = format!("attachment; filename=\"{file_name}\"");
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_disposition(disposition)
            .response_content_type("text/csv; charset=utf-8");
        let signed = request.presigned(PresigningConfig::expires_in(lives).map_err(Error::internal)?).await.map_err(failed)?;
        Ok(Link { url: signed.uri().to_owned(), headers: Vec::new() })
    }

    /// Begins an object of unknown size.
    pub async fn upload(&self, key: &str) -> Result<Upload, Error> {
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .content_type("text/csv; charset=utf-8")
            .send()
            .await
            .map_err(failed)?;
        let id = begun.upload_id.ok_or(Error::Internal)?;
        Ok(Upload { files: self.clone(), key: key.to_owned(), id, parts: Vec::new(), waiting: Vec::new() })
    }
}

/// An object that is written piece by piece and appears only when it is finished. One that is never finished is removed by the bucket's expiry rule.
#[derive(Debug)]
pub struct Upload {
    files: Files,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
    waiting: Vec<u8>,
}

/// S3 wants parts of at least 5 MiB, all but the last.
const PART_BYTES: usize = 8 << 20;

impl Upload {
    /// Adds bytes.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PART_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let number = i32::try_from(self.parts.len() + 1).map_err(Error::internal)?;
        let body = std::mem::take(&mut self.waiting);
        let Files { client, bucket } = &self.files;
        let part = client
            .upload_part()
            .bucket(bucket)
            .key(&self.key)
            .upload_id(&self.id)
            .part_number(number)
            .body(body.into())
            .send()
            .await
            .map_err(failed)?;
        self.parts.push(CompletedPart::builder().part_number(number).set_e_tag(part.e_tag).build());
        Ok(())
    }

    /// Makes the object appear.
    pub async fn finish(mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() || self.parts.is_empty() {
            self.flush().await?;
        }
        let Files { client, bucket } = &self.files;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        client.complete_multipart_upload().bucket(bucket).key(&self.key).upload_id(&self.id).multipart_upload(parts).send().await.map_err(failed)?;
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to map_err")]
fn failed<E: std::error::Error + 'static, R: std::fmt::Debug>(error: SdkError<E, R>) -> Error {
    Error::aws(&error)
}
