//! Legs into the timetable.

use std::sync::Arc;

use crate::booking::rehearsal::{Rehearsal, START, ask, facts, leg_id};
use crate::booking::{Command, Counters, LegFacts, LegKey, Outcome, Policy, Scheduled, State};

fn schedule(rules: &mut Rehearsal, legs: Vec<LegFacts>) -> Scheduled {
    match rules.answer(&Command::Schedule(legs.into_iter().map(Arc::new).collect())) {
        Ok(Outcome::Scheduled(scheduled)) => scheduled,
        other => panic!("not scheduled: {other:?}"),
    }
}

#[test]
fn new_legs_get_the_keys_that_follow() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let scheduled = schedule(&mut rules, vec![facts(7, "1x1", 90), facts(8, "1x2", 90)]);
    assert_eq!(scheduled, Scheduled { added: 2, ..Scheduled::default() });
    assert_eq!(rules.state.facts(LegKey(3)).unwrap().id, leg_id(8));
    assert_eq!((rules.left(3), rules.state.next_leg()), (2, LegKey(4)));
}

#[test]
fn an_identical_leg_is_skipped() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let scheduled = schedule(&mut rules, vec![facts(1, "1x1", 864_000)]);
    assert_eq!(scheduled, Scheduled { unchanged: 1, ..Scheduled::default() });
}

#[test]
fn other_times_and_cabins_are_refused_only_while_a_seat_is_claimed() {
    let mut rules = Rehearsal::new(&["1x1", "1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    let later = || vec![facts(1, "1x1", 900_000), facts(2, "2x2", 900_000)];
    let scheduled = schedule(&mut rules, later());
    let refused = vec![leg_id(1)];
    assert_eq!(scheduled, Scheduled { revised: 1, refused, ..Scheduled::default() });
    assert_eq!((rules.left(1), rules.left(2)), (0, 4));
    rules.release(caller, None).unwrap();
    assert_eq!(schedule(&mut rules, later()).revised, 1);
}

#[test]
fn a_revised_leg_gets_a_new_version() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let before = rules.state.version(LegKey(1));
    let mut cheaper = facts(1, "1x1", 864_000);
    cheaper.fare.0 = 1;
    assert_eq!(schedule(&mut rules, vec![cheaper]).revised, 1);
    assert!(rules.state.version(LegKey(1)) > before);
}

#[test]
fn a_leg_that_comes_twice_is_new_first_and_known_then() {
    let mut rules = Rehearsal::new(&[]);
    let twice = vec![facts(5, "1x1", 90), facts(5, "1x1", 90), facts(5, "2x2", 90)];
    let scheduled = schedule(&mut rules, twice);
    let expected = Scheduled { added: 1, unchanged: 1, revised: 1, ..Scheduled::default() };
    assert_eq!(scheduled, expected);
    assert_eq!(rules.left(1), 4);
}

#[test]
fn a_departed_leg_that_may_be_known_to_the_ledger_only_is_not_added() {
    let mut rules = Rehearsal::new(&[]);
    let departed = || vec![facts(5, "1x1", -90)];
    assert_eq!(schedule(&mut rules, departed()).added, 1, "all legs are in memory");
    rules.state = State::new(Policy::default(), LegKey(2), Counters::FIRST);
    rules.now = START;
    assert_eq!(schedule(&mut rules, departed()).departed, 1);
}
