//! The sample as a whole.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::date;

use super::*;

/// What a leg says, in one line.
fn line(leg: &LegFacts) -> String {
    let LegFacts { id, to, departs_at, arrives_at, aircraft, cabin, fare } = leg;
    format!("{id} {to} {departs_at} {arrives_at} {aircraft} {cabin} {}", fare.0)
}

fn month(seed: u64) -> Vec<LegFacts> {
    let sample = Sample::new(seed);
    let days = (0..30).map(|day| date(2026, 11, 24) + day.days());
    days.flat_map(|day| sample.legs_of(day)).collect()
}

#[test]
fn a_day_is_the_same_for_ever() {
    let legs = legs_of(7470, date(2026, 11, 24));
    let text = legs.iter().fold(String::new(), |mut text, leg| {
        writeln!(text, "{}", line(leg)).unwrap();
        text
    });
    let checksum = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let expected = [
        "TR2208-20261124-GYN UDI 2026-11-24T05:30:00-03:00 2026-11-24T06:25:00-03:00 AT7 17x2-2 13790",
        "TR1039-20261124-SSA AJU 2026-11-24T13:20:00-03:00 2026-11-24T14:15:00-03:00 AT7 17x2-2 16290",
        "TR1838-20261124-ERN TFF 2026-11-24T22:25:00-05:00 2026-11-25T01:10:00-04:00 AT4 12x2-2 21490",
    ];
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!([lines[0], lines[600], lines[lines.len() - 1]], expected);
    assert_eq!((legs.len(), checksum), (1286, 0x04a0_4714_0d63_42bc));
}

#[test]
fn a_month_has_about_forty_thousand_legs() {
    for seed in [0, 1, 7470] {
        let count = month(seed).len();
        assert!((38_000..=42_000).contains(&count), "{count} for the seed {seed}");
    }
}

#[test]
fn every_leg_has_an_id_of_its_own() {
    let legs = month(2);
    let ids: HashSet<_> = legs.iter().map(|leg| leg.id).collect();
    assert_eq!(ids.len(), legs.len());
}

#[test]
fn a_flight_flies_the_same_route_at_the_same_time_every_day() {
    let mut known = HashMap::new();
    for leg in month(3) {
        let what = (leg.id.origin, leg.to, leg.departs_at.civil().time(), leg.cabin.to_string());
        assert_eq!(known.entry(leg.id.flight).or_insert_with(|| what.clone()), &what, "{leg:?}");
    }
}

#[test]
fn every_leg_departs_on_its_date_and_lands_a_believable_time_later() {
    for leg in month(4) {
        assert_eq!(leg.departs_at.civil().date(), leg.id.date, "{leg:?}");
        let minutes = (leg.arrives_at.unix_seconds() - leg.departs_at.unix_seconds()) / 60;
        assert!((25..=330).contains(&minutes), "{minutes} minutes for {leg:?}");
    }
}

#[test]
fn zones_differ_and_some_flights_land_the_next_day() {
    let legs = month(5);
    let offsets: HashSet<_> = legs.iter().map(|leg| leg.departs_at.offset_minutes()).collect();
    assert_eq!(offsets, HashSet::from([-120, -180, -240, -300]));
    assert!(legs.iter().any(|leg| leg.arrives_at.civil().date() > leg.id.date));
}

#[test]
fn some_aircraft_have_a_single_seat_every_day() {
    let mut single = HashMap::<Date, u32>::new();
    for leg in month(6).iter().filter(|leg| leg.cabin.capacity() == 1) {
        *single.entry(leg.id.date).or_default() += 1;
    }
    assert!(single.len() == 30 && single.values().all(|&legs| legs >= 2), "{single:?}");
}

#[test]
fn another_seed_makes_another_day() {
    let day = date(2026, 11, 24);
    assert_ne!(legs_of(1, day), legs_of(2, day));
    assert_eq!(legs_of(1, day), legs_of(1, day));
}

#[test]
fn years_beyond_the_protocol_have_no_legs() {
    assert!(legs_of(1, date(1960, 1, 1)).is_empty());
    assert!(legs_of(1, Date::MIN).is_empty());
}
