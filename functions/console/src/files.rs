//! Reading one built file by the name that a browser asks for, and nothing outside the folder.

use axum::http::HeaderValue;
use std::path::{Path, PathBuf};

/// A file as it is sent.
pub struct File {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// How the content is packed, if it is.
    pub encoding: Option<HeaderValue>,
}

/// Whether the browser takes packed files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// The file with `.gz` behind its name may be sent in its place.
    Gzip,
    /// Files are sent as they are.
    Plain,
}

/// Reads the file of this name in a folder; `None` when there is none, and when the name could lead out of the folder.
pub async fn read(folder: &Path, name: &str, packing: Packing) -> Option<File> {
    let file = folder.join(plain(name)?);
    let media_type = media_type(name);
    if packing == Packing::Gzip {
        let packed = PathBuf::from(format!("{}.gz", file.display()));
        if let Some(bytes) = content(folder, &packed).await {
            return Some(File { bytes, media_type, encoding: Some(HeaderValue::from_static("gzip")) });
        }
    }
    Some(File { bytes: content(folder, &file).await?, media_type, encoding: None })
}

/// A name that is nothing but plain file names between slashes.
fn plain(name: &str) -> Option<&str> {
    let is_plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    name.split('/').all(is_plain).then_some(name)
}

/// Links are followed before the question is asked whether the file lies in the folder.
async fn content(folder: &Path, file: &Path) -> Option<Vec<u8>> {
    let (folder, file) = (tokio::fs::canonicalize(folder).await.ok()?, tokio::fs::canonicalize(file).await.ok()?);
    if !file.starts_with(folder) {
        return None;
    }
    // A folder cannot be read.
    tokio::fs::read(file).await.ok()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
