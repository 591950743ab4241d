use super::*;
use crate::model::Urgency;
use crate::notice::WhyNot;
use trecho_shared::message::{CartChanged, CartExpired, HoldLegs, LegAsk, LostHold, LostReason};

fn is_hold(ask: &Ask) -> bool {
    matches!(ask, Ask::Hold(_))
}

fn held(program: &mut Program) -> HoldLegs {
    let Ask::Hold(hold) = program.take(is_hold).1 else { unreachable!() };
    hold
}

fn lost(number: usize, reason: LostReason) -> LostHold {
    let hold = cart(&[number], 1).holds[0];
    LostHold { hold: hold.hold, leg: hold.leg, seat: hold.seat, reason }
}

#[test]
fn space_holds_one_seat_of_the_leg_under_the_cursor() {
    let mut program = Program::with_board(5);
    program.press("j ");
    assert_eq!(program.model.departures.holding, [leg(1).leg]);
    program.answer_hold(Ok(cart(&[1], 600_000)));
    assert!(program.model.departures.holding.is_empty());
    assert_eq!(program.model.cart.seats_of(leg(1).leg), 1);
    assert_eq!(program.model.cart.legs[&leg(1).leg], leg(1));
    assert!(program.says(|notice| *notice == Notice::Held(vec![leg(1).leg])));
}

#[test]
fn marked_legs_are_held_all_in_one_request() {
    let mut program = Program::with_board(5);
    program.press("mjjmj");
    program.code(Code::Enter);
    let hold = held(&mut program);
    let asks = [leg(0).leg, leg(2).leg].map(LegAsk::one);
    assert_eq!(hold.legs, asks);
}

#[test]
fn a_hold_under_way_is_not_asked_for_twice() {
    let mut program = Program::with_board(5);
    program.press(" j ");
    assert_eq!(program.asked(is_hold), 1);
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::Busy)));
}

#[test]
fn a_refusal_names_the_lost_legs_unmarks_and_flags_them() {
    let mut program = Program::with_board(5);
    program.press("mjmj ");
    program.answer_hold(Err(refusal(RefusalKind::LegTaken, &[1])));
    let legs = vec![leg(1).leg];
    assert!(program.says(|notice| {
        *notice == Notice::HoldRefused { kind: RefusalKind::LegTaken, legs: legs.clone() }
    }));
    assert_eq!(program.model.departures.marked.iter().copied().collect::<Vec<_>>(), [leg(0).leg]);
    assert!(program.model.departures.rows[1].gone);
    assert!(program.model.cart.is_empty());
    program.event(reopened(1, 2));
    assert!(!program.model.departures.rows[1].gone, "the server's newer word counts");
}

#[test]
fn a_second_press_on_a_held_leg_asks_for_nothing_and_says_so() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.press(" ");
    assert_eq!(program.asked(is_hold), 0);
    assert!(program.says(|notice| *notice == Notice::AlreadyHeld(leg(0).leg)));
    program.press("+");
    assert_eq!(held(&mut program).legs, [LegAsk::one(leg(0).leg)]);
}

#[test]
fn a_held_leg_without_a_free_seat_says_that_there_is_no_second_one() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.event(taken(0, 9));
    program.press("+");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::LegTaken)));
    assert_eq!(program.asked(is_hold), 0);
}

#[test]
fn a_leg_that_is_taken_or_departed_says_why_it_cannot_be_held() {
    let mut program = Program::with_board(5);
    program.event(taken(0, 9));
    program.press(" ");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::LegTaken)));
    program.press("j");
    program.pass(3_600_000 + 600_000);
    program.press(" ");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::LegNotOnSale)));
    assert_eq!(program.asked(is_hold), 0);
}

#[test]
fn legs_that_overlap_in_time_share_a_cart_with_a_warning() {
    let mut program = Program::with_board(20);
    program.hold(&[0, 15]);
    assert!(!program.says(|notice| matches!(notice, Notice::Overlap(..))));
    program.hold(&[1]);
    assert!(program.says(|notice| *notice == Notice::Overlap(leg(0).leg, leg(1).leg)));
}

#[test]
fn one_seat_or_all_can_be_given_back_and_all_asks_first() {
    let mut program = Program::with_board(5);
    program.hold(&[0, 1]);
    program.press("x");
    let (id, ask) = program.take(|ask| matches!(ask, Ask::Release(_)));
    assert_eq!(ask, Ask::Release(Some(vec![program.model.cart.cart.holds[1].hold])));
    program.answer(id, ask, cart_answer(Ok(cart(&[0], 600_000))));
    assert!(program.says(|notice| *notice == Notice::Released(vec![leg(1).leg])));
    program.press("x");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::NotInCart)));
    program.press("X");
    assert!(program.asks.is_empty());
    program.code(Code::Enter);
    assert!(program.asks.is_empty(), "the first choice is to change nothing");
    program.press("Xy");
    assert_eq!(program.take(|_| true).1, Ask::Release(None));
}

#[test]
fn the_countdown_runs_on_our_own_clock_from_what_the_server_said_is_left() {
    let mut program = Program::with_board(5);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0], 90_000)));
    program.pass(500);
    assert_eq!(program.model.cart.remaining_seconds(program.model.now.mono_ms), Some(90));
    let wake = program.model.next_wake_ms().unwrap();
    assert_eq!(wake - program.model.now.mono_ms, 500);
    // The wall clock may be changed at any time: it does not count.
    let now = program.model.now;
    let wall = now.wall.plus_ms(86_400_000);
    program.send(Message::Tick(Now { mono_ms: now.mono_ms + 9_500, wall, ..now }));
    assert_eq!(program.model.cart.remaining_seconds(program.model.now.mono_ms), Some(80));
}

#[test]
fn the_end_is_warned_of_at_sixty_twenty_and_ten_seconds_once_each() {
    let mut program = Program::with_board(5);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0], 90_000)));
    for _ in 0..89 {
        program.pass(1_000);
    }
    let warnings: Vec<_> = program
        .model
        .live
        .log
        .iter()
        .rev()
        .filter_map(|entry| match entry.notice {
            Notice::CartEnds(urgency) => Some(urgency),
            _ => None,
        })
        .collect();
    assert_eq!(warnings, [Urgency::Minute, Urgency::Soon, Urgency::Last]);
    let bells = program.effects.iter().filter(|effect| **effect == Effect::Bell).count();
    assert_eq!(bells, 3);
}

#[test]
fn a_renewed_cart_is_warned_of_again_and_a_short_one_not_at_once() {
    let mut program = Program::with_board(5);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0], 30_000)));
    program.pass(1_000);
    assert!(!program.says(|notice| matches!(notice, Notice::CartEnds(_))));
    program.pass(10_000);
    let soon = |notice: &Notice| *notice == Notice::CartEnds(Urgency::Soon);
    assert!(program.says(soon));
    program.press("j ");
    program.answer_hold(Ok(cart(&[0, 1], 30_000)));
    assert!(program.model.live.toasts.iter().all(|toast| !soon(&toast.notice)));
    program.model.live.log.clear();
    program.pass(10_000);
    assert!(program.says(soon));
}

#[test]
fn an_expired_cart_is_empty_and_says_what_was_lost() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    let lost = vec![lost(0, LostReason::Expired)];
    program.event(Event::CartExpired(CartExpired { lost: lost.clone(), cart: Cart::default() }));
    assert!(program.model.cart.is_empty());
    assert_eq!(program.model.cart.remaining_ms(0), None);
    assert!(program.says(|notice| *notice == Notice::CartExpired(lost.clone())));
}

#[test]
fn a_changed_cart_says_what_left_it() {
    let mut program = Program::with_board(20);
    program.hold(&[0, 15]);
    let lost = vec![lost(0, LostReason::Closed)];
    let changed = CartChanged { lost: lost.clone(), cart: cart(&[15], 500_000) };
    program.event(Event::CartChanged(changed));
    assert_eq!(program.model.cart.held_legs(), [leg(15).leg]);
    assert!(program.says(|notice| *notice == Notice::CartChanged(lost.clone())));
}

#[test]
fn a_server_that_says_nothing_long_after_the_end_is_asked_once() {
    let mut program = Program::with_board(5);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0], 10_000)));
    program.pass(10_000);
    assert_eq!(program.asked(|ask| *ask == Ask::Cart), 0);
    let wake = program.model.next_wake_ms().unwrap();
    assert!(wake > program.model.now.mono_ms);
    program.pass(4_000);
    program.pass(1_000);
    assert_eq!(program.asked(|ask| *ask == Ask::Cart), 1);
}

#[test]
fn seats_chosen_by_hand_are_held_by_name() {
    use trecho_shared::message::{SeatAsk, SeatMap, SeatRow, SeatState, SeatStatus};
    let mut program = Program::with_board(5);
    program.press("s");
    let (ask_id, ask) = program.take(|ask| matches!(ask, Ask::Seats(_)));
    let seat = |label: &str, status| SeatState { seat: id(label), status };
    let blocks = vec![
        vec![seat("1A", SeatStatus::Sold), seat("1B", SeatStatus::Free)],
        vec![seat("1C", SeatStatus::Free)],
    ];
    let rows = vec![SeatRow { row: 1, blocks }];
    let map = SeatMap { leg: leg(0).leg, aircraft: "AT7".into(), rows, version: Version(1) };
    program.answer(ask_id, ask, Ok(Answer::Seats(Box::new(map))));
    program.press(" l h");
    program.code(Code::Left);
    program.press(" ");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::SeatNotFree)));
    program.code(Code::Right);
    program.code(Code::Right);
    program.press(" ");
    program.code(Code::Enter);
    let hold = held(&mut program);
    let named = |seats: &[&str]| SeatAsk::Named(seats.iter().map(|seat| id(seat)).collect());
    assert_eq!(hold.legs[0].seats, named(&["1B"]));
}
