//! What the reference answers to each command.

use trecho_shared::ids::{HoldId, SeatLabel};

use super::{Claim, Model, Someone};
use crate::booking::{
    Answer, Ask, BookingKey, BookingRecord, Caller, Cancellation, CartBound, CartView, Command,
    Generation, HoldRecord, LegFacts, LegKey, Outcome, Purchase, Refusal, Scheduled, SeatIx, Seats,
    SessionKey, TicketRecord,
};

impl Model {
    pub(crate) fn answer(&mut self, command: &Command) -> Answer {
        match command {
            Command::Open { token_hash, .. } => Ok(self.open(*token_hash)),
            Command::Resume { token_hash } => self.resume(token_hash),
            Command::Detach(caller) => self.detach(*caller),
            Command::Close(caller) => self.close(*caller),
            Command::Cart(caller) => {
                self.check(*caller)?;
                Ok(Outcome::Cart(self.view(caller.session)))
            }
            Command::Hold(caller, asks) => self.hold(*caller, asks),
            Command::Release(caller, holds) => self.release(*caller, holds.as_deref()),
            Command::Confirm(caller, purchase) => self.confirm(*caller, purchase),
            Command::Cancel(cancellation) => self.cancel(cancellation),
            Command::Schedule(legs) => Ok(self.schedule(legs.iter().map(|facts| &**facts))),
            Command::Operate(operation) => self.operate(&operation.action),
            Command::Survey(_) | Command::Sweep => Ok(Outcome::Done),
        }
    }

    pub(crate) fn check(&self, caller: Caller) -> Result<(), Refusal> {
        let session = self.someone(caller.session).ok_or(Refusal::SessionUnknown)?;
        let speaks = session.generation == caller.generation && session.until.is_none();
        if speaks { Ok(()) } else { Err(Refusal::SessionReplaced) }
    }

    fn contact(&mut self, key: SessionKey) {
        let (now, tolerance) = (self.now, self.policy.contact_ms());
        let session = self.edit(key);
        session.heard = now;
        if session.kept && now.ms_since(session.noted) >= tolerance {
            session.noted = now;
        }
    }

    fn open(&mut self, token_hash: [u8; 32]) -> Outcome {
        self.sessions_made += 1;
        let (session, generation) = (SessionKey(self.sessions_made), Generation(0));
        self.sessions.push(Someone {
            key: session,
            token_hash,
            generation,
            kept: false,
            until: None,
            successes: Vec::new(),
            expired: false,
            noted: self.now,
            written: self.now,
            heard: self.now,
        });
        Outcome::Attached { caller: Caller { session, generation }, cart: CartView::default() }
    }

    fn resume(&mut self, token_hash: &[u8; 32]) -> Answer {
        let known = self.sessions.iter_mut().find(|session| session.token_hash == *token_hash);
        let session = known.ok_or(Refusal::SessionUnknown)?;
        session.generation.0 += 1;
        session.until = None;
        let caller = Caller { session: session.key, generation: session.generation };
        self.contact(caller.session);
        Ok(Outcome::Attached { caller, cart: self.view(caller.session) })
    }

    /// Whether the caller's connection, the last, is known to be gone.
    fn gone(&self, caller: Caller) -> bool {
        let session = self.someone(caller.session);
        session.is_some_and(|s| s.generation == caller.generation && s.until.is_some())
    }

    fn detach(&mut self, caller: Caller) -> Answer {
        if !self.gone(caller) {
            self.check(caller)?;
            let until = self.now.plus_ms(self.policy.grace_ms);
            self.edit(caller.session).until = Some(until);
            self.contact(caller.session);
        }
        Ok(Outcome::Done)
    }

    fn close(&mut self, caller: Caller) -> Answer {
        if self.gone(caller) {
            return Ok(Outcome::Done);
        }
        self.check(caller)?;
        for hold in self.cart_of(caller.session) {
            self.free(caller.session, hold.hold);
        }
        let now = self.now;
        let session = self.edit(caller.session);
        session.until = Some(now);
        session.expired = false;
        if session.kept {
            self.contact(caller.session);
        } else {
            self.remove(caller.session);
        }
        Ok(Outcome::Done)
    }

    fn hold(&mut self, caller: Caller, asks: &[Ask]) -> Answer {
        self.check(caller)?;
        let key = caller.session;
        self.holdable(key, asks)?;
        let capped = self.cap(key).is_some_and(|cap| self.deadline(key) == Some(cap));
        let now = self.now;
        for ask in asks {
            for seat in self.seats(ask) {
                self.holds_made += 1;
                let fare = self.facts(ask.leg).unwrap().fare;
                let hold = HoldRecord { hold: HoldId(self.holds_made), leg: ask.leg, seat, fare };
                assert_eq!(self.owners(ask.leg, seat), 0, "never sold or held twice");
                self.claims.push(Claim { session: Some(key), hold });
            }
            if self.left(ask.leg) == 0 {
                self.shapes.push("sold out");
            }
        }
        let session = self.edit(key);
        if !session.kept {
            session.noted = now;
        }
        session.kept = true;
        session.expired = false;
        session.successes.push(now);
        if capped {
            self.shapes.push("held at the cap");
        }
        self.contact(key);
        Ok(Outcome::Cart(self.view(key)))
    }

    fn holdable(&mut self, key: SessionKey, asks: &[Ask]) -> Result<(), Refusal> {
        let legs = |bad: &dyn Fn(&Ask) -> bool| -> Vec<LegKey> {
            asks.iter().filter(|ask| bad(ask)).map(|ask| ask.leg).collect()
        };
        let departed = legs(&|ask| self.departed(ask.leg));
        if !departed.is_empty() {
            return Err(Refusal::LegDeparted(departed));
        }
        let closed = legs(&|ask| self.is_closed(ask.leg));
        if !closed.is_empty() {
            return Err(Refusal::LegClosed(closed));
        }
        refuse_named(asks, Refusal::SeatUnknown, &|leg, label| self.place(leg, label).is_none())?;
        if asks.iter().any(|ask| wanted(ask) > self.policy.passengers) {
            return Err(Refusal::CartFull(CartBound::Passengers));
        }
        let taken = legs(&|ask| self.left(ask.leg) < wanted(ask));
        if !taken.is_empty() {
            if taken.len() > 1 {
                self.shapes.push("several legs taken");
            }
            return Err(Refusal::LegTaken(taken));
        }
        refuse_named(asks, Refusal::SeatTaken, &|leg, label| {
            self.place(leg, label).is_some_and(|seat| self.owners(leg, seat) > 0)
        })?;
        let mut cart: Vec<LegKey> = self.cart_of(key).iter().map(|hold| hold.leg).collect();
        for ask in asks {
            cart.extend(std::iter::repeat_n(ask.leg, wanted(ask)));
        }
        let most = cart.iter().map(|leg| cart.iter().filter(|other| *other == leg).count()).max();
        let seats = cart.len();
        cart.sort_unstable();
        cart.dedup();
        let passed = if asks.len() > self.policy.legs {
            CartBound::Legs
        } else if most.unwrap_or(0) > self.policy.passengers {
            CartBound::Passengers
        } else if cart.len() > self.policy.legs {
            CartBound::Legs
        } else if seats > self.policy.seats {
            CartBound::Seats
        } else {
            return Ok(());
        };
        Err(Refusal::CartFull(passed))
    }

    /// The place with this label, among all that the cabin has.
    fn place(&self, leg: LegKey, label: SeatLabel) -> Option<SeatIx> {
        let cabin = &self.facts(leg)?.cabin;
        (0..cabin.capacity()).map(SeatIx).find(|seat| cabin.label(*seat) == label)
    }

    /// Neighbours in the first row that has them, else the first free.
    fn seats(&mut self, ask: &Ask) -> Vec<SeatIx> {
        let count = match &ask.seats {
            Seats::Named(seats) => {
                return seats.iter().map(|seat| self.place(ask.leg, *seat).unwrap()).collect();
            }
            Seats::Count(count) => *count,
        };
        let cabin = self.facts(ask.leg).unwrap().cabin.clone();
        let all: Vec<SeatIx> = (0..cabin.capacity()).map(SeatIx).collect();
        let free = |seat: &SeatIx| self.owners(ask.leg, *seat) == 0;
        for row in all.chunks(cabin.width() as usize) {
            for run in row.windows(count as usize) {
                if run.iter().all(free) {
                    return run.to_vec();
                }
            }
        }
        let first = all.iter().filter(|seat| free(seat)).take(count as usize).copied().collect();
        self.shapes.push("no neighbours left");
        first
    }

    fn release(&mut self, caller: Caller, named: Option<&[HoldId]>) -> Answer {
        self.check(caller)?;
        let cart = self.cart_of(caller.session);
        if let Some(named) = named {
            let mut unknown = named.to_vec();
            unknown.retain(|hold| cart.iter().all(|held| held.hold != *hold));
            if !unknown.is_empty() {
                return Err(Refusal::HoldUnknown(unknown));
            }
        }
        let before = cart.len();
        for hold in cart {
            if named.is_none_or(|named| named.contains(&hold.hold)) {
                self.free(caller.session, hold.hold);
            }
        }
        if self.cart_of(caller.session).len() < before {
            self.contact(caller.session);
        }
        Ok(Outcome::Cart(self.view(caller.session)))
    }

    fn confirm(&mut self, caller: Caller, purchase: &Purchase) -> Answer {
        self.check(caller)?;
        let key = caller.session;
        let cart = self.cart_of(key);
        let before =
            self.confirmed.iter().find(|(owner, name, ..)| *owner == key && *name == purchase.key);
        if let Some((_, _, body, booking)) = before {
            if *body != purchase.body_hash {
                return Err(Refusal::IdempotencyConflict);
            }
            let booking = *booking;
            self.contact(key);
            if cart.is_empty() {
                self.shapes.push("replayed after the cart was gone");
            }
            return Ok(Outcome::Booking(booking));
        }
        if cart.is_empty() {
            let expired = self.someone(key).unwrap().expired;
            return Err(if expired { Refusal::CartExpired } else { Refusal::CartEmpty });
        }
        if let Some(saw) = &purchase.holds {
            let (mut saw, mut has) = (saw.clone(), cart.iter().map(|h| h.hold).collect::<Vec<_>>());
            saw.sort_unstable();
            has.sort_unstable();
            if saw != has {
                return Err(Refusal::CartChanged);
            }
        }
        let mut legs: Vec<LegKey> = Vec::new();
        for hold in &cart {
            if !legs.contains(&hold.leg) {
                legs.push(hold.leg);
            }
        }
        let on = |leg: LegKey| cart.iter().filter(move |hold| hold.leg == leg);
        let mut differing = legs.clone();
        differing.retain(|leg| on(*leg).count() != purchase.passengers.len());
        if !differing.is_empty() {
            return Err(Refusal::PassengersMismatch(differing));
        }
        let mut tickets = Vec::new();
        for leg in legs {
            for (hold, passenger) in on(leg).zip(&purchase.passengers) {
                tickets.push(TicketRecord {
                    leg,
                    id: self.facts(leg).unwrap().id,
                    seat: hold.seat,
                    passenger: passenger.clone(),
                    fare: hold.fare,
                    cancelled: false,
                });
            }
        }
        let booking = BookingRecord {
            booking: BookingKey(self.bookings.len() as u64 + 1),
            locator: purchase.locator,
            claim_hash: purchase.claim_hash,
            tickets,
        };
        for claim in self.claims.iter_mut().filter(|claim| claim.session == Some(key)) {
            claim.session = None;
        }
        let name = purchase.key.clone();
        self.confirmed.push((key, name, purchase.body_hash, booking.booking));
        self.bookings.push(booking.clone());
        self.edit(key).successes.clear();
        self.contact(key);
        Ok(Outcome::Booked(Box::new(booking)))
    }

    fn cancel(&mut self, cancellation: &Cancellation) -> Answer {
        let at = self.bookings.iter().position(|known| known.locator == cancellation.locator);
        let at = at.ok_or(Refusal::BookingUnknown)?;
        let booking = &self.bookings[at];
        let named = cancellation.legs.as_ref();
        if let Some(named) = named {
            let mut unknown = named.clone();
            unknown.retain(|id| booking.tickets.iter().all(|ticket| ticket.id != *id));
            if !unknown.is_empty() {
                return Err(Refusal::LegUnknown(unknown));
            }
        }
        let meant = |ticket: &TicketRecord| named.is_none_or(|legs| legs.contains(&ticket.id));
        let mut flown = Vec::new();
        let mut open = Vec::new();
        for (place, ticket) in booking.tickets.iter().enumerate() {
            if !meant(ticket) || ticket.cancelled {
                continue;
            }
            if !self.departed(ticket.leg) {
                open.push((place, ticket.leg, ticket.seat));
            } else if !flown.contains(&ticket.id) {
                flown.push(ticket.id);
            }
        }
        if !flown.is_empty() && (named.is_some() || open.is_empty()) {
            return Err(Refusal::Flown(flown));
        }
        if open.is_empty() {
            self.shapes.push("cancelled twice");
        }
        for (place, leg, seat) in open {
            self.bookings[at].tickets[place].cancelled = true;
            self.claims.retain(|claim| claim.hold.leg != leg || claim.hold.seat != seat);
        }
        Ok(Outcome::Booking(self.bookings[at].booking))
    }

    pub(super) fn schedule<'a>(&mut self, legs: impl Iterator<Item = &'a LegFacts>) -> Outcome {
        let mut scheduled = Scheduled::default();
        for facts in legs {
            let Some(at) = self.legs.iter().position(|known| known.id == facts.id) else {
                self.legs.push(facts.clone());
                scheduled.added += 1;
                self.shapes.push("leg added");
                continue;
            };
            let known = &self.legs[at];
            let leg = LegKey(u32::try_from(at).unwrap() + 1);
            let claimed = self.claims.iter().any(|claim| claim.hold.leg == leg)
                || self.blocked.iter().any(|(on, ..)| *on == leg);
            let mut refared = known.clone();
            refared.fare = facts.fare;
            if known == facts {
                scheduled.unchanged += 1;
            } else if claimed && refared != *facts {
                scheduled.refused.push(facts.id);
                self.shapes.push("revision refused");
            } else {
                self.legs[at] = facts.clone();
                scheduled.revised += 1;
                self.shapes.push("leg revised");
            }
        }
        Outcome::Scheduled(scheduled)
    }
}

fn wanted(ask: &Ask) -> usize {
    match &ask.seats {
        Seats::Count(count) => *count as usize,
        Seats::Named(seats) => seats.len(),
    }
}

/// Refuses with the named seats, of one leg, that are bad.
fn refuse_named(
    asks: &[Ask],
    refusal: fn(LegKey, Vec<SeatLabel>) -> Refusal,
    bad: &dyn Fn(LegKey, SeatLabel) -> bool,
) -> Result<(), Refusal> {
    for ask in asks {
        if let Seats::Named(seats) = &ask.seats {
            let mut seats = seats.clone();
            seats.retain(|seat| bad(ask.leg, *seat));
            if !seats.is_empty() {
                return Err(refusal(ask.leg, seats));
            }
        }
    }
    Ok(())
}
