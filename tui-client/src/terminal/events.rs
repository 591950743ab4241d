//! From the terminal's events to our own.

use std::io;

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{Receiver, channel};
use trecho_shared::text::scrub;

use crate::input::{Code, Key, Mouse, MouseKind};
use crate::message::Message;

/// A paste has at most this many bytes that count; no input here takes as much.
const PASTE_BYTES: usize = 4096;

/// Keys that wait for the loop; beyond, they wait in the terminal's own queue.
const WAITING: usize = 256;

/// What the terminal tells, until the receiver is dropped. Its end, or an error, means that the
/// terminal is gone. Call it within a runtime.
///
/// A task of its own reads the events: crossterm's stream remembers only the first waker that it
/// was polled with, so it must always be polled by the same task.
pub fn inputs() -> Receiver<io::Result<Message>> {
    let (told, inputs) = channel(WAITING);
    tokio::spawn(async move {
        let mut events = EventStream::new();
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                // The program leaves: what is typed from now on is for the shell.
                () = told.closed() => None,
            };
            let Some(event) = event else { break };
            let Some(input) = event.map(message).transpose() else { continue };
            if told.send(input).await.is_err() {
                break;
            }
        }
    });
    inputs
}

/// What `event` means to the program; `None` if nothing.
fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(event) => key(event).map(Message::Key),
        Event::Mouse(event) => mouse(event).map(Message::Mouse),
        Event::Paste(text) => Some(Message::Paste(paste(&text))),
        Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    // Some terminals tell releases too; each would count as a second press.
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let code = match event.code {
        // What a keyboard sends for Backspace and Enter on some lines.
        KeyCode::Char('h') if ctrl => return Some(Key::plain(Code::Backspace)),
        KeyCode::Char('j') if ctrl => return Some(Key::plain(Code::Enter)),
        KeyCode::Char(character) => Code::Char(character),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl, alt: event.modifiers.contains(KeyModifiers::ALT) })
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Press,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, column: event.column, row: event.row })
}

fn paste(text: &str) -> String {
    let mut end = text.len().min(PASTE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    scrub(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
        key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_release_is_no_second_press() {
        let press = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        let release = KeyEvent { kind: KeyEventKind::Release, ..press };
        let repeat = KeyEvent { kind: KeyEventKind::Repeat, ..press };
        assert_eq!(key(press), Some(Key::char('a')));
        assert_eq!(key(repeat), Some(Key::char('a')));
        assert_eq!(key(release), None);
    }

    #[test]
    fn ctrl_h_and_ctrl_j_are_backspace_and_enter() {
        let ctrl = KeyModifiers::CONTROL;
        assert_eq!(pressed(KeyCode::Char('h'), ctrl), Some(Key::plain(Code::Backspace)));
        assert_eq!(pressed(KeyCode::Char('j'), ctrl), Some(Key::plain(Code::Enter)));
        assert_eq!(pressed(KeyCode::Char('c'), ctrl), Some(Key::ctrl('c')));
        assert_eq!(pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::char('G')));
    }

    #[test]
    fn a_paste_can_do_nothing_but_be_read() {
        assert_eq!(paste("Ana\u{1b}[2J\nLima"), "Ana[2J Lima");
        let long = "ã".repeat(PASTE_BYTES);
        assert_eq!(paste(&long).len(), PASTE_BYTES);
    }
}
