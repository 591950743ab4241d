//! How often something may happen: so many times at once, and from then on so many a second.
//!
//! One who is counted costs one instant: the moment at which all that it did will be made good.
//! A table of such instants has a bound of its own, so that nobody makes it grow by coming from
//! ever new addresses.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// So many at once, and then one each `every`. With an `every` of nothing there is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Between two, once the burst is used up.
    pub every: Duration,
    /// So many at once, at least one.
    pub burst: u32,
}

impl Rate {
    /// So many a second, and so many at once. None a second means no limit.
    pub const fn per_second(count: u32, burst: u32) -> Self {
        let every = if count == 0 {
            Duration::ZERO
        } else {
            Duration::from_nanos(1_000_000_000 / count as u64)
        };
        Self { every, burst }
    }

    /// So many an hour, all of them at once if need be. None an hour means no limit.
    pub const fn per_hour(count: u32) -> Self {
        let every = if count == 0 {
            Duration::ZERO
        } else {
            Duration::from_millis(3_600_000 / count as u64)
        };
        Self { every, burst: count }
    }
}

/// What one has used of a rate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used(Option<Instant>);

impl Used {
    /// Whether one more may happen now; if not, after how long.
    pub(crate) fn permit(&self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let ahead = self.0.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let most = rate.every.saturating_mul(rate.burst.saturating_sub(1));
        match ahead.saturating_sub(most) {
            Duration::ZERO => Ok(()),
            left => Err(left),
        }
    }

    /// One more has happened.
    pub(crate) fn charge(&mut self, rate: Rate, now: Instant) {
        let from = self.0.map_or(now, |until| until.max(now));
        self.0 = Some(from + rate.every);
    }

    /// One that was charged is not to count.
    fn give_back(&mut self, rate: Rate) {
        self.0 = self.0.and_then(|until| until.checked_sub(rate.every));
    }

    fn is_made_good(&self, now: Instant) -> bool {
        self.0.is_none_or(|until| until <= now)
    }
}

/// The same rate for each of many.
///
/// At its bound the table first forgets those who have made all good; those for whom it still has
/// no room are counted together, as if they were one.
#[derive(Debug)]
pub(crate) struct Rates<K> {
    rate: Rate,
    most: usize,
    known: HashMap<K, Used>,
    others: Used,
    tidied: Option<Instant>,
}

/// A full table is not tidied more often than this: it is read whole for it.
const BETWEEN_TIDIES: Duration = Duration::from_secs(1);

impl<K: Eq + Hash> Rates<K> {
    /// A table of at most `most`.
    pub(crate) fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, known: HashMap::new(), others: Used::default(), tidied: None }
    }

    /// Whether one more may happen now; if not, after how long.
    pub(crate) fn permit(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let used =
            self.known.get(key).copied().or((self.known.len() >= self.most).then_some(self.others));
        used.unwrap_or_default().permit(self.rate, now)
    }

    /// One more happens.
    pub(crate) fn charge(&mut self, key: K, now: Instant) {
        if self.known.len() >= self.most && !self.known.contains_key(&key) {
            self.tidy(now);
            if self.known.len() >= self.most {
                return self.others.charge(self.rate, now);
            }
        }
        self.known.entry(key).or_default().charge(self.rate, now);
    }

    /// One that was charged is not to count.
    pub(crate) fn give_back(&mut self, key: &K) {
        self.known.get_mut(key).unwrap_or(&mut self.others).give_back(self.rate);
    }

    fn tidy(&mut self, now: Instant) {
        if self.tidied.is_some_and(|at| now.saturating_duration_since(at) < BETWEEN_TIDIES) {
            return;
        }
        self.tidied = Some(now);
        self.known.retain(|_, used| !used.is_made_good(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::per_second(10, 3);

    #[test]
    fn a_burst_passes_and_then_one_at_a_time() {
        let (mut used, now) = (Used::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(used.permit(RATE, now), Ok(()));
            used.charge(RATE, now);
        }
        assert_eq!(used.permit(RATE, now), Err(Duration::from_millis(100)));
        let later = now + Duration::from_millis(100);
        assert_eq!(used.permit(RATE, later), Ok(()));
        used.charge(RATE, later);
        assert!(used.permit(RATE, later).is_err());
        assert_eq!(used.permit(RATE, later + Duration::from_secs(9)), Ok(()));
    }

    #[test]
    fn nothing_a_second_is_no_limit() {
        let (mut used, now) = (Used::default(), Instant::now());
        for _ in 0..10_000 {
            used.charge(Rate::per_second(0, 1), now);
        }
        assert_eq!(used.permit(Rate::per_second(0, 1), now), Ok(()));
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let (mut rates, now) = (Rates::new(RATE, 9), Instant::now());
        for _ in 0..100 {
            assert_eq!(rates.permit(&'a', now), Ok(()));
            rates.charge('a', now);
            rates.give_back(&'a');
        }
    }

    #[test]
    fn a_full_table_counts_newcomers_as_one_until_others_have_made_good() {
        let (mut rates, now) = (Rates::new(RATE, 100), Instant::now());
        for key in 0..10_000 {
            rates.charge(key, now);
        }
        assert_eq!(rates.known.len(), 100);
        assert!(rates.permit(&10_001, now).is_err(), "the newcomers have used up what is theirs");
        assert_eq!(rates.permit(&0, now), Ok(()), "those who are known have not");
        let later = now + Duration::from_secs(2000);
        rates.charge(10_001, later);
        assert_eq!(rates.known.len(), 1);
        assert_eq!(rates.permit(&10_002, later), Ok(()));
    }
}
