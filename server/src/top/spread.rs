//! How values are spread, of the last seconds alone: two distributions that count since the start, one
//! taken from the other.
//!
//! The buckets end at powers of two. A percentile is told as the end of its bucket, which it is
//! certainly not above; nothing is guessed between two ends.

use crate::meters::Distribution;

/// What a value is certainly not above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// This.
    AtMost(u64),
    /// There is no such bound; it is more than this.
    Over(u64),
}

/// The values that were counted between two looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spread {
    counts: Vec<u64>,
    sum: u64,
}

impl Spread {
    /// What `now` counts beyond `before`.
    pub(super) fn between(before: &Distribution, now: &Distribution) -> Self {
        let earlier = before.counts.iter().copied().chain(std::iter::repeat(0));
        let grown = now.counts.iter().zip(earlier);
        Self {
            counts: grown.map(|(now, before)| now.saturating_sub(before)).collect(),
            sum: now.sum.saturating_sub(before.sum),
        }
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Their mean; `None` without any.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    pub(super) fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum as f64 / count as f64)
    }

    /// What so many in a hundred are not above; `None` without values.
    pub(super) fn percentile(&self, percent: u64, bounds: &[u64]) -> Option<Bound> {
        let last = *bounds.last()?;
        let count: u128 = self.counts.iter().map(|count| u128::from(*count)).sum();
        let wanted = count * u128::from(percent);
        let mut counted = 0;
        for (at, here) in self.counts.iter().enumerate().filter(|(_, here)| **here > 0) {
            counted += u128::from(*here);
            if counted * 100 >= wanted {
                return Some(
                    bounds.get(at).map_or(Bound::Over(last), |bound| Bound::AtMost(*bound)),
                );
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: [u64; 3] = [1, 2, 4];

    fn distribution(counts: &[u64], sum: u64) -> Distribution {
        Distribution { counts: counts.to_vec(), sum }
    }

    #[test]
    fn only_what_came_between_two_looks_is_counted() {
        let (before, now) = (distribution(&[9, 1, 0, 0], 11), distribution(&[9, 2, 3, 0], 25));
        let spread = Spread::between(&before, &now);
        assert_eq!(spread.count(), 4);
        assert_eq!(spread.mean(), Some(3.5));
        assert_eq!(spread.percentile(25, &BOUNDS), Some(Bound::AtMost(2)));
        assert_eq!(spread.percentile(50, &BOUNDS), Some(Bound::AtMost(4)));
        assert_eq!(spread.percentile(99, &BOUNDS), Some(Bound::AtMost(4)));
        assert_eq!(Spread::between(&Distribution::default(), &before).count(), 10);
    }

    #[test]
    fn what_is_over_every_bound_has_none() {
        let spread = Spread::between(&Distribution::default(), &distribution(&[1, 0, 0, 1], 99));
        assert_eq!(spread.percentile(50, &BOUNDS), Some(Bound::AtMost(1)));
        assert_eq!(spread.percentile(99, &BOUNDS), Some(Bound::Over(4)));
    }

    #[test]
    fn of_nothing_there_is_no_percentile_and_nonsense_is_none() {
        let none = Spread::between(&distribution(&[5], 5), &distribution(&[5], 5));
        assert_eq!((none.percentile(50, &BOUNDS), none.mean()), (None, None));
        let shrunk = Spread::between(&distribution(&[5], 5), &distribution(&[1], 1));
        assert_eq!(shrunk, Spread { counts: vec![0], sum: 0 });
        let vast = Spread::between(&Distribution::default(), &distribution(&[u64::MAX; 9], 1));
        assert_eq!(vast.percentile(100, &BOUNDS), Some(Bound::Over(4)));
        assert_eq!((vast.count(), vast.percentile(50, &[])), (u64::MAX, None));
    }
}
