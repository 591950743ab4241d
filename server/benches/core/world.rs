//! Timetables of any size: the sample network's own, day after day.

use std::sync::{Arc, LazyLock};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use trecho_server::board::Board;
use trecho_server::booking::{LegFacts, LegKey};
use trecho_server::timetable::Sample;
use trecho_shared::ids::Version;
use trecho_shared::time::Moment;

/// Noon UTC on 23 November 2026: nothing has departed yet.
pub(crate) const NOW: Moment = Moment(1_795_435_200_000);

/// The first day that is flown.
pub(crate) const DAY: Date = date(2026, 11, 24);

/// So many legs are a large airline's next month, and what the client is measured with.
pub(crate) const MONTH: usize = 40_000;

/// So many legs are the most that the server is meant for.
pub(crate) const MILLION: usize = 1_000_000;

/// The first `count` legs of the sample from [`DAY`] on, by day and departure.
pub(crate) fn legs(count: usize) -> Vec<Arc<LegFacts>> {
    let sample = Sample::new(2026);
    let days = (0i64..).map(|days| DAY.checked_add(days.days()).expect("before the year 9999"));
    days.flat_map(|day| sample.legs_of(day)).take(count).map(Arc::new).collect()
}

/// The board of [`MONTH`], made once.
pub(crate) static MONTH_BOARD: LazyLock<Arc<Board>> = LazyLock::new(|| board(MONTH));

/// The board of [`MILLION`], made once.
pub(crate) static MILLION_BOARD: LazyLock<Arc<Board>> = LazyLock::new(|| board(MILLION));

fn board(count: usize) -> Arc<Board> {
    let keyed = (0..).zip(legs(count)).map(|(key, facts)| (LegKey(key), facts, false));
    Arc::new(Board::new(keyed, Version(0)))
}
