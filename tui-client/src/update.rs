//! What happens next: the one place where the model changes.
//!
//! [`update`] takes one message, changes the model, and says what is to be done outside. It knows
//! no terminal, no socket, no file and no clock: the time came with the last tick.

mod bookings;
mod cart;
mod checkout;
mod departures;
mod events;
mod fields;
mod filters;
mod keys;
mod link;
mod mouse;
mod movement;
mod overlays;
mod rows;
mod screens;
mod seats;
mod store;
mod tick;
mod ticket;
mod toasts;
mod trips;

#[cfg(test)]
mod tests;

use crate::effect::{Ask, AskId, Effect, Leave};
use crate::message::Message;
use crate::model::Model;

/// Takes in one thing that happened and says what is to be done about it, in this order.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    match message {
        Message::Tick(now) => tick::tick(model, &mut effects, now),
        Message::Key(key) => keys::key(model, &mut effects, key),
        Message::Mouse(mouse) => mouse::mouse(model, &mut effects, mouse),
        Message::Paste(text) => fields::paste(model, &mut effects, &text),
        Message::Resize(columns, rows) => model.size = (columns, rows),
        Message::Drawn(drawn) => screens::drawn(model, &mut effects, drawn),
        Message::Link(news) => link::news(model, &mut effects, news),
        Message::Store(news) => store::news(model, &mut effects, news),
        Message::Terminate => leave(model, &mut effects, Leave::Keep),
    }
    effects
}

/// Asks the server; the answer will come under this id.
fn ask(model: &mut Model, effects: &mut Vec<Effect>, ask: Ask) -> AskId {
    let id = model.next_ask;
    model.next_ask = AskId(id.0 + 1);
    effects.push(Effect::Ask(id, Box::new(ask)));
    id
}

/// Leaves. Said once: whatever happens afterwards does not count any more.
fn leave(model: &mut Model, effects: &mut Vec<Effect>, how: Leave) {
    model.leaving = true;
    effects.push(Effect::Quit(how));
}
