//! The board against naive ones, and against a writer that does not wait for readers.

mod change;
mod concurrent;
mod search;
mod trips;

use std::sync::Arc;

use proptest::prelude::*;

use trecho_shared::ids::{HoldId, Iata, LegId, Version};
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, Moment};

use super::*;
use crate::booking::{Cabin, LegChangeKind, Reason, SessionKey};

/// Airports on four clocks of Brazil, and one that the server does not know.
const AIRPORTS: [(&str, i16); 6] =
    [("GRU", -180), ("CGH", -180), ("MAO", -240), ("TBT", -300), ("FEN", -120), ("XGR", 60)];

/// 2026-11-24T00:00:00Z.
const START_S: i64 = 1_795_478_400;

fn airport(at: usize) -> (Iata, i16) {
    let (code, offset) = AIRPORTS[at % AIRPORTS.len()];
    (code.parse().unwrap(), offset)
}

/// A leg in few words: flight, the two airports, minutes from [`START_S`], rows of one seat.
fn leg(flight: u16, [from, to]: [usize; 2], departs: i64, minutes: i64, seats: u32) -> LegFacts {
    let ((from, from_offset), (to, to_offset)) = (airport(from), airport(to));
    let departs_at = LocalTime::new(START_S + departs * 60, from_offset).unwrap();
    let arrives_at = LocalTime::new(START_S + (departs + minutes) * 60, to_offset).unwrap();
    let flight = format!("TR{flight}").parse().unwrap();
    LegFacts {
        id: LegId { flight, date: departs_at.civil().date(), origin: from },
        to,
        departs_at,
        arrives_at,
        aircraft: "320".parse().unwrap(),
        cabin: Arc::new(Cabin::new(seats, vec![1]).unwrap()),
        fare: Centavos(departs % 7 * 100 + 90),
    }
}

/// A leg of a made-up timetable with what is left of it.
#[derive(Debug, Clone)]
struct Made {
    key: LegKey,
    facts: Arc<LegFacts>,
    seats_left: u32,
    closed: bool,
}

/// Up to `count` legs with ids of their own, on four days.
fn made(count: usize) -> impl Strategy<Value = Vec<Made>> {
    let one = (1..150_u16, [0..6_usize, 0..6_usize], 0..4 * 288_i64, 1..80_i64, 1..4_u32);
    let state = (0..4_u32, proptest::bool::weighted(0.1));
    let legs = proptest::collection::vec((one, state), 0..count);
    (legs, 0..3000_u32).prop_map(|(legs, base)| {
        let mut known = std::collections::HashSet::new();
        let mut made = Vec::new();
        for ((flight, ends, departs, minutes, seats), (left, closed)) in legs {
            // Multiples of five minutes, so that legs depart and arrive together.
            let facts = Arc::new(leg(flight, ends, departs * 5, minutes * 5, seats));
            if known.insert(facts.id) {
                let key = LegKey(base + u32::try_from(made.len()).unwrap());
                made.push(Made { key, facts, seats_left: left.min(seats), closed });
            }
        }
        made
    })
}

/// The board of `made`, its seats taken one by one.
fn board(made: &[Made]) -> Board {
    let legs = made.iter().map(|leg| (leg.key, leg.facts.clone(), leg.closed));
    let board = Board::new(legs, Version(5));
    for leg in made {
        for seat in leg.seats_left..leg.facts.cabin.capacity() {
            board.restore_seat(leg.key, SeatIx(seat), SeatStatus::Sold).unwrap();
        }
    }
    board
}

/// Leg by leg what `board` shows of `made`.
fn shown(board: &Board, made: &[Made], now: Moment) -> Vec<Leg> {
    made.iter().map(|leg| board.leg(leg.key, now).unwrap()).collect()
}

/// A moment on the days of [`made`].
fn moment() -> impl Strategy<Value = Moment> {
    (-60..4 * 1440_i64).prop_map(|minute| Moment((START_S + minute * 60) * 1000))
}

fn change(leg: LegKey, version: u64, seats_left: u32) -> Change {
    Change::Leg(LegChange {
        leg,
        version: Version(version),
        version_before: Version(0),
        seats_left,
        closed: false,
        kind: LegChangeKind::Updated,
        reason: Reason::Operator,
    })
}

fn hold(leg: LegKey, seat: u32) -> HoldRecord {
    HoldRecord { hold: HoldId(1), leg, seat: SeatIx(seat), fare: Centavos(90) }
}

const SESSION: SessionKey = SessionKey(1);
