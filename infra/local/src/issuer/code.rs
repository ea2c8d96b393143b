//! Authorization codes: one use, one minute, bound to the redirect address and the PKCE challenge.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const LIFE: Duration = Duration::from_mins(1);

/// What a code stands for.
#[derive(Clone, Debug)]
pub(super) struct Code<P> {
    pub(super) person: P,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
}

impl<P> Code<P> {
    /// Whether the caller is the one who asked (RFC 7636 section 4.6).
    pub(super) fn fits(&self, redirect_uri: &str, verifier: &str) -> bool {
        self.redirect_uri == redirect_uri && self.challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
    }
}

/// The codes that are still good.
#[derive(Debug)]
pub(super) struct Codes<P>(Mutex<HashMap<String, (Code<P>, Instant)>>);

impl<P> Default for Codes<P> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<P> Codes<P> {
    /// Keeps what a new code stands for, and tells the code.
    pub(super) fn keep(&self, code: Code<P>) -> String {
        let name = app::random::uuid().simple().to_string();
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, (_, made)| made.elapsed() < LIFE);
        codes.insert(name.clone(), (code, Instant::now()));
        name
    }

    /// Takes a code; it is gone afterwards.
    pub(super) fn take(&self, name: &str) -> Option<Code<P>> {
        let (code, made) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name)?;
        (made.elapsed() < LIFE).then_some(code)
    }
}
