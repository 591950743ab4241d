//! Filling the state from a ledger after a start.
//!
//! In this order: legs by key, claims, sessions, holds by id, and at last
//! [`State::restore_detached`]. A ledger whose facts contradict each other is refused, so that no
//! seat is sold from it.

use std::sync::Arc;

use trecho_shared::ids::HoldId;
use trecho_shared::time::Moment;

use super::{Session, State};
use crate::booking::{CartClock, HoldRecord, LegFacts, LegKey, SeatIx, SessionKey};

/// A session as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its key.
    pub session: SessionKey,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// What to call it.
    pub name: Option<String>,
    /// Its cart's clock.
    pub clock: CartClock,
    /// When it was last heard of.
    pub last_contact: Moment,
    /// How much it bought.
    pub purchases: u32,
}

/// The ledger contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Legs come by key, without a gap.
    #[error("leg {0:?} came where leg {1:?} was expected")]
    LegOutOfOrder(LegKey, LegKey),
    /// A leg's key or a seat's place is out of range, or the seat has an owner already.
    #[error("seat {1:?} of leg {0:?} cannot be claimed: it is not there or not free")]
    SeatNotFree(LegKey, SeatIx),
    /// Two sessions with one key or token.
    #[error("session {0:?} is there twice")]
    SessionTwice(SessionKey),
    /// A hold of a session that is not there.
    #[error("hold {0:?} belongs to no session")]
    HoldWithoutSession(HoldId),
}

impl State {
    /// The next leg.
    ///
    /// # Errors
    /// If it is not the one that follows.
    pub fn restore_leg(
        &mut self,
        key: LegKey,
        facts: &Arc<LegFacts>,
        closed: bool,
    ) -> Result<(), RestoreError> {
        let expected = self.legs.next_key();
        if key != expected {
            return Err(RestoreError::LegOutOfOrder(key, expected));
        }
        self.legs.push(facts, self.counters.version);
        if let Some(leg) = self.legs.get_mut(key) {
            leg.closed = closed;
        }
        Ok(())
    }

    /// A seat that is sold or blocked. One of a leg below the first in memory is passed over.
    ///
    /// # Errors
    /// If the seat is not there or has an owner already.
    pub fn restore_claim(&mut self, leg: LegKey, seat: SeatIx) -> Result<(), RestoreError> {
        if leg < self.legs.first_key() {
            return Ok(());
        }
        let taken = self.legs.get_mut(leg).is_some_and(|leg| leg.seats.take(seat));
        if taken { Ok(()) } else { Err(RestoreError::SeatNotFree(leg, seat)) }
    }

    /// A session, without its holds.
    ///
    /// # Errors
    /// If its key or token is there already.
    pub fn restore_session(&mut self, record: SessionRecord) -> Result<(), RestoreError> {
        let SessionRecord { session: key, token_hash, name, clock, last_contact, purchases } =
            record;
        if self.sessions.get(key).is_some() || self.sessions.of_token(&token_hash).is_some() {
            return Err(RestoreError::SessionTwice(key));
        }
        let mut session = Session::new(token_hash, name, last_contact);
        session.kept = true;
        session.purchases = purchases;
        session.cart.clock = clock;
        self.sessions.insert(key, session, &self.policy);
        Ok(())
    }

    /// A hold: it claims its seat, too. A cart's holds come in the order of their ids. One on a
    /// leg that is not in memory has departed, and is lost as soon as anything is due.
    ///
    /// # Errors
    /// If there is no such session, or the seat is not free.
    pub fn restore_hold(
        &mut self,
        session: SessionKey,
        hold: HoldRecord,
    ) -> Result<(), RestoreError> {
        if self.sessions.get(session).is_none() {
            return Err(RestoreError::HoldWithoutSession(hold.hold));
        }
        self.restore_claim(hold.leg, hold.seat)?;
        self.holds(session, |holds| holds.push(hold));
        Ok(())
    }

    /// The end of the restoration: the server is ready, and nobody is connected yet. Deadlines are
    /// as they were; every session has its grace to come back from now on, and its generations
    /// start anew.
    pub fn restore_detached(&mut self, now: Moment) {
        let until = now.plus_ms(self.policy.grace_ms);
        for key in self.sessions.keys() {
            self.sessions.change(key, &self.policy, |session| session.detached_until = Some(until));
        }
    }
}
