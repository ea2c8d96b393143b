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
/// How many codes may be sent within how many seconds, to one address or by one contact's link.
pub const WINDOWS: [(usize, i64); 3] = [(1, TOO_SOON_SECONDS), (5, 60 * 60), (20, 24 * 60 * 60)];
/// The longest window.
const LONGEST: i64 = 24 * 60 * 60;

/// When codes were sent to one address, in seconds since 1970, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sends(Vec<i64>);

impl Sends {
    /// These sends and one more at this moment; or, when that would be too many, the moment from which on it would not.
    pub fn and_now(&self, now: i64) -> Result<Self, i64> {
        let mut sent: Vec<i64> = self.0.iter().copied().filter(|&at| at > now - LONGEST).collect();
        let free_at = |&(most, seconds): &(usize, i64)| {
            // The last `most` sends fill the window until the first of them leaves it.
            let first = sent.len().checked_sub(most).and_then(|index| sent.get(index))?;
            Some(first + seconds).filter(|&free_at| free_at > now)
        };
        if let Some(free_at) = WINDOWS.iter().filter_map(free_at).max() {
            return Err(free_at);
        }
        sent.push(now);
        Ok(Self(sent))
    }
}

#[cfg(test)]
mod tests {
    use super::Sends;
    use proptest::prelude::{prop, proptest};

    fn send_at(times: &[i64]) -> Sends {
        times.iter().fold(Sends::default(), |sends, &at| sends.and_now(at).expect("not too many"))
    }

    #[test]
    fn one_a_minute_five_an_hour_twenty_a_day() {
        assert_eq!(send_at(&[1_000]).and_now(1_059), Err(1_060));
        assert!(send_at(&[1_000]).and_now(1_060).is_ok());
        let five = send_at(&[0, 100, 200, 300, 400]);
        assert_eq!(five.and_now(500), Err(3_600));
        assert!(five.and_now(3_600).is_ok());
        let twenty: Vec<i64> = (0..20).map(|n| n * 1_000).collect();
        assert_eq!(send_at(&twenty).and_now(20_000), Err(86_400));
        assert!(send_at(&twenty).and_now(86_400).is_ok());
    }

    proptest! {
        #[test]
        fn no_window_ever_has_more_than_it_may(asked in prop::collection::vec(0_i64..200_000, 0..400)) {
            let mut asked = asked;
            asked.sort_unstable();
            let (mut sends, mut sent) = (Sends::default(), Vec::new());
            for at in asked {
                match sends.and_now(at) {
                    Ok(more) => { sends = more; sent.push(at); }
                    Err(free_at) => assert!(free_at > at && sends.and_now(free_at).is_ok()),
                }
            }
            for (most, seconds) in super::WINDOWS {
                for (index, &first) in sent.iter().enumerate() {
                    assert!(sent[index..].iter().filter(|&&at| at < first + seconds).count() <= most);
                }
            }
        }
    }
}
