//! What time alone brings: carts end, held legs depart, sessions are forgotten.

use trecho_shared::time::Moment;

use super::session::forgotten;
use super::{freed, seen, set_clock};
use crate::booking::state::{Session, State};
use crate::booking::{
    CartClock, CartView, Change, Decision, HoldRecord, LegKey, Lost, LostReason, Outcome, Reason,
    SessionKey,
};

/// One decision is about so many sessions at most, so that a commit stays short when a thousand
/// carts end together.
const SESSIONS_AT_ONCE: usize = 256;

/// What a decision has come to so far.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) changes: Vec<Change>,
    pub(super) lost: Vec<Lost>,
    /// The leg of each seat that is free again.
    pub(super) touched: Vec<LegKey>,
}

impl State {
    /// What time has brought by `now`, for a bounded number of sessions: to be applied and asked
    /// again until there is nothing.
    ///
    /// When it is asked does not matter: what was due at different times is told apart by those
    /// times and not by when somebody looked.
    pub fn due(&self, now: Moment) -> Option<Decision> {
        let mut draft = Draft::default();
        for key in self.sessions.due(now, &self.policy).take(SESSIONS_AT_ONCE) {
            if let Some(session) = self.sessions.get(key) {
                self.due_of(key, session, now, &mut draft);
            }
        }
        let Draft { mut changes, lost, touched } = draft;
        if changes.is_empty() {
            return None;
        }
        self.tell_legs(touched, Reason::Expired, &mut changes);
        Some(Decision { answer: Ok(Outcome::Done), changes, lost })
    }

    fn due_of(&self, key: SessionKey, session: &Session, now: Moment, draft: &mut Draft) {
        let losses = self.losses(session, now);
        if losses.iter().any(Option::is_some) {
            self.lose(key, session, &losses, draft);
        } else if session.detached_until.is_some() {
            set_clock(key, session, CartClock::default(), &mut draft.changes);
            draft.changes.push(forgotten(key, session));
        } else {
            // A connection speaks for it, and is heard of all the time.
            draft.changes.push(seen(key, session, now));
        }
    }

    /// Why each of a cart's holds is lost by `now`, if it is.
    fn losses(&self, session: &Session, now: Moment) -> Vec<Option<LostReason>> {
        let end = session.cart_end().filter(|end| *end <= now);
        let loss = |hold: &HoldRecord| {
            if self.legs.get(hold.leg).is_some_and(|leg| leg.closed) {
                return Some(LostReason::Closed);
            }
            let departs = self.legs.sales_end(hold.leg);
            match end {
                // The cart ended first, and this hold with it.
                Some(end) if end < departs => Some(LostReason::Expired),
                Some(_) | None => (departs <= now).then_some(LostReason::Departed),
            }
        };
        session.cart.holds.iter().map(loss).collect()
    }

    /// The holds that are lost leave the cart.
    pub(super) fn lose(
        &self,
        key: SessionKey,
        session: &Session,
        losses: &[Option<LostReason>],
        draft: &mut Draft,
    ) {
        let holds = &session.cart.holds;
        let lost: Vec<(HoldRecord, LostReason)> = holds
            .iter()
            .zip(losses)
            .filter_map(|(hold, loss)| loss.map(|why| (*hold, why)))
            .collect();
        let left: Vec<HoldRecord> = holds
            .iter()
            .zip(losses)
            .filter_map(|(hold, loss)| loss.is_none().then_some(*hold))
            .collect();
        let expired = lost.iter().any(|(_, why)| *why == LostReason::Expired);
        let clock = if left.is_empty() {
            CartClock { deadline: None, cap: None, expired }
        } else {
            session.cart.clock
        };
        draft.touched.extend(lost.iter().map(|(hold, _)| hold.leg));
        draft.changes.extend(freed(key, holds, |place| losses[place].is_some()));
        set_clock(key, session, clock, &mut draft.changes);
        let cart = CartView::new(left, clock, &self.policy);
        draft.lost.push(Lost { session: key, holds: lost, cart });
    }
}
