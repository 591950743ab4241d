//! The rules as the desk uses them, for tests: time first, then the command, then its changes, and
//! each time the promises that hold for every decision.

use std::collections::HashMap;
use std::sync::Arc;

use trecho_shared::ids::{HoldId, LegId, Locator, Version};
use trecho_shared::money::Centavos;
use trecho_shared::time::{LocalTime, Moment};

use super::{
    Action, Answer, Ask, BookingRecord, Caller, Cancellation, CartView, Change, Claim, Command,
    Counters, Decision, LegChange, LegChangeKind, LegFacts, LegKey, Lost, Operation, Operator,
    Outcome, Passenger, Policy, Purchase, Recalled, Refusal, SeatIx, Seats, SessionKey, State,
    TicketRecord,
};

/// When every rehearsal begins.
pub(crate) const START: Moment = Moment(1_790_000_000_000);

/// A moment, so many seconds after the beginning.
pub(super) fn second(seconds: i64) -> Moment {
    START.plus_ms(seconds * 1000)
}

/// Leg number `number`, which departs so many seconds after the beginning.
pub(crate) fn facts(number: u32, cabin: &str, departs: i64) -> LegFacts {
    let unix_seconds = START.0 / 1000 + departs;
    LegFacts {
        id: leg_id(number),
        to: "GRU".parse().unwrap(),
        departs_at: LocalTime::new(unix_seconds, -180).unwrap(),
        arrives_at: LocalTime::new(unix_seconds + 3600, -180).unwrap(),
        aircraft: "320".parse().unwrap(),
        cabin: Arc::new(cabin.parse().unwrap()),
        fare: Centavos(10_000 + i64::from(number)),
    }
}

/// The id of leg number `number`.
pub(super) fn leg_id(number: u32) -> LegId {
    format!("TR{number}-20261124-BEL").parse().unwrap()
}

/// So many seats of a leg.
pub(super) fn ask(leg: u32, count: u32) -> Ask {
    Ask { leg: LegKey(leg), seats: Seats::Count(count) }
}

/// A purchase for so many passengers. `key` and `body` stand for all that is random or hashed.
pub(crate) fn purchase(passengers: u8, key: &str, body: u8) -> Purchase {
    let passenger = |number: u8| Passenger {
        first_name: format!("Passageiro {number}"),
        last_name: "da Silva".to_owned(),
    };
    Purchase {
        passengers: (1..=passengers).map(passenger).collect(),
        email: None,
        holds: None,
        key: key.to_owned(),
        body_hash: [body; 32],
        claim_hash: [body; 32],
        locator: Locator::from_index(0),
        recalled: None,
    }
}

/// A cancel of these legs, or all.
pub(super) fn cancellation(locator: Locator, legs: Option<&[LegId]>) -> Command {
    Command::Cancel(Cancellation {
        locator,
        claim_hash: [0; 32],
        booking: None,
        legs: legs.map(<[LegId]>::to_vec),
    })
}

/// What an operator asks.
pub(crate) fn operation(action: Action) -> Command {
    let by = Operator { uid: 0, user: Some("root".to_owned()) };
    Command::Operate(Box::new(Operation { by, name: "tried", subject: String::new(), action }))
}

/// A state, its time, and what a ledger would know.
pub(super) struct Rehearsal {
    pub(super) state: State,
    pub(super) now: Moment,
    /// Who lost what since a test last took it from here.
    pub(super) lost: Vec<Lost>,
    pub(super) bookings: Vec<BookingRecord>,
    confirmed: HashMap<(SessionKey, String), Recalled>,
    /// Blocked seats and why.
    pub(super) blocked: Vec<(LegKey, SeatIx, String)>,
}

impl Rehearsal {
    /// Legs 1, 2, 3 … with these cabins, all departing in ten days.
    pub(super) fn new(cabins: &[&str]) -> Self {
        let legs: Vec<_> = cabins.iter().map(|cabin| (*cabin, 864_000)).collect();
        Self::with(Policy::default(), &legs)
    }

    /// Legs 1, 2, 3 … with these cabins, departing so many seconds after the beginning.
    pub(super) fn with(policy: Policy, legs: &[(&str, i64)]) -> Self {
        let state = State::new(policy, LegKey(1), Counters::FIRST);
        let mut rehearsal = Self {
            state,
            now: START,
            lost: Vec::new(),
            bookings: Vec::new(),
            confirmed: HashMap::new(),
            blocked: Vec::new(),
        };
        let legs = (1..).zip(legs).map(|(number, (cabin, departs))| facts(number, cabin, *departs));
        rehearsal.answer(&Command::Schedule(legs.map(Arc::new).collect())).unwrap();
        rehearsal
    }

    /// Lets time pass until so many seconds after the beginning; nobody looks meanwhile.
    pub(super) fn at(&mut self, seconds: i64) -> &mut Self {
        self.now = second(seconds);
        self
    }

    /// Decides what is due.
    pub(super) fn sweep(&mut self) {
        while let Some(due) = self.state.due(self.now) {
            assert!(!due.changes.is_empty(), "what is due changes something");
            self.put(&due.changes);
            self.lost.extend(due.lost);
        }
        if let Some(next) = self.state.next_due() {
            assert!(next > self.now, "nothing is left over");
            assert_eq!(self.state.due(next.plus_ms(-1)), None, "nothing is due before");
            assert!(self.state.due(next).is_some(), "something is due then");
        }
    }

    /// Decides a command, and puts what it changes into effect.
    pub(super) fn run(&mut self, command: &Command) -> Decision {
        self.sweep();
        let decision = self.state.decide(command, self.now);
        if decision.answer.is_err() {
            assert_eq!(decision.changes, [], "a refusal changes nothing");
        }
        if matches!(command, Command::Operate(_)) {
            self.lost.extend(decision.lost.clone());
        } else {
            assert_eq!(decision.lost, [], "only time and operators take holds away");
        }
        self.put(&decision.changes);
        decision
    }

    pub(super) fn answer(&mut self, command: &Command) -> Answer {
        self.run(command).answer
    }

    /// Opens session number `number`: its token is that number.
    pub(super) fn open(&mut self, number: u8) -> Caller {
        self.attach(&Command::Open { token_hash: [number; 32], name: None }).0
    }

    /// Resumes session number `number`.
    pub(super) fn resume(&mut self, number: u8) -> (Caller, CartView) {
        self.attach(&Command::Resume { token_hash: [number; 32] })
    }

    fn attach(&mut self, command: &Command) -> (Caller, CartView) {
        match self.answer(command) {
            Ok(Outcome::Attached { caller, cart }) => (caller, cart),
            other => panic!("not attached: {other:?}"),
        }
    }

    pub(super) fn hold(&mut self, caller: Caller, asks: &[Ask]) -> Result<CartView, Refusal> {
        let answer = self.answer(&Command::Hold(caller, asks.to_vec()));
        answer.map(cart)
    }

    pub(super) fn release(
        &mut self,
        caller: Caller,
        holds: Option<&[HoldId]>,
    ) -> Result<CartView, Refusal> {
        let answer = self.answer(&Command::Release(caller, holds.map(<[HoldId]>::to_vec)));
        answer.map(cart)
    }

    pub(super) fn cart(&mut self, caller: Caller) -> CartView {
        self.answer(&Command::Cart(caller)).map(cart).unwrap()
    }

    /// Confirms, with what a desk would have looked up.
    pub(super) fn confirm(&mut self, caller: Caller, purchase: Purchase) -> Answer {
        let command = self.looked_up(Command::Confirm(caller, Box::new(purchase)));
        self.answer(&command)
    }

    /// The command with what a desk fills in from the ledger.
    pub(super) fn looked_up(&mut self, mut command: Command) -> Command {
        // What is due may forget a session, and with it what it confirmed.
        self.sweep();
        match &mut command {
            Command::Confirm(caller, purchase) => {
                let key = (caller.session, purchase.key.clone());
                purchase.recalled = self.confirmed.get(&key).copied();
                purchase.locator = Locator::from_index(self.bookings.len() as u64);
            }
            Command::Cancel(cancellation) => {
                let locator = cancellation.locator;
                let known = self.bookings.iter().find(|known| known.locator == locator);
                cancellation.booking = known.cloned().map(Box::new);
            }
            Command::Operate(operation) => match &mut operation.action {
                Action::Block { leg, seats, claims, .. }
                | Action::Unblock { leg, seats, claims } => {
                    *claims = seats.iter().filter_map(|&seat| self.claim(*leg, seat)).collect();
                }
                _ => {}
            },
            _ => {}
        }
        command
    }

    /// Whose a seat is, as a ledger would know.
    fn claim(&self, leg: LegKey, seat: SeatIx) -> Option<(SeatIx, Claim)> {
        if let Some((.., reason)) =
            self.blocked.iter().find(|(on, at, _)| (*on, *at) == (leg, seat))
        {
            return Some((seat, Claim::Blocked(reason.clone())));
        }
        for (session, known) in self.state.sessions.iter() {
            let held = known.cart.holds.iter().find(|hold| (hold.leg, hold.seat) == (leg, seat));
            if let Some(hold) = held {
                return Some((seat, Claim::Held { session, hold: hold.hold }));
            }
        }
        let sold = |ticket: &TicketRecord| {
            (ticket.leg, ticket.seat, ticket.cancelled) == (leg, seat, false)
        };
        let booking = self.bookings.iter().find(|booking| booking.tickets.iter().any(sold))?;
        Some((seat, Claim::Sold(booking.locator)))
    }

    /// Does what an operator asks.
    pub(super) fn operate(&mut self, action: Action) -> Answer {
        let command = self.looked_up(operation(action));
        self.answer(&command)
    }

    /// Confirms for so many passengers and returns the booking.
    pub(super) fn buy(&mut self, caller: Caller, passengers: u8, key: &str) -> BookingRecord {
        match self.confirm(caller, purchase(passengers, key, passengers)) {
            Ok(Outcome::Booked(booking)) => *booking,
            other => panic!("not booked: {other:?}"),
        }
    }

    /// Cancels, with what a desk would have looked up.
    pub(super) fn cancel(&mut self, locator: Locator, legs: Option<&[LegId]>) -> Answer {
        let command = self.looked_up(cancellation(locator, legs));
        self.answer(&command)
    }

    /// The seats free on leg number `leg`.
    pub(super) fn left(&self, leg: u32) -> u32 {
        self.state.seats_left(LegKey(leg))
    }

    /// Puts changes into effect, and sees to it that they could be taken back.
    fn put(&mut self, changes: &[Change]) {
        let before = self.state.clone();
        check_legs(&before, changes);
        let apply = |state: &mut State| changes.iter().for_each(|change| state.apply(change));
        apply(&mut self.state);
        let after = self.state.clone();
        changes.iter().rev().for_each(|change| self.state.revert(change));
        assert_eq!(self.state, before, "reverting is the inverse of applying: {changes:?}");
        apply(&mut self.state);
        assert_eq!(self.state, after, "what was reverted can be applied again");
        for session in changes.iter().filter_map(owner).filter_map(|key| after.sessions.get(key)) {
            let (holds, clock) = (&session.cart.holds, session.cart.clock);
            let runs = clock.deadline.is_some() && clock.cap.is_some();
            assert_eq!(runs, !holds.is_empty(), "a clock runs while there is something to end");
        }
        self.remember(changes);
    }

    /// What a ledger would write.
    fn remember(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Booked { session, booking, key, body_hash, .. } => {
                    let recalled = Recalled { body_hash: *body_hash, booking: booking.booking };
                    let before = self.confirmed.insert((*session, key.clone()), recalled);
                    assert_eq!(before, None, "a key is used once");
                    self.bookings.push(*booking.clone());
                }
                Change::TicketCancelled { booking, ticket, .. } => {
                    let record =
                        self.bookings.iter_mut().find(|record| record.booking == *booking).unwrap();
                    let ticket = &mut record.tickets[*ticket as usize];
                    assert!(!ticket.cancelled, "a ticket is cancelled once");
                    ticket.cancelled = true;
                }
                Change::Blocked { leg, seat, reason } => {
                    self.blocked.push((*leg, *seat, reason.clone()));
                }
                Change::Unblocked { leg, seat } => {
                    self.blocked.retain(|(on, at, _)| (*on, *at) != (*leg, *seat));
                }
                Change::SessionForgotten { session, .. } => {
                    self.confirmed.retain(|(owner, _), _| owner != session);
                }
                _ => {}
            }
        }
    }
}

/// The cart that was answered.
fn cart(outcome: Outcome) -> CartView {
    match outcome {
        Outcome::Cart(cart) => cart,
        other => panic!("no cart: {other:?}"),
    }
}

/// What others see: each leg that was touched once, numbered without a gap, told as what it is.
fn check_legs(before: &State, changes: &[Change]) {
    let told: Vec<&LegChange> = changes
        .iter()
        .filter_map(|change| if let Change::Leg(told) = change { Some(told) } else { None })
        .collect();
    let mut legs: Vec<LegKey> = told.iter().map(|change| change.leg).collect();
    legs.sort_unstable();
    legs.dedup();
    assert_eq!(legs.len(), told.len(), "a leg is told once");
    for (change, number) in told.iter().zip(before.counters().version.0 + 1..) {
        assert_eq!(change.version, Version(number), "versions follow one another");
        let had = before.version(change.leg).unwrap_or(before.counters().version);
        assert_eq!(change.version_before, had);
        assert!(change.version > had, "versions grow");
        let was_closed = before.legs.get(change.leg).is_some_and(|leg| leg.closed);
        let kind = match (before.seats_left(change.leg), change.seats_left) {
            _ if change.closed => LegChangeKind::Updated,
            (1.., 1..) if was_closed => LegChangeKind::Reopened,
            (0, 0) | (1.., 1..) => LegChangeKind::Updated,
            (1.., 0) => LegChangeKind::Taken,
            (0, 1..) if before.facts(change.leg).is_none() => LegChangeKind::Updated,
            (0, 1..) => LegChangeKind::Reopened,
        };
        assert_eq!(change.kind, kind);
    }
    for leg in changes.iter().flat_map(touched) {
        let known = legs.contains(&leg) || leg < before.legs.first_key();
        assert!(known, "a leg that was touched is told");
    }
}

/// Whose cart a change is about.
fn owner(change: &Change) -> Option<SessionKey> {
    match change {
        Change::Held { session, .. }
        | Change::Freed { session, .. }
        | Change::Booked { session, .. }
        | Change::CartClock { session, .. } => Some(*session),
        _ => None,
    }
}

/// Which legs' seats a change is about.
fn touched(change: &Change) -> Vec<LegKey> {
    match change {
        Change::Held { hold, .. } | Change::Freed { hold, .. } => vec![hold.leg],
        Change::Booked { holds, .. } => holds.iter().map(|hold| hold.leg).collect(),
        Change::TicketCancelled { leg, .. }
        | Change::LegRevised { leg, .. }
        | Change::Blocked { leg, .. }
        | Change::Unblocked { leg, .. }
        | Change::LegSale { leg, .. } => vec![*leg],
        _ => Vec::new(),
    }
}
