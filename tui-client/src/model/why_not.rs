//! Why a key would do nothing now: the same answer greys the footer and explains the key press.

use trecho_shared::ids::LegId;
use trecho_shared::message::{LegStatus, TicketStatus};

use super::{BookingScreen, Departures, Model, SavedBooking, Screen, Step};
use crate::keys::Action;
use crate::notice::WhyNot;

impl Model {
    /// Why `action` would do nothing now; `None` if it would do something.
    pub fn why_not(&self, action: Action) -> Option<WhyNot> {
        match action {
            Action::Hold if !self.overlays.is_empty() => self.why_no_hold(),
            Action::Hold => self.why_no_hold().or_else(|| self.why_not_held_here()),
            Action::Mark => self.why_no_mark(),
            Action::Seats => self.offline().or_else(|| self.why_no_seats()),
            Action::MoreSeats => self.why_no_hold().or_else(|| match self.leg_under_cursor() {
                None => Some(WhyNot::NothingSelected),
                Some(leg) => self.why_no_seat_of(leg),
            }),
            Action::ReleaseOne => self.why_no_release().or_else(|| self.why_nothing_of_leg()),
            Action::ReleaseAll => self.why_no_release(),
            Action::Buy => self.why_no_purchase(),
            Action::Confirm => self.why_no_confirm(),
            Action::ConfirmHint => Some(WhyNot::NeedsConfirmKey),
            Action::Refresh => self.offline(),
            Action::Open => self.current_booking().is_none().then_some(WhyNot::NothingSelected),
            Action::Copy | Action::Save => {
                self.current_booking().is_none().then_some(WhyNot::NothingSelected)
            }
            Action::CancelBooking => self.why_no_cancel(),
            Action::Back if self.screen == Screen::Checkout && self.overlays.is_empty() => {
                self.is_settling().then_some(WhyNot::Settling)
            }
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::Left
            | Action::Right
            | Action::Filter
            | Action::From
            | Action::To
            | Action::Date
            | Action::NextDay
            | Action::PreviousDay
            | Action::Cart
            | Action::Sort
            | Action::ShowAll
            | Action::Trips
            | Action::Bookings
            | Action::Log
            | Action::Help
            | Action::Language
            | Action::Mouse
            | Action::Retry
            | Action::Redraw
            | Action::Suspend
            | Action::Quit
            | Action::Interrupt
            | Action::Back
            | Action::Accept
            | Action::NextField
            | Action::PreviousField
            | Action::LookUp
            | Action::Toggle
            | Action::Yes
            | Action::No
            | Action::Keep => None,
        }
    }

    /// The booking that a key would copy, save or cancel.
    pub fn current_booking(&self) -> Option<&SavedBooking> {
        match (&self.screen, self.checkout.as_ref().map(|checkout| &checkout.step)) {
            (Screen::Checkout, Some(Step::Booked { booking })) => Some(booking),
            (Screen::Bookings, _) => match self.bookings.screen {
                BookingScreen::List | BookingScreen::One => {
                    self.bookings.known.get(self.bookings.cursor)
                }
                BookingScreen::LookUp(_) => None,
            },
            _ => None,
        }
    }

    fn offline(&self) -> Option<WhyNot> {
        (!self.is_online()).then_some(WhyNot::Offline)
    }

    fn why_no_hold(&self) -> Option<WhyNot> {
        if self.is_settling() {
            return Some(WhyNot::Settling);
        }
        self.offline().or_else(|| self.cart.holding.is_some().then_some(WhyNot::Busy))
    }

    fn why_not_held_here(&self) -> Option<WhyNot> {
        match self.screen {
            Screen::Departures if !self.departures.marked.is_empty() => None,
            Screen::Departures => match self.departures.selected() {
                None => Some(WhyNot::NothingSelected),
                Some(row) => self.why_leg_not(row.leg.leg),
            },
            Screen::Trips => match self.trips.trips.get(self.trips.cursor) {
                None => Some(WhyNot::NothingSelected),
                Some(trip) => trip.legs.iter().find_map(|leg| self.why_leg_not(leg.leg)),
            },
            Screen::Cart | Screen::Checkout | Screen::Bookings => None,
        }
    }

    /// Why one seat of this leg cannot be asked for. A leg of our own cart can be: that is told in
    /// words of its own.
    fn why_leg_not(&self, id: LegId) -> Option<WhyNot> {
        if self.cart.seats_of(id) > 0 {
            return None;
        }
        self.why_no_seat_of(id)
    }

    /// Why this leg has no seat to give.
    fn why_no_seat_of(&self, id: LegId) -> Option<WhyNot> {
        let leg = self.leg(id)?;
        match leg.status {
            _ if self.has_departed(leg) => Some(WhyNot::LegNotOnSale),
            LegStatus::Open => None,
            LegStatus::Taken => Some(WhyNot::LegTaken),
            LegStatus::Closed | LegStatus::Departed => Some(WhyNot::LegNotOnSale),
        }
    }

    fn why_no_mark(&self) -> Option<WhyNot> {
        let Departures { marked, .. } = &self.departures;
        match self.departures.selected() {
            None => Some(WhyNot::NothingSelected),
            Some(row) if marked.contains(&row.leg.leg) => None,
            Some(row) => self.why_leg_not(row.leg.leg),
        }
    }

    fn why_no_seats(&self) -> Option<WhyNot> {
        match self.leg_under_cursor() {
            None => Some(WhyNot::NothingSelected),
            Some(leg) => self.why_leg_not(leg),
        }
    }

    fn why_no_release(&self) -> Option<WhyNot> {
        if self.cart.is_empty() {
            return Some(WhyNot::CartEmpty);
        }
        if self.is_settling() {
            return Some(WhyNot::Settling);
        }
        self.offline().or_else(|| self.cart.waiting.is_some().then_some(WhyNot::Busy))
    }

    fn why_nothing_of_leg(&self) -> Option<WhyNot> {
        match self.leg_under_cursor() {
            None => Some(WhyNot::NothingSelected),
            Some(leg) => (self.cart.seats_of(leg) == 0).then_some(WhyNot::NotInCart),
        }
    }

    fn why_no_purchase(&self) -> Option<WhyNot> {
        if self.is_settling() {
            return None;
        }
        if self.cart.is_empty() {
            return Some(WhyNot::CartEmpty);
        }
        if self.cart.holding.is_some() || self.cart.waiting.is_some() {
            return Some(WhyNot::Busy);
        }
        self.cart.passengers().is_none().then_some(WhyNot::UnequalSeats)
    }

    fn why_no_confirm(&self) -> Option<WhyNot> {
        match self.checkout.as_ref().map(|checkout| &checkout.step) {
            Some(Step::Confirming { waiting: Some(_), .. }) => Some(WhyNot::Busy),
            Some(Step::Confirming { waiting: None, .. }) => self.offline(),
            _ => self.offline().or_else(|| self.why_no_purchase()),
        }
    }

    fn why_no_cancel(&self) -> Option<WhyNot> {
        let Some(saved) = self.current_booking() else { return Some(WhyNot::NothingSelected) };
        let sold = |status| status == TicketStatus::Sold;
        if !saved.booking.tickets.iter().any(|ticket| sold(ticket.status)) {
            return Some(WhyNot::AlreadyCancelled);
        }
        if saved.server != self.preferences.address {
            return Some(WhyNot::OtherServer);
        }
        self.offline().or_else(|| self.bookings.waiting.is_some().then_some(WhyNot::Busy))
    }
}
