use super::*;
use crate::model::{FieldError, FilterFocus, Screen};

#[test]
fn an_airport_is_found_without_accents_and_chosen_with_enter() {
    let mut program = Program::with_board(8);
    program.press("t");
    program.press("goian");
    program.code(Code::Enter);
    assert_eq!(program.model.departures.filters.to.chosen, Some(id("GYN")));
    assert_eq!(program.model.departures.filters.focus, None);
    let asked = program.answer_search(page(vec![leg(1)], None));
    assert_eq!((asked.from, asked.to), (None, Some(id("GYN"))));
    assert_eq!(program.selected(), Some(1));
}

#[test]
fn arrows_choose_among_airports_and_tab_goes_on() {
    let mut program = Program::with_board(4);
    program.press("fsao");
    let first = program.model.departures.filters.from.matches.clone();
    assert_eq!(first.len(), 2);
    program.code(Code::Down);
    program.code(Code::Tab);
    let second = &program.model.airports[first[1]];
    assert_eq!(program.model.departures.filters.from.chosen, Some(second.iata));
    assert_eq!(program.model.departures.filters.focus, Some(FilterFocus::To));
    program.code(Code::BackTab);
    assert_eq!(program.model.departures.filters.focus, Some(FilterFocus::From));
}

#[test]
fn what_was_chosen_is_replaced_by_typing_and_kept_by_enter() {
    let mut program = Program::with_board(4);
    program.press("fgru");
    program.code(Code::Enter);
    program.press("f");
    program.code(Code::Enter);
    assert_eq!(program.model.departures.filters.from.chosen, Some(id("GRU")));
    program.press("fssa");
    program.code(Code::Enter);
    assert_eq!(program.model.departures.filters.from.chosen, Some(id("SSA")));
    program.press("f");
    program.code(Code::Backspace);
    program.code(Code::Enter);
    assert_eq!(program.model.departures.filters.from.chosen, None, "empty is anywhere");
}

#[test]
fn an_airport_that_is_none_is_said_and_escape_leaves_all_as_it_was() {
    let mut program = Program::with_board(4);
    program.press("fzzzz");
    program.code(Code::Enter);
    let field = &program.model.departures.filters.from;
    assert_eq!(field.text.error, Some(FieldError::NoAirport));
    assert_eq!(program.model.departures.filters.focus, Some(FilterFocus::From));
    program.code(Code::Esc);
    assert_eq!(program.model.departures.filters.focus, None);
    assert_eq!(program.model.departures.filters.from.chosen, None);
    assert!(program.asks.iter().all(|(_, ask)| !matches!(ask, Ask::Search(_))));
}

#[test]
fn the_date_moves_by_days_and_is_typed_in_words() {
    let mut program = Program::with_board(4);
    program.code(Code::Right);
    let chosen = |program: &Program| program.model.departures.filters.date.chosen.unwrap();
    assert_eq!(chosen(&program).to_string(), "2026-11-24");
    program.press("l");
    assert_eq!(chosen(&program).to_string(), "2026-11-25");
    program.press("<<");
    assert_eq!(chosen(&program).to_string(), "2026-11-23");
    program.press("damanhã");
    program.code(Code::Enter);
    assert_eq!(chosen(&program).to_string(), "2026-11-25");
    program.press("d31/12");
    program.code(Code::Up);
    program.code(Code::Enter);
    assert_eq!(chosen(&program).to_string(), "2027-01-01");
    program.press("dnever");
    program.code(Code::Enter);
    assert_eq!(program.model.departures.filters.date.text.error, Some(FieldError::NotADate));
}

#[test]
fn of_many_wishes_only_the_last_is_searched() {
    let mut program = Program::with_board(4);
    program.press("llll");
    let is_search = |ask: &Ask| matches!(ask, Ask::Search(_));
    assert_eq!(program.asked(is_search), 1);
    program.answer_search(page(vec![leg(0)], None));
    assert_eq!(program.asked(is_search), 1);
    let asked = program.answer_search(page(vec![leg(1)], None));
    assert_eq!(asked.date.unwrap().to_string(), "2026-11-27");
    assert_eq!((program.asked(is_search), program.shown()), (0, vec![1]));
}

#[test]
fn the_live_filter_ignores_accents_narrows_and_ends_with_escape() {
    let mut program = Program::with_board(8);
    program.press("/goiania");
    assert_eq!(program.shown(), [1, 5]);
    program.press(" 1005");
    assert_eq!(program.shown(), [5]);
    program.code(Code::Backspace);
    program.code(Code::Backspace);
    program.code(Code::Backspace);
    program.code(Code::Backspace);
    assert_eq!(program.shown(), [1, 5]);
    program.code(Code::Down);
    program.code(Code::Enter);
    assert_eq!(program.shown(), [1, 5], "Enter keeps what is filtered");
    program.press("j");
    assert_eq!(program.selected(), Some(5), "letters are commands again");
    program.code(Code::Esc);
    assert_eq!(program.shown().len(), 8);
    assert_eq!(program.selected(), Some(5), "the cursor stays on its leg");
}

#[test]
fn the_live_filter_loads_what_is_missing_in_the_background() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_airports();
    program.answer_search(page((0..40).map(leg).collect(), Some("2")));
    program.press("/1055");
    assert!(program.shown().is_empty());
    program.answer_search(page((40..60).map(leg).collect(), None));
    assert_eq!(program.shown(), [55]);
}

#[test]
fn letters_in_a_field_are_text_and_not_commands() {
    let mut program = Program::with_board(4);
    program.press("/qXc?");
    assert_eq!(program.model.departures.filters.text.input.value(), "qXc?");
    assert!(!program.model.leaving && program.model.overlays.is_empty());
    program.send(Message::Paste("a\u{1b}[2Jb".into()));
    assert_eq!(program.model.departures.filters.text.input.value(), "qXc?a[2Jb");
}

#[test]
fn trips_need_a_route_and_a_date_and_then_are_searched() {
    let mut program = Program::with_board(4);
    program.press("T");
    assert_eq!(program.model.screen, Screen::Trips);
    let why = crate::notice::WhyNot::TripNeedsRoute;
    assert!(program.says(|notice| *notice == Notice::NotNow(why)));
    program.press("fgru");
    program.code(Code::Tab);
    program.press("ssa");
    program.code(Code::Tab);
    program.press("hoje");
    program.code(Code::Enter);
    let (id, ask) = program.take(|ask| matches!(ask, Ask::Trips(_)));
    let trip = trecho_shared::message::Trip {
        legs: vec![leg(1), leg(6)],
        duration_minutes: 200,
        fare_centavos: Centavos(1),
    };
    let trips = Box::new(trecho_shared::message::Trips { trips: vec![trip] });
    program.answer(id, ask, Ok(Answer::Trips(trips)));
    program.press(" ");
    let (_, ask) = program.take(|ask| matches!(ask, Ask::Hold(_)));
    let Ask::Hold(hold) = ask else { unreachable!() };
    assert_eq!(hold.legs.len(), 2, "a trip is held all in one request");
}
