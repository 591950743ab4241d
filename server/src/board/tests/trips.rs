//! `trips.search` equals trying everything.

use std::cmp::Reverse;

use trecho_shared::message::{LegStatus, Trip};

use super::*;

/// All ways, said as plainly as can be.
fn naive(board: &Board, made: &[Made], ask: &SearchTrips, now: Moment) -> Vec<Trip> {
    let mut legs: Vec<_> = shown(board, made, now).into_iter().zip(made).collect();
    legs.retain(|(leg, _)| leg.status == LegStatus::Open);
    let mut whole = Vec::new();
    let mut begun: Vec<Vec<usize>> = (0..legs.len())
        .filter(|at| legs[*at].0.from == ask.from && legs[*at].0.leg.date == ask.date)
        .map(|at| vec![at])
        .collect();
    while let Some(way) = begun.pop() {
        let mut airports: Vec<Iata> = way.iter().map(|at| legs[*at].0.to).collect();
        airports.push(ask.from);
        airports.sort();
        if airports.windows(2).any(|pair| pair[0] == pair[1]) {
            continue;
        }
        let last = &legs[*way.last().unwrap()].0;
        if last.to == ask.to {
            whole.push(way);
            continue;
        }
        if way.len() == ask.max_legs.unwrap_or(3) as usize {
            continue;
        }
        for (at, (next, _)) in legs.iter().enumerate() {
            let wait = next.departs_at.unix_seconds() - last.arrives_at.unix_seconds();
            let shortest = i64::from(ask.min_connection_minutes.unwrap_or(45)) * 60;
            if next.from == last.to && (shortest..=12 * 3600).contains(&wait) {
                begun.push(way.iter().copied().chain([at]).collect());
            }
        }
    }
    let leg = |at: usize| &legs[at].0;
    whole.sort_by_key(|way| {
        let fare: i64 = way.iter().map(|at| leg(*at).fare_centavos.0).sum();
        let first = leg(way[0]).departs_at.unix_seconds();
        let keys: Vec<LegKey> = way.iter().map(|at| legs[*at].1.key).collect();
        let last = leg(*way.last().unwrap()).arrives_at.unix_seconds();
        (last, way.len(), fare, Reverse(first), keys)
    });
    whole.truncate(ask.limit.unwrap_or(20) as usize);
    let trip = |way: &Vec<usize>| {
        let legs: Vec<Leg> = way.iter().map(|at| leg(*at).clone()).collect();
        let ends = (legs[0].departs_at, legs.last().unwrap().arrives_at);
        let minutes = (ends.1.unix_seconds() - ends.0.unix_seconds()) / 60;
        Trip {
            duration_minutes: minutes.try_into().unwrap(),
            fare_centavos: legs.iter().map(|leg| leg.fare_centavos).sum(),
            legs,
        }
    };
    whole.iter().map(trip).collect()
}

fn ask() -> impl Strategy<Value = SearchTrips> {
    let day = (23..28_i8).prop_map(|day| jiff::civil::date(2026, 11, day));
    let limit = proptest::option::of(1..=100_u32);
    let bounds = (proptest::option::of(1..=3_u32), proptest::option::of(0..=720_u32), limit);
    (0..6_usize, 0..6_usize, day, bounds).prop_map(
        |(from, to, date, (max_legs, min_connection_minutes, limit))| SearchTrips {
            from: airport(from).0,
            to: airport(to).0,
            date,
            max_legs,
            min_connection_minutes,
            limit,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn trips_are_those_that_trying_everything_finds(
        made in made(160),
        ask in ask(),
        now in moment(),
    ) {
        let board = board(&made);
        let found = board.trips(&ask, now).unwrap().trips;
        prop_assert_eq!(found, naive(&board, &made, &ask, now));
    }
}

#[test]
fn a_search_out_of_bounds_is_refused() {
    let board = board(&[]);
    let date = jiff::civil::date(2026, 11, 24);
    let (from, to) = (airport(0).0, airport(2).0);
    let ask =
        SearchTrips { from, to, date, max_legs: None, min_connection_minutes: None, limit: None };
    assert_eq!(board.trips(&ask, Moment(0)).unwrap().trips, []);
    let refused = |ask: SearchTrips| board.trips(&ask, Moment(0)).unwrap_err();
    for legs in [0, 4] {
        assert_eq!(
            refused(SearchTrips { max_legs: Some(legs), ..ask.clone() }),
            SearchError::TripLegs
        );
    }
    for limit in [0, 101] {
        assert_eq!(
            refused(SearchTrips { limit: Some(limit), ..ask.clone() }),
            SearchError::TripLimit
        );
    }
    let late = SearchTrips { min_connection_minutes: Some(721), ..ask };
    assert_eq!(refused(late), SearchError::Connection);
}

#[test]
fn a_connection_takes_what_was_asked_for_to_twelve_hours() {
    let first = leg(1, [0, 1], 600, 60, 1);
    let waits = [44, 45, 720, 721];
    let next = (2..).zip(waits).map(|(flight, wait)| leg(flight, [1, 2], 660 + wait, 60, 1));
    let made: Vec<Made> = (0..)
        .zip([first].into_iter().chain(next))
        .map(|(key, facts)| Made {
            key: LegKey(key),
            facts: Arc::new(facts),
            seats_left: 1,
            closed: false,
        })
        .collect();
    let ask = SearchTrips {
        from: airport(0).0,
        to: airport(2).0,
        date: made[0].facts.id.date,
        max_legs: None,
        min_connection_minutes: None,
        limit: None,
    };
    let flights = |ask| {
        let trips = board(&made).trips(&ask, Moment(0)).unwrap().trips;
        trips.iter().map(|trip| trip.legs[1].flight.number()).collect::<Vec<_>>()
    };
    assert_eq!(flights(ask.clone()), [3, 4]);
    assert_eq!(flights(SearchTrips { min_connection_minutes: Some(44), ..ask }), [2, 3, 4]);
}

#[test]
fn a_timetable_made_to_be_slow_still_gets_an_answer() {
    // Everything departs together and connects to everything: 300 x 300 x 300 ways.
    let fan =
        |first: u16, ends, departs| (0..300).map(move |at| leg(first + at, ends, departs, 30, 1));
    let legs = fan(1, [0, 1], 600).chain(fan(1001, [1, 2], 700)).chain(fan(2001, [2, 3], 800));
    let legs = legs.chain([leg(4001, [0, 3], 650, 180, 1)]);
    let made: Vec<Made> = (0..)
        .zip(legs)
        .map(|(key, facts)| Made {
            key: LegKey(key),
            facts: Arc::new(facts),
            seats_left: 1,
            closed: false,
        })
        .collect();
    let ask = SearchTrips {
        from: airport(0).0,
        to: airport(3).0,
        date: made[0].facts.id.date,
        max_legs: None,
        min_connection_minutes: None,
        limit: Some(100),
    };
    let trips = board(&made).trips(&ask, Moment(0)).unwrap().trips;
    assert_eq!(trips.len(), 100);
    assert_eq!(trips[0].legs.len(), 1);
    assert!(trips[1..].iter().all(|trip| trip.legs.len() == 3));
}
