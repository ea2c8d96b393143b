//! One request for each key at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The keys that somebody is working on.
#[derive(Default)]
pub(super) struct Locks(Mutex<HashMap<String, Arc<Turn<()>>>>);

impl Locks {
    /// Waits for the key and holds it until the guard is dropped.
    pub(super) async fn hold(&self, key: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A turn that only the map knows is nobody's: this keeps the map as small as the number of open requests.
            held.retain(|_, turn| Arc::strong_count(turn) > 1);
            held.entry(key.to_owned()).or_default().clone()
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_held_by_one_and_others_are_free() {
        let locks = Locks::default();
        let held = locks.hold("/bucket/a").await;
        let _other = locks.hold("/bucket/b").await;
        let mut second = Box::pin(locks.hold("/bucket/a"));
        assert!(futures::poll!(&mut second).is_pending());
        drop(held);
        second.await;
    }
}
