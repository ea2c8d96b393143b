//! The page on which one chooses a member.

use std::fmt::Write;

use super::Asked;
use crate::page::{escaped, page};
use crate::teams::Team;

/// A button for each member; what the App asked for goes along in hidden fields.
pub(super) fn choose(teams: &[Team], asked: &Asked) -> String {
    let mut body = format!("<h1>Choose a member</h1><form method=\"post\" action=\"/local/oidc/choose\">{}", asked.hidden());
    for team in teams {
        write!(body, "<h2>{}</h2><ul>", escaped(&team.name)).ok();
        for member in &team.members {
            let (name, email) = (escaped(&member.name), escaped(&member.email));
            let rights = if member.permissions.is_empty() { "may look".to_owned() } else { escaped(&member.permissions.join(", ")) };
            write!(body, "<li><button name=\"member\" value=\"{email}\">{name}</button> {email}<br><small>{rights}</small></li>").ok();
        }
        body.push_str("</ul>");
    }
    body.push_str("</form>");
    page("Choose a member", &body)
}

impl Asked {
    /// What was asked for, in hidden fields.
    pub(super) fn hidden(&self) -> String {
        let fields = [
            ("response_type", Some(&self.response_type)),
            ("client_id", Some(&self.client_id)),
            ("redirect_uri", Some(&self.redirect_uri)),
            ("code_challenge", self.code_challenge.as_ref()),
            ("code_challenge_method", self.code_challenge_method.as_ref()),
            ("state", self.state.as_ref()),
            ("nonce", self.nonce.as_ref()),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.fold(String::new(), |mut all, (name, value)| {
            write!(all, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)).ok();
            all
        })
    }
}

/// For a query parameter.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").ok();
        }
    }
    out
}
