//! The defects of the program that this one descends from must not come back.

use crate::booking::rehearsal::{Rehearsal, ask, purchase};
use crate::booking::{LegKey, Refusal};

#[test]
fn a_refused_hold_of_several_legs_leaves_the_holds_of_others_alone() {
    let mut rules = Rehearsal::new(&["1x1", "1x1", "1x1"]);
    let (ana, bruno) = (rules.open(1), rules.open(2));
    rules.hold(ana, &[ask(2, 1)]).unwrap();
    let refused = rules.hold(bruno, &[ask(1, 1), ask(2, 1)]);
    assert_eq!(refused, Err(Refusal::LegTaken(vec![LegKey(2)])));
    assert_eq!((rules.left(1), rules.left(2)), (1, 0));
    rules.buy(ana, 1, "key");
}

#[test]
fn a_deadline_of_a_cart_that_ended_does_not_end_the_next() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(590).release(caller, None).unwrap();
    rules.at(591).hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(600).sweep();
    assert_eq!(rules.left(1), 0, "the first hold's time frees nothing");
    rules.at(1190).buy(caller, 1, "key");
}

#[test]
fn a_confirm_that_fails_sells_nothing() {
    let mut rules = Rehearsal::new(&["1x2", "1x2"]);
    let caller = rules.open(1);
    let holds = rules.hold(caller, &[ask(1, 1), ask(2, 1)]).unwrap().holds;
    rules.release(caller, Some(&[holds[1].hold])).unwrap();
    let mut both = purchase(1, "key", 1);
    both.holds = Some(holds.iter().map(|hold| hold.hold).collect());
    assert_eq!(rules.confirm(caller, both), Err(Refusal::CartChanged));
    assert_eq!(rules.bookings, []);
    assert_eq!(rules.cart(caller).holds.len(), 1, "the rest is still held");
}
