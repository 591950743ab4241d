//! Sales in a snapshot.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{Iata, LegId, Locator};
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, Moment};

use crate::dispatch::Service;
use crate::meters::sales::{Pace, Sold};

/// What was sold: totals since the start, and the last of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SoldStats {
    /// Bookings made.
    pub(crate) bookings: u64,
    /// Tickets sold.
    pub(crate) tickets: u64,
    /// Tickets cancelled.
    pub(crate) cancelled: u64,
    /// Fares of the tickets sold, cancelled later or not.
    pub(crate) centavos: u64,
    /// Legs in memory.
    pub(crate) legs: u64,
    /// What `fastest` counts: the sales of so long.
    pub(crate) pace_over_ms: i64,
    /// The legs that sold most seats in that time; the most first.
    pub(crate) fastest: Vec<LegPace>,
    /// The last bookings, the newest first; without names.
    pub(crate) recent: Vec<BookingStats>,
}

/// A leg and how fast it sells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LegPace {
    /// The leg.
    pub(crate) leg: LegId,
    /// Where it lands.
    pub(crate) to: Iata,
    /// When it takes off.
    pub(crate) departs_at: LocalTime,
    /// Seats sold lately.
    pub(crate) sold: u32,
    /// Seats free now.
    pub(crate) seats_left: u32,
    /// Seats in all.
    pub(crate) capacity: u32,
}

/// A booking, without its passengers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BookingStats {
    /// Its label.
    pub(crate) locator: Locator,
    /// When it was made.
    pub(crate) at: Moment,
    /// How many seats were sold, of all its legs.
    pub(crate) seats: u64,
    /// Its legs.
    pub(crate) legs: Vec<LegId>,
    /// What it cost.
    pub(crate) total_centavos: Centavos,
}

impl SoldStats {
    /// What was sold up to `now`, with at most `most` legs.
    pub(super) fn take(service: &Service, now: Moment, most: usize) -> Self {
        let standing = &service.meters.standing;
        let Pace { over_ms, legs } = standing.sales_lately.pace(now, most);
        let pace = |(key, sold)| {
            // A leg that left the timetable since is no longer for sale.
            let (facts, state) = (service.board.facts(key)?, service.board.state(key)?);
            Some(LegPace {
                leg: facts.id,
                to: facts.to,
                departs_at: facts.departs_at,
                sold,
                seats_left: state.seats_left,
                capacity: facts.cabin.capacity(),
            })
        };
        Self {
            bookings: standing.bookings.get(),
            tickets: standing.tickets.get(),
            cancelled: standing.cancelled.get(),
            centavos: standing.sales.get(),
            legs: super::unsigned(standing.legs.get()),
            pace_over_ms: over_ms,
            fastest: legs.into_iter().filter_map(pace).collect(),
            recent: standing.sales_lately.bookings().into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Sold> for BookingStats {
    fn from(sold: Sold) -> Self {
        let Sold { locator, at, tickets, legs, total } = sold;
        Self { locator, at, seats: super::count(tickets), legs, total_centavos: total }
    }
}
