//! How often a code may be asked for and tried.

use serde::{Deserialize, Serialize};

/// How often a code may be tried.
pub const MAX_TRIES: u32 = 5;
/// How many tries may fail for one address, whatever codes are asked for meanwhile, until a day passes without one.
pub const MAX_FAILURES: u32 = 30;
/// How many tries may fail for one address in a row, however long that takes, until one succeeds or a member lets codes be tried again
/// (NIST SP 800-63B-4, 3.2.2).
pub const MAX_FAILURES_IN_A_ROW: u32 = 100;
/// The pause before the same address may be sent another code, in seconds.
pub const TOO_SOON_SECONDS: i64 = 60;
/// The longest window.
const LONGEST: i64 = 24 * 60 * 60;

/// By what a code is asked for. Each has its own share of the five codes an hour and twenty a day that one address is sent, and neither's answers
/// tell of the other's: whoever holds a link cannot find out by typing addresses which one is behind its mask, and whoever types a stranger's
/// address uses up nothing of what the stranger's own link may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// An address that was typed.
    Address,
    /// A contact's own link.
    Link,
}

impl AskedBy {
    /// How many codes may be sent within how many seconds.
    pub const fn windows(self) -> [(usize, i64); 3] {
        match self {
            Self::Address => [(1, TOO_SOON_SECONDS), (3, 60 * 60), (14, LONGEST)],
            Self::Link => [(1, TOO_SOON_SECONDS), (2, 60 * 60), (6, LONGEST)],
        }
    }
}

/// When codes were asked for by one address or link, in seconds since 1970, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sends(Vec<i64>);

impl Sends {
    /// These sends and one more at this moment; or, when that would be too many, the moment from which on it would not.
    pub fn and_now(&self, by: AskedBy, now: i64) -> Result<Self, i64> {
        let mut sent: Vec<i64> = self.0.iter().copied().filter(|&at| at > now - LONGEST).collect();
        let free_at = |&(most, seconds): &(usize, i64)| {
            // The last `most` sends fill the window until the first of them leaves it.
            let first = sent.len().checked_sub(most).and_then(|index| sent.get(index))?;
            Some(first + seconds).filter(|&free_at| free_at > now)
        };
        if let Some(free_at) = by.windows().iter().filter_map(free_at).max() {
            return Err(free_at);
        }
        sent.push(now);
        Ok(Self(sent))
    }
}

#[cfg(test)]
mod tests {
    use super::{AskedBy, Sends};
    use proptest::prelude::{prop, proptest};

    fn send_at(by: AskedBy, times: &[i64]) -> Sends {
        times.iter().fold(Sends::default(), |sends, &at| sends.and_now(by, at).expect("not too many"))
    }

    #[test]
    fn one_a_minute_and_some_an_hour_and_a_day() {
        assert_eq!(send_at(AskedBy::Address, &[1_000]).and_now(AskedBy::Address, 1_059), Err(1_060));
        assert!(send_at(AskedBy::Address, &[1_000]).and_now(AskedBy::Address, 1_060).is_ok());
        for (by, an_hour, a_day) in [(AskedBy::Address, 3, 14), (AskedBy::Link, 2, 6)] {
            let hour = send_at(by, &(0..an_hour).map(|n| n * 100).collect::<Vec<_>>());
            assert_eq!(hour.and_now(by, 500), Err(3_600), "{by:?}");
            assert!(hour.and_now(by, 3_600).is_ok(), "{by:?}");
            let day = send_at(by, &(0..a_day).map(|n| n * 2_000).collect::<Vec<_>>());
            assert_eq!(day.and_now(by, 28_000), Err(86_400), "{by:?}");
            assert!(day.and_now(by, 86_400).is_ok(), "{by:?}");
        }
    }

    #[test]
    fn by_both_ways_together_an_address_gets_five_an_hour_and_twenty_a_day() {
        let [address, link] = [AskedBy::Address, AskedBy::Link].map(AskedBy::windows);
        let sums: Vec<(usize, i64)> = address.iter().zip(link).map(|(one, other)| (one.0 + other.0, one.1)).collect();
        assert_eq!(sums[1..], [(5, 60 * 60), (20, 24 * 60 * 60)]);
    }

    proptest! {
        #[test]
        fn no_window_ever_has_more_than_it_may(asked in prop::collection::vec(0_i64..200_000, 0..400)) {
            let mut asked = asked;
            asked.sort_unstable();
            for by in [AskedBy::Address, AskedBy::Link] {
                let (mut sends, mut sent) = (Sends::default(), Vec::new());
                for &at in &asked {
                    match sends.and_now(by, at) {
                        Ok(more) => { sends = more; sent.push(at); }
                        Err(free_at) => assert!(free_at > at && sends.and_now(by, free_at).is_ok()),
                    }
                }
                for (most, seconds) in by.windows() {
                    for (index, &first) in sent.iter().enumerate() {
                        assert!(sent[index..].iter().filter(|&&at| at < first + seconds).count() <= most);
                    }
                }
            }
        }
    }
}
