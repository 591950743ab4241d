//! Random steps, in small numbers that are given a meaning only when they are taken: so that most
//! of them hit something, and shrinking keeps them meaningful.

use proptest::collection::vec;
use proptest::prelude::*;
use trecho_shared::ids::{HoldId, Locator, SeatLabel};

use super::model::Model;
use crate::booking::rehearsal::{cancellation, facts, leg_id, operation, purchase};
use crate::booking::{
    Action, Ask, Cabin, Caller, Command, LegKey, Newcomers, SeatIx, Seats, SessionKey,
};

/// What happens next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Seconds pass.
    Wait(u16),
    Restart,
    Sweep,
    Open,
    /// Of a token, known or not.
    Resume(u8),
    /// Of a connection, the last ones first.
    Detach(u8),
    Close(u8),
    Look(u8),
    Hold(u8, Vec<(u8, Want)>),
    Release(u8, Option<Vec<u8>>),
    Confirm(u8, Buy),
    /// Of a booking, known or not, and its legs.
    Cancel(u8, Option<Vec<u8>>),
    /// Legs by number, and how they are to differ.
    Schedule(Vec<(u8, u8)>),
    Operate(Deed),
}

/// What an operator does.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Block(u8, Vec<u8>),
    Unblock(u8, Vec<u8>),
    Close(u8),
    Open(u8),
    /// The hold at a place of a caller's cart; beyond it, one that is not in it.
    ReleaseHold(u8, u8),
    /// A caller's cart, or nobody's.
    ReleaseCart(u8),
    Schedule(Vec<(u8, u8)>),
}

#[derive(Debug, Clone)]
pub(crate) enum Want {
    Count(u8),
    Named(Vec<u8>),
}

#[derive(Debug, Clone)]
pub(crate) struct Buy {
    /// None: as many as the cart has seats on its first leg.
    passengers: Option<u8>,
    key: u8,
    body: u8,
    /// None: what the cart holds is not said. Some(true): it is said as it is.
    saw: Option<bool>,
}

/// One course of events; some begin with a passenger who holds again and again.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let begins = prop_oneof![9 => Just(Vec::new()), 1 => Just(a_long_cart())];
    (begins, vec(step(), 1..90)).prop_map(|(mut steps, more)| {
        steps.extend(more);
        steps
    })
}

/// A cart that is renewed up to its cap, and held into there: too rare to be left to chance.
fn a_long_cart() -> Vec<Step> {
    let hold = || Step::Hold(0, vec![(4, Want::Count(1))]);
    vec![Step::Open, hold(), Step::Wait(70), hold(), Step::Wait(60), hold(), Step::Wait(20), hold()]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let caller = || prop_oneof![6 => Just(0_u8), 4 => Just(1_u8), 3 => 2..7_u8];
    let want = prop_oneof![
        4 => (1..4_u8).prop_map(Want::Count),
        1 => vec(0..6_u8, 1..3).prop_map(Want::Named),
    ];
    let buy = (
        prop::option::weighted(0.2, 0..5_u8),
        0..4_u8,
        0..8_u8,
        prop::option::of(prop::bool::weighted(0.8)),
    )
        .prop_map(|(passengers, key, body, saw)| Buy { passengers, key, body: body / 7, saw });
    prop_oneof![
        16 => (0..25_u16).prop_map(Step::Wait),
        4 => (25..120_u16).prop_map(Step::Wait),
        1 => (600..1500_u16).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => Just(Step::Sweep),
        4 => Just(Step::Open),
        5 => (0..4_u8).prop_map(Step::Resume),
        3 => caller().prop_map(Step::Detach),
        2 => caller().prop_map(Step::Close),
        3 => caller().prop_map(Step::Look),
        44 => (caller(), vec((1..6_u8, want), 1..4))
            .prop_map(|(caller, asks)| Step::Hold(caller, asks)),
        4 => (caller(), prop::option::of(vec(0..4_u8, 1..3)))
            .prop_map(|(caller, places)| Step::Release(caller, places)),
        16 => (caller(), buy).prop_map(|(caller, buy)| Step::Confirm(caller, buy)),
        8 => (0..3_u8, prop::option::of(vec(1..6_u8, 1..3)))
            .prop_map(|(booking, legs)| Step::Cancel(booking, legs)),
        2 => vec((1..8_u8, 0..4_u8), 1..4).prop_map(Step::Schedule),
        6 => deed().prop_map(Step::Operate),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    // Mostly the same one, so that what is blocked or closed is met again.
    let leg = || prop_oneof![4 => Just(5_u8), 1 => 1..6_u8];
    let seats = || vec(0..4_u8, 1..3);
    prop_oneof![
        3 => (leg(), seats()).prop_map(|(leg, seats)| Deed::Block(leg, seats)),
        3 => (leg(), vec(0..4_u8, 1..2)).prop_map(|(leg, seats)| Deed::Unblock(leg, seats)),
        1 => leg().prop_map(Deed::Close),
        3 => leg().prop_map(Deed::Open),
        2 => (0..7_u8, 0..4_u8).prop_map(|(who, place)| Deed::ReleaseHold(who, place)),
        2 => (0..9_u8).prop_map(Deed::ReleaseCart),
        1 => vec((1..8_u8, 0..4_u8), 1..4).prop_map(Deed::Schedule),
    ]
}

/// Who has spoken so far.
#[derive(Default)]
pub(crate) struct Cast {
    pub(crate) callers: Vec<Caller>,
    opened: u8,
}

impl Cast {
    /// The command that a step means now; none if nobody could give it.
    pub(crate) fn command(&mut self, step: &Step, model: &Model) -> Option<Command> {
        Some(match step {
            Step::Wait(_) | Step::Restart => return None,
            Step::Sweep => Command::Sweep,
            Step::Open => {
                self.opened += 1;
                Command::Open { token_hash: [self.opened; 32], name: Some("Ana".to_owned()) }
            }
            Step::Resume(back) => {
                // Zero is nobody's token.
                Command::Resume { token_hash: [self.opened.saturating_sub(*back); 32] }
            }
            Step::Detach(who) => Command::Detach(self.caller(*who, model)?),
            Step::Close(who) => Command::Close(self.caller(*who, model)?),
            Step::Look(who) => Command::Cart(self.caller(*who, model)?),
            Step::Hold(who, wants) => Command::Hold(self.caller(*who, model)?, asks(wants, model)),
            Step::Release(who, places) => {
                let caller = self.caller(*who, model)?;
                Command::Release(caller, places.as_ref().map(|at| holds(at, caller, model)))
            }
            Step::Confirm(who, buy) => self.confirm(*who, buy, model)?,
            Step::Cancel(booking, legs) => {
                let legs = legs
                    .as_ref()
                    .map(|legs| legs.iter().map(|&leg| leg_id(u32::from(leg))).collect::<Vec<_>>());
                cancellation(Locator::from_index(u64::from(*booking)), legs.as_deref())
            }
            Step::Schedule(legs) => Command::Schedule(schedule(legs, model)),
            Step::Operate(deed) => operation(self.action(deed, model)?),
        })
    }

    fn action(&self, deed: &Deed, model: &Model) -> Option<Action> {
        Some(match deed {
            Deed::Block(leg, seats) => Action::Block {
                leg: LegKey(u32::from(*leg)),
                seats: named(*leg, seats, model),
                reason: format!("seats {seats:?}"),
                claims: Vec::new(),
            },
            Deed::Unblock(leg, seats) => Action::Unblock {
                leg: LegKey(u32::from(*leg)),
                seats: named(*leg, seats, model),
                claims: Vec::new(),
            },
            Deed::Close(leg) => Action::Close(LegKey(u32::from(*leg))),
            Deed::Open(leg) => Action::Open(LegKey(u32::from(*leg))),
            Deed::ReleaseHold(who, place) => {
                Action::ReleaseHold(holds(&[*place], self.caller(*who, model)?, model)[0])
            }
            Deed::ReleaseCart(8) => Action::ReleaseCart(SessionKey(10_000)),
            Deed::ReleaseCart(who) => Action::ReleaseCart(self.caller(*who, model)?.session),
            Deed::Schedule(legs) => Action::Schedule(schedule(legs, model), Newcomers::Told),
        })
    }

    /// One of the last three who may speak; or, beyond, anyone who ever could.
    fn caller(&self, back: u8, model: &Model) -> Option<Caller> {
        let back = usize::from(back);
        let mut able = self.callers.iter().rev().filter(|caller| model.check(**caller).is_ok());
        let any = || self.callers.iter().rev().nth(back.saturating_sub(3));
        if back < 3 { able.nth(back).or_else(any) } else { any() }.copied()
    }

    fn confirm(&self, who: u8, buy: &Buy, model: &Model) -> Option<Command> {
        let caller = self.caller(who, model)?;
        let cart = model.cart_of(caller.session);
        let first = cart
            .first()
            .map_or(1, |hold| cart.iter().filter(|other| other.leg == hold.leg).count());
        let passengers = buy.passengers.unwrap_or(u8::try_from(first).unwrap());
        let mut purchase = purchase(passengers, &format!("key {}", buy.key), buy.body);
        purchase.holds = buy.saw.map(|whole| {
            let skipped = usize::from(!whole);
            cart.iter().skip(skipped).map(|hold| hold.hold).collect()
        });
        Some(Command::Confirm(caller, Box::new(purchase)))
    }
}

fn schedule(legs: &[(u8, u8)], model: &Model) -> Vec<std::sync::Arc<crate::booking::LegFacts>> {
    legs.iter().map(|&(number, change)| varied(number, change, model).into()).collect()
}

/// Seats of a leg's cabin, each once.
fn named(leg: u8, seats: &[u8], model: &Model) -> Vec<SeatIx> {
    let facts = model.legs.get(usize::from(leg) - 1);
    let capacity = facts.map_or(1, |facts| facts.cabin.capacity());
    let mut seats: Vec<SeatIx> =
        seats.iter().map(|&seat| SeatIx(u32::from(seat) % capacity)).collect();
    seats.sort_unstable();
    seats.dedup();
    seats
}

/// The same by their labels in the cabin as it is now.
fn labels(leg: u8, seats: &[u8], model: &Model) -> Vec<SeatLabel> {
    let only: Cabin = "1x1".parse().unwrap();
    let cabin = model.legs.get(usize::from(leg) - 1).map_or(&only, |facts| &facts.cabin);
    named(leg, seats, model).into_iter().map(|seat| cabin.label(seat)).collect()
}

/// Each leg once: the wire lets nothing else through. Seats are those of the cabin, each once.
fn asks(wants: &[(u8, Want)], model: &Model) -> Vec<Ask> {
    let mut asks: Vec<Ask> = Vec::new();
    for (number, want) in wants {
        let leg = LegKey(u32::from(*number));
        if asks.iter().any(|ask| ask.leg == leg) {
            continue;
        }
        let seats = match want {
            Want::Count(count) => Seats::Count(u32::from(*count)),
            Want::Named(seats) => Seats::Named(labels(*number, seats, model)),
        };
        asks.push(Ask { leg, seats });
    }
    asks
}

/// The holds at these places of the cart; beyond it, some that are not in it.
fn holds(places: &[u8], caller: Caller, model: &Model) -> Vec<HoldId> {
    let cart = model.cart_of(caller.session);
    let hold = |&place: &u8| {
        cart.get(usize::from(place)).map_or(HoldId(1000 + u64::from(place)), |hold| hold.hold)
    };
    places.iter().map(hold).collect()
}

/// A leg as it is, or with another fare, other times, or another cabin; or a new one.
fn varied(number: u8, change: u8, model: &Model) -> crate::booking::LegFacts {
    let known = model.legs.iter().find(|facts| facts.id == leg_id(u32::from(number)));
    let mut facts = known.cloned().unwrap_or_else(|| facts(u32::from(number), "1x2", 3000));
    match change {
        0 => {}
        1 => facts.fare.0 += 100,
        2 => {
            let seconds = facts.departs_at.unix_seconds() + 7;
            facts.departs_at = trecho_shared::time::LocalTime::new(seconds, -180).unwrap();
        }
        _ => facts.cabin = std::sync::Arc::new("2x2".parse().unwrap()),
    }
    facts
}
