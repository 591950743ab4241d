use super::*;
use crate::model::{LOG, Severity, TICKER, TOASTS, TickerKind};
use crate::notice::WhyNot;
use crate::update::toasts::{TOAST_MS, notify};

#[test]
fn the_ticker_tells_of_legs_that_are_nowhere_else_on_the_screen() {
    let mut program = Program::with_board(3);
    program.event(taken(77, 5));
    program.event(reopened(77, 6));
    let told: Vec<_> = program.model.live.ticker.iter().map(|entry| entry.kind).collect();
    assert_eq!(told, [TickerKind::Reopened, TickerKind::Taken]);
    assert_eq!(program.model.live.counts, (1, 1));
    assert_eq!(program.shown().len(), 3);
}

#[test]
fn a_repeated_event_is_told_once_and_the_ticker_has_an_end() {
    let mut program = Program::with_board(3);
    program.event(taken(77, 5));
    program.event(taken(77, 5));
    assert_eq!(program.model.live.ticker.len(), 1);
    for version in 10..1_000 {
        program.event(taken(77, version));
    }
    assert_eq!(program.model.live.ticker.len(), TICKER);
}

#[test]
fn our_own_changes_are_told_from_those_of_others() {
    let mut program = Program::with_board(3);
    program.hold(&[0]);
    program.event(taken(0, 5));
    program.event(taken(1, 6));
    let ours: Vec<_> = program.model.live.ticker.iter().map(|entry| entry.ours).collect();
    assert_eq!(ours, [false, true]);
    assert!(!program.model.departures.rows[0].gone, "it is in our own cart");
    assert!(!program.says(|notice| *notice == Notice::LegTaken(leg(0).leg)));
}

#[test]
fn at_most_three_toasts_equal_ones_merged_and_errors_stay() {
    let mut program = Program::with_board(3);
    let model = &mut program.model;
    notify(model, Notice::SessionReplaced);
    notify(model, Notice::NotNow(WhyNot::Busy));
    notify(model, Notice::NotNow(WhyNot::Busy));
    assert_eq!(model.live.toasts.len(), 2);
    notify(model, Notice::NotNow(WhyNot::Offline));
    notify(model, Notice::NotNow(WhyNot::CartEmpty));
    assert_eq!(model.live.toasts.len(), TOASTS);
    assert_eq!(model.live.toasts[0].notice, Notice::SessionReplaced, "an error goes last");
    program.pass(TOAST_MS);
    assert_eq!(program.model.live.toasts.len(), 1);
    program.pass(3_600_000);
    assert_eq!(program.model.live.toasts[0].severity, Severity::Error);
    program.code(Code::Esc);
    assert!(program.model.live.toasts.is_empty());
    assert!(program.says(|notice| *notice == Notice::SessionReplaced), "the log keeps it");
}

#[test]
fn the_log_has_an_end() {
    let mut program = Program::with_board(3);
    for at in 0..1_000 {
        notify(&mut program.model, Notice::Saved(at.to_string()));
    }
    assert_eq!(program.model.live.log.len(), LOG);
    assert_eq!(program.model.live.log[0].notice, Notice::Saved("999".into()));
}
