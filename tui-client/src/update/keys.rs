//! From a key press to what it does.

use super::movement::{Move, go};
use super::{bookings, cart, checkout, departures, fields, filters, overlays, screens, seats};
use super::{toasts, trips};
use crate::effect::Effect;
use crate::input::Key;
use crate::keys::{Action, Context, action_for};
use crate::model::{Choice, Connection, FilterFocus, Model, Question, Screen, SortBy};
use crate::notice::{Notice, WhyNot};
use crate::trust::Doubt;
use crate::words::Lang;

/// A key went down: it is a command where the table says so, else text where text is typed.
pub(super) fn key(model: &mut Model, effects: &mut Vec<Effect>, key: Key) {
    match action_for(&model.contexts(), key) {
        Some(action) => act(model, effects, action),
        None if model.is_typing() => fields::typed(model, effects, key),
        None => {}
    }
}

/// Does it, or says why not.
pub(super) fn act(model: &mut Model, effects: &mut Vec<Effect>, action: Action) {
    if let Some(why) = model.why_not(action) {
        explain(model, why);
        return;
    }
    if let Some(movement) = Move::of(action) {
        return match (action, model.contexts().first()) {
            (Action::Up | Action::Down, Some(Context::Names | Context::LookUp)) => {}
            _ => go(model, effects, movement),
        };
    }
    match action {
        // Movement was dealt with above; a hint is only ever explained.
        Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::First
        | Action::Last
        | Action::ConfirmHint => {}
        Action::Left => sideways(model, -1),
        Action::Right => sideways(model, 1),
        Action::Hold if seats::is_open(model) => seats::hold(model, effects),
        Action::Hold => cart::hold_here(model, effects),
        Action::Mark => mark(model),
        Action::Filter => filter(model),
        Action::From => filters::focus(model, FilterFocus::From),
        Action::To => filters::focus(model, FilterFocus::To),
        Action::Date => filters::focus(model, FilterFocus::Date),
        Action::NextDay => filters::move_date(model, effects, 1),
        Action::PreviousDay => filters::move_date(model, effects, -1),
        Action::Seats => seats::open(model, effects),
        Action::Toggle => seats::toggle(model),
        Action::MoreSeats => cart::more_seats(model, effects),
        Action::ReleaseOne => cart::release_one(model, effects),
        Action::ReleaseAll => overlays::question(model, Question::ReleaseAll),
        Action::Buy => checkout::open(model),
        Action::Confirm => checkout::confirm(model, effects),
        Action::Sort => sort(model, effects),
        Action::ShowAll => show_all(model, effects),
        Action::Cart | Action::Trips | Action::Bookings => screens::go(model, effects, action),
        Action::Open => bookings::open_one(model),
        Action::LookUp => bookings::open_look_up(model),
        Action::CancelBooking => bookings::ask_to_cancel(model),
        Action::Copy => bookings::copy(model, effects),
        Action::Save => bookings::save(model, effects),
        Action::Accept => accept(model, effects),
        Action::NextField => next_field(model, effects, 1),
        Action::PreviousField => next_field(model, effects, -1),
        Action::Back => screens::back(model),
        Action::Yes => overlays::answer(model, effects, Choice::Yes),
        Action::No => overlays::answer(model, effects, Choice::No),
        Action::Keep => overlays::answer(model, effects, Choice::Keep),
        Action::Quit => overlays::quit(model, effects),
        Action::Interrupt => overlays::interrupt(model, effects),
        Action::Retry
        | Action::Refresh
        | Action::Log
        | Action::Help
        | Action::Language
        | Action::Mouse
        | Action::Redraw
        | Action::Suspend => everywhere(model, effects, action),
    }
}

/// What works on every screen alike.
fn everywhere(model: &mut Model, effects: &mut Vec<Effect>, action: Action) {
    match action {
        Action::Retry => retry(model, effects),
        Action::Refresh => refresh(model, effects),
        Action::Log => overlays::log(model),
        Action::Help => overlays::help(model),
        Action::Language => {
            model.preferences.lang = match model.preferences.lang {
                Lang::Pt => Lang::En,
                Lang::En => Lang::Pt,
            };
        }
        Action::Mouse => {
            model.preferences.mouse = !model.preferences.mouse;
            effects.push(Effect::CaptureMouse(model.preferences.mouse));
            toasts::notify(model, Notice::Mouse(model.preferences.mouse));
        }
        Action::Redraw => effects.push(Effect::Redraw),
        Action::Suspend => effects.push(Effect::Suspend),
        _ => {}
    }
}

/// Says why a key does nothing now.
pub(super) fn explain(model: &mut Model, why: WhyNot) {
    toasts::notify(model, Notice::NotNow(why));
}

fn sideways(model: &mut Model, steps: isize) {
    if seats::is_open(model) {
        seats::sideways(model, steps);
    } else {
        overlays::move_choice(model, steps);
    }
}

fn mark(model: &mut Model) {
    if let Some(leg) = model.leg_under_cursor()
        && !model.departures.marked.remove(&leg)
    {
        model.departures.marked.insert(leg);
    }
}

fn filter(model: &mut Model) {
    if model.overlays.is_empty() {
        filters::focus(model, FilterFocus::Text);
    } else {
        overlays::filter_help(model);
    }
}

fn sort(model: &mut Model, effects: &mut Vec<Effect>) {
    let departures = &mut model.departures;
    departures.sort = match departures.sort {
        SortBy::Departure => SortBy::Fare,
        SortBy::Fare => SortBy::Duration,
        SortBy::Duration => SortBy::Seats,
        SortBy::Seats => SortBy::Departure,
    };
    departures.arrange();
    departures::next_page(model, effects);
}

fn show_all(model: &mut Model, effects: &mut Vec<Effect>) {
    let filters = &mut model.departures.filters;
    filters.show_all = !filters.show_all;
    departures::search(model, effects);
}

fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.contexts().first() {
        Some(Context::AirportField | Context::DateField | Context::TextFilter) => {
            filters::accept(model, effects);
        }
        Some(Context::Names) => checkout::accept(model),
        Some(Context::LookUp) => bookings::look_up(model, effects),
        Some(Context::Question) => overlays::take_choice(model, effects),
        Some(Context::HelpFilter) => overlays::filter_help(model),
        _ => {}
    }
}

fn next_field(model: &mut Model, effects: &mut Vec<Effect>, steps: isize) {
    match model.contexts().first() {
        Some(Context::Names) => checkout::step(model, steps),
        Some(Context::LookUp) => bookings::other_field(model),
        _ => filters::step(model, effects, steps),
    }
}

/// Connects now; where the session was taken over, begins a new one; a stranger of a server is asked
/// about; online, reads again.
fn retry(model: &mut Model, effects: &mut Vec<Effect>) {
    match &model.link.connection {
        Connection::Offline { .. } => effects.push(Effect::RetryNow),
        Connection::Replaced => effects.push(Effect::NewSession),
        Connection::Distrusted(distrust) => match distrust.why {
            Doubt::Unknown => overlays::question(model, Question::TrustServer(distrust.key)),
            Doubt::Changed { .. } | Doubt::NotNamed | Doubt::Unvouched { .. } => {
                effects.push(Effect::RetryNow);
            }
        },
        Connection::Online => refresh(model, effects),
        Connection::Connecting { .. } => {}
    }
}

fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.screen {
        Screen::Departures => departures::search(model, effects),
        Screen::Trips => trips::search(model, effects),
        Screen::Cart => {
            super::ask(model, effects, crate::effect::Ask::Cart);
        }
        Screen::Bookings => bookings::refresh(model, effects),
        Screen::Checkout => {}
    }
}
