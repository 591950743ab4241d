//! A distribution in buckets of powers of two, counted without a lock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// The buckets of times: 8 µs, 16 µs and so on up to 8.4 s, and what took longer.
const TIME_BUCKETS: u32 = 21;
/// The first bucket of times is up to 2^3 µs.
const FIRST_TIME: u32 = 3;

/// What the buckets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Whole numbers: up to 1, 2, 4 and so on, so many buckets.
    Ones(u32),
    /// Times, counted in microseconds and told in seconds.
    Microseconds,
}

/// A distribution. A clone counts with the same numbers. A value costs two additions; a reader may
/// see the one before the other.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    scale: Scale,
    sum: AtomicU64,
    /// Not cumulative. The last has what is over all bounds.
    buckets: Box<[AtomicU64]>,
}

impl Histogram {
    /// An empty one.
    pub fn new(scale: Scale) -> Self {
        let (_, buckets) = scale.shape();
        let buckets = (0..=buckets).map(|_| AtomicU64::new(0)).collect();
        Self(Arc::new(Counts { scale, sum: AtomicU64::new(0), buckets }))
    }

    /// Counts a value, in the scale's unit.
    pub fn observe(&self, value: u64) {
        let Counts { scale, sum, buckets } = &*self.0;
        let (first, _) = scale.shape();
        // The place of the smallest power of two that is not below the value.
        let power = value.saturating_sub(1).checked_ilog2().map_or(0, |power| power + 1);
        let place = (power.saturating_sub(first) as usize).min(buckets.len() - 1);
        buckets[place].fetch_add(1, Ordering::Relaxed);
        sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts a time.
    pub fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// What its buckets are.
    pub fn scale(&self) -> Scale {
        self.0.scale
    }

    /// How many values were counted, in each bucket by its upper bound; the last is without bound.
    pub fn counts(&self) -> Vec<u64> {
        self.0.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect()
    }

    /// All values together, in the scale's unit.
    pub fn sum(&self) -> u64 {
        self.0.sum.load(Ordering::Relaxed)
    }
}

impl Scale {
    /// The power of two of the first bound, and how many bounds there are.
    fn shape(self) -> (u32, u32) {
        match self {
            Self::Ones(buckets) => (0, buckets),
            Self::Microseconds => (FIRST_TIME, TIME_BUCKETS),
        }
    }

    /// The upper bounds, in the scale's unit.
    pub fn bounds(self) -> impl Iterator<Item = u64> {
        let (first, buckets) = self.shape();
        (first..first + buckets).map(|power| 1 << power)
    }

    /// A value as it is told.
    #[expect(clippy::cast_precision_loss, reason = "what is told is a float, by its format")]
    fn told(self, value: u64) -> f64 {
        match self {
            Self::Ones(_) => value as f64,
            Self::Microseconds => value as f64 / 1e6,
        }
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let scale = self.0.scale;
        let bounds = scale.bounds().map(|bound| scale.told(bound)).chain([f64::INFINITY]);
        let counts = self.counts();
        let count = counts.iter().sum();
        let buckets: Vec<_> = bounds.zip(counts).collect();
        encoder.encode_histogram::<NoLabelSet>(scale.told(self.sum()), count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Histogram {
    const TYPE: MetricType = MetricType::Histogram;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_the_first_bucket_that_is_not_below_it() {
        let histogram = Histogram::new(Scale::Ones(4));
        for value in [0, 1, 2, 3, 4, 5, 8, 9, 1_000] {
            histogram.observe(value);
        }
        assert_eq!(Scale::Ones(4).bounds().collect::<Vec<_>>(), [1, 2, 4, 8]);
        assert_eq!(histogram.counts(), [2, 1, 2, 2, 2]);
        assert_eq!(histogram.sum(), 1_032);
    }

    #[test]
    fn times_are_counted_from_microseconds_to_seconds() {
        let histogram = Histogram::new(Scale::Microseconds);
        let times = [0, 8, 9, 8_388_608, 8_388_609];
        for time in times {
            histogram.observe_time(Duration::from_micros(time));
        }
        let counts = histogram.counts();
        assert_eq!(counts.len(), 22);
        assert_eq!((counts[0], counts[1], counts[20], counts[21]), (2, 1, 1, 1));
        histogram.observe_time(Duration::MAX);
        assert_eq!(histogram.counts()[21], 2);
    }
}
