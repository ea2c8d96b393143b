//! A mail as it was handed over, and the checks that SES makes before it accepts one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most recipients of one mail.
const RECIPIENT_LIMIT: usize = 50;
/// The most headers of one's own, and the longest name, value and both together, in characters.
const HEADER_LIMITS: (usize, usize, usize, usize) = (15, 126, 995, 996);
/// The longest sender with its name.
const FROM_LIMIT: usize = 320;
/// The longest name and the longest value of a tag.
const TAG_LIMIT: usize = 256;

/// A mail that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The message id that the sender was given.
    pub id: String,
    /// The sender, as written.
    pub from: String,
    /// All recipients, as written, with a comma and a space between them.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The plain text, or empty.
    pub text: String,
    /// The HTML, or empty.
    pub html: String,
    /// Headers of the sender's own, in order.
    pub headers: Vec<(String, String)>,
    /// Tags, in order. They are in no header and come back with what SES reports.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    /// The configuration set that reports what comes back.
    #[serde(default)]
    pub configuration_set: Option<String>,
    /// When it was accepted, RFC 3339 in UTC.
    pub at: jiff::Timestamp,
}

impl Mail {
    /// Whether it went to this address; a display name around it does not matter.
    pub fn is_to(&self, address: &str) -> bool {
        self.to.split(", ").any(|to| bare(to).eq_ignore_ascii_case(address.trim()))
    }

    /// Reads the JSON of `SendEmail`; the error is what SES would complain about.
    pub(super) fn from_request(request: &Value) -> Result<Self, String> {
        let destination = &request["Destination"];
        let mut to = Vec::new();
        for kind in ["ToAddresses", "CcAddresses", "BccAddresses"] {
            to.extend(destination[kind].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        }
        let content = &request["Content"];
        let mut mail = Self {
            id: uuid::Uuid::new_v4().to_string(),
            from: string(&request["FromEmailAddress"]),
            to: String::new(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            headers: Vec::new(),
            tags: read_tags(&request["EmailTags"])?,
            configuration_set: request["ConfigurationSetName"].as_str().map(str::to_owned),
            at: jiff::Timestamp::now(),
        };
        if content["Simple"].is_object() {
            mail.read_simple(&content["Simple"])?;
        } else if content["Raw"].is_object() {
            mail.read_raw(&content["Raw"], &mut to)?;
        } else {
            return Err("Content must be Simple or Raw.".to_owned());
        }
        check_recipients(&to)?;
        if mail.from.is_empty() {
            return Err("FromEmailAddress is missing.".to_owned());
        }
        if !mail.from.is_ascii() || mail.from.len() > FROM_LIMIT || !to.iter().all(|to| bare(to).is_ascii()) {
            return Err("An address has letters outside ASCII or is too long.".to_owned());
        }
        mail.to = to.join(", ");
        Ok(mail)
    }

    fn read_simple(&mut self, simple: &Value) -> Result<(), String> {
        let body = &simple["Body"];
        simple["Subject"]["Data"].as_str().ok_or("Subject is missing.")?.clone_into(&mut self.subject);
        if self.subject.contains(['\r', '\n']) {
            return Err("Subject must be one line.".to_owned());
        }
        self.text = string(&body["Text"]["Data"]);
        self.html = string(&body["Html"]["Data"]);
        if self.text.is_empty() && self.html.is_empty() {
            return Err("Body has neither Text nor Html.".to_owned());
        }
        let headers = simple["Headers"].as_array().into_iter().flatten();
        self.headers = headers.map(|header| (string(&header["Name"]), string(&header["Value"]))).collect();
        check_headers(&self.headers)
    }

    fn read_raw(&mut self, raw: &Value, to: &mut Vec<String>) -> Result<(), String> {
        let bytes = STANDARD.decode(string(&raw["Data"])).map_err(|_| "Raw.Data is not base64.")?;
        let message = MessageParser::default().parse(&bytes).ok_or("Raw.Data is not a mail.")?;
        let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            list.into_iter().flat_map(mail_parser::Address::iter).filter_map(|one| one.address().map(str::to_owned)).collect()
        };
        if to.is_empty() {
            to.extend([message.to(), message.cc(), message.bcc()].into_iter().flat_map(addresses));
        }
        if self.from.is_empty() {
            self.from = addresses(message.from()).into_iter().next().unwrap_or_default();
        }
        self.subject = message.subject().unwrap_or_default().into();
        self.text = message.body_text(0).unwrap_or_default().into_owned();
        self.html = message.body_html(0).unwrap_or_default().into_owned();
        self.headers = message.headers_raw().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Ok(())
    }
}

/// See <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>.
fn read_tags(tags: &Value) -> Result<Vec<(String, String)>, String> {
    let is_right =
        |text: &String| (1..=TAG_LIMIT).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.@".contains(letter));
    let tags = tags.as_array().into_iter().flatten().map(|tag| (string(&tag["Name"]), string(&tag["Value"])));
    let tags: Vec<(String, String)> = tags.collect();
    if tags.iter().all(|(name, value)| is_right(name) && is_right(value)) { Ok(tags) } else { Err("A tag is illegal.".to_owned()) }
}

fn check_recipients(to: &[String]) -> Result<(), String> {
    if to.is_empty() {
        return Err("Destination has no address.".to_owned());
    }
    if to.len() > RECIPIENT_LIMIT {
        return Err(format!("Destination has more than {RECIPIENT_LIMIT} addresses."));
    }
    let is_address = |to: &&String| {
        let parts = bare(to).rsplit_once('@');
        parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()) && !to.contains(['\r', '\n'])
    };
    match to.iter().find(|to| !is_address(to)) {
        Some(_) => Err("Illegal address.".to_owned()),
        None => Ok(()),
    }
}

fn check_headers(headers: &[(String, String)]) -> Result<(), String> {
    let (count, name_limit, value_limit, both_limit) = HEADER_LIMITS;
    if headers.len() > count {
        return Err(format!("More than {count} headers."));
    }
    let fits = |(name, value): &(String, String)| {
        let (name_length, value_length) = (name.chars().count(), value.chars().count());
        let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_graphic() && letter != ':');
        is_name
            && name_length <= name_limit
            && value_length <= value_limit
            && name_length + value_length <= both_limit
            && !value.contains(['\r', '\n'])
    };
    if headers.iter().all(fits) { Ok(()) } else { Err("A header's name or value is illegal or too long.".to_owned()) }
}

/// `Zoë <zoe@example.com>` as `zoe@example.com`.
pub(super) fn bare(address: &str) -> &str {
    address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>')).trim()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn simple(to: &[&str], headers: &Value) -> Value {
        json!({
            "FromEmailAddress": "KDesk <desk@example.com>",
            "Destination": { "ToAddresses": to },
            "Content": { "Simple": {
                "Subject": { "Data": "Code" },
                "Body": { "Text": { "Data": "ABC" }, "Html": { "Data": "<p>ABC</p>" } },
                "Headers": headers,
            } },
        })
    }

    #[test]
    fn a_simple_mail_keeps_every_part() {
        let mail = Mail::from_request(&simple(&["Zoë <Zoe@Example.com>"], &json!([{ "Name": "X-Kind", "Value": "code" }]))).unwrap();
        assert_eq!((mail.subject.as_str(), mail.text.as_str(), mail.html.as_str()), ("Code", "ABC", "<p>ABC</p>"));
        assert_eq!(mail.headers, [("X-Kind".to_owned(), "code".to_owned())]);
        assert!(mail.is_to("zoe@example.com"));
        assert!(!mail.is_to("oe@example.com"));
    }

    #[test]
    fn a_raw_mail_is_decoded() {
        let message = "From: desk@example.com\r\nTo: zoe@example.com\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; \
            charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nZo=C3=AB\r\n--b\r\nContent-Type: text/html; \
            charset=utf-8\r\n\r\n<p>Hi</p>\r\n--b--\r\n";
        let request = json!({ "Content": { "Raw": { "Data": STANDARD.encode(message) } } });
        let mail = Mail::from_request(&request).unwrap();
        assert_eq!((mail.subject.as_str(), mail.text.trim(), mail.html.trim()), ("Grüße", "Zoë", "<p>Hi</p>"));
        assert_eq!((mail.from.as_str(), mail.to.as_str()), ("desk@example.com", "zoe@example.com"));
    }

    #[test]
    fn what_ses_refuses_is_refused() {
        let long = json!([{ "Name": "X-Long", "Value": "x".repeat(996) }]);
        let broken = json!([{ "Name": "X-Broken", "Value": "a\r\nBcc: eve@example.com" }]);
        let many: Vec<Value> = (0..16).map(|n| json!({ "Name": format!("X-{n}"), "Value": "v" })).collect();
        let crowd = vec!["a@example.com"; 51];
        for (case, request) in [
            ("nobody", simple(&[], &json!([]))),
            ("no address", simple(&["zoe"], &json!([]))),
            ("51 recipients", simple(&crowd, &json!([]))),
            ("long header", simple(&["a@example.com"], &long)),
            ("header with a line break", simple(&["a@example.com"], &broken)),
            ("16 headers", simple(&["a@example.com"], &json!(many))),
            ("no content", json!({ "FromEmailAddress": "a@example.com", "Destination": { "ToAddresses": ["a@example.com"] } })),
        ] {
            assert!(Mail::from_request(&request).is_err(), "{case}");
        }
    }
}
