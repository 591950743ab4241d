//! What the rules answer.

use trecho_shared::ids::{HoldId, LegId, SeatLabel};
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

use super::{
    BookingKey, BookingRecord, Caller, CartClock, Change, Claim, HoldRecord, LegKey, Operated,
    Policy, SeatIx, SessionKey, Surveyed,
};

/// A cart as its owner sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CartView {
    /// The holds, in the order taken.
    pub holds: Vec<HoldRecord>,
    /// The deadline that is told: the slack is already taken off. `None` while the cart is empty.
    pub expires_at: Option<Moment>,
}

impl CartView {
    /// These holds under this clock, whose deadline is told with the slack taken off.
    pub(super) fn new(holds: Vec<HoldRecord>, clock: CartClock, policy: &Policy) -> Self {
        let deadline = clock.deadline.filter(|_| !holds.is_empty());
        let slack_ms = if defect!(PromisesMore) { -policy.slack_ms() } else { policy.slack_ms() };
        Self { holds, expires_at: deadline.map(|at| at.plus_ms(-slack_ms)) }
    }

    /// What the holds cost together.
    pub fn total(&self) -> Centavos {
        self.holds.iter().map(|hold| hold.fare).sum()
    }
}

/// A yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A session begins, or goes on under a new generation.
    Attached {
        /// Who to speak as from now on.
        caller: Caller,
        /// The session's cart.
        cart: CartView,
    },
    /// Detached, closed or swept.
    Done,
    /// The cart as it is after a look, a hold or a release.
    Cart(CartView),
    /// Sold just now.
    Booked(Box<BookingRecord>),
    /// Sold before under the same key, or cancelled: the ledger has the booking as it is.
    Booking(BookingKey),
    /// What became of the legs that were to be scheduled.
    Scheduled(Scheduled),
    /// What an operator did.
    Operated(Operated),
    /// What an operator asked to see.
    Surveyed(Surveyed),
}

/// What became of legs that were to be scheduled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// New legs.
    pub added: u32,
    /// Known legs that are now different.
    pub revised: u32,
    /// Known legs that were identical.
    pub unchanged: u32,
    /// Legs that were not added: they have departed, and may be known to the ledger but left out
    /// of memory.
    pub departed: u32,
    /// Known legs with claimed seats whose times or cabin were to change: left as they were.
    pub refused: Vec<LegId>,
}

/// A no: nothing was changed. The wire's kinds, with our keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not enough free seats on these legs.
    LegTaken(Vec<LegKey>),
    /// These legs have departed.
    LegDeparted(Vec<LegKey>),
    /// These legs of the booking have departed. By id: the oldest are in no memory but the ledger's.
    Flown(Vec<LegId>),
    /// These legs are closed for sale.
    LegClosed(Vec<LegKey>),
    /// The booking has no tickets on these legs.
    LegUnknown(Vec<LegId>),
    /// These seats of this leg are not free.
    SeatTaken(LegKey, Vec<SeatLabel>),
    /// The cabin of this leg has no such seats.
    SeatUnknown(LegKey, Vec<SeatLabel>),
    /// These seats of this leg are not as an operator's command needs them, and whose they are; none
    /// is nobody's.
    SeatsInTheWay(LegKey, Vec<(SeatIx, Option<Claim>)>),
    /// The cart has no such holds.
    HoldUnknown(Vec<HoldId>),
    /// There is nothing to confirm.
    CartEmpty,
    /// The cart ended before this command was decided.
    CartExpired,
    /// The cart differs from what the passenger saw.
    CartChanged,
    /// The hold would pass the policy's bounds: this one.
    CartFull(CartBound),
    /// These legs have not exactly one seat for each passenger.
    PassengersMismatch(Vec<LegKey>),
    /// No booking with this locator and claim code.
    BookingUnknown,
    /// The key was used for a purchase that said something else.
    IdempotencyConflict,
    /// No session with this token or key.
    SessionUnknown,
    /// Another connection has resumed the session.
    SessionReplaced,
}

/// A bound of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CartBound {
    /// So many legs.
    Legs,
    /// So many seats in all.
    Seats,
    /// So many seats on one leg: those of as many passengers.
    Passengers,
}

/// The one reply that a command gets.
pub type Answer = Result<Outcome, Refusal>;

/// Why a hold left a cart without its owner's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostReason {
    /// The cart's time was up.
    Expired,
    /// The leg departed.
    Departed,
    /// An operator closed the leg.
    Closed,
    /// An operator released the hold.
    Operator,
}

/// Holds that a cart lost without its owner's doing: told to that session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Whose cart.
    pub session: SessionKey,
    /// What it lost.
    pub holds: Vec<(HoldRecord, LostReason)>,
    /// The cart as it is now.
    pub cart: CartView,
}

/// What a command, or time, comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to answer.
    pub answer: Answer,
    /// What changes, in order. Empty for a refusal.
    pub changes: Vec<Change>,
    /// Who lost what: only time and operators take holds away.
    pub lost: Vec<Lost>,
}

impl Decision {
    /// A no.
    pub fn refuse(refusal: Refusal) -> Self {
        Self { answer: Err(refusal), changes: Vec::new(), lost: Vec::new() }
    }

    /// A yes with its changes.
    pub fn accept(outcome: Outcome, changes: Vec<Change>) -> Self {
        Self { answer: Ok(outcome), changes, lost: Vec::new() }
    }
}
