//! Limits that somebody has met, each by its name, so that an operator sees which one to raise.
//!
//! A limit does one of three things: it turns a connection away or ends it, which
//! [`Connections`](super::Connections) counts by reason; it makes somebody wait; or it refuses a request.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use super::{Each, enrol, label};
use crate::booking::CartBound;

label! {
    /// What makes somebody wait, and refuses nothing.
    pub enum Wait: "limit" {
        /// The rate at which connections are let in from all addresses.
        Accepts = "accepts",
        /// The rate of requests of one connection.
        Requests = "requests",
        /// The requests of one connection that are under way at once.
        InFlight = "in_flight",
        /// The bytes that wait for one peer to read them.
        Unsent = "unsent",
        /// The orders that wait for the desk.
        Queue = "queue",
    }
}

label! {
    /// What refuses a request, and leaves the connection as it is.
    pub enum Refuser: "limit" {
        /// The legs of one cart.
        CartLegs = "cart_legs",
        /// The seats of one cart.
        CartSeats = "cart_seats",
        /// The seats of one cart on one leg, which are those of as many passengers.
        CartPassengers = "cart_passengers",
        /// The seats that the carts of one address hold.
        HoldsPerAddress = "holds_per_address",
        /// The carts of one session that come to nothing, one after the other.
        SessionLapses = "session_lapses",
        /// The seats of one address that come to nothing without a purchase between.
        AddressLapses = "address_lapses",
        /// Wrong look-ups in a row on one connection.
        LookUps = "lookups",
        /// Wrong look-ups from one address.
        LookUpsPerAddress = "lookups_per_address",
        /// Wrong look-ups of one locator, whoever asks.
        LookUpsPerLocator = "lookups_per_locator",
    }
}

label! {
    /// Where operators come in.
    pub enum OperatorsDoor: "door" {
        /// The port of the pages.
        Pages = "pages",
        /// The admin socket.
        Admin = "admin",
    }
}

impl From<CartBound> for Refuser {
    fn from(bound: CartBound) -> Self {
        match bound {
            CartBound::Legs => Self::CartLegs,
            CartBound::Seats => Self::CartSeats,
            CartBound::Passengers => Self::CartPassengers,
        }
    }
}

/// What is counted of limits. A clone counts with the same numbers.
#[derive(Debug, Clone, Default)]
pub struct LimitMeters {
    /// Times that somebody had to wait.
    pub waits: Each<Wait, Counter>,
    /// Requests that were refused.
    pub refused: Each<Refuser, Counter>,
    /// Operators for whom there was no place.
    pub operators: Each<OperatorsDoor, Counter>,
}

impl LimitMeters {
    pub(super) fn new(of: &mut Registry) -> Self {
        Self {
            waits: enrol(
                of,
                ("limit_waits", "Times that a limit made somebody wait, by limit"),
                Each::default(),
            ),
            refused: enrol(
                of,
                ("limit_refusals", "Requests that a limit refused, by limit"),
                Each::default(),
            ),
            operators: enrol(
                of,
                (
                    "operators_refused",
                    "Operators for whom there was no place, by where they came in",
                ),
                Each::default(),
            ),
        }
    }
}
