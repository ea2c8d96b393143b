//! What is shown of an address and of a device.

use crate::email::Email;

/// An address of which somebody who knows it recognises enough, and nobody else learns it: the first character of the name, the first of the
/// domain and its ending. `ann.lee@example.co.uk` is `a•••@e•••.uk`.
pub fn masked(email: &Email) -> String {
    let (name, domain) = email.as_str().split_once('@').unwrap_or((email.as_str(), ""));
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}•••@{}•••.{ending}", first(name), first(domain))
}

/// Browsers by what their User-Agent has, those first that contain the names of others.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// Systems by what a User-Agent has, in the same order.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

/// A device in words, from what a browser says of itself: `Chrome on Android`. Only known words come out, whatever came in.
pub fn device(user_agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{device, masked};

    #[test]
    fn a_masked_address_shows_two_letters_and_the_ending() {
        for (address, shown) in [("ann.lee@example.co.uk", "a•••@e•••.uk"), ("ö@müller.de", "ö•••@m•••.de"), ("x@y.example", "x•••@y•••.example")]
        {
            assert_eq!(masked(&address.parse().expect("an address")), shown);
        }
    }

    #[test]
    fn a_device_is_named_in_known_words_only() {
        let agents = [
            ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
            ("curl/8.0", "Unknown device"),
            ("<script>alert(1)</script>", "Unknown device"),
            ("", "Unknown device"),
        ];
        for (agent, name) in agents {
            assert_eq!(device(agent), name);
        }
    }
}
