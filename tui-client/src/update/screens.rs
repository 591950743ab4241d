//! Going from screen to screen and back.

use super::{departures, filters, overlays, toasts, trips};
use crate::effect::Effect;
use crate::input::Drawn;
use crate::keys::Action;
use crate::model::{BookingScreen, Model, Screen, Step};

/// Goes to a screen.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>, screen: Screen) {
    filters::cancel_field(model);
    model.screen = screen;
    match screen {
        Screen::Trips => trips::open(model, effects),
        Screen::Bookings => model.bookings.screen = BookingScreen::List,
        Screen::Departures | Screen::Cart | Screen::Checkout => {}
    }
}

/// Goes back one step. At the top this takes things off the screen, and never leaves the program.
pub(super) fn back(model: &mut Model) {
    if overlays::back(model) {
        return;
    }
    if model.departures.filters.focus.is_some() {
        filters::cancel(model);
        return;
    }
    if !model.is_typing() && toasts::dismiss(model) {
        return;
    }
    match model.screen {
        Screen::Departures => clear_one(model),
        Screen::Trips | Screen::Cart => model.screen = Screen::Departures,
        Screen::Checkout => leave_checkout(model),
        Screen::Bookings => match model.bookings.screen {
            BookingScreen::List => model.screen = Screen::Departures,
            BookingScreen::One | BookingScreen::LookUp(_) => {
                model.bookings.screen = BookingScreen::List;
            }
        },
    }
}

fn clear_one(model: &mut Model) {
    if model.departures.filters.text.input.value().is_empty() {
        model.departures.marked.clear();
    } else {
        filters::clear_text(model);
    }
}

fn leave_checkout(model: &mut Model) {
    let Some(checkout) = &mut model.checkout else {
        model.screen = Screen::Departures;
        return;
    };
    match checkout.step {
        // What was typed stays, for when the person comes back.
        Step::Names { .. } => model.screen = Screen::Cart,
        Step::Review => checkout.step = Step::Names { focus: 0 },
        Step::Confirming { .. } => {}
        Step::Booked { .. } => {
            model.checkout = None;
            model.screen = Screen::Departures;
        }
    }
}

/// What the last frame put where. A list that has another height keeps its cursor in sight.
pub(super) fn drawn(model: &mut Model, effects: &mut Vec<Effect>, drawn: Drawn) {
    let page = drawn.page;
    model.drawn = drawn;
    if model.screen == Screen::Departures && model.departures.page != page {
        model.departures.page = page;
        model.departures.scroll_to_cursor();
        departures::next_page(model, effects);
    }
}

/// The other actions that open something.
pub(super) fn go(model: &mut Model, effects: &mut Vec<Effect>, action: Action) {
    let screen = match action {
        Action::Cart => Screen::Cart,
        Action::Trips => Screen::Trips,
        Action::Bookings => Screen::Bookings,
        _ => return,
    };
    open(model, effects, screen);
}
