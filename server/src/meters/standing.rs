//! What the rules' state comes to, by following its changes: seats, sessions, carts, sales.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use trecho_shared::message::SeatStatus;

use super::{Each, Label, Sales, enrol};
use crate::booking::{CartClock, Census, Change};

/// What a seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatState {
    /// Can be held.
    Free,
    /// In a cart.
    Held,
    /// Somebody's.
    Sold,
    /// Kept back by an operator.
    Blocked,
}

impl Label for SeatState {
    const NAME: &'static str = "state";
    const ALL: &'static [Self] = &[Self::Free, Self::Held, Self::Sold, Self::Blocked];

    fn index(self) -> usize {
        self as usize
    }

    fn value(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Held => "held",
            Self::Sold => "sold",
            Self::Blocked => "blocked",
        }
    }
}

impl From<SeatStatus> for SeatState {
    fn from(status: SeatStatus) -> Self {
        match status {
            SeatStatus::Free => Self::Free,
            SeatStatus::Held => Self::Held,
            SeatStatus::Sold => Self::Sold,
            SeatStatus::Blocked => Self::Blocked,
        }
    }
}

/// Whether a session has a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// A connection speaks for it.
    Attached,
    /// It waits for its passenger to come back.
    Detached,
}

impl Label for SessionState {
    const NAME: &'static str = "state";
    const ALL: &'static [Self] = &[Self::Attached, Self::Detached];

    fn index(self) -> usize {
        self as usize
    }

    fn value(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Detached => "detached",
        }
    }
}

/// Seats, sessions and carts as they are, and what has been sold since the start.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The legs in memory.
    pub legs: Gauge,
    /// Their seats, by what each is. The held ones are the active holds.
    pub seats: Each<SeatState, Gauge>,
    /// The sessions in memory.
    pub sessions: Each<SessionState, Gauge>,
    /// Carts with at least one hold.
    pub carts: Gauge,
    /// Carts that ended by time.
    pub carts_expired: Counter,
    /// Bookings made.
    pub bookings: Counter,
    /// Tickets sold.
    pub tickets: Counter,
    /// Tickets cancelled.
    pub cancelled: Counter,
    /// Centavos that were paid, cancelled or not.
    pub sales: Counter,
    /// The last of what was sold; no metric, but for operators to watch.
    pub sales_lately: Sales,
}

impl Standing {
    pub(super) fn new(of: &mut Registry) -> Self {
        Self {
            legs: enrol(of, ("legs", "Legs in memory"), Gauge::default()),
            seats: enrol(of, ("seats", "Seats of the legs in memory, by state"), Each::default()),
            sessions: enrol(
                of,
                ("sessions", "Sessions in memory, with a connection or waiting for one"),
                Each::default(),
            ),
            carts: enrol(of, ("carts", "Carts with at least one hold"), Gauge::default()),
            carts_expired: enrol(
                of,
                ("carts_expired", "Carts whose time was up before they were confirmed"),
                Counter::default(),
            ),
            bookings: enrol(of, ("bookings", "Bookings made"), Counter::default()),
            tickets: enrol(
                of,
                ("tickets_sold", "Tickets sold: one passenger on one leg each"),
                Counter::default(),
            ),
            cancelled: enrol(of, ("tickets_cancelled", "Tickets cancelled"), Counter::default()),
            sales: enrol(
                of,
                ("sales_centavos", "Fares of the tickets sold, whether or not cancelled later"),
                Counter::default(),
            ),
            sales_lately: Sales::default(),
        }
    }

    /// The sessions that a restart has found.
    pub fn begin_with(&self, census: Census) {
        let Census { attached, detached, carts } = census;
        self.sessions.of(SessionState::Attached).set(signed(attached));
        self.sessions.of(SessionState::Detached).set(signed(detached));
        self.carts.set(signed(carts));
    }

    /// A leg comes with so many seats, all free.
    pub fn add_leg(&self, capacity: u32) {
        self.legs.inc();
        self.seats.of(SeatState::Free).inc_by(i64::from(capacity));
    }

    /// So many seats became another thing.
    pub fn move_seats(&self, from: SeatState, to: SeatState, count: usize) {
        let count = signed(count);
        self.seats.of(from).dec_by(count);
        self.seats.of(to).inc_by(count);
    }

    /// Follows what was committed.
    pub fn follow(&self, changes: &[Change]) {
        for change in changes {
            self.take_in(change);
        }
    }

    fn take_in(&self, change: &Change) {
        use {SeatState as Seat, SessionState as Session};
        match change {
            Change::SessionOpened { .. } => drop(self.sessions.of(Session::Attached).inc()),
            Change::SessionAttached { before: Some(_), .. } => {
                self.move_session(Session::Detached, Session::Attached);
            }
            Change::SessionDetached { before: None, .. } => {
                self.move_session(Session::Attached, Session::Detached);
            }
            Change::SessionForgotten { detached_until, .. } => {
                let state =
                    if detached_until.is_some() { Session::Detached } else { Session::Attached };
                self.sessions.of(state).dec();
            }
            Change::CartClock { before, after, .. } => self.note_clock(before, after),
            Change::Held { .. } => self.move_seats(Seat::Free, Seat::Held, 1),
            Change::Freed { .. } => self.move_seats(Seat::Held, Seat::Free, 1),
            Change::Booked { booking, holds, at, .. } => {
                self.move_seats(Seat::Held, Seat::Sold, holds.len());
                self.bookings.inc();
                self.tickets.inc_by(booking.tickets.len() as u64);
                let fares = booking.tickets.iter().map(|ticket| ticket.fare.0);
                self.sales.inc_by(fares.sum::<i64>().unsigned_abs());
                self.sales_lately.note(booking, *at);
            }
            Change::TicketCancelled { .. } => {
                self.move_seats(Seat::Sold, Seat::Free, 1);
                self.cancelled.inc();
            }
            Change::LegAdded { facts, .. } => self.add_leg(facts.cabin.capacity()),
            Change::LegRevised { before, after, .. } => {
                let (before, after) = (before.cabin.capacity(), after.cabin.capacity());
                self.seats.of(Seat::Free).inc_by(i64::from(after) - i64::from(before));
            }
            Change::Blocked { .. } => self.move_seats(Seat::Free, Seat::Blocked, 1),
            Change::Unblocked { .. } => self.move_seats(Seat::Blocked, Seat::Free, 1),
            // A session that was attached or detached before stays what it was.
            Change::SessionAttached { before: None, .. }
            | Change::SessionDetached { before: Some(_), .. }
            | Change::SessionKept { .. }
            | Change::SessionSeen { .. }
            | Change::LegSale { .. }
            | Change::Leg(_)
            | Change::Audited(_) => {}
        }
    }

    fn move_session(&self, from: SessionState, to: SessionState) {
        self.sessions.of(from).dec();
        self.sessions.of(to).inc();
    }

    fn note_clock(&self, before: &CartClock, after: &CartClock) {
        match (before.deadline, after.deadline) {
            (None, Some(_)) => drop(self.carts.inc()),
            (Some(_), None) => drop(self.carts.dec()),
            (None, None) | (Some(_), Some(_)) => {}
        }
        if after.expired && !before.expired {
            self.carts_expired.inc();
        }
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
