//! Moving: the cursor of whatever list or text is on the screen.

use super::{departures, filters, overlays, seats};
use crate::effect::Effect;
use crate::keys::{Action, Context};
use crate::model::{Load, Model, Step};

/// How far, and counted from where.
#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    /// So many lines.
    Lines(isize),
    /// So many pages.
    Pages(isize),
    /// The first line.
    First,
    /// The last line.
    Last,
}

impl Move {
    /// The movement that an action asks for.
    pub(super) fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Up => Self::Lines(-1),
            Action::Down => Self::Lines(1),
            Action::PageUp => Self::Pages(-1),
            Action::PageDown => Self::Pages(1),
            Action::First => Self::First,
            Action::Last => Self::Last,
            _ => return None,
        })
    }

    /// Where it leads from place `at` in a list of `length`, shown `page` lines at a time.
    pub(super) fn from(self, at: usize, length: usize, page: usize) -> usize {
        let last = length.saturating_sub(1);
        // A line of the page before stays in sight.
        let page = isize::try_from(page.saturating_sub(1).max(1)).unwrap_or(1);
        let place = match self {
            Self::Lines(lines) => at.saturating_add_signed(lines),
            Self::Pages(pages) => at.saturating_add_signed(pages.saturating_mul(page)),
            Self::First => 0,
            Self::Last => last,
        };
        place.min(last)
    }
}

/// Moves where the keys are now.
pub(super) fn go(model: &mut Model, effects: &mut Vec<Effect>, movement: Move) {
    let Some(context) = model.contexts().first().copied() else { return };
    match context {
        Context::Board | Context::TextFilter => board(model, effects, movement),
        Context::AirportField => {
            if let Move::Lines(lines) = movement {
                filters::move_match(model, lines);
            }
        }
        Context::Trips => trips(model, movement),
        Context::Cart => cart(model, movement),
        Context::Review | Context::Booked | Context::Booking => text(model, movement),
        Context::Bookings => bookings(model, movement),
        Context::Help | Context::HelpFilter | Context::Log => overlays::scroll(model, movement),
        Context::Seats => seats::go(model, movement),
        Context::DateField
        | Context::Names
        | Context::Confirming
        | Context::LookUp
        | Context::Question
        | Context::Everywhere
        | Context::Always => {}
    }
}

fn board(model: &mut Model, effects: &mut Vec<Effect>, movement: Move) {
    let departures = &mut model.departures;
    let to_end = matches!(movement, Move::Last) && departures.next_cursor.is_some();
    departures.load = if to_end { Load::ToEnd } else { Load::AsNeeded };
    let place = movement.from(departures.cursor_row, departures.shown.len(), departures.page);
    departures.move_to(place);
    departures::next_page(model, effects);
}

fn trips(model: &mut Model, movement: Move) {
    let page = model.drawn.page.max(1);
    let trips = &mut model.trips;
    trips.cursor = movement.from(trips.cursor, trips.trips.len(), page);
    trips.top = follow(trips.top, trips.cursor, page);
}

fn cart(model: &mut Model, movement: Move) {
    let panel = &mut model.cart;
    let length = panel.cart.holds.len();
    panel.cursor = movement.from(panel.cursor, length, length);
}

fn bookings(model: &mut Model, movement: Move) {
    let page = model.drawn.page.max(1);
    let bookings = &mut model.bookings;
    bookings.cursor = movement.from(bookings.cursor, bookings.known.len(), page);
    bookings.top = follow(bookings.top, bookings.cursor, page);
}

/// Scrolls a text that is longer than the screen.
fn text(model: &mut Model, movement: Move) {
    let (lines, page) = (model.drawn.scroll_max + 1, model.drawn.page);
    match &mut model.checkout {
        Some(checkout) if model.screen == crate::model::Screen::Checkout => match checkout.step {
            Step::Review | Step::Booked { .. } => {
                checkout.top = movement.from(checkout.top, lines, page);
            }
            Step::Names { .. } | Step::Confirming { .. } => {}
        },
        _ => model.bookings.detail_top = movement.from(model.bookings.detail_top, lines, page),
    }
}

/// The first line on the screen, moved as little as shows the cursor.
pub(super) fn follow(top: usize, cursor: usize, page: usize) -> usize {
    top.clamp((cursor + 1).saturating_sub(page), cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movement_stops_at_both_ends() {
        assert_eq!(Move::Lines(-1).from(0, 10, 5), 0);
        assert_eq!(Move::Lines(1).from(9, 10, 5), 9);
        assert_eq!(Move::Pages(1).from(2, 100, 5), 6);
        assert_eq!(Move::Pages(-1).from(2, 100, 5), 0);
        assert_eq!(Move::Last.from(2, 100, 5), 99);
        assert_eq!(Move::Last.from(0, 0, 0), 0);
    }

    #[test]
    fn the_screen_follows_the_cursor_no_more_than_it_must() {
        assert_eq!(follow(0, 4, 5), 0);
        assert_eq!(follow(0, 5, 5), 1);
        assert_eq!(follow(7, 3, 5), 3);
    }
}
