//! What can be asked of the rules.

use std::sync::Arc;

use trecho_shared::ids::{HoldId, LegId, Locator, SeatLabel};

use super::{BookingRecord, LegFacts, LegKey, Operation, Survey};

/// A session's key in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(pub u64);

/// Which connection of a session speaks: each resume makes the next generation, and a command of an
/// older one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

/// A session's key, and the generation of the connection that speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The session.
    pub session: SessionKey,
    /// The connection's generation.
    pub generation: Generation,
}

/// Which seats of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seats {
    /// So many, at least one: neighbours in one row if there are, else the first free.
    Count(u32),
    /// These, none twice. By label: which place that is, only the cabin says that the leg has when
    /// it is decided.
    Named(Vec<SeatLabel>),
}

/// One leg of a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The leg.
    pub leg: LegKey,
    /// Its seats.
    pub seats: Seats,
}

/// Who flies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passenger {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

/// A confirm. Random parts and hashes come from outside; the desk fills in what only the ledger
/// knows (`locator`, `recalled`) before it asks the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Who flies, at least one.
    pub passengers: Vec<Passenger>,
    /// Where a receipt may be sent.
    pub email: Option<String>,
    /// What the passenger saw in the cart, in any order.
    pub holds: Option<Vec<HoldId>>,
    /// The idempotency key.
    pub key: String,
    /// SHA-256 of everything the purchase says but its key.
    pub body_hash: [u8; 32],
    /// SHA-256 of the claim code.
    pub claim_hash: [u8; 32],
    /// A locator that no booking has.
    pub locator: Locator,
    /// What this session confirmed under this key before, if anything.
    pub recalled: Option<Recalled>,
}

/// A purchase that was made before under the same session and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recalled {
    /// What it said.
    pub body_hash: [u8; 32],
    /// What it bought.
    pub booking: super::BookingKey,
}

/// A cancel. The desk looks the booking up before it asks the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// The booking's label.
    pub locator: Locator,
    /// SHA-256 of the claim code that was given.
    pub claim_hash: [u8; 32],
    /// The booking under that locator and claim code as it is now, if there is one.
    pub booking: Option<Box<BookingRecord>>,
    /// Only these legs; all if none are named.
    pub legs: Option<Vec<LegId>>,
}

/// A command: what the one writer decides, in the order in which they queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new session.
    Open {
        /// SHA-256 of its token.
        token_hash: [u8; 32],
        /// What to call it.
        name: Option<String>,
    },
    /// The session of this token, taken up by another connection.
    Resume {
        /// SHA-256 of its token.
        token_hash: [u8; 32],
    },
    /// The connection was lost.
    Detach(Caller),
    /// The passenger left: holds are free at once.
    Close(Caller),
    /// The cart as it is.
    Cart(Caller),
    /// Seats into the cart, all or nothing.
    Hold(Caller, Vec<Ask>),
    /// Seats out of the cart; all of them if none are named.
    Release(Caller, Option<Vec<HoldId>>),
    /// The cart into a booking, all or nothing.
    Confirm(Caller, Box<Purchase>),
    /// Tickets back into free seats.
    Cancel(Cancellation),
    /// Legs into the timetable. A known leg that is identical is skipped; other times or another
    /// cabin are refused once a seat is claimed; a new fare is for new holds.
    Schedule(Vec<Arc<LegFacts>>),
    /// What an operator does.
    Operate(Box<Operation>),
    /// Sessions and carts as they are, for an operator. Changes nothing.
    Survey(Survey),
    /// Nothing by itself: what is due is decided before every command.
    Sweep,
}
