//! Random tokens, what is stored of them, and the keys that codes are derived with.

use crate::random;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::{ContactId, TeamId},
    portal::Code,
    text::hex,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// The bytes of a token's random part: 256 bits.
const RANDOM: usize = 32;
/// The bytes of an identifier.
const ID: usize = 16;

/// A random token that a browser holds. The table has its hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; RANDOM];
        random::fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads one; `None` for what was never made here.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == RANDOM).then(|| Self(text.to_owned()))
    }

    /// The token as text, for its cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it, and names what it belongs to.
    pub fn hash(&self) -> String {
        hash(&[self.0.as_bytes()])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A random token of one contact, which it names: for sessions and for links.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactToken {
    /// Whose it is; proven only when the hash is found with this contact.
    pub contact: ContactId,
    text: String,
}

impl ContactToken {
    /// A new one.
    pub fn random(contact: ContactId) -> Self {
        let mut bytes = [0; ID + RANDOM];
        bytes[..ID].copy_from_slice(contact.as_uuid().as_bytes());
        random::fill(&mut bytes[ID..]);
        Self { contact, text: URL_SAFE_NO_PAD.encode(bytes) }
    }

    /// Reads one; `None` for what was never made here, such as a link that lost its end.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; ID + RANDOM] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (id, _) = bytes.split_first_chunk::<ID>()?;
        Some(Self { contact: ContactId::from_uuid(uuid::Uuid::from_bytes(*id)), text: text.to_owned() })
    }

    /// The token as text, for its cookie or its link.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        hash(&[self.text.as_bytes()])
    }
}

impl fmt::Debug for ContactToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactToken(…)")
    }
}

/// What a form must carry to belong to the cookie of this value: whoever cannot read the cookie cannot know it.
pub fn form_token(cookie: &str) -> String {
    hash(&[b"form", cookie.as_bytes()])
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// SHA-256 of these parts, each behind its length, in hexadecimal.
pub(super) fn hash(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part));
    hex(&digest.finalize())
}

/// The keys that codes are derived with: the current one, and the one before it for the codes that are on their way when the key changes.
#[derive(Clone)]
pub struct CodeKeys(Vec<Vec<u8>>);

/// The shortest key, in bytes.
const SHORTEST: usize = 32;

impl CodeKeys {
    /// Reads keys between commas, the current one first; `None` when there is none or one is too short to keep a secret.
    pub fn parse(text: &str) -> Option<Self> {
        let keys: Vec<Vec<u8>> = text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(|key| key.as_bytes().to_vec()).collect();
        (!keys.is_empty() && keys.iter().all(|key| key.len() >= SHORTEST)).then_some(Self(keys))
    }

    /// The name of the current key, which tells nothing of it.
    pub fn current(&self) -> String {
        self.0.first().map(|key| name(key)).unwrap_or_default()
    }

    /// The code of an attempt under the key of this name; `None` when the key is no longer known.
    pub fn code(&self, key: &str, team: &TeamId, attempt: &str) -> Option<Code> {
        let key = self.0.iter().find(|known| name(known) == key)?;
        let mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        Some(Code::derive(|counter| {
            let mut mac = mac.clone();
            for part in ["code", team.as_str(), attempt] {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part.as_bytes());
            }
            mac.update(&counter.to_be_bytes());
            mac.finalize().into_bytes().into()
        }))
    }
}

impl fmt::Debug for CodeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKeys(…)")
    }
}

fn name(key: &[u8]) -> String {
    hash(&[b"name", key])[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::{CodeKeys, ContactToken, Token, form_token, is_same};
    use domain::ids::ContactId;

    const OLD: &str = "an old key that has thirty-two bytes";
    const NEW: &str = "a newer key that has thirty-two bytes";

    #[test]
    fn a_code_outlives_the_change_of_the_key_and_not_two() {
        let team = "demo".parse().expect("a team");
        let before = CodeKeys::parse(OLD).expect("a key");
        let after = CodeKeys::parse(&format!("{NEW},{OLD}")).expect("keys");
        let code = before.code(&before.current(), &team, "attempt");
        assert!(code.is_some() && code == after.code(&before.current(), &team, "attempt"));
        assert_ne!(before.current(), after.current());
        assert_ne!(code, after.code(&after.current(), &team, "attempt"));
        assert_eq!(CodeKeys::parse(NEW).expect("a key").code(&before.current(), &team, "attempt"), None);
    }

    #[test]
    fn while_the_key_changes_in_two_steps_each_function_knows_what_any_other_derives_with() {
        let team = "demo".parse().expect("a team");
        let steps = [[OLD, "an older key that has thirty-two bytes"], [OLD, NEW], [NEW, OLD]];
        let keys = steps.map(|keys| CodeKeys::parse(&keys.join(",")).expect("keys"));
        for deployment in keys.windows(2) {
            for (asks, checks) in [(&deployment[0], &deployment[1]), (&deployment[1], &deployment[0])] {
                let code = asks.code(&asks.current(), &team, "attempt");
                assert!(code.is_some() && code == checks.code(&asks.current(), &team, "attempt"));
            }
        }
        let at_once = keys[0].code(&keys[2].current(), &team, "attempt");
        assert_eq!(at_once, None, "which is why there are two");
    }

    #[test]
    fn another_team_or_attempt_has_another_code() {
        let keys = CodeKeys::parse(OLD).expect("a key");
        let code = |team: &str, attempt: &str| keys.code(&keys.current(), &team.parse().expect("a team"), attempt).expect("a code").to_string();
        let codes = [code("demo", "a"), code("demo", "b"), code("other", "a"), code("demoa", ""), code("d", "emoa")];
        assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), codes.len());
    }

    #[test]
    fn keys_that_are_missing_or_short_are_none() {
        for bad in ["", ",", "short", &format!("{OLD},short")] {
            assert!(CodeKeys::parse(bad).is_none(), "{bad}");
        }
        assert!(CodeKeys::parse(&format!("{OLD},")).is_some(), "before the first change there is no key before it");
    }

    #[test]
    fn tokens_are_read_back_and_nothing_else_is() {
        let (token, id) = (Token::random(), ContactId::from_uuid(uuid::Uuid::from_u128(7)));
        assert_eq!(Token::parse(token.as_str()), Some(token.clone()));
        let link = ContactToken::random(id);
        assert_eq!(ContactToken::parse(link.as_str()), Some(link.clone()));
        assert_eq!((link.contact, link.as_str().len()), (id, 64));
        for cut in [&link.as_str()[..63], "", "a b", &format!("{}A", link.as_str()), token.as_str()] {
            assert_eq!(ContactToken::parse(cut), None, "{cut}");
        }
        assert_ne!(Token::random(), Token::random());
        assert!(!format!("{token:?}{link:?}").contains(&token.as_str()[..8]));
    }

    #[test]
    fn a_forms_token_belongs_to_one_cookie_and_is_not_its_hash() {
        let token = Token::random();
        assert!(is_same(&form_token(token.as_str()), &form_token(token.as_str())));
        assert!(!is_same(&form_token(token.as_str()), &form_token(Token::random().as_str())));
        assert_ne!(form_token(token.as_str()), token.hash());
    }
}
