use super::*;
use crate::message::StoreNews;
use crate::model::{BookingScreen, FieldError, Overlay, Question, SavedBooking};
use crate::notice::WhyNot;
use trecho_shared::message::{Booking, BookingRef, Passenger, Ticket, TicketStatus};

fn booking(locator: &str, status: TicketStatus) -> Booking {
    let ticket = Ticket {
        leg: leg(0).leg,
        seat: id("1A"),
        passenger: Passenger { first_name: id("Ana"), last_name: id("Sá") },
        fare_centavos: Centavos(1),
        status,
    };
    let claim = token().claim_code(&id(locator));
    Booking { locator: id(locator), claim, tickets: vec![ticket], total_centavos: Centavos(1) }
}

fn saved(locator: &str, server: &str) -> SavedBooking {
    let booking = booking(locator, TicketStatus::Sold);
    SavedBooking { booking, legs: vec![leg(0)], saved_at: WALL, server: server.into() }
}

fn with_bookings() -> Program {
    let mut program = Program::with_board(5);
    let known = vec![saved("H7KQ3M", "localhost:7470"), saved("AAAAAA", "elsewhere:7470")];
    program.send(Message::Store(StoreNews::Bookings(known)));
    program.press("b");
    program
}

#[test]
fn bookings_of_earlier_runs_are_listed_and_shown_in_full() {
    let mut program = with_bookings();
    assert_eq!(program.model.bookings.known.len(), 2);
    program.press("j");
    program.code(Code::Enter);
    assert!(matches!(program.model.bookings.screen, BookingScreen::One));
    assert_eq!(program.model.current_booking().unwrap().booking.locator, id("AAAAAA"));
    program.code(Code::Esc);
    assert!(matches!(program.model.bookings.screen, BookingScreen::List));
}

#[test]
fn a_booking_is_looked_up_by_locator_and_code_as_people_type_them() {
    let mut program = with_bookings();
    program.press("f");
    program.press("0bad");
    program.code(Code::Enter);
    let BookingScreen::LookUp(look_up) = &program.model.bookings.screen else { panic!() };
    assert_eq!(look_up.locator.error, Some(FieldError::NotALocator));
    program.key(Key::ctrl('u'));
    program.press("cdefhj");
    program.code(Code::Enter);
    let found = booking("CDEFHJ", TicketStatus::Sold);
    program.press(&found.claim.to_string().to_lowercase().replace('-', " "));
    program.code(Code::Enter);
    let (id, ask) = program.take(|ask| matches!(ask, Ask::Booking(_)));
    let Booking { locator, claim, .. } = found.clone();
    assert_eq!(ask, Ask::Booking(BookingRef { locator, claim }));
    program.answer(id, ask, Ok(Answer::Booking(Box::new(found))));
    assert!(matches!(program.model.bookings.screen, BookingScreen::One));
    assert_eq!(program.model.current_booking().unwrap().booking.locator, locator);
    assert!(program.effects.iter().any(|effect| matches!(effect, Effect::KeepBooking(_))));
}

#[test]
fn a_booking_that_is_not_there_is_said_and_what_was_typed_stays() {
    let mut program = with_bookings();
    program.press("fcdefhj");
    program.code(Code::Enter);
    program.press(&token().claim_code(&id("x")).to_string());
    program.code(Code::Enter);
    let (id, ask) = program.take(|ask| matches!(ask, Ask::Booking(_)));
    let data = refusal(RefusalKind::BookingUnknown, &[]);
    program.answer(id, ask, Err(Failure::Refused(data.into())));
    let BookingScreen::LookUp(look_up) = &program.model.bookings.screen else { panic!() };
    assert_eq!((look_up.locator.input.value(), look_up.waiting), ("cdefhj", None));
    let unknown = RefusalKind::BookingUnknown;
    assert!(program.says(|n| matches!(n, Notice::Refused { kind, .. } if *kind == unknown)));
}

#[test]
fn cancelling_asks_first_and_keeps_what_the_server_says() {
    let mut program = with_bookings();
    program.press("x");
    let question = Overlay::Ask(Question::CancelBooking(id("H7KQ3M")));
    assert!(matches!(
        (program.model.overlays.last(), question),
        (Some(Overlay::Ask(asked)), Overlay::Ask(wanted)) if *asked == wanted
    ));
    program.press("n");
    assert!(program.asks.is_empty());
    program.press("xy");
    let (ask_id, ask) = program.take(|ask| matches!(ask, Ask::Cancel(_)));
    let cancelled = booking("H7KQ3M", TicketStatus::Cancelled);
    program.answer(ask_id, ask, Ok(Answer::Booking(Box::new(cancelled.clone()))));
    assert_eq!(program.model.bookings.known[0].booking, cancelled);
    assert!(program.says(|notice| *notice == Notice::Cancelled(id("H7KQ3M"))));
    program.press("x");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::AlreadyCancelled)));
}

#[test]
fn a_booking_of_another_server_is_shown_but_not_asked_for() {
    let mut program = with_bookings();
    program.press("jxR");
    assert!(program.says(|notice| *notice == Notice::NotNow(WhyNot::OtherServer)));
    assert!(program.asks.is_empty());
}

#[test]
fn legs_that_a_booking_does_not_know_are_looked_up_and_kept() {
    let mut program = with_bookings();
    program.press("R");
    let (ask_id, ask) = program.take(|ask| matches!(ask, Ask::Booking(_)));
    let mut fresh = booking("H7KQ3M", TicketStatus::Sold);
    fresh.tickets[0].leg = leg(77).leg;
    program.answer(ask_id, ask, Ok(Answer::Booking(Box::new(fresh))));
    let (ask_id, ask) = program.take(|ask| *ask == Ask::Leg(leg(77).leg));
    program.effects.clear();
    program.answer(ask_id, ask, Ok(Answer::Leg(Box::new(leg(77)))));
    assert_eq!(program.model.bookings.known[0].legs, [leg(77)]);
    assert!(matches!(&program.effects[..], [Effect::KeepBooking(_)]));
}
