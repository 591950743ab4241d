//! The rules read naively: plain lists, searched whole; time passes second by second.

mod answers;
mod operators;

use trecho_shared::ids::HoldId;
use trecho_shared::time::Moment;

use crate::booking::{
    BookingKey, BookingRecord, CartClock, CartView, Generation, HoldRecord, LegFacts, LegKey,
    LostReason, Policy, SeatIx, SessionKey, SessionRecord,
};

/// The legs of a run: cabins, and when they depart, in seconds.
pub(crate) const LEGS: &[(&str, i64)] =
    &[("1x1", 5000), ("2x3", 300), ("1x1-1", 8000), ("3x1-1", 100_000), ("2x3", 1500)];

/// Who has a seat.
#[derive(Clone)]
struct Claim {
    /// None: it is sold.
    session: Option<SessionKey>,
    /// Its hold, now or before it was sold.
    hold: HoldRecord,
}

#[derive(Clone)]
pub(crate) struct Someone {
    pub(crate) key: SessionKey,
    token_hash: [u8; 32],
    generation: Generation,
    kept: bool,
    /// None: connected.
    until: Option<Moment>,
    /// When holds succeeded since the cart was empty.
    successes: Vec<Moment>,
    expired: bool,
    /// What is noted of the last contact.
    noted: Moment,
    /// What of that is on disk. Where there was no room, it is older.
    written: Moment,
    /// When it was really heard of last, while not connected.
    heard: Moment,
}

#[derive(Clone)]
pub(crate) struct Model {
    policy: Policy,
    now: Moment,
    pub(crate) legs: Vec<LegFacts>,
    claims: Vec<Claim>,
    blocked: Vec<(LegKey, SeatIx, String)>,
    closed: Vec<LegKey>,
    pub(crate) sessions: Vec<Someone>,
    pub(crate) bookings: Vec<BookingRecord>,
    confirmed: Vec<(SessionKey, String, [u8; 32], BookingKey)>,
    holds_made: u64,
    sessions_made: u64,
    pub(crate) lost: Vec<(SessionKey, HoldRecord, LostReason)>,
    /// Courses of events that are worth counting.
    pub(crate) shapes: Vec<&'static str>,
}

impl Model {
    pub(crate) fn new(policy: Policy, now: Moment, legs: Vec<LegFacts>) -> Self {
        Self {
            policy,
            now,
            legs,
            claims: Vec::new(),
            blocked: Vec::new(),
            closed: Vec::new(),
            sessions: Vec::new(),
            bookings: Vec::new(),
            confirmed: Vec::new(),
            holds_made: 0,
            sessions_made: 0,
            lost: Vec::new(),
            shapes: Vec::new(),
        }
    }

    pub(crate) fn owners(&self, leg: LegKey, seat: SeatIx) -> usize {
        let held_or_sold =
            self.claims.iter().filter(|claim| claim.hold.leg == leg && claim.hold.seat == seat);
        let blocked = self.blocked.iter().filter(|(on, at, _)| (*on, *at) == (leg, seat));
        held_or_sold.count() + blocked.count()
    }

    pub(crate) fn sold(&self) -> Vec<(LegKey, SeatIx)> {
        let sold = self.claims.iter().filter(|claim| claim.session.is_none());
        sold.map(|claim| (claim.hold.leg, claim.hold.seat)).collect()
    }

    pub(crate) fn cart_of(&self, session: SessionKey) -> Vec<HoldRecord> {
        let own = self.claims.iter().filter(|claim| claim.session == Some(session));
        own.map(|claim| claim.hold).collect()
    }

    pub(crate) fn view(&self, key: SessionKey) -> CartView {
        let holds = self.cart_of(key);
        let told = self.deadline(key).map(|at| at.plus_ms(-self.policy.slack_ms));
        CartView { expires_at: told.filter(|_| !holds.is_empty()), holds }
    }

    pub(crate) fn record(&self, session: &Someone) -> SessionRecord {
        SessionRecord {
            session: session.key,
            token_hash: session.token_hash,
            name: Some("Ana".to_owned()),
            clock: CartClock {
                deadline: self.deadline(session.key),
                cap: self.cap(session.key),
                expired: session.expired,
            },
            last_contact: session.noted,
            purchases: u32::try_from(self.confirmed_by(session.key)).unwrap(),
        }
    }

    /// How much a session bought.
    fn confirmed_by(&self, key: SessionKey) -> usize {
        self.confirmed.iter().filter(|(owner, ..)| *owner == key).count()
    }

    fn cap(&self, key: SessionKey) -> Option<Moment> {
        let first = self.someone(key)?.successes.first()?;
        Some(first.plus_ms(self.policy.hold_ms * self.policy.renewals))
    }

    /// A period after the last hold, or three after the first.
    fn deadline(&self, key: SessionKey) -> Option<Moment> {
        let last = self.someone(key)?.successes.last()?;
        self.cap(key).map(|cap| cap.min(last.plus_ms(self.policy.hold_ms)))
    }

    fn someone(&self, key: SessionKey) -> Option<&Someone> {
        self.sessions.iter().find(|session| session.key == key)
    }

    /// Whether a connection speaks for the session.
    pub(crate) fn connected(&self, key: SessionKey) -> bool {
        self.someone(key).is_some_and(|session| session.until.is_none())
    }

    fn edit(&mut self, key: SessionKey) -> &mut Someone {
        self.sessions.iter_mut().find(|session| session.key == key).unwrap()
    }

    fn facts(&self, leg: LegKey) -> Option<&LegFacts> {
        self.legs.get(leg.0 as usize - 1)
    }

    pub(crate) fn departed(&self, leg: LegKey) -> bool {
        self.facts(leg).is_none_or(|facts| facts.departs_at.moment() <= self.now)
    }

    fn left(&self, leg: LegKey) -> usize {
        let claimed = self.claims.iter().filter(|claim| claim.hold.leg == leg).count()
            + self.blocked.iter().filter(|(on, ..)| *on == leg).count();
        self.facts(leg).unwrap().cabin.capacity() as usize - claimed
    }

    /// Lets time pass until `now`; a sweep at every second, as if nobody ever came late.
    pub(crate) fn pass(&mut self, now: Moment) {
        while self.now < now {
            let next_second = Moment((self.now.0 / 1000 + 1) * 1000);
            self.now = next_second.min(now);
            self.end_carts();
        }
        self.end_carts();
        self.forget();
    }

    /// Lets time pass until `now`, or until just before the first thing that it brings and that
    /// would have to be written.
    pub(crate) fn pass_without_room(&mut self, now: Moment) {
        let mut next = Some(self.now);
        while let Some(at) = next {
            let mut then = self.clone();
            then.now = at;
            then.end_carts();
            then.forget();
            let kept = |model: &Self| model.sessions.iter().filter(|someone| someone.kept).count();
            if then.lost.len() > self.lost.len() || kept(&then) < kept(self) {
                self.now = at.plus_ms(-1);
                self.shapes.push("time stood for want of room");
                return;
            }
            *self = then;
            next = self.moments().filter(|then| *then > at && *then <= now).min();
        }
        self.now = now;
    }

    /// When something may happen by itself.
    fn moments(&self) -> impl Iterator<Item = Moment> {
        self.sessions.iter().flat_map(|session| {
            let noted = |ms: i64| Some(session.noted.plus_ms(ms));
            let (memory, tolerance) = (self.policy.memory_ms, self.policy.contact_ms());
            let own = [
                self.deadline(session.key),
                session.until,
                session.until.map(|until| until.plus_ms(self.policy.rest_ms())),
                noted(tolerance),
                noted(memory + tolerance),
            ];
            let cart = self.cart_of(session.key).into_iter();
            let departs = cart.filter_map(|hold| Some(self.facts(hold.leg)?.departs_at.moment()));
            own.into_iter().flatten().chain(departs)
        })
    }

    fn end_carts(&mut self) {
        for key in self.sessions.iter().map(|session| session.key).collect::<Vec<_>>() {
            for hold in self.cart_of(key) {
                if self.departed(hold.leg) {
                    self.lose(key, hold, LostReason::Departed);
                }
            }
            let deadline = self.deadline(key).is_some_and(|at| at <= self.now);
            let grace = self.someone(key).unwrap().until.is_some_and(|at| at <= self.now);
            if !deadline && !grace {
                continue;
            }
            for hold in self.cart_of(key) {
                if !deadline {
                    self.shapes.push("ended by the grace");
                }
                self.lose(key, hold, LostReason::Expired);
                self.edit(key).expired = true;
            }
        }
    }

    fn lose(&mut self, key: SessionKey, hold: HoldRecord, why: LostReason) {
        self.free(key, hold.hold);
        self.lost.push((key, hold, why));
    }

    fn free(&mut self, key: SessionKey, hold: HoldId) {
        self.claims.retain(|claim| claim.session != Some(key) || claim.hold.hold != hold);
        if self.cart_of(key).is_empty() {
            self.edit(key).successes.clear();
        }
    }

    fn forget(&mut self) {
        let (now, tolerance) = (self.now, self.policy.contact_ms());
        let memory = self.policy.memory_ms + tolerance;
        let mut gone = Vec::new();
        for session in &mut self.sessions {
            let bought = self.confirmed.iter().any(|(owner, ..)| *owner == session.key);
            let over = |until: Moment| match (session.kept, bought) {
                (_, true) => until.max(session.noted.plus_ms(memory)) <= now,
                (true, false) => until.plus_ms(self.policy.rest_ms()) <= now,
                (false, false) => until <= now,
            };
            match session.until {
                None if session.kept && session.noted.plus_ms(tolerance) <= now => {
                    session.noted = now;
                }
                Some(until) if over(until) => gone.push(session.key),
                None | Some(_) => {}
            }
        }
        for key in gone {
            if !self.cart_of(key).is_empty() {
                continue;
            }
            let session = self.someone(key).unwrap();
            if self.confirmed_by(key) > 0 {
                assert!(now.ms_since(session.heard) >= self.policy.memory_ms, "forgotten too soon");
                self.shapes.push("a session that bought forgotten");
            } else if session.kept {
                assert!(now.ms_since(session.heard) >= self.policy.rest_ms(), "forgotten too soon");
                self.shapes.push("a session that bought nothing forgotten");
            } else {
                self.shapes.push("a session that never held forgotten");
            }
            self.remove(key);
        }
    }

    fn remove(&mut self, key: SessionKey) {
        self.sessions.retain(|session| session.key != key);
        self.confirmed.retain(|(owner, ..)| *owner != key);
    }

    pub(crate) fn forget_unkept(&mut self) {
        self.sessions.retain(|session| session.kept);
    }

    pub(crate) fn restart(&mut self) {
        let until = self.now.plus_ms(self.policy.grace_ms);
        for session in &mut self.sessions {
            if session.until.is_none() {
                session.heard = self.now;
            }
            session.generation = Generation(0);
            session.until = Some(until);
        }
    }

    /// What was noted of the sessions since `before` is on disk.
    pub(crate) fn write_contacts(&mut self, before: &Self) {
        for session in &mut self.sessions {
            let known = before.someone(session.key);
            if known.is_none_or(|known| known.noted != session.noted || !known.kept) {
                session.written = session.noted;
            }
        }
    }

    /// The restart of a whole server, at `now` by a wall clock that may have been set meanwhile:
    /// sessions that never held are forgotten, and the others are numbered on from `next`.
    pub(crate) fn restart_at(&mut self, now: Moment, next: SessionKey) {
        self.forget_unkept();
        self.restart();
        self.sessions_made = next.0 - 1;
        for session in &mut self.sessions {
            session.until = Some(now.plus_ms(self.policy.grace_ms));
            // By a clock that was set back it was heard of now, and not in times to come.
            session.heard = session.heard.min(now);
            if session.written < session.noted {
                self.shapes.push("a contact that was not written for want of room");
                session.noted = session.written;
                session.heard = session.heard.min(session.written);
            }
        }
        self.now = self.now.min(now);
        self.lost.clear();
    }
}
