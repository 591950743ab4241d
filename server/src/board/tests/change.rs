//! What commits do to the board.

use trecho_shared::ids::Locator;
use trecho_shared::message::Include;

use super::*;
use crate::booking::{BookingKey, BookingRecord};

fn one(seats: u32) -> (Board, LegKey) {
    let key = LegKey(7);
    let facts = Arc::new(leg(1, [0, 2], 600, 60, seats));
    (board(&[Made { key, facts, seats_left: seats, closed: false }]), key)
}

fn statuses(board: &Board, key: LegKey) -> Vec<SeatStatus> {
    let rows = board.seats(key).unwrap().rows;
    let seats = rows.into_iter().flat_map(|row| row.blocks).flatten();
    seats.map(|seat| seat.status).collect()
}

fn booked(holds: Vec<HoldRecord>) -> Change {
    let booking = BookingRecord {
        booking: BookingKey(1),
        locator: Locator::from_index(1),
        claim_hash: [0; 32],
        tickets: vec![],
    };
    Change::Booked {
        session: SESSION,
        booking: Box::new(booking),
        holds,
        email: None,
        key: "key".into(),
        body_hash: [0; 32],
        at: Moment(0),
    }
}

#[test]
fn a_seat_goes_from_free_to_held_to_sold_and_back() {
    use SeatStatus::{Free, Held, Sold};
    let (board, key) = one(3);
    assert_eq!(statuses(&board, key), [Free, Free, Free]);
    board.apply(&[
        Change::Held { session: SESSION, hold: hold(key, 1) },
        Change::Held { session: SESSION, hold: hold(key, 2) },
        change(key, 6, 1),
    ]);
    assert_eq!(statuses(&board, key), [Free, Held, Held]);
    let state = LegState { seats_left: 1, version: Version(6), closed: false };
    assert_eq!(board.state(key), Some(state));
    board.apply(&[booked(vec![hold(key, 1)]), change(key, 7, 1)]);
    board.apply(&[
        Change::Freed { session: SESSION, hold: hold(key, 2), place: 0 },
        change(key, 8, 2),
    ]);
    assert_eq!(statuses(&board, key), [Free, Sold, Free]);
    let cancelled =
        Change::TicketCancelled { booking: BookingKey(1), ticket: 0, leg: key, seat: SeatIx(1) };
    board.apply(&[cancelled, change(key, 9, 3)]);
    assert_eq!(statuses(&board, key), [Free, Free, Free]);
    assert_eq!(board.seats(key).unwrap().version, Version(9));
}

#[test]
fn restored_seats_take_from_what_is_left() {
    let (board, key) = one(2);
    board.restore_seat(key, SeatIx(0), SeatStatus::Held).unwrap();
    board.restore_seat(key, SeatIx(0), SeatStatus::Sold).unwrap();
    let state = LegState { seats_left: 1, version: Version(5), closed: false };
    assert_eq!(board.state(key), Some(state));
    board.restore_seat(key, SeatIx(0), SeatStatus::Free).unwrap();
    assert_eq!(board.state(key).unwrap().seats_left, 2);
    for (leg, seat) in [(key, SeatIx(2)), (LegKey(6), SeatIx(0)), (LegKey(9_999), SeatIx(0))] {
        let unknown = UnknownSeat { leg, seat };
        assert_eq!(board.restore_seat(leg, seat, SeatStatus::Sold), Err(unknown));
    }
}

#[test]
fn what_is_not_there_is_none() {
    let (board, key) = one(1);
    for key in [LegKey(0), LegKey(8), LegKey(u32::MAX)] {
        assert_eq!(board.facts(key), None);
        assert_eq!(board.state(key), None);
        assert_eq!(board.leg(key, Moment(0)), None);
        assert_eq!(board.seats(key), None);
    }
    let id = board.facts(key).unwrap().id;
    assert_eq!(board.key(&id), Some(key));
    assert_eq!(board.key(&LegId { origin: airport(2).0, ..id }), None);
    // A change of a leg that the board does not have is nobody's loss.
    board.apply(&[change(LegKey(8), 6, 1)]);
    assert_eq!(board.len(), 1);
}

#[test]
fn the_changed_legs_are_those_with_a_later_version() {
    let legs = (0..3000).map(|at| Made {
        key: LegKey(100 + at),
        facts: Arc::new(leg(1 + u16::try_from(at).unwrap(), [0, 1], 600, 60, 1)),
        seats_left: 1,
        closed: false,
    });
    let board = board(&legs.collect::<Vec<_>>());
    assert_eq!(board.changed_since(Version(5)), []);
    assert_eq!(board.changed_since(Version(4)).len(), 3000);
    board.apply(&[change(LegKey(3000), 6, 0), change(LegKey(100), 7, 0)]);
    assert_eq!(board.changed_since(Version(5)), [LegKey(100), LegKey(3000)]);
    assert_eq!(board.changed_since(Version(6)), [LegKey(100)]);
}

#[test]
fn another_cabin_has_all_of_its_seats_free() {
    let (board, key) = one(2);
    let before = board.facts(key).unwrap();
    board.apply(&[Change::Held { session: SESSION, hold: hold(key, 1) }, change(key, 6, 1)]);
    board.apply(&[
        Change::Freed { session: SESSION, hold: hold(key, 1), place: 0 },
        change(key, 7, 2),
        Change::LegRevised { leg: key, before, after: Arc::new(leg(1, [0, 2], 600, 60, 9)) },
        change(key, 8, 9),
    ]);
    assert_eq!(statuses(&board, key), [SeatStatus::Free; 9]);
    let state = LegState { seats_left: 9, version: Version(8), closed: false };
    assert_eq!(board.state(key), Some(state));
    board.apply(&[Change::Held { session: SESSION, hold: hold(key, 8) }, change(key, 9, 8)]);
    assert_eq!(statuses(&board, key)[8], SeatStatus::Held);
}

#[test]
fn another_fare_keeps_what_is_held() {
    let (board, key) = one(2);
    board.apply(&[Change::Held { session: SESSION, hold: hold(key, 1) }, change(key, 6, 1)]);
    let before = board.facts(key).unwrap();
    let after = Arc::new(LegFacts { fare: Centavos(1), ..(*before).clone() });
    board.apply(&[Change::LegRevised { leg: key, before, after }, change(key, 7, 1)]);
    assert_eq!(statuses(&board, key), [SeatStatus::Free, SeatStatus::Held]);
    assert_eq!(board.leg(key, Moment(0)).unwrap().fare_centavos, Centavos(1));
}

#[test]
fn a_new_leg_has_the_version_of_the_last_change_before_it() {
    let (board, key) = one(2);
    let added = |at: u16| Change::LegAdded {
        leg: LegKey(at.into()),
        facts: Arc::new(leg(at, [0, 1], 700, 60, 1)),
    };
    board.apply(&[added(8), change(key, 6, 1), added(9)]);
    board.apply(&[added(10)]);
    let version = |leg| board.state(LegKey(leg)).unwrap().version.0;
    assert_eq!([8, 9, 10].map(version), [5, 6, 6]);
}

#[test]
fn versions_beyond_a_word_s_room_never_go_back() {
    let (board, key) = one(2);
    board.apply(&[Change::Held { session: SESSION, hold: hold(key, 0) }, change(key, 6, 1)]);
    let far = 1 << 50;
    let added = |at: u16| Change::LegAdded {
        leg: LegKey(at.into()),
        facts: Arc::new(leg(at, [0, 1], 700, 60, 1)),
    };
    board.apply(&[added(8), change(LegKey(8), 7, 0)]);
    board.apply(&[change(key, far, 1)]);
    let state = LegState { seats_left: 1, version: Version(far), closed: false };
    assert_eq!(board.state(key), Some(state));
    assert_eq!(statuses(&board, key), [SeatStatus::Held, SeatStatus::Free]);
    let other = board.state(LegKey(8)).unwrap();
    assert!(other.version >= Version(7) && other.seats_left == 0, "{other:?}");
    // New legs, in the same segment and in another.
    board.apply(&[added(9), added(2000), change(LegKey(2000), far + 1, 0)]);
    let versions = [9, 2000].map(|leg| board.state(LegKey(leg)).unwrap().version.0);
    assert_eq!(versions, [far, far + 1]);
}

proptest! {
    #[test]
    fn a_board_that_grew_is_the_same_as_one_made_whole(
        made in made(80),
        cuts in proptest::collection::vec(0..80_usize, 0..4),
        moves in proptest::collection::vec((any::<prop::sample::Index>(), 0..500_i64), 0..20),
        now in moment(),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(made.len())).collect();
        cuts.extend([0, made.len()]);
        cuts.sort_unstable();
        let grown = board(&made[..cuts[0]]);
        let mut version = 10;
        for part in cuts.windows(2).map(|cut| &made[cut[0]..cut[1]]) {
            let mut changes = Vec::new();
            for Made { key, facts, seats_left, .. } in part {
                changes.push(Change::LegAdded { leg: *key, facts: facts.clone() });
                let taken = *seats_left..facts.cabin.capacity();
                changes.push(booked(taken.map(|seat| hold(*key, seat)).collect()));
                version += 1;
                changes.push(change(*key, version, *seats_left));
            }
            grown.apply(&changes);
        }
        let mut now_made = made.clone();
        for leg in &mut now_made {
            leg.closed = false;
        }
        let mut revisions = Vec::new();
        for (index, minutes) in moves {
            if now_made.is_empty() {
                break;
            }
            let moved = &mut now_made[index.index(made.len())];
            let before = moved.facts.clone();
            let landing = before.departs_at.unix_seconds() + minutes * 60;
            let departs_at = LocalTime::new(landing, before.departs_at.offset_minutes()).unwrap();
            // The id has the date, so that it stays.
            if departs_at.civil().date() != before.id.date {
                continue;
            }
            let after = Arc::new(LegFacts { departs_at, ..(*before).clone() });
            revisions.push(Change::LegRevised { leg: moved.key, before, after: after.clone() });
            moved.facts = after;
        }
        grown.apply(&revisions);
        let whole = board(&now_made);
        prop_assert_eq!(grown.len(), whole.len());
        for include in [Include::All, Include::Available] {
            let ask = SearchLegs { include, limit: Some(500), ..SearchLegs::default() };
            let versionless = |board: &Board| {
                let mut page = board.search(&ask, now).unwrap();
                page.legs.iter_mut().for_each(|leg| leg.version = Version(0));
                page
            };
            prop_assert_eq!(versionless(&grown), versionless(&whole));
        }
        for leg in &now_made {
            prop_assert_eq!(grown.key(&leg.facts.id), Some(leg.key));
            let seats = |board: &Board| board.seats(leg.key).unwrap().rows;
            prop_assert_eq!(seats(&grown), seats(&whole));
        }
    }
}
