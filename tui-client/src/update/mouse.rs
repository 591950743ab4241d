//! The mouse: the wheel scrolls, a click selects, a second click on the same acts.

use super::keys::{act, key};
use super::movement::{Move, follow, go};
use super::{filters, overlays, screens, seats};
use crate::effect::Effect;
use crate::input::{Hit, Mouse, MouseKind};
use crate::keys::{Action, Context};
use crate::model::{Load, Model, Screen};

/// Two clicks within this time are one double click.
const DOUBLE_CLICK_MS: u64 = 400;
/// A turn of the wheel moves by so many lines.
const WHEEL_LINES: isize = 3;

pub(super) fn mouse(model: &mut Model, effects: &mut Vec<Effect>, mouse: Mouse) {
    match mouse.kind {
        MouseKind::WheelUp => go(model, effects, Move::Lines(-WHEEL_LINES)),
        MouseKind::WheelDown => go(model, effects, Move::Lines(WHEEL_LINES)),
        MouseKind::Press => {
            if let Some(hit) = model.drawn.at(mouse.column, mouse.row) {
                click(model, effects, hit);
            }
        }
    }
}

fn click(model: &mut Model, effects: &mut Vec<Effect>, hit: Hit) {
    let now = model.now.mono_ms;
    let again = model
        .last_click
        .take()
        .is_some_and(|(at, before)| before == hit && now.saturating_sub(at) <= DOUBLE_CLICK_MS);
    if !again {
        model.last_click = Some((now, hit));
    }
    match hit {
        Hit::Row(place) => {
            select(model, effects, place);
            if again {
                open(model, effects);
            }
        }
        Hit::Hold(place) => {
            if model.overlays.is_empty() && model.screen != Screen::Cart {
                screens::open(model, effects, Screen::Cart);
            }
            model.cart.cursor = place.min(model.cart.cart.holds.len().saturating_sub(1));
        }
        Hit::Match(place) => {
            filters::point(model, place);
            act(model, effects, Action::Accept);
        }
        Hit::Field(field) => filters::focus(model, field),
        Hit::Seat(row, place) => {
            seats::point(model, (row, place));
            seats::toggle(model);
        }
        Hit::Choice(place) => {
            model.choice = place;
            overlays::take_choice(model, effects);
        }
        // A key's hint is that key: a double click is no second press.
        Hit::Key(pressed) if !again => key(model, effects, pressed),
        Hit::Key(_) | Hit::Nothing => {}
    }
}

/// Puts the cursor on an entry of the screen's list.
fn select(model: &mut Model, effects: &mut Vec<Effect>, place: usize) {
    if !model.overlays.is_empty() {
        return;
    }
    let page = model.drawn.page.max(1);
    match model.screen {
        Screen::Departures => {
            filters::cancel_field(model);
            model.departures.load = Load::AsNeeded;
            model.departures.move_to(place);
            super::departures::next_page(model, effects);
        }
        Screen::Trips => {
            let last = model.trips.trips.len().saturating_sub(1);
            model.trips.cursor = place.min(last);
            model.trips.top = follow(model.trips.top, model.trips.cursor, page);
        }
        Screen::Bookings => {
            let last = model.bookings.known.len().saturating_sub(1);
            model.bookings.cursor = place.min(last);
            model.bookings.top = follow(model.bookings.top, model.bookings.cursor, page);
        }
        Screen::Cart | Screen::Checkout => {}
    }
}

/// What a double click does: what Enter would.
fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.contexts().first() {
        Some(Context::Board | Context::Trips) => act(model, effects, Action::Hold),
        Some(Context::Bookings) => act(model, effects, Action::Open),
        _ => {}
    }
}
