//! Rules 7 and 9: one deadline a cart, and departures.

use crate::booking::rehearsal::{Rehearsal, ask, purchase, second};
use crate::booking::{CartView, Command, LegKey, LostReason, Policy, Refusal};

fn expires(rules: &mut Rehearsal, caller: crate::booking::Caller) -> Option<i64> {
    let told = rules.cart(caller).expires_at?;
    Some(told.ms_since(second(0)) / 1000 + 2)
}

#[test]
fn a_successful_hold_renews_the_deadline_of_the_whole_cart() {
    let mut rules = Rehearsal::new(&["1x4", "1x4"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!(expires(&mut rules, caller), Some(600));
    rules.at(500).hold(caller, &[ask(2, 1)]).unwrap();
    assert_eq!(expires(&mut rules, caller), Some(1100));
    assert_eq!(rules.at(1099).cart(caller).holds.len(), 2);
    assert_eq!(rules.at(1100).cart(caller), CartView::default());
}

#[test]
fn a_refused_hold_renews_nothing() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(300).hold(caller, &[ask(1, 1)]).unwrap_err();
    assert_eq!(expires(&mut rules, caller), Some(600));
}

#[test]
fn a_release_renews_nothing_and_an_empty_cart_has_no_deadline() {
    let mut rules = Rehearsal::new(&["1x4"]);
    let caller = rules.open(1);
    let holds = rules.hold(caller, &[ask(1, 2)]).unwrap().holds;
    rules.at(300).release(caller, Some(&[holds[0].hold])).unwrap();
    assert_eq!(expires(&mut rules, caller), Some(600));
    rules.release(caller, None).unwrap();
    assert_eq!(expires(&mut rules, caller), None);
}

#[test]
fn at_the_cap_a_hold_succeeds_without_renewing() {
    let mut rules = Rehearsal::new(&["2x6"]);
    let caller = rules.open(1);
    rules.at(100).hold(caller, &[ask(1, 1)]).unwrap();
    for at in [600, 1100, 1600] {
        rules.at(at).hold(caller, &[ask(1, 1)]).unwrap();
    }
    assert_eq!(expires(&mut rules, caller), Some(1900), "three periods after the first hold");
    let capped = rules.at(1899).hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!((capped.holds.len(), capped.expires_at), (5, Some(second(1898))));
    assert_eq!(rules.at(1900).cart(caller).holds, []);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!(expires(&mut rules, caller), Some(2500), "an empty cart begins anew");
}

#[test]
fn a_confirm_in_the_slack_is_in_time() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    let told = rules.hold(caller, &[ask(1, 1)]).unwrap().expires_at.unwrap();
    rules.now = told.plus_ms(1999);
    rules.buy(caller, 1, "key");
}

#[test]
fn a_confirm_at_the_deadline_finds_an_expired_cart_even_if_nobody_swept() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let late = rules.at(600).confirm(caller, purchase(1, "key", 1));
    assert_eq!(late, Err(Refusal::CartExpired));
    assert_eq!(rules.lost[0].holds[0].1, LostReason::Expired);
    assert_eq!(rules.left(1), 1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.release(caller, None).unwrap();
    let empty = rules.confirm(caller, purchase(1, "key", 1));
    assert_eq!(empty, Err(Refusal::CartEmpty), "the next cart ended by itself");
}

#[test]
fn the_slack_is_at_most_half_of_the_period() {
    let policy = Policy { hold_ms: 1000, ..Policy::default() };
    let mut rules = Rehearsal::with(policy, &[("1x1", 9000)]);
    let caller = rules.open(1);
    let told = rules.hold(caller, &[ask(1, 1)]).unwrap().expires_at;
    assert_eq!(told, Some(second(0).plus_ms(500)));
}

#[test]
fn a_held_leg_that_departs_leaves_the_cart_and_the_rest_stays() {
    let mut rules = Rehearsal::with(Policy::default(), &[("1x1", 300), ("1x1", 9000)]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1), ask(2, 1)]).unwrap();
    let cart = rules.at(300).cart(caller);
    assert_eq!(cart.holds.len(), 1);
    assert_eq!(cart.expires_at, Some(second(598)));
    let lost = &rules.lost[0];
    assert_eq!((lost.session, lost.holds[0].1), (caller.session, LostReason::Departed));
    assert_eq!((lost.holds[0].0.leg, &lost.cart), (LegKey(1), &cart));
}

#[test]
fn what_came_first_is_told_apart_however_late_one_looks() {
    let mut rules = Rehearsal::with(Policy::default(), &[("1x1", 300), ("1x1", 700), ("1x1", 600)]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1), ask(2, 1), ask(3, 1)]).unwrap();
    let late = rules.at(5000).confirm(caller, purchase(1, "key", 1));
    assert_eq!(late, Err(Refusal::CartExpired));
    let why: Vec<_> = rules.lost[0].holds.iter().map(|(hold, why)| (hold.leg.0, *why)).collect();
    let (departed, expired) = (LostReason::Departed, LostReason::Expired);
    assert_eq!(why, [(1, departed), (2, expired), (3, departed)]);
}

#[test]
fn a_cart_that_departed_as_a_whole_is_empty_and_not_expired() {
    let mut rules = Rehearsal::with(Policy::default(), &[("1x1", 300)]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let late = rules.at(5000).confirm(caller, purchase(1, "key", 1));
    assert_eq!(late, Err(Refusal::CartEmpty));
}

#[test]
fn a_thousand_carts_that_end_together_end_in_bounded_steps() {
    let mut rules = Rehearsal::new(&["200x6"]);
    for number in 0..1000_u64 {
        let mut token_hash = [0; 32];
        token_hash[..8].copy_from_slice(&number.to_le_bytes());
        let open = Command::Open { token_hash, name: None };
        let session = rules.state.counters().session;
        let generation = crate::booking::Generation(0);
        let caller = crate::booking::Caller { session, generation };
        for command in [open, Command::Hold(caller, vec![ask(1, 1)])] {
            let decision = rules.state.decide(&command, rules.now);
            decision.changes.iter().for_each(|change| rules.state.apply(change));
        }
    }
    assert_eq!(rules.left(1), 200);
    rules.at(600);
    let mut steps = Vec::new();
    while let Some(due) = rules.state.due(rules.now) {
        steps.push(due.lost.len());
        due.changes.iter().for_each(|change| rules.state.apply(change));
    }
    assert_eq!((steps, rules.left(1)), (vec![256, 256, 256, 232], 1200));
}
