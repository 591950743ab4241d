//! Cancelling: whole legs, and again as often as one likes.

use trecho_shared::ids::Locator;

use crate::booking::rehearsal::{Rehearsal, ask, cancellation, leg_id};
use crate::booking::{Change, LegChangeKind, Outcome, Policy, Reason, Refusal};

const BOOKING: crate::booking::BookingKey = crate::booking::BookingKey(1);

/// Two passengers on leg 1, which departs at 300 s, and leg 2, which departs much later.
fn booked() -> (Rehearsal, Locator) {
    let mut rules = Rehearsal::with(Policy::default(), &[("1x2", 300), ("1x4", 9000), ("1x2", 1)]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 2), ask(2, 2)]).unwrap();
    let booking = rules.buy(caller, 2, "key").locator;
    (rules, booking)
}

#[test]
fn without_legs_the_whole_booking_is_cancelled_and_its_seats_are_free() {
    let (mut rules, booking) = booked();
    assert_eq!(rules.cancel(booking, None), Ok(Outcome::Booking(BOOKING)));
    assert_eq!((rules.left(1), rules.left(2)), (2, 4));
    assert!(rules.bookings[0].tickets.iter().all(|ticket| ticket.cancelled));
}

#[test]
fn named_legs_are_cancelled_for_everyone_on_them() {
    let (mut rules, booking) = booked();
    rules.cancel(booking, Some(&[leg_id(2)])).unwrap();
    assert_eq!((rules.left(1), rules.left(2)), (0, 4));
}

#[test]
fn a_leg_that_was_full_is_open_again() {
    let (mut rules, booking) = booked();
    let command = rules.looked_up(cancellation(booking, Some(&[leg_id(1)])));
    let Some(Change::Leg(told)) = rules.run(&command).changes.pop() else { panic!("not told") };
    let expected = (LegChangeKind::Reopened, Reason::Cancelled, 2);
    assert_eq!((told.kind, told.reason, told.seats_left), expected);
}

#[test]
fn cancelling_again_answers_with_the_booking_as_it_is() {
    let (mut rules, booking) = booked();
    rules.cancel(booking, Some(&[leg_id(1)])).unwrap();
    rules.cancel(booking, Some(&[leg_id(1)])).unwrap();
    rules.cancel(booking, None).unwrap();
    let version = rules.state.counters().version;
    assert_eq!(rules.cancel(booking, None), Ok(Outcome::Booking(BOOKING)));
    assert_eq!(rules.state.counters().version, version, "nothing changed");
    let after_departure = rules.at(400).cancel(booking, Some(&[leg_id(1)]));
    assert_eq!(after_departure, Ok(Outcome::Booking(BOOKING)));
}

#[test]
fn what_departed_stays_and_the_rest_is_cancelled() {
    let (mut rules, booking) = booked();
    rules.at(300);
    let named = rules.cancel(booking, Some(&[leg_id(1), leg_id(2)]));
    assert_eq!(named, Err(Refusal::Flown(vec![leg_id(1)])));
    assert_eq!(rules.left(2), 2, "all or nothing");
    rules.cancel(booking, None).unwrap();
    assert_eq!((rules.left(1), rules.left(2)), (0, 4));
    let rest = rules.cancel(booking, None);
    assert_eq!(rest, Err(Refusal::Flown(vec![leg_id(1)])), "nothing else is left");
}

#[test]
fn unknown_bookings_and_legs_are_refused() {
    let (mut rules, booking) = booked();
    assert_eq!(rules.cancel(Locator::from_index(99), None), Err(Refusal::BookingUnknown));
    let unknown = rules.cancel(booking, Some(&[leg_id(1), leg_id(3)]));
    assert_eq!(unknown, Err(Refusal::LegUnknown(vec![leg_id(3)])));
    assert_eq!(rules.left(1), 0);
}
