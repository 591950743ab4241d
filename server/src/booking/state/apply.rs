//! Putting decided changes into the state, and taking them out again.

use trecho_shared::ids::{HoldId, Version};

use super::{Session, State};
use crate::booking::LegKey;
use crate::booking::{
    BookingKey, CartClock, Change, Generation, HoldRecord, LegChange, SeatIx, SessionKey,
};

impl State {
    /// Puts one change of a decision into effect. Changes go in in the order decided.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::SessionOpened { session, token_hash, name, at } => {
                let opened = Session::new(*token_hash, name.clone(), *at);
                self.sessions.insert(*session, opened, &self.policy);
                self.counters.session = SessionKey(session.0 + 1);
            }
            Change::SessionKept { session, .. } => self.session(*session, |s| s.kept = true),
            Change::SessionAttached { session, generation, .. } => self.session(*session, |s| {
                s.generation = *generation;
                s.detached_until = None;
            }),
            Change::SessionDetached { session, until, .. } => {
                self.session(*session, |s| s.detached_until = Some(*until));
            }
            Change::SessionSeen { session, at, .. } => {
                self.session(*session, |s| s.last_contact = *at);
            }
            Change::SessionForgotten { session, .. } => self.sessions.remove(*session),
            Change::CartClock { session, after, .. } => self.set_clock(*session, *after),
            Change::Held { session, hold } => {
                self.take(hold.leg, hold.seat);
                self.holds(*session, |holds| holds.push(*hold));
                self.counters.hold = HoldId(hold.hold.0 + 1);
            }
            Change::Freed { session, hold, place } => {
                self.give_back(hold.leg, hold.seat);
                self.holds(*session, |holds| {
                    holds.remove(*place);
                });
            }
            Change::Booked { session, booking, .. } => {
                self.holds(*session, Vec::clear);
                self.session(*session, |s| s.purchases += 1);
                self.counters.booking = BookingKey(booking.booking.0 + 1);
            }
            Change::TicketCancelled { leg, seat, .. } | Change::Unblocked { leg, seat } => {
                self.give_back(*leg, *seat);
            }
            Change::LegAdded { leg, facts } => {
                debug_assert_eq!(*leg, self.legs.next_key(), "keys of legs follow one another");
                self.legs.push(facts, self.counters.version);
            }
            Change::LegRevised { leg, after, .. } => self.legs.revise(*leg, after),
            Change::Blocked { leg, seat, .. } => self.take(*leg, *seat),
            Change::LegSale { leg, closed } => self.set_closed(*leg, *closed),
            Change::Leg(change) => self.set_version(change.leg, change.version, change.version),
            Change::Audited(_) => {}
        }
        if let Change::Leg(LegChange { leg, seats_left, .. }) = change {
            debug_assert_eq!(self.seats_left(*leg), *seats_left, "what is told is what is");
        }
    }

    /// Takes one applied change out again. Changes come out in the reverse order.
    pub fn revert(&mut self, change: &Change) {
        match change {
            Change::SessionOpened { session, .. } => {
                self.sessions.remove(*session);
                self.counters.session = *session;
            }
            Change::SessionKept { session, .. } => self.session(*session, |s| s.kept = false),
            Change::SessionAttached { session, generation, before } => {
                self.session(*session, |s| {
                    s.generation = Generation(generation.0.wrapping_sub(1));
                    s.detached_until = *before;
                });
            }
            Change::SessionDetached { session, before, .. } => {
                self.session(*session, |s| s.detached_until = *before);
            }
            Change::SessionSeen { session, before, .. } => {
                self.session(*session, |s| s.last_contact = *before);
            }
            Change::SessionForgotten {
                session,
                token_hash,
                name,
                generation,
                kept,
                purchases,
                detached_until,
                last_contact,
            } => {
                let mut known = Session::new(*token_hash, name.clone(), *last_contact);
                known.generation = *generation;
                known.kept = *kept;
                known.purchases = *purchases;
                known.detached_until = *detached_until;
                self.sessions.insert(*session, known, &self.policy);
            }
            Change::CartClock { session, before, .. } => self.set_clock(*session, *before),
            Change::Held { session, hold } => {
                self.give_back(hold.leg, hold.seat);
                self.holds(*session, |holds| {
                    holds.pop();
                });
                self.counters.hold = hold.hold;
            }
            Change::Freed { session, hold, place } => {
                self.take(hold.leg, hold.seat);
                self.holds(*session, |holds| holds.insert(*place, *hold));
            }
            Change::Booked { session, booking, holds, .. } => {
                self.holds(*session, |cart| cart.extend_from_slice(holds));
                self.session(*session, |s| s.purchases -= 1);
                self.counters.booking = booking.booking;
            }
            Change::TicketCancelled { leg, seat, .. } | Change::Unblocked { leg, seat } => {
                self.take(*leg, *seat);
            }
            Change::LegAdded { .. } => self.legs.pop(),
            Change::LegRevised { leg, before, .. } => self.legs.revise(*leg, before),
            Change::Blocked { leg, seat, .. } => self.give_back(*leg, *seat),
            Change::LegSale { leg, closed } => self.set_closed(*leg, !closed),
            Change::Audited(_) => {}
            Change::Leg(change) => {
                let last = Version(change.version.0 - 1);
                self.set_version(change.leg, change.version_before, last);
            }
        }
    }

    fn session(&mut self, key: SessionKey, change: impl FnOnce(&mut Session)) {
        self.sessions.change(key, &self.policy, change);
    }

    fn set_clock(&mut self, key: SessionKey, clock: CartClock) {
        self.session(key, |session| session.cart.clock = clock);
    }

    pub(super) fn holds(&mut self, key: SessionKey, change: impl FnOnce(&mut Vec<HoldRecord>)) {
        let Self { sessions, legs, policy, .. } = self;
        sessions.change(key, policy, |session| {
            change(&mut session.cart.holds);
            session.cart.note_sales_end(legs);
        });
    }

    fn set_version(&mut self, leg: LegKey, version: Version, last: Version) {
        if let Some(leg) = self.legs.get_mut(leg) {
            leg.version = version;
        }
        self.counters.version = last;
    }

    /// No cart holds a leg that is closed, so no session's agenda depends on it.
    fn set_closed(&mut self, leg: LegKey, closed: bool) {
        if let Some(leg) = self.legs.get_mut(leg) {
            debug_assert_ne!(leg.closed, closed, "it was the other before");
            leg.closed = closed;
        }
    }

    fn take(&mut self, leg: LegKey, seat: SeatIx) {
        if let Some(leg) = self.legs.get_mut(leg) {
            let taken = leg.seats.take(seat);
            debug_assert!(taken, "one seat has one owner");
        }
    }

    /// The seats of a leg that is not in memory are nobody's concern any more.
    fn give_back(&mut self, leg: LegKey, seat: SeatIx) {
        if let Some(leg) = self.legs.get_mut(leg) {
            let given_back = leg.seats.give_back(seat);
            debug_assert!(given_back, "what was given back had an owner");
        }
    }
}
