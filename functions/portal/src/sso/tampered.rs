//! A sound token, changed in every way that the public vectors for JSON Web Signatures think of and in each of its symbols: through the whole check,
//! none opens anything. Those vectors (`json_web_signature_test.json` of C2SP's Wycheproof) are in no package, and sign the text `foo`, which is no ID
//! token, so the whole check believes none of them, sound or not: what they try is tried here on tokens that differ from a sound one in nothing else.

use super::{TeamProvider, Tokens, token::base64url, token::verify};
use domain::portal::Way;
use jsonwebtoken::{Algorithm, EncodingKey};
use openidconnect::core::CoreJsonWebKeySet;
use rsa::{
    RsaPrivateKey,
    pkcs1::{EncodeRsaPrivateKey, LineEnding},
    pkcs8::EncodePublicKey,
    traits::PublicKeyParts,
};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const NOW: i64 = 1_800_000_000;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).expect("a key"));

fn provider() -> TeamProvider {
    TeamProvider {
        way: Way::Oidc,
        name: "Sign-on".to_owned(),
        issuer: "https://login.example".to_owned(),
        client_id: "portal".to_owned(),
        client_secret: None,
        tenant: None,
        hosted_domain: None,
    }
}

fn claims() -> Value {
    json!({"iss": "https://login.example", "aud": "portal", "sub": "zoe", "nonce": "n", "iat": NOW, "exp": NOW + 600, "email": "zoe@x.example", "email_verified": true})
}

fn public() -> Map<String, Value> {
    let (n, e) = (base64url(&KEY.n().to_bytes_be()), base64url(&KEY.e().to_bytes_be()));
    let key = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "key", "n": n, "e": e});
    key.as_object().expect("an object").clone()
}

fn header() -> Map<String, Value> {
    json!({"alg": "RS256", "typ": "JWT", "kid": "key"}).as_object().expect("an object").clone()
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()))
}

/// Signed with RS256, whatever it says.
fn sign(message: &str) -> String {
    let key = EncodingKey::from_rsa_pem(KEY.to_pkcs1_pem(LineEnding::LF).expect("a text").as_bytes()).expect("a key");
    format!("{message}.{}", jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).expect("signed"))
}

fn signed(header: &Map<String, Value>) -> String {
    sign(&message(&Value::from(header.clone()).to_string(), &claims().to_string()))
}

fn opens(token: &str, keys: &Value) -> bool {
    let Ok(keys) = serde_json::from_value::<CoreJsonWebKeySet>(keys.clone()) else { return false };
    let tokens = Tokens { id_token: token.to_owned(), access_token: None };
    verify(&provider(), &tokens, &keys, "n", NOW).is_ok()
}

fn opens_with_key(token: &str) -> bool {
    opens(token, &json!({"keys": [public()]}))
}

#[test]
fn a_token_with_any_symbol_changed_opens_nothing() {
    let token = signed(&header());
    assert!(opens_with_key(&token), "the sound one does");
    let mut tried = 0;
    for at in 0..token.len() {
        let symbol = token.as_bytes()[at];
        let place = ALPHABET.iter().position(|&other| other == symbol);
        // Its neighbour, one half of the alphabet away, and what no part is made of.
        let neighbours = place.map(|place| [ALPHABET[place ^ 1], ALPHABET[(place + 32) % 64]]).into_iter().flatten();
        for other in neighbours.chain(*b".=+/ \n\0%") {
            let mut changed = token.clone().into_bytes();
            changed[at] = other;
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(changed == token || !opens_with_key(&changed), "{at}: {changed:?}");
            tried += 1;
        }
        let (before, after) = token.split_at(at);
        for inserted in ["A", ".", "=", "\n", " "] {
            let changed = format!("{before}{inserted}{after}");
            assert!(!opens_with_key(&changed), "{at}: {changed:?}");
            tried += 1;
        }
        assert!(!opens_with_key(before), "{at}: {before:?}");
        assert!(!opens_with_key(&format!("{before}{}", &after[1..])), "without the symbol at {at}");
    }
    assert!(tried > 5_000, "{tried}");
}

#[test]
fn a_token_whose_header_names_another_algorithm_or_a_key_of_its_own_opens_nothing() {
    for alg in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        "rs256",
        "Rs256",
        "RS256 ",
        " RS256",
        "RS256\0",
        "RS-256",
        "RSA",
        "RS1",
        "RS224",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES256K",
        "ES384",
        "ES512",
        "EdDSA",
        "HS256",
        "HS384",
        "HS512",
        "RSA1_5",
        "RSA-OAEP",
        "A128KW",
        "dir",
        "SHA256withRSA",
    ] {
        let mut header = header();
        header.insert("alg".to_owned(), alg.into());
        assert!(!opens_with_key(&signed(&header)), "{alg:?}");
    }
    for alg in [Value::Null, json!(["RS256"]), json!({"RS256": true}), json!(true), json!(256)] {
        let mut header = header();
        header.insert("alg".to_owned(), alg.clone());
        assert!(!opens_with_key(&signed(&header)), "{alg}");
    }
    let more = [
        ("jwk", Value::from(public())),
        ("jku", "https://login.example/keys".into()),
        ("x5u", "https://login.example/certificate".into()),
        ("crit", json!([])),
        ("crit", json!(["b64"])),
        ("crit", json!("exp")),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("kid", "another".into()),
        ("kid", "../key".into()),
        ("kid", json!(1)),
        ("kid", json!(["key"])),
    ];
    for (name, value) in more {
        let mut header = header();
        header.insert(name.to_owned(), value.clone());
        assert!(!opens_with_key(&signed(&header)), "{name}: {value}");
    }
    for header in
        ["", "{", "[]", "null", "\"RS256\"", "{}", "{\"alg\":\"RS256\"", "{\"alg\":\"RS256\"}}", "{\"alg\":\"RS256\"} x", "{\"alg\":\"RS256\",}"]
    {
        assert!(!opens_with_key(&sign(&message(header, &claims().to_string()))), "{header:?}");
    }
    for claims in ["", "{", "[]", "null", "\"zoe\"", "{}", "\u{feff}{}"] {
        let header = Value::from(header()).to_string();
        assert!(!opens_with_key(&sign(&message(&header, claims))), "{claims:?}");
    }
}

#[test]
fn the_public_key_is_no_secret() {
    let pem = KEY.to_public_key().to_public_key_pem(LineEnding::LF).expect("a text");
    let der = KEY.to_public_key().to_public_key_der().expect("bytes");
    let (n, key) = (KEY.n().to_bytes_be(), Value::from(public()).to_string());
    let modulus = base64url(&n);
    let secrets: [&[u8]; 9] = [pem.as_bytes(), pem.trim().as_bytes(), der.as_bytes(), &n, modulus.as_bytes(), key.as_bytes(), b"", b"key", b"portal"];
    for secret in secrets {
        for (alg, algorithm) in [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512), ("RS256", Algorithm::HS256)] {
            let mut header = header();
            header.insert("alg".to_owned(), alg.into());
            let message = message(&Value::from(header).to_string(), &claims().to_string());
            let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), algorithm).expect("signed");
            assert!(!opens_with_key(&format!("{message}.{signature}")), "{alg}");
        }
    }
    for filler in [0x00, 0x01, 0xFF] {
        for length in [0, 1, 64, 255, 256, 257, 512] {
            let message = message(&Value::from(header()).to_string(), &claims().to_string());
            assert!(!opens_with_key(&format!("{message}.{}", base64url(&vec![filler; length]))), "{length} times {filler}");
        }
    }
}

#[test]
fn a_key_that_is_for_something_else_opens_nothing() {
    let token = signed(&header());
    let modulus = public()["n"].clone();
    let short = base64url(&RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).expect("a key").n().to_bytes_be());
    let changes = [
        ("kid", json!("another")),
        ("use", json!("enc")),
        ("alg", json!("RS384")),
        ("alg", json!("RS512")),
        ("alg", json!("PS256")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", json!("RSA-OAEP")),
        ("kty", json!("oct")),
        ("kty", json!("EC")),
        ("kty", json!("OKP")),
        ("kty", json!("rsa")),
        ("n", json!("")),
        ("n", json!("AQAB")),
        ("n", json!(short)),
        ("n", Value::Null),
        ("e", json!("")),
        ("e", json!("AQ")),
        ("e", json!("Aw")),
        ("e", json!("AA")),
        ("e", modulus),
        ("e", Value::Null),
    ];
    for (name, value) in changes {
        let mut key = public();
        key.insert(name.to_owned(), value.clone());
        assert!(!opens(&token, &json!({"keys": [key]})), "{name}: {value}");
    }
    let secret = json!({"kty": "oct", "kid": "key", "k": public()["n"]});
    for keys in [json!({"keys": []}), json!({"keys": [secret]}), json!({}), json!([]), json!({"keys": public()})] {
        assert!(!opens(&token, &keys), "{keys}");
    }
    assert!(opens(&token, &json!({"keys": [secret, public()]})), "beside others it is found");
}
