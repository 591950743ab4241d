use super::*;
use crate::effect::Leave;
use crate::model::{Connection, Overlay, Question};
use crate::trust::{Distrust, Doubt};
use trecho_shared::fingerprint::KeyFingerprint;

#[test]
fn a_hold_whose_answer_was_lost_is_never_sent_again_and_the_resumed_cart_is_the_truth() {
    let mut program = Program::with_board(5);
    program.press("j ");
    program.go_offline();
    assert!(program.model.cart.holding.is_none());
    assert!(program.model.departures.holding.is_empty());
    program.go_online(cart(&[1], 300_000), true);
    assert_eq!(program.asked(|ask| matches!(ask, Ask::Hold(_))), 0);
    assert_eq!(program.model.cart.held_legs(), [leg(1).leg]);
    assert_eq!(program.model.cart.remaining_seconds(program.model.now.mono_ms), Some(300));
    let gained = vec![leg(1).leg];
    assert!(program.says(|notice| {
        *notice == Notice::CartMeanwhile { lost: vec![], gained: gained.clone() }
    }));
    assert!(program.says(|notice| *notice == Notice::Reconnected { holds: Some(1) }));
}

#[test]
fn holds_that_went_while_the_connection_was_away_are_named() {
    let mut program = Program::with_board(20);
    program.hold(&[0, 15]);
    program.go_offline();
    program.go_online(Cart::default(), false);
    let lost = vec![leg(0).leg, leg(15).leg];
    assert!(program.says(|notice| {
        *notice == Notice::CartMeanwhile { lost: lost.clone(), gained: vec![] }
    }));
    assert!(program.says(|notice| *notice == Notice::Reconnected { holds: None }));
    assert!(program.effects.contains(&Effect::KeepSession(token())));
}

#[test]
fn without_a_connection_keys_say_so_and_what_was_read_stays() {
    let mut program = Program::with_board(5);
    program.go_offline();
    assert!(program.model.is_stale());
    assert_eq!(program.shown().len(), 5);
    program.press(" ");
    let why = crate::notice::WhyNot::Offline;
    assert!(program.says(|notice| *notice == Notice::NotNow(why)));
    program.press("r");
    assert!(program.effects.contains(&Effect::RetryNow));
}

#[test]
fn after_a_reconnect_the_rows_are_read_again_and_the_cursor_stays() {
    let mut program = Program::with_board(30);
    program.press("jjjjjjjj");
    program.go_offline();
    program.go_online(Cart::default(), true);
    let legs = |range: std::ops::Range<usize>| range.filter(|at| *at != 8).map(leg).collect();
    program.answer_search(page(legs(0..20), Some("2")));
    assert!(program.model.is_stale(), "the old rows stay until all is here");
    assert_eq!(program.shown().len(), 30);
    program.event(taken(3, 9));
    program.answer_search(page(legs(20..40), Some("3")));
    assert!(!program.model.is_stale());
    assert_eq!(program.shown(), (0..40).collect::<Vec<_>>());
    assert_eq!(program.selected(), Some(8));
    assert!(program.model.departures.rows[8].gone, "it went meanwhile and stays as taken");
    assert_eq!(program.model.departures.rows[3].leg.seats_left, 0, "events reach a reload");
    assert_eq!(program.asked(|ask| matches!(ask, Ask::Search(_))), 0);
}

#[test]
fn another_epoch_voids_what_is_known() {
    let mut program = Program::with_board(5);
    program.event(taken(0, 1_000));
    program.go_offline();
    program.send(Message::Link(online(Cart::default(), false, Epoch(2))));
    program.answer_search(page((0..5).map(leg).collect(), None));
    assert_eq!(program.model.departures.rows[0].leg.seats_left, 9);
    program.event(taken(0, 2));
    assert_eq!(program.model.departures.rows[0].leg.seats_left, 0);
}

#[test]
fn a_session_taken_up_elsewhere_stays_there_until_a_new_one_is_asked_for() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.send(Message::Link(LinkNews::Replaced));
    assert_eq!(program.model.link.connection, Connection::Replaced);
    assert!(program.model.cart.is_empty());
    assert!(program.effects.contains(&Effect::ForgetSession));
    assert!(!program.effects.contains(&Effect::NewSession));
    program.press("r");
    assert!(program.effects.contains(&Effect::NewSession));
}

#[test]
fn legs_of_a_cart_that_a_crash_left_behind_are_looked_up() {
    let mut program = Program::started();
    program.go_online(cart(&[3], 100_000), true);
    assert!(program.says(|notice| *notice == Notice::Reconnected { holds: Some(1) }));
    let (id, ask) = program.take(|ask| *ask == Ask::Leg(leg(3).leg));
    program.answer(id, ask, Ok(Answer::Leg(Box::new(leg(3)))));
    assert_eq!(program.model.cart.legs[&leg(3).leg], leg(3));
}

#[test]
fn quitting_with_an_empty_cart_asks_nothing() {
    let mut program = Program::with_board(5);
    program.press("q");
    assert_eq!(program.effects.last(), Some(&Effect::Quit(Leave::Close)));
    assert!(program.model.leaving);
}

#[test]
fn quitting_with_holds_asks_what_becomes_of_them() {
    for (keys, left) in
        [("qy", Some(Leave::Close)), ("qk", Some(Leave::Keep)), ("qn", None), ("qq", None)]
    {
        let mut program = Program::with_board(5);
        program.hold(&[0]);
        program.effects.clear();
        program.press(keys);
        let quit = program.effects.iter().find_map(|effect| match effect {
            Effect::Quit(leave) => Some(*leave),
            _ => None,
        });
        assert_eq!(quit, left, "{keys}");
        assert!(program.model.overlays.is_empty());
    }
}

#[test]
fn the_second_interrupt_always_leaves_and_keeps_the_holds() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.press("/abc");
    program.key(Key::ctrl('c'));
    assert!(matches!(program.model.overlays.last(), Some(Overlay::Ask(Question::Quit))));
    program.key(Key::ctrl('c'));
    assert_eq!(program.effects.last(), Some(&Effect::Quit(Leave::Keep)));
}

#[test]
fn escape_at_the_top_never_leaves() {
    let mut program = Program::with_board(5);
    for _ in 0..5 {
        program.code(Code::Esc);
        program.code(Code::Backspace);
    }
    assert!(
        !program.model.leaving && program.effects.iter().all(|e| !matches!(e, Effect::Quit(_)))
    );
}

#[test]
fn a_signal_leaves_at_once_and_keeps_the_holds() {
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.send(Message::Terminate);
    assert_eq!(program.effects.last(), Some(&Effect::Quit(Leave::Keep)));
}

#[test]
fn an_idle_screen_wakes_at_most_once_a_minute() {
    let mut program = Program::with_board(5);
    program.pass(30_000);
    let wait = program.model.next_wake_ms().unwrap() - program.model.now.mono_ms;
    assert_eq!(wait, 30_000, "at the next minute of the clock");
    program.go_offline();
    program.pass(10);
    let wait = program.model.next_wake_ms().unwrap() - program.model.now.mono_ms;
    assert!(wait <= 1_000, "the next try is counted down");
}

pub(super) fn stranger() -> LinkNews {
    let server = "localhost:7470".to_owned();
    LinkNews::Distrusted(Box::new(Distrust { server, key: key(), why: Doubt::Unknown }))
}

fn key() -> KeyFingerprint {
    KeyFingerprint::of_public_key(b"a key")
}

#[test]
fn a_stranger_of_a_server_is_asked_about_and_only_a_yes_goes_on() {
    let mut program = Program::started();
    program.send(Message::Link(stranger()));
    let question = Question::TrustServer(key());
    assert!(
        matches!(program.model.overlays.last(), Some(Overlay::Ask(asked)) if *asked == question)
    );
    // The answer under the cursor is the safe one.
    program.code(Code::Enter);
    assert!(program.model.overlays.is_empty() && program.effects.is_empty());
    program.press("r");
    program.press("y");
    assert_eq!(program.effects, [Effect::AcceptKey(key())]);
    assert!(program.model.overlays.is_empty());
}

#[test]
fn a_stranger_does_not_come_between_typing_or_another_question() {
    let mut program = Program::started();
    program.press("/");
    program.send(Message::Link(stranger()));
    program.press("yes");
    assert!(program.model.overlays.is_empty() && program.effects.is_empty());
    let mut program = Program::with_board(5);
    program.hold(&[0]);
    program.press("q");
    program.effects.clear();
    program.send(Message::Link(stranger()));
    assert!(matches!(program.model.overlays[..], [Overlay::Ask(Question::Quit)]));
    program.press("n");
    program.press("r");
    assert!(matches!(program.model.overlays[..], [Overlay::Ask(Question::TrustServer(_))]));
}

#[test]
fn a_server_whose_key_changed_is_tried_again_only_when_asked_to() {
    let mut program = Program::with_board(5);
    program.effects.clear();
    let why = Doubt::Changed { remembered: key(), file: "known_servers".to_owned() };
    let changed = Distrust { server: "localhost:7470".to_owned(), key: key(), why };
    program.send(Message::Link(LinkNews::Distrusted(Box::new(changed))));
    assert!(program.model.overlays.is_empty() && program.effects.is_empty());
    assert!(program.says(|notice| matches!(notice, Notice::Distrusted(_))));
    program.press("r");
    assert_eq!(program.effects, [Effect::RetryNow]);
}
