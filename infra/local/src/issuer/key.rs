//! The issuer's RSA key: made once, kept in the data folder so that tokens outlive a restart.

use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BITS: usize = 2048;

/// A signing key.
#[derive(Clone)]
pub struct Key {
    id: String,
    public: Value,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The key could not be made, read or kept.
#[derive(Debug, thiserror::Error)]
#[error("the issuer's key: {0}")]
pub struct KeyError(String);

impl Key {
    /// Reads the key of this file, or makes one and keeps it there, readable by its owner only.
    pub fn kept(file: &Path) -> Result<Self, KeyError> {
        if file.exists() {
            return Self::read(&std::fs::read_to_string(file).map_err(failed)?);
        }
        let pem = make()?;
        write_private(file, pem.as_bytes()).map_err(failed)?;
        Self::read(&pem)
    }

    /// A key for this process only. All callers share one, because making one takes a good part of a second.
    pub fn passing() -> Result<Self, KeyError> {
        static PEM: OnceLock<String> = OnceLock::new();
        if let Some(pem) = PEM.get() {
            return Self::read(pem);
        }
        let pem = make()?;
        Self::read(PEM.get_or_init(|| pem))
    }

    fn read(pem: &str) -> Result<Self, KeyError> {
        let private = RsaPrivateKey::from_pkcs1_pem(pem).map_err(failed)?;
        let public = RsaPublicKey::from(&private);
        let number = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) = (number(public.n().to_bytes_be()), number(public.e().to_bytes_be()));
        // The thumbprint of RFC 7638, so that another key has another name.
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(failed)?;
        let decoding = DecodingKey::from_rsa_components(&n, &e).map_err(failed)?;
        let public = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e });
        Ok(Self { id, public, encoding, decoding })
    }

    /// The name that tokens carry as `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half as a JSON Web Key.
    pub fn public(&self) -> &Value {
        &self.public
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        self.decoding.clone()
    }
}

fn make() -> Result<String, KeyError> {
    let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(failed)?;
    Ok(private.to_pkcs1_pem(LineEnding::LF).map_err(failed)?.to_string())
}

pub(crate) fn write_private(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)?.write_all(content)
}

fn failed(error: impl std::fmt::Display) -> KeyError {
    KeyError(error.to_string())
}
