//! Seats into the cart, all or nothing.

use trecho_shared::ids::{HoldId, SeatLabel};
use trecho_shared::time::Moment;

use super::{Decided, seen, set_clock};
use crate::booking::state::{Leg, Session, State};
use crate::booking::{
    Ask, Caller, CartBound, CartClock, CartView, Change, Decision, HoldRecord, LegKey, Outcome,
    Reason, Refusal, SeatIx, Seats, SessionKey,
};

impl Seats {
    /// How many seats are wanted.
    fn wanted(&self) -> usize {
        match self {
            Self::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
            Self::Named(seats) => seats.len(),
        }
    }
}

impl State {
    /// What is refused first: legs that departed, then closed; then seats that there are not; then
    /// more seats of a leg than any cart has room for; then legs and seats that are taken; then what
    /// this cart has no room for. What is said of legs names all of them that it is true of.
    pub(super) fn hold(&self, caller: Caller, asks: &[Ask], now: Moment) -> Decided {
        let session = self.speaking(caller)?;
        self.legs_without(asks, Refusal::LegDeparted, |leg, _| !leg.departed(now))?;
        self.legs_without(asks, Refusal::LegClosed, |leg, _| !leg.closed)?;
        self.named_seats(asks, Refusal::SeatUnknown, |place, _| place.is_some())?;
        // Else a leg with many free seats would be said to have none.
        if asks.iter().any(|ask| ask.seats.wanted() > self.policy.passengers) {
            return Err(Refusal::CartFull(CartBound::Passengers));
        }
        self.legs_without(asks, Refusal::LegTaken, |leg, ask| {
            leg.seats.left() as usize >= ask.seats.wanted()
                || defect!(PartialCart) && asks.len() > 1
        })?;
        self.named_seats(asks, Refusal::SeatTaken, |place, leg| {
            place.is_none_or(|seat| leg.seats.is_free(seat))
        })?;
        self.cart_has_room(session, asks)?;
        let holds = self.pick(asks)?;
        if holds.is_empty() {
            return Ok(Decision::accept(Outcome::Cart(session.view(&self.policy)), Vec::new()));
        }
        Ok(self.held(caller.session, session, holds, now))
    }

    /// The changes of a hold that succeeds.
    fn held(
        &self,
        key: SessionKey,
        session: &Session,
        holds: Vec<HoldRecord>,
        now: Moment,
    ) -> Decision {
        let clock = self.renewed(session, now);
        let mut changes = Vec::with_capacity(2 * holds.len() + 3);
        if session.kept {
            self.note_contact(key, session, now, &mut changes);
        } else {
            let (token_hash, name) = (session.token_hash, session.name.clone());
            changes.push(Change::SessionKept { session: key, token_hash, name });
            changes.push(seen(key, session, now));
        }
        changes.extend(holds.iter().map(|&hold| Change::Held { session: key, hold }));
        set_clock(key, session, clock, &mut changes);
        let touched = holds.iter().map(|hold| hold.leg).collect();
        self.tell_legs(touched, Reason::Held, &mut changes);

        let mut all = Vec::with_capacity(session.cart.holds.len() + holds.len());
        all.extend_from_slice(&session.cart.holds);
        all.extend(holds);
        let cart = CartView::new(all, clock, &self.policy);
        Decision::accept(Outcome::Cart(cart), changes)
    }

    /// The clock of a cart that gets a hold now: a whole period from now, but not past the cap,
    /// which was set by the first hold after the cart was empty.
    fn renewed(&self, session: &Session, now: Moment) -> CartClock {
        let policy = &self.policy;
        let running = session.cart.clock.cap.filter(|_| !session.cart.holds.is_empty());
        let cap = running
            .unwrap_or_else(|| now.plus_ms(policy.hold_ms.saturating_mul(policy.renewals.max(1))));
        let late_ms = if defect!(LateDeadline) { policy.slack_ms() + 1_000 } else { 0 };
        let late_ms = if defect!(HalfTime) { -policy.hold_ms / 2 } else { late_ms };
        CartClock {
            deadline: Some(now.plus_ms(policy.hold_ms + late_ms).min(cap)),
            cap: Some(cap),
            expired: false,
        }
    }

    /// Refuses with all legs of which `fits` is not true. A leg that is not in memory has departed.
    fn legs_without(
        &self,
        asks: &[Ask],
        refusal: fn(Vec<LegKey>) -> Refusal,
        fits: impl Fn(&Leg, &Ask) -> bool,
    ) -> Result<(), Refusal> {
        let misses = |ask: &&Ask| !self.legs.get(ask.leg).is_some_and(|leg| fits(leg, ask));
        let legs: Vec<LegKey> = asks.iter().filter(misses).map(|ask| ask.leg).collect();
        if legs.is_empty() { Ok(()) } else { Err(refusal(legs)) }
    }

    /// Refuses with the named seats of which `fits` is not true, of the first leg that has such. It
    /// is asked about each seat's place in the cabin.
    fn named_seats(
        &self,
        asks: &[Ask],
        refusal: fn(LegKey, Vec<SeatLabel>) -> Refusal,
        fits: impl Fn(Option<SeatIx>, &Leg) -> bool,
    ) -> Result<(), Refusal> {
        for ask in asks {
            let (Seats::Named(seats), Some(leg)) = (&ask.seats, self.legs.get(ask.leg)) else {
                continue;
            };
            let misses = |label: &&SeatLabel| !fits(leg.facts.cabin.seat(**label), leg);
            let seats: Vec<SeatLabel> = seats.iter().filter(misses).copied().collect();
            if !seats.is_empty() {
                return Err(refusal(ask.leg, seats));
            }
        }
        Ok(())
    }

    /// Refuses what passes the policy's bounds. No leg may have more seats than a purchase has
    /// passengers, since it could not be confirmed. A leg that is asked for twice is refused here
    /// as well; the wire does so before.
    fn cart_has_room(&self, session: &Session, asks: &[Ask]) -> Result<(), Refusal> {
        let (policy, cart) = (&self.policy, &session.cart);
        if asks.len() > policy.legs {
            return Err(Refusal::CartFull(CartBound::Legs));
        }
        let mut legs = cart.legs().count();
        let mut seats = cart.holds.len();
        for (at, ask) in asks.iter().enumerate() {
            let held = cart.seats_on(ask.leg);
            let wanted = ask.seats.wanted();
            let twice = asks[..at].iter().any(|earlier| earlier.leg == ask.leg);
            if twice || held.saturating_add(wanted) > policy.passengers {
                return Err(Refusal::CartFull(CartBound::Passengers));
            }
            legs += usize::from(held == 0);
            seats += wanted;
        }
        if legs > policy.legs {
            return Err(Refusal::CartFull(CartBound::Legs));
        }
        if seats > policy.seats { Err(Refusal::CartFull(CartBound::Seats)) } else { Ok(()) }
    }

    /// The holds that were asked for, which there is room and seats for.
    fn pick(&self, asks: &[Ask]) -> Result<Vec<HoldRecord>, Refusal> {
        let mut holds: Vec<HoldRecord> = Vec::new();
        for ask in asks {
            let Some(leg) = self.legs.get(ask.leg) else { continue };
            let hold = |at: usize, seat: SeatIx| HoldRecord {
                hold: HoldId(self.counters.hold.0 + at as u64),
                leg: ask.leg,
                seat,
                fare: leg.facts.fare,
            };
            match &ask.seats {
                Seats::Count(count) => {
                    for seat in leg.seats.pick(*count, leg.facts.cabin.width()) {
                        holds.push(hold(holds.len(), seat));
                    }
                }
                Seats::Named(seats) => {
                    for (at, &label) in seats.iter().enumerate() {
                        let place = leg.facts.cabin.seat(label);
                        // Whoever names a seat twice finds it taken by himself.
                        let Some(seat) = place.filter(|_| !seats[..at].contains(&label)) else {
                            return Err(Refusal::SeatTaken(ask.leg, vec![label]));
                        };
                        holds.push(hold(holds.len(), seat));
                    }
                }
            }
        }
        Ok(holds)
    }
}
