//! Tokens that must open nothing.

use super::simulator::{CLIENT, Conduct, Signature};
use serde_json::{Value, json};

/// Spoils what a provider says at a moment in seconds.
type Forge = Box<dyn Fn(&mut Conduct, i64)>;

/// What is wrong with a token, and how it comes to be so.
pub type Forgery = (&'static str, Forge);

/// With this claim; `null` leaves it out.
pub fn claim(name: &'static str, value: Value) -> Forge {
    Box::new(move |conduct, _| drop(conduct.claims.insert(name.to_owned(), value.clone())))
}

fn moment(name: &'static str, seconds: i64) -> Forge {
    Box::new(move |conduct, now| drop(conduct.claims.insert(name.to_owned(), (now + seconds).into())))
}

fn signed(signature: Signature) -> Forge {
    Box::new(move |conduct, _| conduct.signature = signature.clone())
}

/// Changed on its way: header, claims and signature, each in base64.
fn spoilt(spoil: fn(&str) -> String) -> Forge {
    Box::new(move |conduct, _| conduct.spoil = Some(spoil))
}

fn parts(token: &str) -> [&str; 3] {
    let mut parts = token.split('.');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// With its first symbol changed.
fn other(part: &str) -> String {
    format!("{}{}", if part.starts_with('A') { 'B' } else { 'A' }, &part[1..])
}

fn header(name: &'static str, value: Value) -> Forge {
    Box::new(move |conduct, _| drop(conduct.header.insert(name.to_owned(), value.clone())))
}

/// Every forgery that no provider's token survives.
pub fn forgeries() -> Vec<Forgery> {
    vec![
        ("alg none", signed(Signature::None)),
        ("HS256 with the public key", signed(Signature::Hs256)),
        ("another key", signed(Signature::Wrong)),
        ("another algorithm", signed(Signature::Rs512)),
        ("jku", header("jku", "http://127.0.0.1:1/keys".into())),
        ("x5u", header("x5u", "http://127.0.0.1:1/keys".into())),
        ("crit", header("crit", json!(["exp"]))),
        ("jwk", header("jwk", json!({"kty": "RSA", "e": "AQAB", "n": "AQAB"}))),
        ("b64", header("b64", false.into())),
        (
            "modified signature",
            spoilt(|token| {
                let [header, claims, signature] = parts(token);
                format!("{header}.{claims}.{}", other(signature))
            }),
        ),
        (
            "no signature",
            spoilt(|token| {
                let [header, claims, _] = parts(token);
                format!("{header}.{claims}.")
            }),
        ),
        (
            "no signature, no dot",
            spoilt(|token| {
                let [header, claims, _] = parts(token);
                format!("{header}.{claims}")
            }),
        ),
        (
            "modified claims",
            spoilt(|token| {
                let [header, claims, signature] = parts(token);
                format!("{header}.{}.{signature}", other(claims))
            }),
        ),
        (
            "no claims",
            spoilt(|token| {
                let [header, _, signature] = parts(token);
                format!("{header}..{signature}")
            }),
        ),
        (
            "no claims, no dot",
            spoilt(|token| {
                let [header, _, signature] = parts(token);
                format!("{header}.{signature}")
            }),
        ),
        (
            "modified header",
            spoilt(|token| {
                let [header, claims, signature] = parts(token);
                format!("{}.{claims}.{signature}", other(header))
            }),
        ),
        (
            "no header",
            spoilt(|token| {
                let [_, claims, signature] = parts(token);
                format!(".{claims}.{signature}")
            }),
        ),
        (
            "no header, no dot",
            spoilt(|token| {
                let [_, claims, signature] = parts(token);
                format!("{claims}.{signature}")
            }),
        ),
        ("claims alone", spoilt(|token| parts(token)[1].to_owned())),
        ("nothing", spoilt(|_| String::new())),
        ("a part more that is empty", spoilt(|token| format!("{token}."))),
        ("a part more", spoilt(|token| format!("{token}.AAAA"))),
        (
            "JSON serialization",
            spoilt(|token| {
                let [header, claims, signature] = parts(token);
                json!({"payload": claims, "signatures": [{"protected": header, "signature": signature}]}).to_string()
            }),
        ),
        ("unknown key", Box::new(|conduct, _| conduct.kid = Some("unknown".to_owned()))),
        ("iss", claim("iss", "https://evil.example".into())),
        ("aud", claim("aud", "another client".into())),
        ("several aud", claim("aud", json!([CLIENT, "another client"]))),
        ("azp", claim("azp", "another client".into())),
        ("no sub", claim("sub", Value::Null)),
        ("no iat", claim("iat", Value::Null)),
        ("no exp", claim("exp", Value::Null)),
        ("no nonce", claim("nonce", Value::Null)),
        ("nonce", claim("nonce", "another".into())),
        ("at_hash", claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA".into())),
        ("expired", moment("exp", -60)),
        ("not yet", moment("nbf", 61)),
        ("from the future", moment("iat", 61)),
        ("old", moment("iat", -601)),
    ]
}
