//! `GET /portal/_/{file}`: the files that the pages are made with, for everybody and for ever.

use crate::{assets, failure::Failure};
use app::{Error, Route};
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{Method, header};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-asset", Method::GET, "/portal/_/{file}", handle)
}

async fn handle(Path(file): Path<String>) -> Result<Response, Failure> {
    let asset = assets::all().find(|asset| asset.path.strip_prefix(assets::FOLDER) == Some(&file)).ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes.as_slice()).into_response())
}
