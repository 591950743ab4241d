//! Everything that the program knows. `update` alone changes it; the view reads it.

mod bookings;
mod cart;
mod checkout;
mod connection;
mod departures;
mod field;
mod live;
mod overlay;
mod trips;

use trecho_shared::message::Airport;
use trecho_shared::time::Moment;

use crate::effect::AskId;
use crate::words::Lang;

pub use bookings::{BookingScreen, Bookings, LookUp, SavedBooking};
pub use cart::{CartPanel, Urgency};
pub use checkout::{Checkout, PassengerFields, Step};
pub use connection::{Connection, Link};
pub use departures::{Departures, FilterFocus, Filters, Flash, FlashKind, Row, SortBy};
pub use field::{AirportField, DateField, FieldError, TextField};
pub use live::{LOG, Live, LogEntry, Severity, TICKER, TOASTS, TickerEntry, TickerKind, Toast};
pub use overlay::{Overlay, Question, SeatPicker};
pub use trips::TripsScreen;

/// The time, as the loop that owns the clocks tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a monotonic clock: for countdowns, toasts and flashes.
    pub mono_ms: u64,
    /// The wall clock: for the times that a log shows.
    pub wall: Moment,
    /// The person's own offset from UTC in minutes.
    pub offset_minutes: i16,
}

/// Which screen fills the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// The board of legs.
    #[default]
    Departures,
    /// Ways from A to B with connections.
    Trips,
    /// The cart alone (on small terminals), or the cursor in the cart (where it stands beside).
    Cart,
    /// From the cart to the booking.
    Checkout,
    /// Bookings made here, and look-up.
    Bookings,
}

/// Choices that hold for the whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// What language to speak.
    pub lang: Lang,
    /// The mouse is ours: selecting text needs Shift.
    pub mouse: bool,
    /// Ring the bell when the cart is about to expire.
    pub bell: bool,
    /// What to call this passenger, beside the title (for split screens).
    pub name: Option<String>,
    /// Where the server is, as the person gave it.
    pub address: String,
}

/// Everything that the program knows.
#[derive(Debug)]
pub struct Model {
    /// The time of the last tick.
    pub now: Now,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Choices for the whole run.
    pub preferences: Preferences,
    /// The screen.
    pub screen: Screen,
    /// What lies over the screen and takes the keys, the uppermost last.
    pub overlays: Vec<Overlay>,
    /// The link to the server.
    pub link: Link,
    /// Every airport, by code; empty until the server told them.
    pub airports: Vec<Airport>,
    /// The board of legs.
    pub departures: Departures,
    /// Trips.
    pub trips: TripsScreen,
    /// The cart.
    pub cart: CartPanel,
    /// The purchase under way.
    pub checkout: Option<Checkout>,
    /// Bookings.
    pub bookings: Bookings,
    /// What happens to others: the ticker, the log and the toasts.
    pub live: Live,
    /// The next ask's id.
    pub next_ask: AskId,
    /// The program is about to leave.
    pub leaving: bool,
}
