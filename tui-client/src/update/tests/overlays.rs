use super::*;
use crate::input::{Hit, Mouse, MouseKind, Target};
use crate::model::{Overlay, Screen};

#[test]
fn help_opens_scrolls_filters_and_closes() {
    let mut program = Program::with_board(3);
    program.press("?");
    program.model.drawn.scroll_max = 2;
    program.press("jjjjj");
    assert!(matches!(program.model.overlays.last(), Some(Overlay::Help { top: 2, .. })));
    program.press("/qu");
    let Some(Overlay::Help { filter, filtering, .. }) = program.model.overlays.last() else {
        panic!()
    };
    assert!(*filtering && filter.input.value() == "qu");
    program.code(Code::Esc);
    assert_eq!(program.model.overlays.len(), 1);
    program.press("q");
    assert!(program.model.overlays.is_empty() && !program.model.leaving);
}

#[test]
fn keys_go_to_the_uppermost_overlay_and_not_below() {
    let mut program = Program::with_board(3);
    program.press("nj");
    assert_eq!(program.selected(), Some(0));
    program.press("n");
    assert!(program.model.overlays.is_empty());
}

#[test]
fn a_question_is_answered_with_arrows_and_enter() {
    let mut program = Program::with_board(3);
    program.hold(&[0]);
    program.press("X");
    program.code(Code::Right);
    program.code(Code::Right);
    program.code(Code::Enter);
    assert_eq!(program.take(|_| true).1, Ask::Release(None));
}

#[test]
fn the_language_changes_at_once() {
    let mut program = Program::with_board(3);
    program.press("L");
    assert_eq!(program.model.preferences.lang, Lang::Pt);
}

#[test]
fn the_mouse_can_be_given_back_to_the_terminal() {
    let mut program = Program::with_board(3);
    program.press("M");
    assert_eq!(program.effects.last(), Some(&Effect::CaptureMouse(false)));
}

fn click(program: &mut Program, column: u16) {
    program.send(Message::Mouse(Mouse { kind: MouseKind::Press, column, row: 0 }));
}

fn targets(program: &mut Program, hits: &[Hit]) {
    let target = |(at, hit): (usize, &Hit)| {
        let column = u16::try_from(at).unwrap();
        Target { column, row: 0, width: 1, height: 1, hit: *hit }
    };
    let targets = hits.iter().enumerate().map(target).collect();
    program.send(Message::Drawn(Drawn { page: PAGE, scroll_max: 0, targets }));
}

#[test]
fn a_click_selects_and_a_double_click_holds() {
    let mut program = Program::with_board(5);
    targets(&mut program, &[Hit::Row(0), Hit::Row(3)]);
    click(&mut program, 1);
    assert_eq!(program.selected(), Some(3));
    assert!(program.asks.is_empty());
    program.pass(1_000);
    click(&mut program, 1);
    assert!(program.asks.is_empty(), "two slow clicks are two clicks");
    click(&mut program, 1);
    assert!(matches!(program.take(|_| true).1, Ask::Hold(_)));
}

#[test]
fn a_click_on_a_hint_is_its_key_once() {
    let mut program = Program::with_board(5);
    targets(&mut program, &[Hit::Key(Key::char('L'))]);
    click(&mut program, 0);
    click(&mut program, 0);
    assert_eq!(program.model.preferences.lang, Lang::Pt);
}

#[test]
fn the_wheel_moves_and_what_lies_under_an_overlay_is_not_clicked() {
    let mut program = Program::with_board(30);
    program.send(Message::Mouse(Mouse { kind: MouseKind::WheelDown, column: 0, row: 0 }));
    assert_eq!(program.selected(), Some(3));
    program.press("?");
    targets(&mut program, &[Hit::Row(7)]);
    click(&mut program, 0);
    assert_eq!(program.selected(), Some(3));
}

#[test]
fn a_click_in_the_cart_puts_the_cursor_there() {
    let mut program = Program::with_board(30);
    program.hold(&[0, 15]);
    targets(&mut program, &[Hit::Hold(1)]);
    click(&mut program, 0);
    assert_eq!((program.model.screen, program.model.cart.cursor), (Screen::Cart, 1));
}
