//! The rules of booking, pure: state + command + now -> answer + changes.
//!
//! Nothing here awaits, reads a clock, draws a random number, or knows of SQL and sockets. The desk
//! asks [`State::decide`], writes the [`Change`]s to the ledger and puts them into the state with
//! [`State::apply`]; if the commit fails for want of room, [`State::revert`] takes them out again.
//! Everything that follows from time alone (expiry, departure) is decided by [`State::due`], which
//! the desk asks before each command: so a late sweeper changes nothing.

mod cabin;
mod change;
mod command;
mod decide;
mod leg;
mod operation;
mod outcome;
mod policy;
mod state;

#[cfg(test)]
pub(crate) mod model_test;
#[cfg(test)]
pub(crate) mod rehearsal;
#[cfg(test)]
mod rules_test;

pub use cabin::{Cabin, ParseCabinError, SeatIx};
pub use change::{
    BookingKey, BookingRecord, CartClock, Change, HoldRecord, LegChange, LegChangeKind, Reason,
    TicketRecord,
};
pub use command::{
    Ask, Caller, Cancellation, Command, Generation, Passenger, Purchase, Recalled, Seats,
    SessionKey,
};
pub use leg::{Aircraft, LegFacts, LegKey, ParseAircraftError};
pub use operation::{
    Action, AuditRecord, Claim, Newcomers, Operated, Operation, Operator, SessionView, Survey,
    Surveyed, Which, outcome as outcome_of,
};
pub use outcome::{
    Answer, CartBound, CartView, Decision, Lost, LostReason, Outcome, Refusal, Scheduled,
};
pub use policy::Policy;
pub use state::{Census, Counters, RestoreError, SessionRecord, State};
