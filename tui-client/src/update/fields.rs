//! Typing into one-line inputs.

use trecho_shared::text::scrub;
use tui_input::InputRequest;

use super::{bookings, checkout, filters};
use crate::effect::Effect;
use crate::input::{Code, Key};
use crate::keys::Context;
use crate::model::{Model, Overlay, TextField};

/// No input takes more characters than this; what is too long for its use is said on leaving it.
const CHARACTERS: usize = 254;

/// A key that is bound to nothing, where text is being typed.
pub(super) fn typed(model: &mut Model, effects: &mut Vec<Effect>, key: Key) {
    let Some(request) = request(key) else { return };
    into_focused(model, effects, |field, fresh| edit(field, request, fresh));
}

/// Text from the clipboard, as if typed.
pub(super) fn paste(model: &mut Model, effects: &mut Vec<Effect>, text: &str) {
    if !model.is_typing() {
        return;
    }
    let text = scrub(text);
    into_focused(model, effects, |field, fresh| {
        if fresh && !text.is_empty() {
            field.input.reset();
        }
        for character in text.trim().chars() {
            insert(field, character);
        }
    });
}

/// Applies an edit to the input that has the keys, and lets its owner know.
fn into_focused(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    change: impl FnOnce(&mut TextField, bool),
) {
    match model.contexts().first() {
        Some(Context::AirportField | Context::DateField | Context::TextFilter) => {
            filters::edit(model, effects, change);
        }
        Some(Context::Names) => {
            if let Some(field) = checkout::focused_field(model) {
                change(field, false);
            }
        }
        Some(Context::LookUp) => {
            if let Some(field) = bookings::focused_field(model) {
                change(field, false);
            }
        }
        Some(Context::HelpFilter) => {
            if let Some(Overlay::Help { filter, top, .. }) = model.overlays.last_mut() {
                change(filter, false);
                *top = 0;
            }
        }
        _ => {}
    }
}

/// What a key does to a line of text.
fn request(key: Key) -> Option<InputRequest> {
    let Key { code, ctrl, alt } = key;
    Some(match (code, ctrl, alt) {
        // On some systems AltGr arrives as Ctrl and Alt together.
        (Code::Char(character), false, false) | (Code::Char(character), true, true) => {
            InputRequest::InsertChar(character)
        }
        (Code::Char('u'), true, false) => InputRequest::DeleteFromStart,
        (Code::Char('k'), true, false) => InputRequest::DeleteTillEnd,
        (Code::Char('w'), true, false) => InputRequest::DeletePrevWord,
        (Code::Char('h'), true, false) | (Code::Backspace, _, _) => InputRequest::DeletePrevChar,
        (Code::Char('a'), true, false) | (Code::Home, _, _) => InputRequest::GoToStart,
        (Code::Char('e'), true, false) | (Code::End, _, _) => InputRequest::GoToEnd,
        (Code::Delete, _, _) => InputRequest::DeleteNextChar,
        (Code::Left, true, _) => InputRequest::GoToPrevWord,
        (Code::Right, true, _) => InputRequest::GoToNextWord,
        (Code::Left, _, _) => InputRequest::GoToPrevChar,
        (Code::Right, _, _) => InputRequest::GoToNextChar,
        _ => return None,
    })
}

fn edit(field: &mut TextField, request: InputRequest, fresh: bool) {
    let replaces = matches!(request, InputRequest::InsertChar(_) | InputRequest::DeletePrevChar);
    if fresh && replaces {
        field.input.reset();
    }
    match request {
        InputRequest::InsertChar(character) => insert(field, character),
        other => {
            field.input.handle(other);
        }
    }
    field.error = None;
}

fn insert(field: &mut TextField, character: char) {
    let printable = !scrub(character.encode_utf8(&mut [0; 4])).is_empty();
    let room = field.input.value().chars().count() < CHARACTERS;
    // A combining mark alone is scrubbed by nobody: it joins the letter before it.
    if printable && room {
        field.input.handle(InputRequest::InsertChar(character));
    }
}

/// Puts `text` into an input, its cursor at the end.
pub(super) fn set(field: &mut TextField, text: &str) {
    field.input = tui_input::Input::new(text.to_owned());
    field.error = None;
}
