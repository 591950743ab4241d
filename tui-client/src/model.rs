//! Everything that the program knows. `update` alone changes it; the view reads it.

mod bookings;
mod cart;
mod checkout;
mod connection;
mod contexts;
mod departures;
mod field;
mod live;
mod overlay;
mod trips;
mod wake;
mod why_not;

use trecho_shared::ids::{Iata, LegId};
use trecho_shared::message::{Airport, Leg, LegStatus};
use trecho_shared::time::{Date, LocalTime, Moment};

use crate::effect::AskId;
use crate::input::{Drawn, Hit};
use crate::words::Lang;

pub use bookings::{BookingScreen, Bookings, LookUp, SavedBooking};
pub use cart::{CartPanel, Urgency};
pub use checkout::{Checkout, PassengerFields, Step};
pub use connection::{Connection, Link};
pub use departures::{
    Departures, FilterFocus, Filters, Flash, FlashKind, Load, Reload, Row, SortBy,
};
pub use field::{AirportField, DateField, FieldError, TextField};
pub use live::{
    LOG, Live, LogEntry, OwnChange, Severity, TICKER, TOASTS, TickerEntry, TickerKind, Toast,
};
pub use overlay::{Choice, Overlay, Question, SeatPicker};
pub use trips::TripsScreen;
pub(crate) use wake::ASK_AFTER_END_MS;

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
    /// Which answer of the uppermost question the cursor is on: a place in
    /// [`Question::choices`].
    pub choice: usize,
    /// What the last frame put where.
    pub drawn: Drawn,
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
    /// What makes this run's idempotency keys unlike all others: random bytes.
    pub run_id: [u8; 16],
    /// How many purchases were begun in this run.
    pub purchases: u32,
    /// The last click, for double clicks: when, and on what.
    pub last_click: Option<(u64, Hit)>,
}

impl Model {
    /// What the program knows as it starts: nothing but its preferences. `run_id` is 16 random
    /// bytes: this run's idempotency keys are made from it.
    pub fn new(preferences: Preferences, size: (u16, u16), now: Now, run_id: [u8; 16]) -> Self {
        // Until the first frame says better: what is left beside title, fields, frame and footer.
        let page = usize::from(size.1.saturating_sub(8)).max(1);
        Self {
            now,
            size,
            preferences,
            screen: Screen::default(),
            overlays: Vec::new(),
            choice: 0,
            drawn: Drawn { page, ..Drawn::default() },
            link: Link {
                connection: Connection::Connecting { attempt: 1 },
                was_online: false,
                offline_since_ms: None,
                round_trip_ms: None,
                server: None,
                epoch: None,
                hold_ms: 0,
            },
            airports: Vec::new(),
            departures: Departures { page, ..Departures::default() },
            trips: TripsScreen::default(),
            cart: CartPanel::default(),
            checkout: None,
            bookings: Bookings::default(),
            live: Live::default(),
            next_ask: AskId(1),
            leaving: false,
            run_id,
            purchases: 0,
            last_click: None,
        }
    }

    /// The session is open and asks are answered.
    pub fn is_online(&self) -> bool {
        self.link.connection == Connection::Online
    }

    /// What is on the screen may be old: there is no connection, or it was not read again since.
    pub fn is_stale(&self) -> bool {
        (self.link.was_online && !self.is_online()) || self.departures.stale
    }

    /// The airport with this code, if the server told of it.
    pub fn airport(&self, iata: Iata) -> Option<&Airport> {
        let at = self.airports.binary_search_by_key(&iata, |airport| airport.iata).ok()?;
        self.airports.get(at)
    }

    /// A leg as it was last heard of, wherever it is known from.
    pub fn leg(&self, leg: LegId) -> Option<&Leg> {
        self.departures
            .row(leg)
            .map(|row| &row.leg)
            .or_else(|| self.cart.legs.get(&leg))
            .or_else(|| self.trips.trips.iter().flat_map(|trip| &trip.legs).find(|l| l.leg == leg))
    }

    /// The leg that a key would hold, release or show the seats of.
    pub fn leg_under_cursor(&self) -> Option<LegId> {
        match self.screen {
            Screen::Departures => self.departures.selected().map(|row| row.leg.leg),
            Screen::Cart => self.cart.selected().map(|hold| hold.leg),
            Screen::Trips | Screen::Checkout | Screen::Bookings => None,
        }
    }

    /// The departure of this leg has passed, by our own clock: no event tells it.
    pub fn has_departed(&self, leg: &Leg) -> bool {
        leg.status == LegStatus::Departed || leg.departs_at.moment() <= self.now.wall
    }

    /// Today on the person's own calendar.
    pub fn today(&self) -> Date {
        let seconds = self.now.wall.0.div_euclid(1000);
        LocalTime::new(seconds, self.now.offset_minutes)
            .map_or(Date::constant(1970, 1, 1), |time| time.civil().date())
    }

    /// A purchase was begun whose outcome is not known yet.
    pub fn is_settling(&self) -> bool {
        matches!(&self.checkout, Some(Checkout { step: Step::Confirming { .. }, .. }))
    }
}
