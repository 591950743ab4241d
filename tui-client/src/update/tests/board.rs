use super::*;
use crate::model::{FlashKind, SortBy};

fn is_search(ask: &Ask) -> bool {
    matches!(ask, Ask::Search(_))
}

#[test]
fn the_first_thing_asked_is_to_be_told_and_then_what_there_is() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    let watch = program.asks.iter().position(|(_, ask)| matches!(ask, Ask::Watch(_)));
    let search = program.asks.iter().position(|(_, ask)| is_search(ask));
    assert!(watch.unwrap() < search.unwrap());
}

#[test]
fn no_answer_yet_and_no_legs_are_told_apart() {
    let mut program = Program::started();
    assert!(program.model.departures.is_unread());
    program.go_online(Cart::default(), false);
    assert!(program.model.departures.is_unread());
    program.answer_search(page(Vec::new(), None));
    assert!(!program.model.departures.is_unread());
}

#[test]
fn the_selection_is_a_leg_and_stays_on_it_when_rows_move() {
    let mut program = Program::with_board(30);
    program.press("jjjjj");
    assert_eq!(program.selected(), Some(5));
    for _ in 0..4 {
        program.press("o");
        assert_eq!(program.selected(), Some(5));
        let place = program.model.departures.cursor_row;
        assert_eq!(program.shown()[place], 5);
    }
    assert_eq!(program.model.departures.sort, SortBy::Departure);
}

#[test]
fn sorts_are_by_fare_duration_and_seats() {
    let mut program = Program::with_board(30);
    let legs: Vec<Leg> = (0..30).map(leg).collect();
    let minutes = |leg: &Leg| leg.arrives_at.unix_seconds() - leg.departs_at.unix_seconds();
    program.press("o");
    assert!(program.shown().is_sorted_by_key(|at| legs[*at].fare_centavos));
    program.press("o");
    assert!(program.shown().is_sorted_by_key(|at| minutes(&legs[*at])));
    program.press("o");
    program.event(Event::LegUpdated(leg_event(7, 50, 2, ChangeReason::Released)));
    assert_eq!(program.shown()[0], 7, "most seats first, also after an event");
    program.event(taken(7, 3));
    assert_eq!(program.shown()[29], 7);
}

#[test]
fn a_leg_that_an_operator_closes_and_opens_says_so_at_once() {
    let mut program = Program::with_board(30);
    let mut closed = leg_event(7, 50, 2, ChangeReason::Operator);
    closed.closed = true;
    program.event(Event::LegUpdated(closed));
    let status = |program: &Program| program.model.departures.rows[7].leg.status;
    assert_eq!(status(&program), LegStatus::Closed);
    closed.version = Version(3);
    closed.seats_left = 51;
    program.event(Event::LegUpdated(closed));
    assert_eq!(status(&program), LegStatus::Closed, "a cancellation does not put it on sale");
    program.event(Event::LegReopened(leg_event(7, 51, 4, ChangeReason::Operator)));
    assert_eq!(status(&program), LegStatus::Open);
}

#[test]
fn the_cursor_goes_by_lines_pages_and_to_both_ends() {
    let mut program = Program::with_board(30);
    program.code(Code::PageDown);
    assert_eq!(program.selected(), Some(9), "a line of the page before stays in sight");
    program.press("G");
    assert_eq!((program.selected(), program.model.departures.top), (Some(29), 20));
    program.press("k");
    program.press("g");
    assert_eq!((program.selected(), program.model.departures.top), (Some(0), 0));
    program.code(Code::Up);
    assert_eq!(program.selected(), Some(0));
    program.code(Code::End);
    program.code(Code::Down);
    assert_eq!(program.selected(), Some(29));
    program.code(Code::Home);
    assert_eq!(program.selected(), Some(0));
}

#[test]
fn the_next_page_is_asked_for_before_its_rows_are_needed_and_only_once() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_airports();
    program.answer_search(page((0..40).map(leg).collect(), Some("next")));
    assert_eq!(program.asked(is_search), 0, "forty rows are enough for a screen of ten");
    for _ in 0..3 {
        program.code(Code::PageDown);
    }
    assert_eq!(program.asked(is_search), 0, "the next screen is here");
    program.code(Code::PageDown);
    assert_eq!(program.asked(is_search), 1);
    program.code(Code::Up);
    program.code(Code::Down);
    assert_eq!(program.asked(is_search), 1, "one request at a time");
    let asked = program.answer_search(page((40..60).map(leg).collect(), None));
    assert_eq!(asked.cursor.as_deref(), Some("next"));
    assert_eq!(asked.limit, Some(500));
    assert_eq!(program.shown().len(), 60);
    assert_eq!(program.selected(), Some(36), "rows that come do not move the cursor");
    program.press("G");
    assert_eq!((program.selected(), program.asked(is_search)), (Some(59), 0));
}

#[test]
fn the_end_loads_all_pages_in_the_background_and_goes_there() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_search(page((0..40).map(leg).collect(), Some("2")));
    program.press("G");
    program.answer_search(page((40..80).map(leg).collect(), Some("3")));
    program.answer_search(page((80..90).map(leg).collect(), None));
    assert_eq!(program.selected(), Some(89));
}

#[test]
fn a_movement_ends_the_way_to_the_end() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_search(page((0..100).map(leg).collect(), Some("2")));
    program.press("Gg");
    program.answer_search(page((100..200).map(leg).collect(), Some("3")));
    assert_eq!(program.selected(), Some(0));
    assert_eq!(program.asked(is_search), 0);
}

#[test]
fn a_sort_loads_all_pages_and_keeps_order_and_cursor() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_search(page((0..40).map(leg).collect(), Some("2")));
    program.press("jo");
    assert_eq!(program.asked(is_search), 1);
    program.answer_search(page((40..60).map(leg).collect(), None));
    assert_eq!(program.selected(), Some(1));
    let shown = program.shown();
    assert_eq!(shown.len(), 60);
    assert!(shown.is_sorted_by_key(|at| leg(*at).fare_centavos));
}

#[test]
fn pages_that_lead_nowhere_end() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    program.answer_search(page(vec![leg(0)], Some("loop")));
    program.answer_search(page(Vec::new(), Some("loop")));
    program.press("jG");
    assert_eq!(program.asked(is_search), 0);
}

#[test]
fn a_leg_that_goes_stays_as_taken_under_the_cursor_and_flashes_once() {
    let mut program = Program::with_board(5);
    program.press("jj");
    program.event(taken(2, 9));
    let row = program.model.departures.selected().unwrap();
    assert!(row.gone && row.leg.status == LegStatus::Taken && row.leg.seats_left == 0);
    assert_eq!(program.selected(), Some(2));
    assert!(program.says(|notice| *notice == Notice::LegTaken(leg(2).leg)));
    let flash = program.model.departures.flashes[&leg(2).leg];
    assert_eq!(flash.kind, FlashKind::Taken);
    program.pass(1_500);
    assert!(program.model.departures.flashes.is_empty());
    assert_eq!(program.shown().len(), 5);
    program.press("R");
    program.answer_search(page(vec![leg(0), leg(1), leg(3)], None));
    assert_eq!(program.shown(), [0, 1, 3], "searching anew moves on");
    assert_eq!(program.selected(), Some(3), "the cursor falls on what stands in its place");
}

#[test]
fn a_reopened_leg_is_open_again_and_flashes() {
    let mut program = Program::with_board(3);
    program.event(taken(0, 9));
    program.event(reopened(0, 10));
    let row = program.model.departures.selected().unwrap();
    assert!(!row.gone && row.leg.status == LegStatus::Open && row.leg.seats_left == 1);
    assert_eq!(program.model.departures.flashes[&leg(0).leg].kind, FlashKind::Reopened);
    assert!(program.says(|notice| *notice == Notice::LegReopened(leg(0).leg)));
}

#[test]
fn an_older_word_never_overrules_a_newer_one() {
    let mut program = Program::with_board(3);
    program.event(taken(0, 9));
    program.event(Event::LegUpdated(leg_event(0, 5, 8, ChangeReason::Released)));
    program.event(Event::LegUpdated(leg_event(0, 5, 9, ChangeReason::Released)));
    assert_eq!(program.model.departures.rows[0].leg.seats_left, 0);
    program.event(Event::LegUpdated(leg_event(0, 5, 10, ChangeReason::Merged)));
    let row = &program.model.departures.rows[0];
    assert!(!row.gone && row.leg.seats_left == 5, "merged events carry state");
}

#[test]
fn rows_that_nobody_sees_do_not_flash_and_wake_nobody() {
    let mut program = Program::with_board(40);
    program.event(taken(35, 9));
    assert!(program.model.departures.flashes.is_empty());
    assert!(program.model.departures.rows[35].gone);
}

#[test]
fn marking_is_taken_back_by_the_same_key_and_by_others_who_are_faster() {
    let mut program = Program::with_board(5);
    program.press("mjm");
    assert_eq!(program.model.departures.marked.len(), 2);
    program.press("m");
    assert_eq!(program.model.departures.marked.len(), 1);
    program.press("j");
    program.event(taken(0, 9));
    assert!(program.model.departures.marked.is_empty());
    assert!(program.says(|notice| *notice == Notice::LegTaken(leg(0).leg)));
}

#[test]
fn showing_all_searches_legs_that_cannot_be_held_too() {
    let mut program = Program::with_board(3);
    program.press("v");
    let asked = program.answer_search(page((0..3).map(leg).collect(), None));
    assert_eq!(asked.include, trecho_shared::message::Include::All);
}

#[test]
fn a_refused_search_says_so_and_can_be_asked_again() {
    let mut program = Program::started();
    program.go_online(Cart::default(), false);
    let (id, ask) = program.take(is_search);
    let data =
        RefusalData { retry_after_ms: Some(900), ..refusal(RefusalKind::LimitExceeded, &[]) };
    program.answer(id, ask, Err(Failure::Refused(data.into())));
    assert!(program.says(|notice| matches!(
        notice,
        Notice::Refused { kind: RefusalKind::LimitExceeded, retry_after_ms: Some(900), .. }
    )));
    program.press("R");
    program.answer_search(page(vec![leg(0)], None));
    assert!(!program.model.is_stale());
    assert_eq!(program.shown(), [0]);
}
