//! Where a key press lands: which contexts of the key table hold now.

use super::{BookingScreen, FilterFocus, Model, Overlay, Screen, Step};
use crate::keys::Context;

impl Model {
    /// The contexts that hold, the uppermost first.
    pub fn contexts(&self) -> Vec<Context> {
        match self.overlays.last() {
            Some(Overlay::Help { filtering: true, .. }) => {
                vec![Context::HelpFilter, Context::Always]
            }
            Some(Overlay::Help { .. }) => vec![Context::Help, Context::Always],
            Some(Overlay::Log { .. }) => vec![Context::Log, Context::Always],
            Some(Overlay::Ask(_)) => vec![Context::Question, Context::Always],
            Some(Overlay::Seats(_)) => vec![Context::Seats, Context::Always],
            None => self.screen_contexts(),
        }
    }

    /// The contexts of the screen, as if no overlay lay on it: what the help explains.
    pub fn screen_contexts(&self) -> Vec<Context> {
        let context = self.screen_context();
        if types_text(context) {
            vec![context, Context::Always]
        } else {
            vec![context, Context::Everywhere, Context::Always]
        }
    }

    fn screen_context(&self) -> Context {
        let board_or_field = |screen| match self.departures.filters.focus {
            Some(FilterFocus::From | FilterFocus::To) => Context::AirportField,
            Some(FilterFocus::Date) => Context::DateField,
            Some(FilterFocus::Text) => Context::TextFilter,
            None => screen,
        };
        match self.screen {
            Screen::Departures => board_or_field(Context::Board),
            Screen::Trips => board_or_field(Context::Trips),
            Screen::Cart => Context::Cart,
            Screen::Checkout => match self.checkout.as_ref().map(|checkout| &checkout.step) {
                Some(Step::Names { .. }) => Context::Names,
                Some(Step::Review) => Context::Review,
                Some(Step::Confirming { .. }) => Context::Confirming,
                Some(Step::Booked { .. }) => Context::Booked,
                None => Context::Cart,
            },
            Screen::Bookings => match self.bookings.screen {
                BookingScreen::List => Context::Bookings,
                BookingScreen::One => Context::Booking,
                BookingScreen::LookUp(_) => Context::LookUp,
            },
        }
    }

    /// Letters are text now, not commands.
    pub fn is_typing(&self) -> bool {
        self.contexts().first().is_some_and(|context| types_text(*context))
    }
}

fn types_text(context: Context) -> bool {
    match context {
        Context::AirportField
        | Context::DateField
        | Context::TextFilter
        | Context::Names
        | Context::LookUp
        | Context::HelpFilter => true,
        Context::Board
        | Context::Trips
        | Context::Cart
        | Context::Review
        | Context::Confirming
        | Context::Booked
        | Context::Bookings
        | Context::Booking
        | Context::Help
        | Context::Log
        | Context::Question
        | Context::Seats
        | Context::Everywhere
        | Context::Always => false,
    }
}
