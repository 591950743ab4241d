//! How long answers took.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Longer answers than this are counted as this long.
const LONGEST_US: u64 = 120_000_000;

/// The distribution of one step's latencies. Microseconds, to three significant digits.
#[derive(Debug, Clone)]
pub(super) struct Stopwatch {
    histogram: Histogram<u64>,
}

impl Stopwatch {
    pub(super) fn new() -> Self {
        let histogram =
            Histogram::new_with_bounds(1, LONGEST_US, 3).expect("the bounds are sound constants");
        Self { histogram }
    }

    pub(super) fn record(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.histogram.saturating_record(us.max(1));
    }

    pub(super) fn summary(&self) -> Latency {
        let us = |quantile| self.histogram.value_at_quantile(quantile);
        Latency {
            count: self.histogram.len(),
            p50_us: us(0.5),
            p99_us: us(0.99),
            p999_us: us(0.999),
            max_us: self.histogram.max(),
        }
    }
}

/// A step's latencies in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// How many answers there were.
    pub count: u64,
    /// Half were at most this long.
    pub p50_us: u64,
    /// 99 of 100 were at most this long.
    pub p99_us: u64,
    /// 999 of 1,000 were at most this long.
    pub p999_us: u64,
    /// The longest.
    pub max_us: u64,
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |us: u64| {
            let us = u32::try_from(us).unwrap_or(u32::MAX);
            f64::from(us) / 1000.0
        };
        write!(
            f,
            "p50 {:.2} ms   p99 {:.2} ms   p999 {:.2} ms   max {:.2} ms",
            ms(self.p50_us),
            ms(self.p99_us),
            ms(self.p999_us),
            ms(self.max_us)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_tells_the_tail() {
        let mut watch = Stopwatch::new();
        for ms in 1..=100 {
            watch.record(Duration::from_millis(ms));
        }
        let summary = watch.summary();
        assert_eq!(summary.count, 100);
        assert!((49_900..=50_100).contains(&summary.p50_us), "{summary:?}");
        assert!((98_900..=99_100).contains(&summary.p99_us), "{summary:?}");
    }
}
