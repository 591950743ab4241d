//! Which flights there are: their numbers, days, times and aircraft.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};

use trecho_shared::ids::{FlightNumber, Iata};

use super::fare::{Priced, whole_km};
use super::fleet;
use crate::booking::{Aircraft, Cabin};
use crate::timetable::dice::Dice;
use crate::timetable::{Route, routes};

/// A flight of the sample: one route, at the same time on the days of the week on which it flies.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) number: FlightNumber,
    pub(super) from: Iata,
    pub(super) to: Iata,
    /// The route's length along the great circle.
    pub(super) km: u32,
    /// The departure, in minutes after midnight on the origin's clock.
    pub(super) departs_minute: u32,
    pub(super) block_minutes: u32,
    pub(super) days: Days,
    pub(super) aircraft: Aircraft,
    pub(super) cabin: Arc<Cabin>,
}

impl Flight {
    /// What its fare on a date depends on.
    pub(super) fn priced(&self, date: Date) -> Priced {
        let Self { number, km, departs_minute, .. } = *self;
        Priced { flight: number, km, departs_minute, date }
    }
}

/// Days of the week, a bit each from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days(u8);

impl Days {
    const ALL: Self = Self(0b111_1111);
    const NOT_SATURDAY: Self = Self(0b101_1111);
    const WORKING: Self = Self(0b001_1111);
    const EVERY_OTHER: Self = Self(0b101_0101);

    pub(super) fn has(self, day: Weekday) -> bool {
        self.0 >> day.to_monday_zero_offset() & 1 == 1
    }
}

/// The first flight's number. The way out has even numbers, the way back odd ones.
const FIRST_NUMBER: u16 = 1000;

/// Every flight of this seed.
pub(super) fn flights(seed: u64) -> Vec<Flight> {
    let mut next = FIRST_NUMBER;
    let mut cabins = Cabins::default();
    let mut flights = Vec::new();
    for pair in pairs() {
        let mut longest = 0;
        for (way, route) in pair.into_iter().enumerate() {
            let Some(route) = route else { continue };
            let plans = plan(seed, route, &mut cabins);
            longest = longest.max(plans.len());
            for (at, plan) in plans.into_iter().enumerate() {
                let number = usize::from(next) + 2 * at + way;
                flights.push(plan.numbered(route, number));
            }
        }
        next += u16::try_from(2 * longest).expect("a route has few flights");
    }
    flights
}

/// The routes, each with its way back where there is one.
fn pairs() -> Vec<[Option<&'static Route>; 2]> {
    let mut pairs = std::collections::BTreeMap::<_, [Option<&Route>; 2]>::new();
    for route in routes() {
        let ends = (route.from.min(route.to), route.from.max(route.to));
        pairs.entry(ends).or_default()[usize::from(route.from > route.to)] = Some(route);
    }
    pairs.into_values().collect()
}

/// A flight that has no number yet.
struct Plan {
    km: u32,
    departs_minute: u32,
    days: Days,
    aircraft: Aircraft,
    cabin: Arc<Cabin>,
}

impl Plan {
    fn numbered(self, route: &Route, number: usize) -> Flight {
        let number =
            u16::try_from(number).ok().and_then(|number| FlightNumber::new(*b"TR", number));
        let Self { km, departs_minute, days, aircraft, cabin } = self;
        Flight {
            number: number.expect("a test counts the flights: there are far fewer than numbers"),
            from: route.from,
            to: route.to,
            km,
            departs_minute,
            block_minutes: fleet::model(aircraft).block_minutes(km),
            days,
            aircraft,
            cabin,
        }
    }
}

/// One cabin a layout, shared by all flights.
#[derive(Default)]
struct Cabins(HashMap<&'static str, Arc<Cabin>>);

impl Cabins {
    fn of(&mut self, aircraft: Aircraft) -> Arc<Cabin> {
        let layout = fleet::model(aircraft).cabin;
        self.0.entry(layout).or_insert_with(|| fleet::cabin(layout)).clone()
    }
}

/// The flights of one route, by departure.
fn plan(seed: u64, route: &Route, cabins: &mut Cabins) -> Vec<Plan> {
    let mut dice = Dice::of(seed, format!("route {}-{}", route.from, route.to).as_bytes());
    let km = whole_km(route.from, route.to).expect("a test looks both ends of each route up");
    let combis = combis(route);
    let count = (frequency(route.carriers, km, &mut dice)).max(combis.len());
    let times = departures(count, &mut dice);
    let planes = times.into_iter().enumerate().map(|(at, departs_minute)| {
        let picked = *dice.pick(&route.aircraft);
        let days = days(route.carriers, &mut dice);
        match combis.get(at) {
            Some((aircraft, cabin)) => {
                let (aircraft, cabin) = (*aircraft, cabin.clone());
                Plan { km, departs_minute, days: Days::ALL, aircraft, cabin }
            }
            None => Plan { km, departs_minute, days, aircraft: picked, cabin: cabins.of(picked) },
        }
    });
    planes.collect()
}

/// The combis of a route: one in each cabin, if they fly there at all.
fn combis(route: &Route) -> Vec<(Aircraft, Arc<Cabin>)> {
    let combi = route.aircraft.iter().find(|aircraft| aircraft.as_str() == fleet::COMBI.code);
    combi.map_or_else(Vec::new, |combi| fleet::combi_cabins().map(|cabin| (*combi, cabin)).into())
}

/// How many flights a route has: what several carriers fly is flown often, and more so if short.
fn frequency(carriers: u8, km: u32, dice: &mut Dice) -> usize {
    match carriers {
        0 | 1 => 1,
        2 => 2,
        3 => 4 + dice.below(2) as usize,
        _ if km < 500 => 18,
        _ => 12,
    }
}

/// On which days a flight flies: less often where one carrier alone flies.
fn days(carriers: u8, dice: &mut Dice) -> Days {
    let daily = if carriers <= 1 { 40 } else { 75 };
    let not_saturday = if carriers <= 1 { 70 } else { 90 };
    match dice.below(100) {
        roll if roll < daily => Days::ALL,
        roll if roll < not_saturday => Days::NOT_SATURDAY,
        _ if carriers <= 1 => Days::EVERY_OTHER,
        _ => Days::WORKING,
    }
}

/// The first departure of a day, in minutes after midnight.
const FIRST_MINUTE: u32 = 5 * 60 + 30;

/// How much is flown in each half-hour from 05:30 to 23:30: a peak in the morning, one in the
/// evening, some lunch, little at night.
const DEMAND: [u32; 36] = [
    4, 9, 10, 10, 9, 8, 7, 6, 5, 5, 5, 5, 6, 6, 6, 5, 4, 4, 4, 5, 5, 6, 7, 8, 9, 10, 10, 9, 8, 7,
    6, 5, 4, 4, 3, 3,
];

/// `count` departures in minutes after midnight, multiples of five, spread over the day as the
/// demand is: one in each of as many equal shares of it.
fn departures(count: usize, dice: &mut Dice) -> Vec<u32> {
    let count = u32::try_from(count).expect("a route has few flights");
    let share = DEMAND.iter().sum::<u32>() * 1000 / count.max(1);
    // Neighbours keep apart; a flight that is alone may be at any time.
    let margin = if count > 1 { share / 5 } else { 0 };
    let shares = 0..count;
    shares.map(|at| minute(at * share + margin + dice.below(share - 2 * margin))).collect()
}

/// The minute after midnight before which `point` thousandths of the day's demand depart.
fn minute(point: u32) -> u32 {
    let mut before = 0;
    for (half_hour, demand) in (0..).zip(DEMAND) {
        let demand = demand * 1000;
        if point < before + demand {
            let minute = (point - before) * 30 / demand;
            return FIRST_MINUTE + half_hour * 30 + minute / 5 * 5;
        }
        before += demand;
    }
    // Rounding leaves a few thousandths at the end of the day.
    FIRST_MINUTE + 36 * 30
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_flight_has_a_number_of_its_own() {
        for seed in 0..5 {
            let flights = flights(seed);
            let numbers: HashSet<_> = flights.iter().map(|flight| flight.number).collect();
            assert_eq!(numbers.len(), flights.len());
        }
    }

    #[test]
    fn every_route_is_flown() {
        let flown: HashSet<_> = flights(3).iter().map(|flight| (flight.from, flight.to)).collect();
        assert_eq!(flown.len(), routes().len());
    }

    #[test]
    fn departures_stay_within_the_day_and_apart() {
        for count in 1..=18 {
            let times = departures(count, &mut Dice::of(9, b"times"));
            assert_eq!(times.len(), count);
            assert!(times.iter().all(|minute| (330..=1410).contains(minute) && minute % 5 == 0));
            assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
        }
        assert_eq!((minute(0), minute(u32::MAX)), (330, 1410));
    }

    #[test]
    fn a_flight_flies_on_at_least_four_days_a_week() {
        for carriers in 1..=4 {
            let mut dice = Dice::of(5, b"days");
            assert!((0..200).all(|_| days(carriers, &mut dice).0.count_ones() >= 4));
        }
    }
}
