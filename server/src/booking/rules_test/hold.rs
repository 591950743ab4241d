//! Rule 4 and the bounds of a cart.

use trecho_shared::ids::SeatLabel;

use crate::booking::rehearsal::{Rehearsal, ask, second};
use crate::booking::{
    Ask, CartBound, CartView, Change, Command, LegChangeKind, LegKey, Reason, Refusal, Seats,
};

fn named(leg: u32, seats: &[&str]) -> Ask {
    Ask { leg: LegKey(leg), seats: Seats::Named(labels(seats)) }
}

fn labels(seats: &[&str]) -> Vec<SeatLabel> {
    seats.iter().map(|seat| seat.parse().unwrap()).collect()
}

fn seats(cart: &CartView) -> Vec<(u32, u32)> {
    cart.holds.iter().map(|hold| (hold.leg.0, hold.seat.0)).collect()
}

#[test]
fn several_legs_are_held_at_once_in_the_order_asked() {
    let mut rules = Rehearsal::new(&["2x2", "2x2"]);
    let caller = rules.open(1);
    let cart = rules.hold(caller, &[ask(2, 1), ask(1, 2)]).unwrap();
    assert_eq!(seats(&cart), [(2, 0), (1, 0), (1, 1)]);
    assert_eq!(cart.expires_at, Some(second(598)), "the slack is taken off what is told");
    assert_eq!(cart.total().0, 10_002 + 2 * 10_001);
    assert_eq!((rules.left(1), rules.left(2)), (2, 3));
}

#[test]
fn the_refusal_names_every_leg_that_was_lost_and_holds_none() {
    let mut rules = Rehearsal::new(&["1x1", "1x2", "1x1"]);
    let (first, second) = (rules.open(1), rules.open(2));
    rules.hold(first, &[ask(1, 1), ask(3, 1)]).unwrap();
    let refused = rules.hold(second, &[ask(1, 1), ask(2, 1), ask(3, 1)]);
    assert_eq!(refused, Err(Refusal::LegTaken(vec![LegKey(1), LegKey(3)])));
    assert_eq!(rules.left(2), 2);
    assert_eq!(rules.cart(second).holds, []);
}

#[test]
fn seats_of_one_row_come_before_the_first_free() {
    let mut rules = Rehearsal::new(&["3x1-2"]);
    let (first, second) = (rules.open(1), rules.open(2));
    rules.hold(first, &[named(1, &["1B"])]).unwrap();
    let cart = rules.hold(second, &[ask(1, 2)]).unwrap();
    assert_eq!(seats(&cart), [(1, 3), (1, 4)], "the aisle does not part neighbours");
    let cart = rules.hold(second, &[ask(1, 3)]).unwrap();
    assert_eq!(seats(&cart)[2..], [(1, 6), (1, 7), (1, 8)]);
    let cart = rules.hold(second, &[ask(1, 2)]).unwrap();
    assert_eq!(seats(&cart)[5..], [(1, 0), (1, 2)], "no two together are left");
}

#[test]
fn named_seats_that_are_not_free_are_all_named() {
    let mut rules = Rehearsal::new(&["2x3-3", "1x1"]);
    let (first, second) = (rules.open(1), rules.open(2));
    rules.hold(first, &[named(1, &["1C", "1E", "1F"])]).unwrap();
    let refused = rules.hold(second, &[ask(2, 1), named(1, &["1F", "1B", "1C"])]);
    assert_eq!(refused, Err(Refusal::SeatTaken(LegKey(1), labels(&["1F", "1C"]))));
    assert_eq!(rules.left(2), 1, "nothing was held");
    let outside = rules.hold(second, &[named(1, &["3A", "1A", "1G"])]);
    assert_eq!(outside, Err(Refusal::SeatUnknown(LegKey(1), labels(&["3A", "1G"]))));
    let twice = rules.hold(second, &[named(1, &["1B", "1B"])]);
    assert_eq!(twice, Err(Refusal::SeatTaken(LegKey(1), labels(&["1B"]))));
}

#[test]
fn a_seat_is_named_in_the_cabin_that_the_leg_has_when_it_is_decided() {
    let mut rules = Rehearsal::new(&["4x3-3"]);
    let caller = rules.open(1);
    let asked = [named(1, &["2D"])];
    let smaller = crate::booking::rehearsal::facts(1, "4x2-2", 864_000);
    rules.answer(&Command::Schedule(vec![smaller.into()])).unwrap();
    let cart = rules.hold(caller, &asked).unwrap();
    assert_eq!(seats(&cart), [(1, 7)], "2D, and not whatever is tenth now");
    let gone = rules.hold(caller, &[named(1, &["2F"])]);
    assert_eq!(gone, Err(Refusal::SeatUnknown(LegKey(1), labels(&["2F"]))));
}

#[test]
fn a_leg_in_the_cart_gets_more_seats() {
    let mut rules = Rehearsal::new(&["2x2"]);
    let caller = rules.open(1);
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!(seats(&rules.hold(caller, &[ask(1, 1)]).unwrap()), [(1, 0), (1, 1)]);
}

#[test]
fn the_last_free_seat_is_news_and_so_is_the_first_again() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let caller = rules.open(1);
    let mut told = |command: &Command| match rules.run(command).changes.last() {
        Some(Change::Leg(told)) => (told.kind, told.reason, told.seats_left),
        other => panic!("nothing told: {other:?}"),
    };
    let hold = Command::Hold(caller, vec![ask(1, 1)]);
    assert_eq!(told(&hold), (LegChangeKind::Updated, Reason::Held, 1));
    assert_eq!(told(&hold), (LegChangeKind::Taken, Reason::Held, 0));
    let release = Command::Release(caller, None);
    assert_eq!(told(&release), (LegChangeKind::Reopened, Reason::Released, 2));
}

#[test]
fn a_cart_is_bounded_in_legs_seats_and_seats_of_a_leg() {
    let mut rules = Rehearsal::new(&["9x6"; 9]);
    let caller = rules.open(1);
    let each = |count| (1..=9).map(|leg| ask(leg, count)).collect::<Vec<_>>();
    assert_eq!(rules.hold(caller, &each(1)), Err(Refusal::CartFull(CartBound::Legs)), "nine legs");
    assert_eq!(
        rules.hold(caller, &[ask(1, 10)]),
        Err(Refusal::CartFull(CartBound::Passengers)),
        "ten of one leg"
    );
    rules.hold(caller, &each(1)[..8]).unwrap();
    assert_eq!(
        rules.hold(caller, &[ask(9, 1)]),
        Err(Refusal::CartFull(CartBound::Legs)),
        "a ninth leg"
    );
    assert_eq!(
        rules.hold(caller, &[ask(1, 9)]),
        Err(Refusal::CartFull(CartBound::Passengers)),
        "ten of one leg"
    );
    rules.hold(caller, &each(3)[..8]).unwrap();
    assert_eq!(
        rules.hold(caller, &each(1)[..5]),
        Err(Refusal::CartFull(CartBound::Seats)),
        "37 seats"
    );
    assert_eq!(rules.hold(caller, &each(1)[..4]).unwrap().holds.len(), 36);
}

#[test]
fn more_seats_than_any_cart_has_room_for_do_not_make_a_leg_look_taken() {
    let mut rules = Rehearsal::new(&["1x3"]);
    let caller = rules.open(1);
    assert_eq!(
        rules.hold(caller, &[ask(1, u32::MAX)]),
        Err(Refusal::CartFull(CartBound::Passengers))
    );
    assert_eq!(rules.hold(caller, &[ask(1, 10)]), Err(Refusal::CartFull(CartBound::Passengers)));
    assert_eq!(rules.hold(caller, &[ask(1, 9)]), Err(Refusal::LegTaken(vec![LegKey(1)])));
}

#[test]
fn a_leg_asked_for_twice_is_refused() {
    let mut rules = Rehearsal::new(&["9x6"]);
    let caller = rules.open(1);
    assert_eq!(
        rules.hold(caller, &[ask(1, 1), ask(1, 1)]),
        Err(Refusal::CartFull(CartBound::Passengers))
    );
}

#[test]
fn what_cannot_be_sold_any_more_comes_before_what_is_taken() {
    let mut rules = Rehearsal::with(
        crate::booking::Policy::default(),
        &[("1x1", 500), ("1x1", 9000), ("1x1", 9000)],
    );
    let (first, second) = (rules.open(1), rules.open(2));
    rules.hold(first, &[ask(2, 1)]).unwrap();
    rules.at(500);
    let refused = rules.hold(second, &[ask(2, 1), ask(1, 1), ask(99, 1)]);
    assert_eq!(refused, Err(Refusal::LegDeparted(vec![LegKey(1), LegKey(99)])));
}

#[test]
fn the_fare_is_that_of_the_hold() {
    let mut rules = Rehearsal::new(&["1x2"]);
    let caller = rules.open(1);
    let mut dearer = crate::booking::rehearsal::facts(1, "1x2", 864_000);
    dearer.fare.0 = 99_999;
    rules.hold(caller, &[ask(1, 1)]).unwrap();
    rules.answer(&Command::Schedule(vec![dearer.into()])).unwrap();
    let cart = rules.hold(caller, &[ask(1, 1)]).unwrap();
    assert_eq!(cart.holds.iter().map(|hold| hold.fare.0).collect::<Vec<_>>(), [10_001, 99_999]);
}

#[test]
fn a_release_names_holds_that_the_cart_does_not_have() {
    let mut rules = Rehearsal::new(&["1x3", "1x1"]);
    let (first, second) = (rules.open(1), rules.open(2));
    let others = rules.hold(first, &[ask(2, 1)]).unwrap().holds[0].hold;
    let own = rules.hold(second, &[ask(1, 3)]).unwrap().holds;
    let refused = rules.release(second, Some(&[own[0].hold, others]));
    assert_eq!(refused, Err(Refusal::HoldUnknown(vec![others])));
    let cart = rules.release(second, Some(&[own[1].hold, own[1].hold])).unwrap();
    assert_eq!(cart.holds, [own[0], own[2]]);
    assert_eq!((rules.left(1), rules.left(2)), (1, 0));
    assert_eq!(rules.release(second, None).unwrap(), CartView::default());
    assert_eq!(rules.release(second, None).unwrap(), CartView::default(), "nothing to release");
}
