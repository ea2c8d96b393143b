//! The time, handed in so that tests can set it.

use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Tells the time: the system's, or one that is set by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until it is moved.
    pub fn set_by_hand(now: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now.as_millisecond()))))
    }

    /// Moves a clock that is set by hand; the system's goes by itself.
    pub fn advance(&self, by: std::time::Duration) {
        if let Some(millis) = &self.0 {
            millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970 in UTC. Stored times have no finer part, so what is written and what is read back are equal.
    #[expect(clippy::disallowed_methods, reason = "this file is where the time is read")]
    pub fn now_ms(&self) -> i64 {
        self.0.as_ref().map_or_else(|| Timestamp::now().as_millisecond(), |millis| millis.load(Ordering::SeqCst))
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        timestamp(self.now_ms())
    }
}

/// The time with these milliseconds since 1970; the nearest there is for one that no calendar has.
pub fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
