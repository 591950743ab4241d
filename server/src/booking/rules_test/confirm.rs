//! Rules 4 and 6: the whole cart or nothing, and once.

use trecho_shared::ids::HoldId;

use crate::booking::rehearsal::{Rehearsal, ask, purchase};
use crate::booking::{CartView, Change, Command, LegChangeKind, LegKey, Outcome, Reason, Refusal};

#[test]
fn passenger_i_gets_the_ith_seat_held_on_each_leg() {
    let mut rules = Rehearsal::new(&["1x4", "1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(2, 1)]).unwrap();
    rules.hold(caller, &[ask(1, 2), ask(2, 1)]).unwrap();
    let booking = rules.buy(caller, 2, "key");
    let tickets: Vec<_> = booking
        .tickets
        .iter()
        .map(|ticket| (ticket.leg.0, ticket.passenger.first_name.as_str(), ticket.seat.0))
        .collect();
    let [first, second] = ["Passageiro 1", "Passageiro 2"];
    assert_eq!(tickets, [(2, first, 0), (2, second, 1), (1, first, 0), (1, second, 1)]);
    assert_eq!(rules.cart(caller), CartView::default());
    assert_eq!((rules.left(1), rules.left(2)), (2, 2), "what is sold stays taken");
}

#[test]
fn others_see_that_a_seat_was_sold() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let confirm = Command::Confirm(caller, Box::new(purchase(1, "key", 1)));
    let told = rules.run(&confirm).changes.into_iter().find_map(|change| match change {
        Change::Leg(told) => Some((told.kind, told.reason, told.seats_left)),
        _ => None,
    });
    assert_eq!(told, Some((LegChangeKind::Updated, Reason::Sold, 0)));
}

#[test]
fn every_leg_needs_a_seat_for_each_passenger() {
    let mut rules = Rehearsal::new(&["1x4", "1x4", "1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1), ask(2, 2), ask(3, 3)]).unwrap();
    let mismatch = |legs: &[u32]| {
        Err(Refusal::PassengersMismatch(legs.iter().map(|&leg| LegKey(leg)).collect()))
    };
    assert_eq!(rules.confirm(caller, purchase(2, "key", 1)), mismatch(&[1, 3]));
    assert_eq!(rules.confirm(caller, purchase(10, "key", 1)), mismatch(&[1, 2, 3]));
    assert_eq!(rules.cart(caller).holds.len(), 6, "nothing was sold");
}

#[test]
fn what_the_passenger_saw_must_be_what_the_cart_holds() {
    let mut rules = Rehearsal::new(&["1x4", "1x4"]);
    let caller = rules.open(1);
    let mut saw: Vec<HoldId> =
        rules.hold(caller, &[ask(1, 1), ask(2, 1)]).unwrap().holds.iter().map(|h| h.hold).collect();
    let seen = |holds: &[HoldId]| {
        let mut purchase = purchase(1, "key", 1);
        purchase.holds = Some(holds.to_vec());
        purchase
    };
    let [one, unknown] = [&saw[..1], &[saw[0], saw[1], HoldId(999)]];
    assert_eq!(rules.confirm(caller, seen(one)), Err(Refusal::CartChanged));
    assert_eq!(rules.confirm(caller, seen(unknown)), Err(Refusal::CartChanged));
    saw.reverse();
    assert!(rules.confirm(caller, seen(&saw)).is_ok(), "in any order");
}

#[test]
fn the_same_key_and_purchase_give_the_same_booking() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let booking = rules.buy(caller, 1, "key").booking;
    assert_eq!(rules.confirm(caller, purchase(1, "key", 1)), Ok(Outcome::Booking(booking)));
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!(rules.confirm(caller, purchase(1, "key", 1)), Ok(Outcome::Booking(booking)));
    assert_eq!(rules.cart(caller).holds.len(), 1, "the new cart was not sold");
    assert_eq!(rules.bookings.len(), 1);
}

#[test]
fn the_same_key_for_another_purchase_is_a_conflict() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.buy(caller, 1, "key");
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let other = rules.confirm(caller, purchase(1, "key", 77));
    assert_eq!(other, Err(Refusal::IdempotencyConflict));
}

#[test]
fn only_success_is_remembered() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let caller = rules.open(1);
    assert_eq!(rules.confirm(caller, purchase(1, "key", 1)), Err(Refusal::CartEmpty));
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert!(rules.confirm(caller, purchase(1, "key", 2)).is_ok());
}

#[test]
fn keys_belong_to_the_session() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let (first, second) = (rules.open(1), rules.open(2));
    rules.hold(first, &[ask(1, 1)]).unwrap();
    rules.hold(second, &[ask(1, 1)]).unwrap();
    assert_ne!(rules.buy(first, 1, "key").booking, rules.buy(second, 1, "key").booking);
}

#[test]
fn a_confirm_can_be_repeated_after_close_expiry_and_a_lost_socket() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let booking = rules.buy(caller, 1, "key").booking;
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(700).answer(&Command::Close(caller)).unwrap();
    let (caller, _) = rules.at(80_000).resume(1);
    assert_eq!(rules.confirm(caller, purchase(1, "key", 1)), Ok(Outcome::Booking(booking)));
    rules.answer(&Command::Detach(caller)).unwrap();
    let (caller, _) = rules.at(160_000).resume(1);
    assert_eq!(rules.confirm(caller, purchase(1, "key", 1)), Ok(Outcome::Booking(booking)));
}
