//! Hears everything that is logged in this process, and knows what must not be.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};
use tracing_subscriber::EnvFilter;

/// What functions log, and all that this service's own crates could.
const FILTER: &str = "info,app=debug,domain=debug,contacts=debug,jobs=debug,mail=debug,portal=debug,team=debug";

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let written = log.clone();
    tracing::subscriber::set_global_default(app::host::logger(EnvFilter::new(FILTER), move || written.clone())).unwrap();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a secret is, and the secret.
pub type Secret = (&'static str, String);

/// Listens for one test. All tests of the process are in the same log, which hides nothing.
pub struct Listener(Vec<Secret>);

impl Listener {
    pub fn start() -> Self {
        LazyLock::force(&LOG);
        Self(Vec::new())
    }

    pub fn keep_secret(&mut self, what: &'static str, secret: &str) {
        assert!(secret.chars().count() > 4 || !secret.is_ascii(), "{secret:?} may stand anywhere by chance");
        self.0.push((what, secret.to_owned()));
    }

    /// Everything that was logged so far.
    pub fn heard() -> String {
        String::from_utf8_lossy(&LOG.0.lock().unwrap()).into_owned()
    }

    /// A message was logged.
    pub fn hears(message: &str) {
        assert!(Self::heard().contains(message), "nobody logged: {message}");
    }

    /// None of the secrets was logged, neither as it is nor as it is written in JSON or in an address, in whatever case.
    pub fn hears_none_of(&self, more: &[Secret]) {
        let found = self.found(more);
        assert!(found.is_empty(), "{} lines of the log tell secrets, such as\n{}", found.len(), found[..found.len().min(5)].join("\n"));
    }

    /// The lines that tell a secret.
    pub fn found(&self, more: &[Secret]) -> Vec<String> {
        let written = |secret: &str| {
            let json = serde_json::Value::from(secret).to_string();
            let percent = |byte: u8| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }
            };
            let bare: String = secret.chars().filter(|c| !c.is_whitespace()).collect();
            [
                secret.to_lowercase(),
                json.trim_matches('"').to_lowercase(),
                secret.bytes().map(percent).collect::<String>().to_lowercase(),
                bare.to_lowercase(),
            ]
        };
        let secrets: Vec<(&str, [String; 4])> = self.0.iter().chain(more).map(|(what, secret)| (*what, written(secret))).collect();
        let heard = Self::heard();
        let tells = |line: &str| {
            let lower = line.to_lowercase();
            secrets.iter().find(|(_, forms)| forms.iter().any(|form| lower.contains(form))).map(|(what, _)| format!("{what}: {line}"))
        };
        heard.lines().filter_map(tells).collect()
    }
}
