//! The legs of one day (of UTC), in the order of departure.
//!
//! Days of UTC and not of the origin's calendar, so that the days one after the other have all legs
//! in order. Columns and not rows: a search reads routes and flights only.

use std::sync::atomic::{AtomicU64, Ordering};

use super::routes::RouteIx;
use super::words::{Beginning, FlightCode, FlightPart};
use crate::booking::{LegFacts, LegKey};

/// Where a leg stands among all: by departure (seconds since the Unix epoch), then by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) departs: i64,
    pub(super) key: LegKey,
}

impl Spot {
    /// Where the leg of these facts stands.
    pub(super) fn of(key: LegKey, facts: &LegFacts) -> Self {
        Self { departs: facts.departs_at.unix_seconds(), key }
    }

    /// The first spot at or after `departs`.
    pub(super) fn at(departs: i64) -> Self {
        Self { departs, key: LegKey(0) }
    }

    /// The spot right after this one.
    pub(super) fn next(self) -> Self {
        match self.key.0.checked_add(1) {
            Some(key) => Self { departs: self.departs, key: LegKey(key) },
            None => Self::at(self.departs.saturating_add(1)),
        }
    }

    /// The day on which it is.
    pub(super) fn day(self) -> i64 {
        self.departs.div_euclid(DAY_S)
    }
}

/// What a day knows of one leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) spot: Spot,
    pub(super) route: RouteIx,
    pub(super) flight: FlightCode,
    /// The date on the origin's calendar, in days since the Unix epoch.
    pub(super) date: i32,
}

impl Slot {
    pub(super) fn new(key: LegKey, facts: &LegFacts, route: RouteIx) -> Self {
        Self {
            spot: Spot::of(key, facts),
            route,
            flight: FlightCode::of(facts.id.flight),
            date: days_since_epoch(facts.id.date),
        }
    }
}

/// A date in days since the Unix epoch.
pub(super) fn days_since_epoch(date: jiff::civil::Date) -> i32 {
    (date - jiff::civil::date(1970, 1, 1)).get_days()
}

const DAY_S: i64 = 86_400;

/// The legs of one day. A leg's place in it is a plain index, the same in every column.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) number: i64,
    departs: Vec<u32>,
    keys: Vec<LegKey>,
    routes: Vec<RouteIx>,
    flights: Vec<FlightCode>,
    dates: Vec<i32>,
    /// The places of each route's legs, route after route.
    by_route: Vec<u32>,
    /// Where each route begins in `by_route`, by its number; and the end.
    route_starts: Vec<u32>,
    /// The places by flight, and by the number in it.
    by_flight: Vec<u32>,
    by_number: Vec<u32>,
    /// A bit a leg: on sale, with a free seat.
    available: Vec<AtomicU64>,
}

impl Day {
    /// The day of these legs, which all depart on it; `routes` is how many routes there are, and
    /// `available` says whether a leg can be held.
    pub(super) fn new(
        number: i64,
        mut slots: Vec<Slot>,
        routes: usize,
        available: impl Fn(LegKey) -> bool,
    ) -> Self {
        slots.sort_unstable_by_key(|slot| slot.spot);
        let (by_route, route_starts) = group_by_route(&slots, routes);
        let bits = slots.chunks(64).map(|chunk| {
            let bits = chunk.iter().rev();
            let word = bits.fold(0, |word, slot| word << 1 | u64::from(available(slot.spot.key)));
            AtomicU64::new(word)
        });
        let second = |slot: &Slot| {
            u32::try_from(slot.spot.departs - number * DAY_S).expect("it departs on this day")
        };
        Self {
            number,
            departs: slots.iter().map(second).collect(),
            keys: slots.iter().map(|slot| slot.spot.key).collect(),
            routes: slots.iter().map(|slot| slot.route).collect(),
            flights: slots.iter().map(|slot| slot.flight).collect(),
            dates: slots.iter().map(|slot| slot.date).collect(),
            by_route,
            route_starts,
            by_flight: order_by_flight(&slots, FlightPart::Whole),
            by_number: order_by_flight(&slots, FlightPart::Number),
            available: bits.collect(),
        }
    }

    /// The legs of the day once more.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        (0..self.len()).map(|at| Slot {
            spot: self.spot(at),
            route: self.route(at),
            flight: self.flight(at),
            date: self.date(at),
        })
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn spot(&self, at: usize) -> Spot {
        let departs = self.number * DAY_S + i64::from(self.departs[at]);
        Spot { departs, key: self.keys[at] }
    }

    pub(super) fn route(&self, at: usize) -> RouteIx {
        self.routes[at]
    }

    pub(super) fn flight(&self, at: usize) -> FlightCode {
        self.flights[at]
    }

    pub(super) fn date(&self, at: usize) -> i32 {
        self.dates[at]
    }

    /// The place of the first leg at or after `spot`; the end if there is none.
    pub(super) fn first_from(&self, spot: Spot) -> usize {
        let second = spot.departs.saturating_sub(self.number * DAY_S);
        let Ok(second) = u32::try_from(second) else {
            return if second < 0 { 0 } else { self.len() };
        };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if (self.departs[middle], self.keys[middle]) < (second, spot.key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The places of a route's legs, in order.
    pub(super) fn on_route(&self, route: RouteIx) -> &[u32] {
        let at = route.0 as usize;
        match self.route_starts.get(at..at + 2) {
            Some([start, end]) => &self.by_route[*start as usize..*end as usize],
            // The route is younger than this day's index.
            _ => &[],
        }
    }

    /// The places of the legs whose flight begins so, in no order.
    pub(super) fn on_flights(&self, begin: &Beginning) -> &[u32] {
        let places = match begin.of {
            FlightPart::Whole => &self.by_flight,
            FlightPart::Number => &self.by_number,
        };
        let order = |at: &u32| begin.order(begin.of.of(self.flight(*at as usize)));
        let first = places.partition_point(|at| order(at).is_lt());
        let end = places.partition_point(|at| order(at).is_le());
        &places[first..end]
    }

    pub(super) fn is_available(&self, at: usize) -> bool {
        self.available[at / 64].load(Ordering::Relaxed) >> (at % 64) & 1 == 1
    }

    /// The place of the first leg from `at` on that can be held.
    pub(super) fn next_available(&self, at: usize) -> Option<usize> {
        let first = self.available.get(at / 64)?;
        let masked = first.load(Ordering::Relaxed) & (u64::MAX << (at % 64));
        if masked != 0 {
            return Some(at / 64 * 64 + masked.trailing_zeros() as usize);
        }
        let rest = self.available.iter().enumerate().skip(at / 64 + 1);
        let mut words = rest.map(|(word, bits)| (word, bits.load(Ordering::Relaxed)));
        let (word, bits) = words.find(|(_, bits)| *bits != 0)?;
        Some(word * 64 + bits.trailing_zeros() as usize)
    }

    /// Says whether the leg at `spot` can be held. For the one writer.
    pub(super) fn set_available(&self, spot: Spot, available: bool) {
        let at = self.first_from(spot);
        if at == self.len() || self.spot(at) != spot {
            debug_assert!(false, "the leg is on its day");
            return;
        }
        let bit = 1 << (at % 64);
        if available {
            self.available[at / 64].fetch_or(bit, Ordering::Relaxed);
        } else {
            self.available[at / 64].fetch_and(!bit, Ordering::Relaxed);
        }
    }
}

/// The places of each route's legs, route after route; and where each route begins.
fn group_by_route(slots: &[Slot], routes: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0; routes + 1];
    for slot in slots {
        starts[slot.route.0 as usize + 1] += 1;
    }
    for route in 0..routes {
        starts[route + 1] += starts[route];
    }
    let mut next = starts.clone();
    let mut by_route = vec![0; slots.len()];
    for (at, slot) in (0..).zip(slots) {
        let place = &mut next[slot.route.0 as usize];
        by_route[*place as usize] = at;
        *place += 1;
    }
    (by_route, starts)
}

/// The places in the order of a part of the legs' flights.
fn order_by_flight(slots: &[Slot], part: FlightPart) -> Vec<u32> {
    let codes = slots.iter().map(|slot| part.of(slot.flight));
    let mut places: Vec<(FlightCode, u32)> = codes.zip(0..).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, at)| at).collect()
}
