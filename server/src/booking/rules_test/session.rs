//! Rule 8: a session belongs to its token and not to its socket.

use crate::booking::rehearsal::{Rehearsal, ask, purchase, second};
use crate::booking::{CartView, Change, Command, Generation, LostReason, Outcome, Policy, Refusal};

fn resume(number: u8) -> Command {
    Command::Resume { token_hash: [number; 32] }
}

#[test]
fn an_unknown_token_is_never_a_new_session() {
    let mut rules = Rehearsal::new(&["1x1"]);
    assert_eq!(rules.answer(&resume(1)), Err(Refusal::SessionUnknown));
    rules.open(1);
    assert!(rules.answer(&resume(1)).is_ok());
}

#[test]
fn resuming_raises_the_generation_and_fences_the_old_connection() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let old = rules.open(1);
    let held = rules.hold(old, &[ask(1, 1)]).unwrap();
    let (new, cart) = rules.resume(1);
    assert_eq!((new.session, new.generation), (old.session, Generation(1)));
    assert_eq!(cart, held, "cart and clock go on");
    for command in [
        Command::Cart(old),
        Command::Hold(old, vec![ask(1, 1)]),
        Command::Release(old, None),
        Command::Confirm(old, Box::new(purchase(1, "key", 1))),
        Command::Close(old),
        Command::Detach(old),
    ] {
        assert_eq!(rules.answer(&command), Err(Refusal::SessionReplaced), "{command:?}");
    }
    assert_eq!(rules.cart(new), held);
}

#[test]
fn a_lost_socket_leaves_the_cart_its_grace() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    let held = rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(100).answer(&Command::Detach(caller)).unwrap();
    let (caller, cart) = rules.at(159).resume(1);
    assert_eq!(cart, held, "the deadline is as it was");
    rules.at(200).answer(&Command::Detach(caller)).unwrap();
    rules.at(260).sweep();
    assert_eq!(rules.lost[0].holds[0].1, LostReason::Expired);
    assert_eq!(rules.left(1), 1);
    let (caller, cart) = rules.resume(1);
    assert_eq!(cart, CartView::default());
    let late = rules.confirm(caller, purchase(1, "key", 1));
    assert_eq!(late, Err(Refusal::CartExpired));
}

#[test]
fn a_deadline_sooner_than_the_grace_ends_the_cart() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.at(590).answer(&Command::Detach(caller)).unwrap();
    assert_eq!(rules.state.next_due(), Some(second(600)));
}

#[test]
fn the_grace_is_not_begun_anew_by_losing_the_socket_twice() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.answer(&Command::Detach(caller)).unwrap();
    let again = rules.at(50).run(&Command::Detach(caller));
    assert_eq!((again.answer, again.changes.len()), (Ok(Outcome::Done), 0));
    assert_eq!(rules.state.next_due(), Some(second(60)));
}

#[test]
fn nobody_speaks_for_a_session_without_a_connection() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.answer(&Command::Detach(caller)).unwrap();
    let hold = Command::Hold(caller, vec![ask(1, 1)]);
    assert_eq!(rules.answer(&hold), Err(Refusal::SessionReplaced));
}

#[test]
fn a_clean_close_releases_at_once() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 2)]).unwrap();
    rules.answer(&Command::Close(caller)).unwrap();
    assert_eq!(rules.left(1), 2);
    assert_eq!(rules.lost, [], "the passenger knows");
    let again = rules.run(&Command::Detach(caller));
    assert_eq!((again.answer, again.changes.len()), (Ok(Outcome::Done), 0), "the socket follows");
}

#[test]
fn a_session_that_never_held_is_forgotten_with_its_connection() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let [closed, lost] = [rules.open(1), rules.open(2)];
    rules.answer(&Command::Close(closed)).unwrap();
    assert_eq!(rules.answer(&resume(1)), Err(Refusal::SessionUnknown));
    rules.answer(&Command::Detach(lost)).unwrap();
    let (lost, _) = rules.at(59).resume(2);
    rules.answer(&Command::Detach(lost)).unwrap();
    rules.at(119).sweep();
    assert_eq!(rules.answer(&resume(2)), Err(Refusal::SessionUnknown));
    assert_eq!(rules.answer(&Command::Cart(lost)), Err(Refusal::SessionUnknown));
}

#[test]
fn a_session_is_kept_with_its_first_hold_and_only_then() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let caller = rules.open(1);
    let kept = |changes: &[Change]| {
        changes.iter().filter(|change| matches!(change, Change::SessionKept { .. })).count()
    };
    let hold = Command::Hold(caller, vec![ask(1, 1)]);
    assert_eq!(kept(&rules.run(&hold).changes), 1);
    assert_eq!(kept(&rules.run(&hold).changes), 0);
}

#[test]
fn a_session_is_remembered_for_a_day_past_its_last_contact_and_not_two_hours_more() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.buy(caller, 1, "key");
    // Idle, but connected, for two days.
    for hour in 1..48 {
        rules.at(hour * 3600).sweep();
    }
    rules.at(48 * 3600 - 1).answer(&Command::Detach(caller)).unwrap();
    let day_after = 72 * 3600 - 1;
    rules.at(day_after).sweep();
    assert_eq!(rules.state.sessions.of_token(&[1; 32]), Some(caller.session));
    rules.at(day_after + 3600).sweep();
    assert_eq!(rules.answer(&resume(1)), Err(Refusal::SessionUnknown));
    assert_eq!(rules.state.next_due(), None, "nothing is left of it");
}

#[test]
fn a_session_that_bought_nothing_is_remembered_as_long_as_a_cart_can_live_after_its_grace() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let [closed, lost] = [rules.open(1), rules.open(2)];
    rules.hold(closed, &[ask(1, 1)]).unwrap();
    rules.hold(lost, &[ask(1, 1)]).unwrap();
    rules.answer(&Command::Close(closed)).unwrap();
    rules.answer(&Command::Detach(lost)).unwrap();
    rules.at(1799).sweep();
    assert_eq!(rules.state.sessions.of_token(&[1; 32]), Some(closed.session));
    rules.at(1800).sweep();
    assert_eq!(rules.answer(&resume(1)), Err(Refusal::SessionUnknown));
    rules.at(1859).sweep();
    assert_eq!(rules.state.sessions.of_token(&[2; 32]), Some(lost.session));
    rules.at(1860).sweep();
    assert_eq!(rules.answer(&resume(2)), Err(Refusal::SessionUnknown));
    assert_eq!(rules.state.next_due(), None, "nothing is left of them");
}

#[test]
fn of_too_many_sessions_that_rest_those_that_were_away_longest_are_forgotten() {
    let policy = Policy { resting: 2, ..Policy::default() };
    let mut rules = Rehearsal::with(policy, &[("9x6", 1_000_000)]);
    let callers = [1, 2, 3, 4, 5].map(|token| rules.open(token));
    for caller in callers {
        rules.hold(caller, &[ask(1, 1)]).unwrap();
    }
    rules.buy(callers[0], 1, "key");
    for (caller, second) in callers.into_iter().zip(1..) {
        // The fourth never loses its connection.
        if second != 4 {
            rules.at(second).answer(&Command::Detach(caller)).unwrap();
        }
    }
    let known = |rules: &Rehearsal| {
        [1, 2, 3, 4, 5].map(|token| rules.state.sessions.of_token(&[token; 32]).is_some())
    };
    rules.sweep();
    assert_eq!(known(&rules), [true; 5], "carts are not forgotten");
    rules.at(70).sweep();
    assert_eq!(known(&rules), [true, false, true, true, true], "nor is what was bought");
    rules.answer(&Command::Close(callers[3])).unwrap();
    rules.sweep();
    assert_eq!(known(&rules), [true, false, false, true, true]);
}

#[test]
fn contacts_are_noted_once_an_hour_and_not_each_time() {
    let mut rules = Rehearsal::new(&["9x6"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.buy(caller, 1, "key");
    let noted = |rules: &mut Rehearsal, command: &Command| {
        let changes = rules.run(command).changes;
        changes.iter().any(|change| matches!(change, Change::SessionSeen { .. }))
    };
    assert!(!noted(rules.at(60), &Command::Hold(caller, vec![ask(1, 1)])));
    assert!(!noted(rules.at(100), &Command::Detach(caller)));
    assert!(noted(rules.at(3600), &resume(1)));
    assert!(!noted(rules.at(3700), &resume(1)));
}
