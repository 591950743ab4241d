//! The sessions and their carts, and when time will next do something to each.

use std::collections::{BTreeSet, HashMap};

use trecho_shared::ids::HoldId;
use trecho_shared::time::Moment;

use super::legs::Legs;
use crate::booking::{CartClock, CartView, Generation, HoldRecord, LegKey, Policy, SessionKey};

/// What one session holds.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct Cart {
    /// In the order taken.
    pub(in crate::booking) holds: Vec<HoldRecord>,
    pub(in crate::booking) clock: CartClock,
    /// When the first of the held legs departs.
    sales_end: Option<Moment>,
}

impl Cart {
    /// How many seats it holds on this leg.
    pub(in crate::booking) fn seats_on(&self, leg: LegKey) -> usize {
        self.holds.iter().filter(|hold| hold.leg == leg).count()
    }

    /// Its legs, in the order in which each was first held.
    pub(in crate::booking) fn legs(&self) -> impl Iterator<Item = LegKey> {
        self.holds.iter().enumerate().filter_map(|(at, hold)| {
            let known = self.holds[..at].iter().any(|earlier| earlier.leg == hold.leg);
            (!known).then_some(hold.leg)
        })
    }

    /// Whether it has this hold.
    pub(in crate::booking) fn has(&self, hold: HoldId) -> bool {
        self.holds.iter().any(|held| held.hold == hold)
    }

    /// To be called when the holds have changed.
    pub(super) fn note_sales_end(&mut self, legs: &Legs) {
        self.sales_end = self.holds.iter().map(|hold| legs.sales_end(hold.leg)).min();
    }
}

/// One passenger, whatever the socket.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct Session {
    pub(in crate::booking) token_hash: [u8; 32],
    pub(in crate::booking) name: Option<String>,
    pub(in crate::booking) generation: Generation,
    /// It has held something, so the ledger has it.
    pub(in crate::booking) kept: bool,
    /// What it bought, under keys that it may repeat.
    pub(in crate::booking) purchases: u32,
    /// None while a connection speaks for it.
    pub(in crate::booking) detached_until: Option<Moment>,
    pub(in crate::booking) last_contact: Moment,
    pub(in crate::booking) cart: Cart,
    /// Where it stands in the agenda.
    due: Option<Moment>,
    /// Where it stands among those that rest.
    resting: Option<Moment>,
}

impl Session {
    /// A session with a connection and an empty cart.
    pub(super) fn new(token_hash: [u8; 32], name: Option<String>, at: Moment) -> Self {
        Self {
            token_hash,
            name,
            generation: Generation(0),
            kept: false,
            purchases: 0,
            detached_until: None,
            last_contact: at,
            cart: Cart::default(),
            due: None,
            resting: None,
        }
    }

    /// When its cart, if it holds anything, ends as a whole: at its deadline, or sooner if nobody
    /// came back.
    pub(in crate::booking) fn cart_end(&self) -> Option<Moment> {
        earliest(self.cart.clock.deadline, self.detached_until)
    }

    /// Its cart as its owner is to see it.
    pub(in crate::booking) fn view(&self, policy: &Policy) -> CartView {
        CartView::new(self.cart.holds.clone(), self.cart.clock, policy)
    }

    /// When time will next do something to it: end its cart, take a departed leg out of it, note
    /// that it is still there, or forget it.
    fn next_due(&self, policy: &Policy) -> Option<Moment> {
        let lost = if self.cart.holds.is_empty() {
            None
        } else {
            earliest(self.cart_end(), self.cart.sales_end)
        };
        let noted = match (self.kept, self.detached_until) {
            (true, None) => Some(self.last_contact.plus_ms(policy.contact_ms())),
            (true, Some(_)) if !self.cart.holds.is_empty() => None,
            (true, Some(until)) if self.purchases == 0 => Some(until.plus_ms(policy.rest_ms())),
            (true, Some(until)) => Some(until.max(self.forgotten_after(policy))),
            (false, until) => until,
        };
        earliest(lost, noted)
    }

    /// Since when nobody would lose anything if it were forgotten.
    fn rests_from(&self) -> Option<Moment> {
        self.detached_until.filter(|_| self.purchases == 0 && self.cart.holds.is_empty())
    }

    /// When its memory is over, unless it is heard of before.
    fn forgotten_after(&self, policy: &Policy) -> Moment {
        // What is noted of the last contact may be `contact_ms` too old.
        self.last_contact.plus_ms(policy.memory_ms).plus_ms(policy.contact_ms())
    }
}

/// How many sessions there are, and what they have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// Sessions that a connection speaks for.
    pub attached: usize,
    /// Sessions that wait for theirs.
    pub detached: usize,
    /// Carts with at least one hold.
    pub carts: usize,
}

/// All sessions in memory.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct Sessions {
    by_key: HashMap<SessionKey, Session>,
    by_token: HashMap<[u8; 32], SessionKey>,
    /// When time will next do something, and to whom: at most one entry a session.
    agenda: BTreeSet<(Moment, SessionKey)>,
    /// Those that are away, hold nothing and bought nothing, the longest first.
    resting: BTreeSet<(Moment, SessionKey)>,
}

impl Sessions {
    pub(in crate::booking) fn get(&self, key: SessionKey) -> Option<&Session> {
        self.by_key.get(&key)
    }

    /// The session that owns this token.
    pub(in crate::booking) fn of_token(&self, token_hash: &[u8; 32]) -> Option<SessionKey> {
        self.by_token.get(token_hash).copied()
    }

    /// Those to whom time does something now, the longest overdue first; then those that rest and
    /// are too many.
    pub(in crate::booking) fn due(
        &self,
        now: Moment,
        policy: &Policy,
    ) -> impl Iterator<Item = SessionKey> {
        let due = self.agenda.iter().take_while(move |(at, _)| *at <= now);
        let too_many = self.resting.len().saturating_sub(policy.resting);
        let over = self.resting.iter().take(too_many).filter(move |(_, key)| {
            self.get(*key).is_some_and(|session| session.due.is_none_or(|at| now < at))
        });
        due.chain(over).map(|&(_, session)| session)
    }

    /// When time will next do something.
    pub(in crate::booking) fn next_due(&self) -> Option<Moment> {
        self.agenda.first().map(|&(at, _)| at)
    }

    pub(super) fn insert(&mut self, key: SessionKey, session: Session, policy: &Policy) {
        self.by_token.insert(session.token_hash, key);
        self.by_key.insert(key, session);
        self.change(key, policy, |_| {});
    }

    pub(super) fn remove(&mut self, key: SessionKey) {
        let Some(session) = self.by_key.remove(&key) else { return };
        self.by_token.remove(&session.token_hash);
        if let Some(at) = session.due {
            self.agenda.remove(&(at, key));
        }
        if let Some(from) = session.resting {
            self.resting.remove(&(from, key));
        }
    }

    /// Changes one session and keeps the agenda true.
    pub(super) fn change(
        &mut self,
        key: SessionKey,
        policy: &Policy,
        change: impl FnOnce(&mut Session),
    ) {
        let Some(session) = self.by_key.get_mut(&key) else {
            debug_assert!(false, "a change of a session that is not there");
            return;
        };
        change(session);
        let (due, from) = (session.next_due(policy), session.rests_from());
        move_to(&mut self.agenda, key, &mut session.due, due);
        move_to(&mut self.resting, key, &mut session.resting, from);
    }

    pub(super) fn census(&self) -> Census {
        let mut census = Census::default();
        for session in self.by_key.values() {
            let attached = session.detached_until.is_none();
            census.attached += usize::from(attached);
            census.detached += usize::from(!attached);
            census.carts += usize::from(!session.cart.holds.is_empty());
        }
        census
    }

    /// Every session, in no order.
    pub(in crate::booking) fn iter(&self) -> impl Iterator<Item = (SessionKey, &Session)> {
        self.by_key.iter().map(|(key, session)| (*key, session))
    }

    /// Every key, in no order.
    pub(super) fn keys(&self) -> Vec<SessionKey> {
        self.by_key.keys().copied().collect()
    }
}

/// Puts a session to its new place in a list, if it has changed.
fn move_to(
    list: &mut BTreeSet<(Moment, SessionKey)>,
    key: SessionKey,
    place: &mut Option<Moment>,
    to: Option<Moment>,
) {
    if *place == to {
        return;
    }
    if let Some(at) = std::mem::replace(place, to) {
        list.remove(&(at, key));
    }
    if let Some(at) = to {
        list.insert((at, key));
    }
}

/// The earlier of two moments that may not be.
fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (moment, None) | (None, moment) => moment,
    }
}
