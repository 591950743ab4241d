//! What a decision changes: facts that the ledger writes, the state applies or reverts, and the
//! board and feed show. A change carries what was before where reverting needs it.

use std::sync::Arc;

use trecho_shared::ids::{HoldId, Locator, Version};
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

use super::command::{Generation, Passenger, SessionKey};
use super::{AuditRecord, LegFacts, LegKey, SeatIx};

/// A booking's key in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingKey(pub u64);

/// One seat in one cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldRecord {
    /// The hold.
    pub hold: HoldId,
    /// Its leg.
    pub leg: LegKey,
    /// Its seat.
    pub seat: SeatIx,
    /// What it will cost.
    pub fare: Centavos,
}

/// One passenger on one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRecord {
    /// The leg's key.
    pub leg: LegKey,
    /// The leg's id, which outlives its place in memory.
    pub id: trecho_shared::ids::LegId,
    /// The seat.
    pub seat: SeatIx,
    /// Who flies.
    pub passenger: Passenger,
    /// What it cost.
    pub fare: Centavos,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingRecord {
    /// Its key in the ledger.
    pub booking: BookingKey,
    /// Its label for people.
    pub locator: Locator,
    /// SHA-256 of its claim code.
    pub claim_hash: [u8; 32],
    /// The tickets, by leg in the order held, then by passenger. A ticket's number is its place.
    pub tickets: Vec<TicketRecord>,
}

/// The clock of a cart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CartClock {
    /// When the cart ends, slack included; `None` while it is empty.
    pub deadline: Option<Moment>,
    /// The latest that holds can renew the deadline to.
    pub cap: Option<Moment>,
    /// The last cart ended by time, and nothing was held since.
    pub expired: bool,
}

/// What kind of news a leg's change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegChangeKind {
    /// The last free seat went.
    Taken,
    /// A leg that had no free seat, or was closed for sale, has one on sale again.
    Reopened,
    /// Anything else.
    Updated,
}

/// Why a leg changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Seats went into a cart.
    Held,
    /// Held seats were sold.
    Sold,
    /// Holds were given back.
    Released,
    /// A cart's time was up, or its leg's.
    Expired,
    /// Tickets were cancelled.
    Cancelled,
    /// An operator acted, or the timetable was revised.
    Operator,
}

/// A leg's availability after one command: one for each leg that the command touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegChange {
    /// The leg.
    pub leg: LegKey,
    /// The number of this change; the next one's is one higher, whatever its leg.
    pub version: Version,
    /// The version that the leg had before.
    pub version_before: Version,
    /// How many seats are free now.
    pub seats_left: u32,
    /// Whether the leg is closed for sale now.
    pub closed: bool,
    /// What kind of news it is.
    pub kind: LegChangeKind,
    /// Why.
    pub reason: Reason,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A session begins. It is in memory only until its first hold.
    SessionOpened {
        /// Its key.
        session: SessionKey,
        /// SHA-256 of its token.
        token_hash: [u8; 32],
        /// What to call it.
        name: Option<String>,
        /// When.
        at: Moment,
    },
    /// The session has its first hold: from here on it survives a restart.
    SessionKept {
        /// Its key.
        session: SessionKey,
        /// SHA-256 of its token.
        token_hash: [u8; 32],
        /// What to call it.
        name: Option<String>,
    },
    /// A connection took the session up.
    SessionAttached {
        /// Its key.
        session: SessionKey,
        /// The generation from now on; the one before is one lower.
        generation: Generation,
        /// `detached_until` before.
        before: Option<Moment>,
    },
    /// The session has no connection any more.
    SessionDetached {
        /// Its key.
        session: SessionKey,
        /// `detached_until` before.
        before: Option<Moment>,
        /// The cart ends then, if its deadline is not sooner.
        until: Moment,
    },
    /// The session was heard of: its memory counts from here.
    SessionSeen {
        /// Its key.
        session: SessionKey,
        /// The last contact before.
        before: Moment,
        /// The last contact now.
        at: Moment,
    },
    /// The session is forgotten, with what it confirmed (the bookings stay).
    SessionForgotten {
        /// Its key.
        session: SessionKey,
        /// SHA-256 of its token.
        token_hash: [u8; 32],
        /// What it was called.
        name: Option<String>,
        /// Its last connection's generation.
        generation: Generation,
        /// Whether the ledger has it.
        kept: bool,
        /// How much it bought.
        purchases: u32,
        /// Its `detached_until`.
        detached_until: Option<Moment>,
        /// Its last contact.
        last_contact: Moment,
    },
    /// The cart's clock was set.
    CartClock {
        /// Whose cart.
        session: SessionKey,
        /// The clock before.
        before: CartClock,
        /// The clock now.
        after: CartClock,
    },
    /// A seat went into a cart.
    Held {
        /// Whose cart.
        session: SessionKey,
        /// The hold.
        hold: HoldRecord,
    },
    /// A seat left a cart and is free.
    Freed {
        /// Whose cart it was.
        session: SessionKey,
        /// The hold that ended.
        hold: HoldRecord,
        /// The place it had in the cart.
        place: usize,
    },
    /// A whole cart was sold: each of `holds` became the ticket of the same seat.
    Booked {
        /// Whose cart it was.
        session: SessionKey,
        /// The booking.
        booking: Box<BookingRecord>,
        /// What the cart held, in its order.
        holds: Vec<HoldRecord>,
        /// Where a receipt may be sent.
        email: Option<String>,
        /// The idempotency key.
        key: String,
        /// SHA-256 of what the purchase said.
        body_hash: [u8; 32],
        /// When.
        at: Moment,
    },
    /// A ticket was cancelled and its seat is free.
    TicketCancelled {
        /// The booking.
        booking: BookingKey,
        /// The ticket's place in the booking.
        ticket: u32,
        /// Its leg.
        leg: LegKey,
        /// Its seat.
        seat: SeatIx,
    },
    /// A free seat was taken off sale.
    Blocked {
        /// Its leg.
        leg: LegKey,
        /// The seat.
        seat: SeatIx,
        /// Why.
        reason: String,
    },
    /// A blocked seat is free again.
    Unblocked {
        /// Its leg.
        leg: LegKey,
        /// The seat.
        seat: SeatIx,
    },
    /// A leg was closed for sale, or opened again; it was the other before.
    LegSale {
        /// The leg.
        leg: LegKey,
        /// Whether it is closed now.
        closed: bool,
    },
    /// A leg came into the timetable.
    LegAdded {
        /// Its key: the next one free.
        leg: LegKey,
        /// What it is.
        facts: Arc<LegFacts>,
    },
    /// A known leg is different now.
    LegRevised {
        /// Its key.
        leg: LegKey,
        /// What it was.
        before: Arc<LegFacts>,
        /// What it is.
        after: Arc<LegFacts>,
    },
    /// What others see of it.
    Leg(LegChange),
    /// An operator's command, for the audit log, whatever it came to.
    Audited(Box<AuditRecord>),
}
