//! How long to wait before the next attempt.

use std::time::Duration;

/// Before the first retry, at most.
const FIRST_MS: u64 = 500;
/// Before any retry, at most.
const LONGEST_MS: u64 = 15_000;

/// How long to wait after `failures` failed attempts in a row (from 1): twice as long each time, up
/// to 15 s, of which a random half is spread out, so that the clients of a server that comes back
/// do not come all at once. `random` is uniform.
pub(super) fn delay(failures: u32, random: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(10);
    let longest = (FIRST_MS << doublings).min(LONGEST_MS);
    let half = longest / 2;
    let spread = (half * u64::from(random)) >> 32;
    Duration::from_millis(longest - half + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_fifteen_seconds() {
        let longest: Vec<u128> =
            (1..=8).map(|failures| delay(failures, u32::MAX).as_millis()).collect();
        assert_eq!(longest, [499, 999, 1999, 3999, 7999, 14_999, 14_999, 14_999]);
        assert!(delay(u32::MAX, u32::MAX) <= Duration::from_millis(LONGEST_MS));
    }

    #[test]
    fn at_least_half_the_wait_is_certain() {
        let shortest: Vec<u128> = (1..=7).map(|failures| delay(failures, 0).as_millis()).collect();
        assert_eq!(shortest, [250, 500, 1000, 2000, 4000, 7500, 7500]);
        assert_eq!(delay(0, 0), delay(1, 0));
    }
}
