//! S3 in this process, over a folder, with what the file store lacks added around it: CORS, conditional reads, response
//! header overrides of presigned links, and one writer for each key at a time.

mod cors;
mod locks;
mod reads;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::server::Server;
use crate::{ACCESS_KEY, BUCKET, CorsRule, Data, Error, SECRET_KEY};
use cors::Cors;
use locks::Locks;

/// The running bucket engine. Only path-style addresses (`/bucket/key`) are understood. Keys up to 130 bytes are sure to
/// fit: the file store keeps each object's attributes in a file whose name encodes the key.
#[derive(Debug)]
pub struct S3 {
    server: Server,
    // Removed with its content when the engine stops.
    _temporary: Option<tempfile::TempDir>,
}

struct Bucket {
    service: S3Service,
    cors: Cors,
    locks: Locks,
}

impl S3 {
    /// Opens the folder `s3` of the data, or a temporary one, makes the bucket when it is absent, and listens.
    pub async fn start(data: &Data, port: u16, rules: Vec<CorsRule>) -> Result<Self, Error> {
        let (folder, temporary) = match data {
            Data::Folder(folder) => (folder.join("s3"), None),
            Data::Memory => {
                let temporary = tempfile::tempdir().map_err(|error| Error::file(Path::new("temporary folder"), &error))?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        std::fs::create_dir_all(folder.join(BUCKET)).map_err(|error| Error::file(&folder, &error))?;
        let files = s3s_fs::FileSystem::new(&folder).map_err(|error| Error::File { path: folder.clone(), reason: format!("{error:?}") })?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let bucket = Bucket { service: service.build(), cors: Cors::new(rules), locks: Locks::default() };
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::new(bucket));
        let server = Server::start(Server::listen(port).await?, router)?;
        Ok(Self { server, _temporary: temporary })
    }

    /// The endpoint for the SDK, which must be told to use path-style addresses.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Stops listening; a temporary folder is removed.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

async fn answer(State(bucket): State<Arc<Bucket>>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return bucket.cors.preflight(request.headers());
    }
    let origin = request.headers().get(http::header::ORIGIN).cloned();
    let method = request.method().clone();
    let read = reads::Read::of(&request);
    let key = request.uri().path().to_owned();
    let request = request.map(s3s::Body::http_body_unsync);
    let result = {
        // The file store checks a condition and then writes, and writes an object and then its attributes. Holding the key
        // until the answer's head is known makes both one step, as they are on S3.
        let _alone = bucket.locks.hold(&key).await;
        bucket.service.call(request).await
    };
    let mut response = match result {
        Ok(response) => response.map(axum::body::Body::new),
        Err(error) => {
            tracing::error!(error = ?error, "the embedded S3 failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    if let Some(read) = read {
        response = read.finish(response);
    }
    if let Some(origin) = origin {
        bucket.cors.allow(&method, &origin, response.headers_mut());
    }
    response
}
