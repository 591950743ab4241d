//! What the rules remember, all of it in memory.
//!
//! [`State::decide`] and [`State::due`] read it, [`State::apply`] and [`State::revert`] change it,
//! and the `restore_` methods fill it after a start. A million legs take 72 bytes each beside
//! their facts and an index entry; a session without holds about 200 bytes.

mod apply;
mod legs;
mod restore;
mod seats;
mod sessions;

use trecho_shared::ids::{HoldId, Version};
use trecho_shared::time::Moment;

pub(super) use legs::Leg;
pub use restore::{RestoreError, SessionRecord};
pub use sessions::Census;
pub(super) use sessions::Session;

use super::{BookingKey, CartView, LegKey, Policy, SeatIx, SessionKey};

/// The keys that come next, and the number of the last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// The key of the next session.
    pub session: SessionKey,
    /// The next hold.
    pub hold: HoldId,
    /// The key of the next booking.
    pub booking: BookingKey,
    /// The number of the last change of a leg. After a start it is also every leg's version, so
    /// it may be too high, but never too low.
    pub version: Version,
}

impl Counters {
    /// Those of a new ledger.
    pub const FIRST: Self = Self {
        session: SessionKey(1),
        hold: HoldId(1),
        booking: BookingKey(1),
        version: Version(0),
    };
}

/// What the rules remember.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub struct State {
    pub(super) policy: Policy,
    pub(super) legs: legs::Legs,
    pub(super) sessions: sessions::Sessions,
    pub(super) counters: Counters,
}

impl State {
    /// A state without legs and sessions, to be restored from a ledger.
    ///
    /// `first_leg` is the key of the first leg that will be restored or, if there is none, of the
    /// first that will be scheduled. Legs below it count as departed. Keep those of the last two
    /// days in memory: a leg's id says its date only, and a delayed leg may yet be rescheduled.
    pub fn new(policy: Policy, first_leg: LegKey, counters: Counters) -> Self {
        Self {
            policy,
            legs: legs::Legs::new(first_leg),
            sessions: sessions::Sessions::default(),
            counters,
        }
    }

    /// The numbers that it goes by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The keys that come next, and the number of the last change.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The key that the next leg of the timetable gets.
    pub fn next_leg(&self) -> LegKey {
        self.legs.next_key()
    }

    /// What a leg is, if it is in memory.
    pub fn facts(&self, leg: LegKey) -> Option<&std::sync::Arc<super::LegFacts>> {
        self.legs.get(leg).map(|leg| &leg.facts)
    }

    /// How many seats of a leg are free; none if the leg is not in memory.
    pub fn seats_left(&self, leg: LegKey) -> u32 {
        self.legs.get(leg).map_or(0, |leg| leg.seats.left())
    }

    /// Whether a seat is free.
    pub fn is_free(&self, leg: LegKey, seat: SeatIx) -> bool {
        self.legs.get(leg).is_some_and(|leg| leg.seats.is_free(seat))
    }

    /// The number of a leg's last change, if it is in memory.
    pub fn version(&self, leg: LegKey) -> Option<Version> {
        self.legs.get(leg).map(|leg| leg.version)
    }

    /// A session's cart as its owner is to see it.
    pub fn cart(&self, session: SessionKey) -> Option<CartView> {
        self.sessions.get(session).map(|session| session.view(&self.policy))
    }

    /// How many sessions there are. Goes through all of them.
    pub fn census(&self) -> Census {
        self.sessions.census()
    }

    /// When [`State::due`] will next have something to say; `None` if time alone brings nothing.
    pub fn next_due(&self) -> Option<Moment> {
        self.sessions.next_due()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_costs_less_than_a_hundred_bytes_beside_its_facts() {
        let index_entry = size_of::<(trecho_shared::ids::LegId, LegKey)>() + 1;
        assert!(size_of::<Leg>() + index_entry < 100, "{} bytes", size_of::<Leg>());
        assert!(size_of::<Session>() < 256, "{} bytes", size_of::<Session>());
    }
}
