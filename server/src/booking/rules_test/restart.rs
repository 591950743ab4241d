//! What a ledger brings back after a restart.

use std::sync::Arc;

use trecho_shared::ids::{HoldId, Version};
use trecho_shared::money::Centavos;

use crate::booking::rehearsal::{Rehearsal, ask, facts, second};
use crate::booking::{
    Caller, CartClock, Command, Counters, Generation, HoldRecord, LegKey, LostReason, Policy,
    Refusal, RestoreError, SeatIx, SessionKey, SessionRecord, State,
};

const COUNTERS: Counters = Counters {
    session: SessionKey(40),
    hold: HoldId(50),
    booking: crate::booking::BookingKey(60),
    version: Version(70),
};

fn hold(id: u64, leg: u32, seat: u32) -> HoldRecord {
    HoldRecord { hold: HoldId(id), leg: LegKey(leg), seat: SeatIx(seat), fare: Centavos(5) }
}

fn record(session: u64, deadline: i64) -> SessionRecord {
    let clock = CartClock {
        deadline: Some(second(deadline)),
        cap: Some(second(deadline + 10)),
        expired: false,
    };
    SessionRecord {
        session: SessionKey(session),
        token_hash: [1; 32],
        name: None,
        clock,
        last_contact: second(-3600),
        purchases: 0,
    }
}

/// Leg 10 was left out; leg 11 is closed, leg 12 has a seat sold and two held by session 7.
fn restored() -> Rehearsal {
    let mut rules = Rehearsal::new(&[]);
    let state = &mut rules.state;
    *state = State::new(Policy::default(), LegKey(11), COUNTERS);
    state.restore_leg(LegKey(11), &Arc::new(facts(11, "1x3", 9000)), true).unwrap();
    state.restore_leg(LegKey(12), &Arc::new(facts(12, "1x4", 9000)), false).unwrap();
    state.restore_claim(LegKey(12), SeatIx(0)).unwrap();
    state.restore_claim(LegKey(10), SeatIx(0)).unwrap();
    state.restore_session(record(7, 100)).unwrap();
    for held in [hold(3, 12, 2), hold(4, 12, 1)] {
        state.restore_hold(SessionKey(7), held).unwrap();
    }
    rules
}

#[test]
fn carts_and_clocks_are_as_they_were_and_generations_start_anew() {
    let mut rules = restored();
    rules.state.restore_detached(rules.now);
    assert_eq!(rules.left(12), 1);
    let (caller, cart) = rules.at(59).resume(1);
    assert_eq!(caller, Caller { session: SessionKey(7), generation: Generation(1) });
    assert_eq!(cart.holds, [hold(3, 12, 2), hold(4, 12, 1)]);
    assert_eq!(cart.expires_at, Some(second(98)));
    let cart = rules.hold(caller, &[ask(12, 1)]).unwrap();
    assert_eq!(cart.holds[2].hold, HoldId(50));
    assert_eq!(cart.expires_at, Some(second(108)), "the cap is as it was");
    assert_eq!(rules.buy(caller, 3, "key").booking.0, 60);
    assert_eq!(rules.open(9).session, SessionKey(40));
}

#[test]
fn a_connection_from_before_the_restart_does_not_speak() {
    let mut rules = restored();
    rules.state.restore_detached(rules.now);
    let caller = Caller { session: SessionKey(7), generation: Generation(0) };
    assert_eq!(rules.answer(&Command::Cart(caller)), Err(Refusal::SessionReplaced));
}

#[test]
fn who_does_not_come_back_loses_the_cart_after_the_grace() {
    let mut rules = restored();
    rules.state.restore_detached(rules.now);
    rules.at(60).sweep();
    assert_eq!((rules.left(12), rules.lost.len()), (3, 1));
}

#[test]
fn whoever_comes_back_within_the_grace_is_known_however_long_the_server_was_away() {
    let mut rules = Rehearsal::new(&[]);
    let away = SessionRecord { last_contact: second(-200_000), ..record(7, -150_000) };
    rules.state.restore_session(away).unwrap();
    rules.state.restore_detached(rules.now);
    let (caller, cart) = rules.at(59).resume(1);
    assert_eq!((caller.session, cart.expires_at), (SessionKey(7), None));
}

#[test]
fn versions_never_go_back() {
    let mut rules = restored();
    rules.state.restore_detached(rules.now);
    assert_eq!(rules.state.version(LegKey(12)), Some(Version(70)));
    let (caller, _) = rules.resume(1);
    rules.hold(caller, &[ask(12, 1)]).unwrap();
    assert_eq!(rules.state.version(LegKey(12)), Some(Version(71)));
}

#[test]
fn closed_legs_are_not_for_sale_and_leave_carts() {
    let mut rules = restored();
    rules.state.restore_hold(SessionKey(7), hold(5, 11, 0)).unwrap();
    rules.state.restore_detached(rules.now);
    let (caller, cart) = rules.resume(1);
    assert_eq!(cart.holds.len(), 2);
    assert_eq!(rules.lost[0].holds, [(hold(5, 11, 0), LostReason::Closed)]);
    let refused = rules.hold(caller, &[ask(11, 1)]);
    assert_eq!(refused, Err(Refusal::LegClosed(vec![LegKey(11)])));
}

#[test]
fn a_hold_on_a_leg_that_departed_meanwhile_is_lost() {
    let mut rules = restored();
    rules.state.restore_hold(SessionKey(7), hold(5, 10, 0)).unwrap();
    rules.state.restore_detached(rules.now);
    let (_, cart) = rules.resume(1);
    assert_eq!(cart.holds.len(), 2);
    assert_eq!(rules.lost[0].holds, [(hold(5, 10, 0), LostReason::Departed)]);
}

#[test]
fn a_ledger_that_contradicts_itself_is_refused() {
    let mut rules = restored();
    let state = &mut rules.state;
    let (leg, seat) = (LegKey(12), SeatIx(2));
    assert_eq!(state.restore_claim(leg, seat), Err(RestoreError::SeatNotFree(leg, seat)));
    let beyond = state.restore_claim(LegKey(13), seat);
    assert_eq!(beyond, Err(RestoreError::SeatNotFree(LegKey(13), seat)));
    let gap = state.restore_leg(LegKey(14), &Arc::new(facts(14, "1x1", 9000)), false);
    assert_eq!(gap, Err(RestoreError::LegOutOfOrder(LegKey(14), LegKey(13))));
    let twice = state.restore_session(record(8, 100));
    assert_eq!(twice, Err(RestoreError::SessionTwice(SessionKey(8))));
    let orphan = state.restore_hold(SessionKey(99), hold(6, 12, 3));
    assert_eq!(orphan, Err(RestoreError::HoldWithoutSession(HoldId(6))));
}
