//! Operators act in the same order as everybody else, all or nothing.

use crate::booking::rehearsal::{Rehearsal, ask, leg_id, purchase};
use crate::booking::{
    Action, Answer, Change, Claim, Command, LegChange, LegChangeKind, LegKey, LostReason, Reason,
    Refusal, SeatIx,
};

fn block(leg: u32, seats: &[u32]) -> Action {
    let seats = seats.iter().copied().map(SeatIx).collect();
    Action::Block { leg: LegKey(leg), seats, reason: "crew".to_owned(), claims: Vec::new() }
}

fn unblock(leg: u32, seats: &[u32]) -> Action {
    let seats = seats.iter().copied().map(SeatIx).collect();
    Action::Unblock { leg: LegKey(leg), seats, claims: Vec::new() }
}

/// What others see of an operation.
fn told(rules: &mut Rehearsal, action: Action) -> Vec<LegChange> {
    let command = rules.looked_up(crate::booking::rehearsal::operation(action));
    let told = |change: &Change| match change {
        Change::Leg(change) => Some(*change),
        _ => None,
    };
    rules.run(&command).changes.iter().filter_map(told).collect()
}

fn in_the_way(answer: Answer) -> Vec<(u32, Option<Claim>)> {
    match answer {
        Err(Refusal::SeatsInTheWay(_, seats)) => {
            seats.into_iter().map(|(seat, claim)| (seat.0, claim)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_comes_first_has_the_seat_operator_or_passenger() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let ana = rules.open(1);
    rules.operate(block(1, &[0])).unwrap();
    assert_eq!(rules.hold(ana, &[ask(1, 2)]), Err(Refusal::LegTaken(vec![LegKey(1)])));
    let held = rules.hold(ana, &[ask(1, 1)]).unwrap().holds[0];
    let claims = in_the_way(rules.operate(block(1, &[0, 1])));
    let hers = Claim::Held { session: ana.session, hold: held.hold };
    assert_eq!(claims, [(0, Some(Claim::Blocked("crew".to_owned()))), (1, Some(hers))]);
    let booking = rules.buy(ana, 1, "key");
    let claims = in_the_way(rules.operate(unblock(1, &[0, 1])));
    assert_eq!(claims, [(1, Some(Claim::Sold(booking.locator)))]);
}

#[test]
fn a_leg_whose_last_seat_is_blocked_is_taken_and_reopens_with_it() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let news = |told: Vec<LegChange>| {
        told.iter().map(|leg| (leg.kind, leg.seats_left, leg.reason)).collect::<Vec<_>>()
    };
    let taken = news(told(&mut rules, block(1, &[0, 1])));
    assert_eq!(taken, [(LegChangeKind::Taken, 0, Reason::Operator)]);
    let back = news(told(&mut rules, unblock(1, &[1])));
    assert_eq!(back, [(LegChangeKind::Reopened, 1, Reason::Operator)]);
    let more = news(told(&mut rules, unblock(1, &[0])));
    assert_eq!(more, [(LegChangeKind::Updated, 2, Reason::Operator)]);
}

#[test]
fn a_closed_leg_leaves_every_cart_and_is_sold_to_nobody_until_it_opens() {
    let mut rules = Rehearsal::new(&["1x2", "1x2"]);
    let (ana, bia) = (rules.open(1), rules.open(2));
    rules.hold(ana, &[ask(1, 1), ask(2, 1)]).unwrap();
    rules.hold(bia, &[ask(1, 1)]).unwrap();
    let told_of_it = told(&mut rules, Action::Close(LegKey(1)));
    let [news] = told_of_it[..] else { panic!("{told_of_it:?}") };
    assert_eq!((news.kind, news.seats_left, news.closed), (LegChangeKind::Updated, 2, true));
    let lost: Vec<_> = rules.lost.drain(..).map(|lost| (lost.session, lost.holds[0].1)).collect();
    assert_eq!(lost, [(ana.session, LostReason::Closed), (bia.session, LostReason::Closed)]);
    assert_eq!((rules.cart(ana).holds.len(), rules.cart(bia).holds.len()), (1, 0));
    assert_eq!(rules.hold(bia, &[ask(1, 1)]), Err(Refusal::LegClosed(vec![LegKey(1)])));
    assert_eq!(rules.confirm(bia, purchase(1, "k", 1)), Err(Refusal::CartEmpty));
    assert_eq!(told(&mut rules, Action::Close(LegKey(1))), [], "closing again changes nothing");

    let news = told(&mut rules, Action::Open(LegKey(1)))[0];
    assert_eq!((news.kind, news.closed), (LegChangeKind::Reopened, false));
    rules.hold(bia, &[ask(1, 2)]).unwrap();
}

#[test]
fn what_was_sold_on_a_closed_leg_stays_sold_and_can_be_cancelled() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let ana = rules.open(1);
    rules.hold(ana, &[ask(1, 1)]).unwrap();
    let booking = rules.buy(ana, 1, "key");
    rules.operate(Action::Close(LegKey(1))).unwrap();
    rules.cancel(booking.locator, Some(&[leg_id(1)])).unwrap();
    assert_eq!(rules.left(1), 1);
}

#[test]
fn an_operator_releases_one_hold_or_a_whole_cart() {
    let mut rules = Rehearsal::new(&["1x3"]);
    let ana = rules.open(1);
    let cart = rules.hold(ana, &[ask(1, 3)]).unwrap();
    rules.operate(Action::ReleaseHold(cart.holds[1].hold)).unwrap();
    assert_eq!((rules.cart(ana).holds.len(), rules.left(1)), (2, 1));
    assert_eq!(rules.cart(ana).expires_at, cart.expires_at, "the deadline stays");
    rules.operate(Action::ReleaseCart(ana.session)).unwrap();
    assert_eq!((rules.cart(ana).holds.len(), rules.left(1)), (0, 3));
    let lost: Vec<_> =
        rules.lost.drain(..).flat_map(|lost| lost.holds).map(|(_, why)| why).collect();
    assert_eq!(lost, [LostReason::Operator; 3]);
    let again = rules.operate(Action::ReleaseCart(ana.session));
    assert_eq!(again, Err(Refusal::CartEmpty));
    let hold = cart.holds[0].hold;
    assert_eq!(rules.operate(Action::ReleaseHold(hold)), Err(Refusal::HoldUnknown(vec![hold])));
}

#[test]
fn a_leg_that_departed_is_nobody_s_to_steer() {
    let mut rules = Rehearsal::new(&["1x1"]);
    rules.at(900_000);
    let departed = Err(Refusal::LegDeparted(vec![LegKey(1)]));
    assert_eq!(rules.operate(block(1, &[0])), departed);
    assert_eq!(rules.operate(Action::Close(LegKey(1))), departed);
}

#[test]
fn the_audit_line_says_what_came_of_it() {
    let mut rules = Rehearsal::new(&["1x1"]);
    let ana = rules.open(1);
    rules.hold(ana, &[ask(1, 1)]).unwrap();
    let close = crate::booking::rehearsal::operation(Action::Close(LegKey(1)));
    let mut outcome = || {
        let answer = rules.answer(&close);
        let Command::Operate(operation) = &close else { panic!("an operation") };
        operation.audited(&answer, rules.now).outcome
    };
    assert_eq!(outcome(), "done; holds released: 1");
    assert_eq!(outcome(), "nothing to do");
}
