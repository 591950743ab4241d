//! `trips.search`: ways from A to B on one, two or three legs.
//!
//! Legs are looked at in three rounds: those that begin a trip, those that end one, and those
//! between an airport that the first can reach and one that the last depart from. Then trips are
//! put together in the order in which they arrive, so that the work ends with the last trip that is
//! told and not with the last that there is.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use trecho_shared::ids::Iata;
use trecho_shared::limits::{TRIP_LEGS, TRIPS, TRIPS_DEFAULT};
use trecho_shared::message::{LegStatus, SearchTrips, Trip, Trips};
use trecho_shared::time::Moment;

use super::day::{Spot, days_since_epoch};
use super::routes::RouteIx;
use super::search::SearchError;
use super::table::Table;
use crate::booking::LegKey;

/// A connection takes at most this long.
const CONNECTION_S: i64 = 12 * 3600;

/// A connection takes at least this long unless told otherwise.
const MIN_CONNECTION_MINUTES: u32 = 45;

/// At most so many trips are looked at. No timetable that people fly comes near; one made to be
/// slow gets the best of the first so many.
const WORK: usize = 200_000;

/// A leg of a trip.
#[derive(Debug, Clone, Copy)]
struct Hop {
    key: LegKey,
    departs: i64,
    arrives: i64,
    fare: i64,
}

/// The ways that `ask` wants.
pub(super) fn trips(table: &Table, ask: &SearchTrips, now: Moment) -> Result<Trips, SearchError> {
    let limit = ask.limit.unwrap_or(TRIPS_DEFAULT);
    if !(1..=TRIPS).contains(&limit) {
        return Err(SearchError::TripLimit);
    }
    let max_legs = ask.max_legs.unwrap_or(TRIP_LEGS);
    if !(1..=TRIP_LEGS).contains(&max_legs) {
        return Err(SearchError::TripLegs);
    }
    let shortest = i64::from(ask.min_connection_minutes.unwrap_or(MIN_CONNECTION_MINUTES)) * 60;
    if shortest > CONNECTION_S {
        return Err(SearchError::Connection);
    }
    if ask.from == ask.to {
        // Every way would be at one airport twice.
        return Ok(Trips { trips: Vec::new() });
    }
    let legs = Legs { table, now, ask, connection: shortest..=CONNECTION_S };
    let network = Network::explore(&legs, max_legs);
    let ways = network.ways(&legs, limit as usize);
    Ok(Trips { trips: ways.iter().filter_map(|way| legs.trip(way)).collect() })
}

/// The legs that trips are made of.
struct Legs<'a> {
    table: &'a Table,
    now: Moment,
    ask: &'a SearchTrips,
    /// How long a connection takes, in seconds.
    connection: RangeInclusive<i64>,
}

impl Legs<'_> {
    /// The legs of a route that depart within a time and can be held, by arrival.
    fn on_route(&self, route: RouteIx, departs: RangeInclusive<i64>) -> Vec<Hop> {
        let unsold = self.now.0.div_euclid(1000) + 1;
        let first = Spot::at(unsold.max(*departs.start()));
        let mut hops = Vec::new();
        for day in self.table.days_from(first.day()) {
            if day.number > Spot::at(*departs.end()).day() {
                break;
            }
            let places = day.on_route(route);
            let begin = places.partition_point(|at| day.spot(*at as usize) < first);
            for at in &places[begin..] {
                let at = *at as usize;
                let Spot { departs: takes_off, key } = day.spot(at);
                if takes_off > *departs.end() {
                    break;
                }
                let facts = if day.is_available(at) { self.table.facts(key) } else { None };
                hops.extend(facts.map(|facts| Hop {
                    key,
                    departs: takes_off,
                    arrives: facts.arrives_at.unix_seconds(),
                    fare: facts.fare.0,
                }));
            }
        }
        hops.sort_unstable_by_key(|hop| (hop.arrives, hop.key));
        hops
    }

    /// Those of `hops`, which are by arrival, that connect to a departure.
    fn connecting<'h>(&self, hops: &'h [Hop], departs: i64) -> &'h [Hop] {
        let (shortest, longest) = (self.connection.start(), self.connection.end());
        let begin = hops.partition_point(|hop| hop.arrives < departs - longest);
        let end = hops.partition_point(|hop| hop.arrives <= departs - shortest);
        &hops[begin..end.max(begin)]
    }

    /// When a leg may depart that one of `hops`, which are by arrival, connects to.
    fn onward(&self, hops: &[Hop]) -> Option<RangeInclusive<i64>> {
        let (first, last) = (hops.first()?, hops.last()?);
        Some(first.arrives + self.connection.start()..=last.arrives + self.connection.end())
    }

    /// A way as the wire shows it; `None` if a leg of it has gone just now.
    fn trip(&self, way: &Way) -> Option<Trip> {
        let legs = way.hops().map(|hop| {
            let leg = self.table.leg(hop.key, self.now)?;
            (leg.status == LegStatus::Open).then_some(leg)
        });
        let legs: Vec<_> = legs.collect::<Option<_>>()?;
        let fare_centavos = legs.iter().map(|leg| leg.fare_centavos).sum();
        let seconds = way.last.arrives - way.first().departs;
        Some(Trip { legs, duration_minutes: u32::try_from(seconds / 60).ok()?, fare_centavos })
    }
}

/// The legs that trips between two airports can have.
struct Network {
    /// The legs that begin a trip, by where they land; by arrival.
    first: BTreeMap<Iata, Vec<Hop>>,
    /// The legs between where the first land and where the last take off, by the latter; with where
    /// they take off, each list by arrival.
    middle: BTreeMap<Iata, Vec<(Iata, Vec<Hop>)>>,
    /// The legs that end a trip with where they take off, by arrival.
    last: Vec<(Iata, Hop)>,
}

impl Network {
    fn explore(legs: &Legs<'_>, max_legs: u32) -> Self {
        let mut network =
            Self { first: first_legs(legs), middle: BTreeMap::new(), last: Vec::new() };
        let SearchTrips { from, to, .. } = *legs.ask;
        let direct = network.first.remove(&to).unwrap_or_default();
        network.last.extend(direct.into_iter().map(|hop| (from, hop)));
        let routes = legs.table.routes();
        let ways_in = if max_legs >= 2 { routes.into(to) } else { &[] };
        for route in ways_in {
            let (via, _) = routes.ends(*route);
            if via == from || via == to {
                continue;
            }
            if max_legs >= 3 {
                let middle = network.middle_legs(legs, via);
                network.middle.insert(via, middle);
            }
            if let Some(departs) = network.last_departures(legs, via) {
                let hops = legs.on_route(*route, departs);
                network.last.extend(hops.into_iter().map(|hop| (via, hop)));
            }
        }
        network.last.sort_unstable_by_key(|(_, hop)| (hop.arrives, hop.key));
        network
    }

    /// The legs to `via` that can be the second of three; none of the stops is at either end.
    fn middle_legs(&self, legs: &Legs<'_>, via: Iata) -> Vec<(Iata, Vec<Hop>)> {
        let between = |(stop, first): (&Iata, &Vec<Hop>)| {
            let route = legs.table.routes().number(*stop, via).filter(|_| *stop != via)?;
            let mut hops = legs.on_route(route, legs.onward(first)?);
            hops.retain(|hop| !legs.connecting(first, hop.departs).is_empty());
            (!hops.is_empty()).then_some((*stop, hops))
        };
        self.first.iter().filter_map(between).collect()
    }

    /// When the last leg of a trip may take off at `via`.
    fn last_departures(&self, legs: &Legs<'_>, via: Iata) -> Option<RangeInclusive<i64>> {
        let first = self.first.get(&via).into_iter();
        let middle = self.middle.get(&via).into_iter().flatten().map(|(_, hops)| hops);
        let onward = first.chain(middle).filter_map(|hops| legs.onward(hops));
        onward.reduce(|one, other| *one.start().min(other.start())..=*one.end().max(other.end()))
    }

    /// The best ways: by arrival, then fewer legs, then fare, then the later departure.
    fn ways(&self, legs: &Legs<'_>, limit: usize) -> Vec<Way> {
        let mut best = BTreeMap::new();
        let mut work = 0;
        for together in self.last.chunk_by(|(_, one), (_, other)| one.arrives == other.arrives) {
            for (via, last) in together {
                self.ending_with(legs, (*via, *last), &mut |way| {
                    work += 1;
                    let rank = way.rank();
                    let full = best.len() == limit;
                    if !full || best.last_key_value().is_some_and(|(worst, _)| rank < *worst) {
                        best.insert(rank, way);
                        if full {
                            best.pop_last();
                        }
                    }
                    work < WORK
                });
            }
            if best.len() == limit || work >= WORK {
                break;
            }
        }
        best.into_values().collect()
    }

    /// Shows the ways that end with `last`, until `see` has seen enough.
    fn ending_with(
        &self,
        legs: &Legs<'_>,
        (via, last): (Iata, Hop),
        see: &mut impl FnMut(Way) -> bool,
    ) {
        if via == legs.ask.from {
            see(Way { before: [None, None], last });
            return;
        }
        if let Some(first) = self.first.get(&via) {
            for first in legs.connecting(first, last.departs) {
                if !see(Way { before: [Some(*first), None], last }) {
                    return;
                }
            }
        }
        for (stop, middle) in self.middle.get(&via).into_iter().flatten() {
            let Some(first) = self.first.get(stop) else { continue };
            for middle in legs.connecting(middle, last.departs) {
                for first in legs.connecting(first, middle.departs) {
                    if !see(Way { before: [Some(*first), Some(*middle)], last }) {
                        return;
                    }
                }
            }
        }
    }
}

/// The legs out of the origin on the date asked for, by where they land; each list by arrival.
fn first_legs(legs: &Legs<'_>) -> BTreeMap<Iata, Vec<Hop>> {
    let SearchTrips { from, date, .. } = *legs.ask;
    let routes = legs.table.routes();
    let midnight = i64::from(days_since_epoch(date)) * 86_400;
    // The date on any calendar, which is then looked at.
    let departs = midnight - 86_400..=midnight + 2 * 86_400;
    let mut first = BTreeMap::new();
    for route in routes.out_of(from) {
        let (_, stop) = routes.ends(*route);
        let mut hops = legs.on_route(*route, departs.clone());
        hops.retain(|hop| legs.table.facts(hop.key).is_some_and(|facts| facts.id.date == date));
        if stop != from && !hops.is_empty() {
            first.insert(stop, hops);
        }
    }
    first
}

/// The arrival, how many legs, the fare, the departure, and the legs.
type Rank = (i64, usize, i64, Reverse<i64>, [Option<LegKey>; 3]);

/// A way from A to B.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// The legs before the last, in order.
    before: [Option<Hop>; 2],
    last: Hop,
}

impl Way {
    fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.before.iter().flatten().chain([&self.last])
    }

    fn first(&self) -> &Hop {
        self.before[0].as_ref().unwrap_or(&self.last)
    }

    /// What ways are sorted by. Keys at the end, so that one search has one answer.
    fn rank(&self) -> Rank {
        let legs = self.hops().count();
        let fare = self.hops().fold(0_i64, |fare, hop| fare.saturating_add(hop.fare));
        let keys =
            [self.before[0], self.before[1], Some(self.last)].map(|hop| hop.map(|hop| hop.key));
        (self.last.arrives, legs, fare, Reverse(self.first().departs), keys)
    }
}
