//! From the terminal's events to our own.

use std::io;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{Receiver, channel};

use crate::top::keys::Key;
use crate::top::model::Message;

/// Keys that wait for the loop; beyond, they wait in the terminal's own queue.
const WAITING: usize = 64;

/// What the terminal tells, until the receiver is dropped. Its end, or an error, means that the
/// terminal is gone. Call it within a runtime.
///
/// A task of its own reads the events: crossterm's stream remembers only the first waker that it was
/// polled with, so it must always be polled by the same task.
pub(in crate::top) fn inputs() -> Receiver<io::Result<Message>> {
    let (tell, told) = channel(WAITING);
    tokio::spawn(async move {
        let mut events = EventStream::new();
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                // The program leaves: what is typed from now on is for the shell.
                () = tell.closed() => None,
            };
            let Some(event) = event else { break };
            let Some(input) = event.map(|event| message(&event)).transpose() else { continue };
            if tell.send(input).await.is_err() {
                break;
            }
        }
    });
    told
}

/// What `event` means to the program; `None` if nothing.
fn message(event: &Event) -> Option<Message> {
    match event {
        Event::Key(event) => key(*event).map(Message::Key),
        Event::Resize(..) => Some(Message::Resized),
        Event::Mouse(_) | Event::Paste(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    // Some terminals tell releases too; each would count as a second press.
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        // What a keyboard sends for Backspace and Enter on some lines.
        KeyCode::Char('h') if ctrl => Some(Key::Backspace),
        KeyCode::Char('j') if ctrl => Some(Key::Enter),
        KeyCode::Char(character) if ctrl => Some(Key::Ctrl(character.to_ascii_lowercase())),
        KeyCode::Char(character) => Some(Key::Char(character)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Esc),
        KeyCode::Tab => Some(Key::Tab),
        KeyCode::BackTab => Some(Key::BackTab),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::Left => Some(Key::Left),
        KeyCode::Right => Some(Key::Right),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        KeyCode::F(1) => Some(Key::Char('?')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_no_second_press() {
        let press = KeyEvent::new(KeyCode::Char('p'), KeyModifiers::NONE);
        let release = KeyEvent { kind: KeyEventKind::Release, ..press };
        assert_eq!(key(press), Some(Key::Char('p')));
        assert_eq!(key(release), None);
    }

    #[test]
    fn ctrl_h_and_ctrl_j_are_backspace_and_enter() {
        let pressed = |code| key(KeyEvent::new(code, KeyModifiers::CONTROL));
        assert_eq!(pressed(KeyCode::Char('h')), Some(Key::Backspace));
        assert_eq!(pressed(KeyCode::Char('j')), Some(Key::Enter));
        assert_eq!(pressed(KeyCode::Char('c')), Some(Key::Ctrl('c')));
    }
}
