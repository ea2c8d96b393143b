//! The time, handed in so that tests can set it.

use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Tells the time: the system's, which is all that a deployed function knows, or one that can be moved.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    /// So many milliseconds before the system's.
    Ahead(Arc<AtomicI64>),
    /// Milliseconds since 1970.
    ByHand(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that goes as the system's does, and can be moved forward: for the local runner, where nobody wants to wait for a code to run out.
    pub fn ahead_of_system() -> Self {
        Self(Source::Ahead(Arc::default()))
    }

    /// A clock that stands still until it is moved.
    pub fn set_by_hand(now: Timestamp) -> Self {
        Self(Source::ByHand(Arc::new(AtomicI64::new(now.as_millisecond()))))
    }

    /// Moves a clock that can be moved; the system's goes by itself.
    pub fn advance(&self, by: std::time::Duration) {
        if let Source::Ahead(millis) | Source::ByHand(millis) = &self.0 {
            millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Milliseconds since 1970 in UTC. Stored times have no finer part, so what is written and what is read back are equal.
    #[expect(clippy::disallowed_methods, reason = "this file is where the time is read")]
    pub fn now_ms(&self) -> i64 {
        let system = || Timestamp::now().as_millisecond();
        match &self.0 {
            Source::System => system(),
            Source::Ahead(millis) => system().saturating_add(millis.load(Ordering::SeqCst)),
            Source::ByHand(millis) => millis.load(Ordering::SeqCst),
        }
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

#[cfg(test)]
mod tests {
    use super::Clock;
    use jiff::Timestamp;
    use std::time::Duration;

    const DAY: Duration = Duration::from_hours(24);
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn nobody_moves_the_systems_clock() {
        let (moved, other) = (Clock::system(), Clock::system());
        moved.advance(DAY);
        assert!((moved.now_ms() - other.now_ms()).abs() < DAY_MS / 2);
    }

    #[test]
    fn a_clock_that_is_ahead_stays_as_far_ahead_for_all_who_share_it() {
        let clock = Clock::ahead_of_system();
        let shared = clock.clone();
        clock.advance(DAY);
        clock.advance(DAY);
        let ahead = shared.now_ms() - Clock::system().now_ms();
        assert!((ahead - 2 * DAY_MS).abs() < DAY_MS / 2, "{ahead}");
    }

    #[test]
    fn a_clock_that_is_set_by_hand_goes_only_when_it_is_moved() {
        let clock = Clock::set_by_hand(Timestamp::UNIX_EPOCH);
        assert_eq!((clock.now_ms(), clock.clone().now_ms()), (0, 0));
        clock.advance(DAY);
        assert_eq!(clock.now_ms(), DAY_MS);
    }
}
