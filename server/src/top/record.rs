//! What one server has told so far: its last numbers, and what they come to.

use std::collections::VecDeque;

use crate::meters::{BookingStats, Distribution, LegPace, MethodStats, Snapshot};

use super::format::per_second;
use super::history::{History, Rates};
use super::spread::{Bound, Spread};

/// Tables tell of the last so many milliseconds: one second of a quiet server says little.
pub(super) const LATELY_MS: i64 = 10_000;

/// So many looks are kept for that, and no more, however fast they come.
const LOOKS: usize = 16;

/// What is known of a server.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// The last looks, the oldest first; all of one run of the server.
    looks: VecDeque<Box<Snapshot>>,
    history: History,
}

/// In which order methods are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MethodOrder {
    /// The protocol's.
    Name,
    /// The busiest first.
    Rate,
    /// The slowest first.
    Slowest,
}

/// In which order legs are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegOrder {
    /// Those that sell fastest first.
    Sold,
    /// Those with fewest seats left first.
    Left,
    /// By departure.
    Departure,
}

/// A method, lately.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MethodRow {
    pub(super) name: String,
    /// Requests a second, whatever the answer.
    pub(super) rate: f64,
    /// Those that were answered with anything but a result.
    pub(super) refused: f64,
    pub(super) p50: Option<Bound>,
    pub(super) p99: Option<Bound>,
    /// Since the start.
    pub(super) total: u64,
}

/// The writer, lately.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WriterRow {
    pub(super) commits: f64,
    pub(super) commit_p50: Option<Bound>,
    pub(super) commit_p99: Option<Bound>,
    pub(super) batch_mean: Option<f64>,
    pub(super) batch_p99: Option<Bound>,
}

impl Record {
    /// Takes in what the server told.
    pub(super) fn take(&mut self, snapshot: Box<Snapshot>) {
        let before = self.looks.back().filter(|before| {
            // Another start counts from nothing.
            before.started_at == snapshot.started_at && before.at < snapshot.at
        });
        match before {
            Some(before) => {
                let second = snapshot.at.0.div_euclid(1_000);
                self.history.add(second, rates(before, &snapshot));
            }
            None => self.looks.clear(),
        }
        self.looks.push_back(snapshot);
        while self.looks.len() > LOOKS || (self.looks.len() > 2 && self.too_long_ago(1)) {
            self.looks.pop_front();
        }
    }

    /// The last numbers; `None` before any came.
    pub(super) fn latest(&self) -> Option<&Snapshot> {
        self.looks.back().map(Box::as_ref)
    }

    /// How fast things went.
    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// Whether the look at this place still covers the time that tables tell of.
    fn too_long_ago(&self, place: usize) -> bool {
        let (Some(then), Some(now)) = (self.looks.get(place), self.looks.back()) else {
            return false;
        };
        now.at.0.saturating_sub(then.at.0) >= LATELY_MS
    }

    /// The looks between which tables count, and the milliseconds between them.
    fn lately(&self) -> Option<(&Snapshot, &Snapshot, i64)> {
        let (before, now) = (self.looks.front()?, self.looks.back()?);
        let ms = now.at.0.saturating_sub(before.at.0);
        (ms > 0).then_some((before, now, ms))
    }

    /// How often a second a counter grew lately.
    pub(super) fn rate_of(&self, counter: impl Fn(&Snapshot) -> u64) -> f64 {
        self.lately().map_or(0.0, |(before, now, ms)| {
            per_second(counter(now).saturating_sub(counter(before)), ms)
        })
    }

    /// The methods that anybody has called since the start.
    pub(super) fn methods(&self, order: MethodOrder) -> Vec<MethodRow> {
        let Some(now) = self.latest() else { return Vec::new() };
        let bounds = &now.requests.bounds_us;
        let before = self.lately().map(|(before, _, ms)| (&before.requests.methods, ms));
        let nothing = Distribution::default();
        let row = |now: &MethodStats| {
            let earlier = before.and_then(|(methods, _)| {
                methods.iter().find(|earlier| earlier.method == now.method)
            });
            let (done, refused, times) = earlier.map_or((0, 0, &nothing), |earlier| {
                (earlier.done, earlier.refused, &earlier.time_us)
            });
            // Without an earlier look nothing is known of the last seconds.
            let ms = before.map_or(0, |(_, ms)| ms);
            let spread =
                before.map_or_else(Spread::default, |_| Spread::between(times, &now.time_us));
            let refused_lately = now.refused.saturating_sub(refused);
            let lately = now.done.saturating_sub(done).saturating_add(refused_lately);
            MethodRow {
                name: now.method.clone(),
                rate: per_second(lately, ms),
                refused: per_second(refused_lately, ms),
                p50: spread.percentile(50, bounds),
                p99: spread.percentile(99, bounds),
                total: now.done.saturating_add(now.refused),
            }
        };
        let mut rows: Vec<MethodRow> = now.requests.methods.iter().map(row).collect();
        match order {
            MethodOrder::Name => {}
            MethodOrder::Rate => rows.sort_by(|a, b| b.rate.total_cmp(&a.rate)),
            MethodOrder::Slowest => rows.sort_by_key(|row| std::cmp::Reverse(row.p99)),
        }
        rows
    }

    /// The one writer.
    pub(super) fn writer(&self) -> Option<WriterRow> {
        let (before, now, ms) = self.lately()?;
        let commits = Spread::between(&before.desk.commit_us, &now.desk.commit_us);
        let batches = Spread::between(&before.desk.batch_orders, &now.desk.batch_orders);
        let times = &now.requests.bounds_us;
        Some(WriterRow {
            commits: per_second(commits.count(), ms),
            commit_p50: commits.percentile(50, times),
            commit_p99: commits.percentile(99, times),
            batch_mean: batches.mean(),
            batch_p99: batches.percentile(99, &now.desk.batch_bounds),
        })
    }

    /// Processor time used lately, in parts of one processor.
    pub(super) fn cpu(&self) -> Option<f64> {
        let (before, now, ms) = self.lately()?;
        let used = now.process.cpu_seconds? - before.process.cpu_seconds?;
        Some(used.max(0.0) * per_second(1, ms))
    }

    /// The legs that sold lately.
    pub(super) fn legs(&self, order: LegOrder) -> Vec<&LegPace> {
        let told = self.latest().map_or(&[][..], |now| &now.sold.fastest);
        let mut legs: Vec<&LegPace> = told.iter().collect();
        match order {
            LegOrder::Sold => {}
            LegOrder::Left => legs.sort_by_key(|leg| leg.seats_left),
            LegOrder::Departure => legs.sort_by_key(|leg| (leg.departs_at, leg.leg)),
        }
        legs
    }

    /// The last bookings, the newest first.
    pub(super) fn bookings(&self) -> &[BookingStats] {
        self.latest().map_or(&[], |now| &now.sold.recent)
    }
}

/// How fast things went between two looks.
fn rates(before: &Snapshot, now: &Snapshot) -> Rates {
    let ms = now.at.0.saturating_sub(before.at.0);
    let grown = |counter: &dyn Fn(&Snapshot) -> u64| {
        per_second(counter(now).saturating_sub(counter(before)), ms)
    };
    // In the order of `Series::ALL`.
    [
        grown(&|look| {
            sum(look.requests.methods.iter().map(|it| it.done.saturating_add(it.refused)))
        }),
        grown(&|look| {
            let holds = look.requests.methods.iter().filter(|it| it.method == "cart.hold");
            sum(holds.map(|it| it.done))
        }),
        grown(&|look| look.sold.bookings),
        grown(&|look| sum(look.desk.commit_us.counts.iter().copied())),
    ]
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}
