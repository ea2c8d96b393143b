//! The frame of the runner's own few pages.

/// A whole HTML document around this body, which must be escaped already.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>:root{{color-scheme:light dark;font-family:system-ui;line-height:1.5}}body{{max-width:48rem;\
         margin:2rem auto;padding:0 1rem}}li{{margin:.5rem 0}}iframe{{width:100%;height:20rem;border:1px solid;background:#fff}}\
         pre{{white-space:pre-wrap;overflow-wrap:anywhere}}button{{font:inherit}}</style></head><body><main>{body}</main></body></html>"
    )
}

/// For text and for attributes in quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
