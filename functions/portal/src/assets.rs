//! The files that the pages are made with: look, script and icons. Each has its content in its name, so it can be kept for ever.

use crate::pages::{Frame, Message};
use askama::Template;
use domain::text::hex;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Where the files are. No team can be called so.
pub const FOLDER: &str = "/portal/_/";
/// What is shown when there is no network.
pub const OFFLINE: &str = "offline.html";

/// A file as it is sent.
pub struct Asset {
    /// What the pages call it: `portal.css`.
    file: &'static str,
    /// Its address, with its content in it.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
}

impl Asset {
    fn new(file: &'static str, media_type: &'static str, bytes: Vec<u8>) -> Self {
        let (stem, ending) = file.split_once('.').unwrap_or((file, ""));
        let digest = hex(&Sha256::digest(&bytes)[..6]);
        Self { file, path: format!("{FOLDER}{stem}.{digest}.{ending}"), bytes, media_type }
    }
}

static FILES: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        Asset::new("portal.css", "text/css; charset=utf-8", include_bytes!("../assets/portal.css").to_vec()),
        Asset::new("portal.js", "text/javascript; charset=utf-8", include_bytes!("../assets/portal.js").to_vec()),
        Asset::new("icon.svg", "image/svg+xml; charset=utf-8", include_bytes!("../assets/icon.svg").to_vec()),
        Asset::new("icon-192.png", "image/png", include_bytes!("../assets/icon-192.png").to_vec()),
        Asset::new("icon-512.png", "image/png", include_bytes!("../assets/icon-512.png").to_vec()),
        Asset::new("maskable-512.png", "image/png", include_bytes!("../assets/maskable-512.png").to_vec()),
        Asset::new("touch.png", "image/png", include_bytes!("../assets/touch.png").to_vec()),
    ]
});

static OFFLINE_PAGE: LazyLock<Asset> = LazyLock::new(|| {
    let text = "This page needs the network. What you see here is never kept on the device.";
    // It stands at the address of the page that could not be loaded, and an empty link leads there.
    let page = Message { frame: Frame::nobodys(), title: "You are offline", text, next: Some((String::new(), "Try again")) };
    Asset::new(OFFLINE, "text/html; charset=utf-8", page.render().unwrap_or_default().into_bytes())
});

/// Every file.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    FILES.iter().chain([&*OFFLINE_PAGE])
}

/// The address of a file.
pub fn path(file: &str) -> &'static str {
    FILES.iter().find(|asset| asset.file == file).map_or("", |asset| asset.path.as_str())
}

/// The service worker's script, which keeps these files and nothing else.
pub fn service_worker() -> String {
    let files: Vec<&str> = all().map(|asset| asset.path.as_str()).collect();
    let list = serde_json::to_string(&files).unwrap_or_default();
    let name = hex(&Sha256::digest(&list)[..6]);
    include_str!("../assets/sw.js")
        .replace("KDESK_SHELL", &format!("kdesk-{name}"))
        .replace("KDESK_FILES", &list)
        .replace("KDESK_OFFLINE", &OFFLINE_PAGE.path)
}
