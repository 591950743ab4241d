use super::*;
use crate::message::StoreNews;
use crate::model::{FieldError, Overlay, Question, Screen, Step};
use crate::notice::WhyNot;
use trecho_shared::ids::ClaimCode;
use trecho_shared::message::{Booking, ConfirmCart, Passenger, Ticket, TicketStatus};

fn booking() -> Booking {
    let passenger = Passenger { first_name: id("João"), last_name: id("Conceição") };
    let ticket = Ticket {
        leg: leg(0).leg,
        seat: id("1A"),
        passenger,
        fare_centavos: leg(0).fare_centavos,
        status: TicketStatus::Sold,
    };
    Booking {
        locator: id("H7KQ3M"),
        claim: claim(),
        tickets: vec![ticket],
        total_centavos: leg(0).fare_centavos,
    }
}

fn claim() -> ClaimCode {
    token().claim_code(&id("k"))
}

/// One leg held, names typed, the review on the screen.
fn reviewing() -> Program {
    let mut program = Program::with_board(20);
    program.hold(&[0]);
    program.press("cc");
    type_names(&mut program);
    program
}

fn type_names(program: &mut Program) {
    program.press("João");
    program.code(Code::Enter);
    program.press("Conceição");
    program.code(Code::Enter);
    program.code(Code::Enter);
}

fn noted(program: &Program) -> ConfirmCart {
    let noted = program.effects.iter().rev().find_map(|effect| match effect {
        Effect::NotePurchase(purchase) => Some((**purchase).clone()),
        _ => None,
    });
    noted.expect("a purchase was noted")
}

/// The purchase was noted and its confirm is under way.
fn confirming() -> Program {
    let mut program = reviewing();
    program.press("c");
    let key = noted(&program).idempotency_key;
    program.send(Message::Store(StoreNews::PurchaseNoted { key }));
    program
}

fn is_confirm(ask: &Ask) -> bool {
    matches!(ask, Ask::Confirm(_))
}

fn step(program: &Program) -> &Step {
    &program.model.checkout.as_ref().unwrap().step
}

#[test]
fn a_purchase_needs_as_many_seats_on_every_leg() {
    let mut program = Program::with_board(20);
    program.press("cc");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::CartEmpty)));
    program.code(Code::Esc);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0, 15, 15], 600_000)));
    program.press("cc");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::UnequalSeats)));
    assert_eq!(program.model.screen, Screen::Cart);
}

#[test]
fn two_seats_a_leg_are_two_passengers() {
    let mut program = Program::with_board(20);
    program.press(" ");
    program.answer_hold(Ok(cart(&[0, 0, 15, 15], 600_000)));
    program.press("cc");
    assert_eq!(program.model.checkout.as_ref().unwrap().passengers.len(), 2);
}

#[test]
fn names_that_are_empty_or_unprintable_are_said_on_their_field() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.press("cc");
    program.press("Ana");
    program.code(Code::Enter);
    program.code(Code::Enter);
    program.press("not an address");
    program.code(Code::Enter);
    let checkout = program.model.checkout.as_ref().unwrap();
    assert!(matches!(checkout.step, Step::Names { focus: 1 }), "the first wrong one has the keys");
    assert_eq!(checkout.passengers[0].last_name.error, Some(FieldError::Empty));
    assert_eq!(checkout.email.error, Some(FieldError::NotAnEmail));
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::FieldsWrong)));
}

#[test]
fn enter_alone_never_buys() {
    let mut program = reviewing();
    program.code(Code::Enter);
    program.code(Code::Enter);
    assert!(matches!(step(&program), Step::Review));
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::NeedsConfirmKey)));
}

#[test]
fn the_purchase_is_noted_before_it_is_sent_with_the_holds_seen() {
    let mut program = reviewing();
    program.press("c");
    assert_eq!(program.asked(is_confirm), 0, "nothing is sent before it is on disk");
    let purchase = noted(&program);
    assert_eq!(purchase.holds, Some(vec![program.model.cart.cart.holds[0].hold]));
    assert_eq!(purchase.passengers[0].first_name.as_str(), "João");
    program
        .send(Message::Store(StoreNews::PurchaseNoted { key: purchase.idempotency_key.clone() }));
    let (_, ask) = program.take(is_confirm);
    assert_eq!(ask, Ask::Confirm(Box::new(purchase)));
}

#[test]
fn a_purchase_that_cannot_be_noted_is_not_sent() {
    let mut program = reviewing();
    program.press("c");
    let key = noted(&program).idempotency_key;
    program.send(Message::Store(StoreNews::PurchaseNotNoted { key, why: "disk full".into() }));
    assert!(matches!(step(&program), Step::Review));
    assert!(program.says(|notice| *notice == Notice::PurchaseNotNoted("disk full".into())));
    assert_eq!(program.asked(is_confirm), 0);
}

#[test]
fn a_sold_cart_is_a_booking_kept_and_printed() {
    let mut program = confirming();
    let (id, ask) = program.take(is_confirm);
    program.effects.clear();
    program.answer(id, ask, Ok(Answer::Booking(Box::new(booking()))));
    assert!(matches!(step(&program), Step::Booked { booking } if booking.legs == [leg(0)]));
    assert!(program.model.cart.is_empty());
    assert_eq!(program.model.bookings.known.len(), 1);
    let kinds: Vec<_> = program
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::KeepBooking(_) => "keep",
            Effect::ForgetPurchase => "forget",
            Effect::PrintAfterExit(text) if text.contains("H7KQ3M") => "print",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["keep", "forget", "print"], "kept before the note is forgotten");
    program.press("yw");
    assert!(program.effects.contains(&Effect::Copy(format!("H7KQ3M {}", claim()))));
    assert!(program.effects.iter().any(|effect| {
        matches!(effect, Effect::SaveText { name, .. } if name == "trecho-H7KQ3M.txt")
    }));
    program.code(Code::Enter);
    assert_eq!(program.model.screen, Screen::Departures);
}

#[test]
fn a_lost_answer_is_asked_for_again_unchanged_until_there_is_one() {
    let mut program = confirming();
    let sent = noted(&program);
    for _ in 0..3 {
        program.go_offline();
        assert!(program.says(|notice| *notice == Notice::OutcomeUnknown));
        program.go_online(cart(&[0], 100_000), true);
        let (_, ask) = &program.asks[program.asks.len() - 1];
        assert_eq!(*ask, Ask::Confirm(Box::new(sent.clone())));
    }
    let (id, ask) = program.take(is_confirm);
    program.answer(id, ask, Ok(Answer::Booking(Box::new(booking()))));
    assert!(matches!(step(&program), Step::Booked { .. }));
}

#[test]
fn a_purchase_of_an_earlier_run_is_settled_first() {
    let sent = noted(&confirming());
    let mut program = Program::started();
    let purchase = Box::new(sent.clone());
    program.send(Message::Store(StoreNews::Unsettled { purchase }));
    assert_eq!(program.model.screen, Screen::Checkout);
    assert!(program.says(|notice| *notice == Notice::SettlingPurchase));
    program.go_online(Cart::default(), true);
    let (id, ask) = program.take(is_confirm);
    assert_eq!(ask, Ask::Confirm(Box::new(sent)));
    program.answer(id, ask, Ok(Answer::Booking(Box::new(booking()))));
    assert!(program.effects.contains(&Effect::ForgetPurchase));
}

#[test]
fn a_purchase_in_a_session_that_the_server_forgot_is_not_sent_again() {
    let mut program = confirming();
    program.go_offline();
    program.go_online(Cart::default(), false);
    assert_eq!(program.asked(is_confirm), 0);
    assert!(program.says(|notice| *notice == Notice::PurchaseUnsettled));
    assert!(program.effects.contains(&Effect::ForgetPurchase));
    assert_eq!(program.model.screen, Screen::Departures);
}

#[test]
fn a_refused_purchase_is_not_made_and_the_next_try_has_a_key_of_its_own() {
    let mut program = confirming();
    let first = noted(&program).idempotency_key;
    let (id, ask) = program.take(is_confirm);
    let data = refusal(RefusalKind::CartChanged, &[]);
    program.answer(id, ask, Err(Failure::Refused(data.into())));
    assert!(program.effects.contains(&Effect::ForgetPurchase));
    assert_eq!(program.model.screen, Screen::Cart);
    assert_eq!(program.asked(|ask| *ask == Ask::Cart), 1);
    program.press("c");
    for _ in 0..3 {
        program.code(Code::Enter);
    }
    program.press("c");
    assert_ne!(noted(&program).idempotency_key, first);
}

#[test]
fn while_a_purchase_is_settled_leaving_keeps_it_for_the_next_start() {
    let mut program = confirming();
    program.code(Code::Esc);
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::Settling)));
    program.press("q");
    assert!(matches!(program.model.overlays.last(), Some(Overlay::Ask(Question::QuitSettling))));
    let offered: Vec<_> =
        crate::keys::footer(&program.model).iter().map(|(binding, _)| binding.action).collect();
    assert!(!offered.contains(&crate::keys::Action::Yes), "only its own answers are offered");
    program.press("y");
    assert!(!program.model.leaving, "releasing is no choice now");
    program.press("k");
    assert_eq!(program.effects.last(), Some(&Effect::Quit(crate::effect::Leave::Keep)));
}

#[test]
fn a_cart_that_changes_under_the_review_is_looked_at_again_and_names_stay() {
    let mut program = reviewing();
    let lost = vec![];
    let changed = trecho_shared::message::CartChanged { lost, cart: cart(&[15], 100_000) };
    program.event(Event::CartChanged(changed));
    assert_eq!(program.model.screen, Screen::Cart);
    program.press("c");
    let names = &program.model.checkout.as_ref().unwrap().passengers[0];
    assert_eq!(names.first_name.input.value(), "João");
}
