//! How long things took, as distributions.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// Longer than this counts as this long.
const LONGEST_US: u64 = 600_000_000;

/// Microseconds, to three significant digits.
#[derive(Debug, Clone)]
pub(crate) struct Latency(Histogram<u64>);

impl Latency {
    pub(crate) fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, 3);
        Self(histogram.expect("the bounds are sound constants"))
    }

    pub(crate) fn record(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(LONGEST_US).max(1));
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("histograms of one make");
    }

    pub(crate) fn json(&self) -> Value {
        let us = |quantile| self.0.value_at_quantile(quantile);
        json!({
            "count": self.0.len(), "p50_us": us(0.5), "p99_us": us(0.99), "p999_us": us(0.999),
            "max_us": self.0.max(),
        })
    }
}
