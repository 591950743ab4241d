//! One cart's steps as the rules decide them: `decide`, and `apply` of what it changes.
//!
//! Each step is timed for all callers at once, and what it did is undone outside of the timing, so
//! that the state is the same however long a benchmark runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use trecho_server::booking::{
    Ask, Caller, Cancellation, Command, Counters, LegFacts, LegKey, Outcome, Passenger, Policy,
    Purchase, SeatIx, Seats, State,
};
use trecho_shared::ids::Locator;

use crate::world::{MILLION, NOW, legs};

/// So many passengers take turns.
const CALLERS: u16 = 256;

/// The cabin of the leg that everybody wants.
const HOT: &str = "200000x3-3";

/// Every step, over few legs and many, and on one leg.
pub(crate) fn decisions(c: &mut Criterion) {
    over(c, "10000", || Counter::spread(10_000));
    over(c, "1000000", || Counter::spread(MILLION));
    over(c, "hot leg", || Counter::hot(0));
    over(c, "hot leg half sold", || Counter::hot(600_000));
}

/// A step: what is done before, what is timed, what undoes it.
type Step = fn(&mut Counter, usize);

fn over(c: &mut Criterion, legs: &str, counter: impl Fn() -> Counter) {
    // Made for the first benchmark that is not filtered out: a million legs take a while.
    let mut made = None;
    let steps: [(&str, Step, Step, Step); 3] = [
        ("hold", |_, _| {}, Counter::hold, Counter::release),
        ("release", Counter::hold, Counter::release, |_, _| {}),
        ("confirm", hold_two, Counter::confirm, Counter::cancel),
    ];
    for (name, before, step, after) in steps {
        c.bench_function(&format!("rules/{name}/{legs}"), |b| {
            let counter = made.get_or_insert_with(&counter);
            b.iter_custom(|iterations| {
                let mut took = Duration::ZERO;
                let mut left = usize::try_from(iterations).expect("fits a machine word");
                while left > 0 {
                    let round = left.min(usize::from(CALLERS));
                    (0..round).for_each(|caller| before(counter, caller));
                    let began = Instant::now();
                    (0..round).for_each(|caller| step(counter, caller));
                    took += began.elapsed();
                    (0..round).for_each(|caller| after(counter, caller));
                    left -= round;
                }
                took
            });
        });
    }
}

fn hold_two(counter: &mut Counter, caller: usize) {
    counter.hold(caller);
    counter.hold(caller);
}

/// The rules with passengers before them.
struct Counter {
    state: State,
    legs: u32,
    callers: Vec<Caller>,
    /// What each caller has bought last.
    bought: Vec<Option<Cancellation>>,
    /// Picks legs: a linear congruential generator, so that a run is like the other.
    dice: u64,
    purchases: u64,
}

impl Counter {
    /// Before the sample's first `count` legs.
    fn spread(count: usize) -> Self {
        Self::new(&legs(count))
    }

    /// Before one leg of 1,200,000 seats, so many of them sold.
    fn hot(sold: u32) -> Self {
        let mut leg = legs(1).remove(0).as_ref().clone();
        leg.cabin = Arc::new(HOT.parse().expect("a sound cabin"));
        let mut counter = Self::new(&[Arc::new(leg)]);
        for seat in 0..sold {
            counter.state.restore_claim(LegKey(0), SeatIx(seat)).expect("a free seat");
        }
        counter
    }

    fn new(legs: &[Arc<LegFacts>]) -> Self {
        let mut state = State::new(Policy::default(), LegKey(0), Counters::FIRST);
        for (key, facts) in (0..).zip(legs) {
            state.restore_leg(LegKey(key), facts, false).expect("keys without a gap");
        }
        let mut counter = Self {
            state,
            legs: u32::try_from(legs.len()).expect("a million or fewer"),
            callers: Vec::new(),
            bought: vec![None; usize::from(CALLERS)],
            dice: 1,
            purchases: 0,
        };
        for caller in 0..CALLERS {
            let mut token_hash = [0; 32];
            token_hash[..2].copy_from_slice(&caller.to_le_bytes());
            match counter.ask(&Command::Open { token_hash, name: None }) {
                Outcome::Attached { caller, .. } => counter.callers.push(caller),
                other => panic!("no session: {other:?}"),
            }
        }
        counter
    }

    /// Decides and applies.
    fn ask(&mut self, command: &Command) -> Outcome {
        let decision = self.state.decide(command, NOW);
        for change in &decision.changes {
            self.state.apply(change);
        }
        decision.answer.expect("every command here can be followed")
    }

    fn any_leg(&mut self) -> LegKey {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let high = u32::try_from(self.dice >> 33).expect("31 bits");
        LegKey(high % self.legs)
    }

    fn hold(&mut self, caller: usize) {
        let ask = Ask { leg: self.any_leg(), seats: Seats::Count(1) };
        self.ask(&Command::Hold(self.callers[caller], vec![ask]));
    }

    fn release(&mut self, caller: usize) {
        self.ask(&Command::Release(self.callers[caller], None));
    }

    fn confirm(&mut self, caller: usize) {
        self.purchases += 1;
        let passenger = Passenger { first_name: "Ana".to_owned(), last_name: "Souza".to_owned() };
        // Two seats of one leg are for two passengers.
        let passengers = if self.legs == 1 { 2 } else { 1 };
        let purchase = Purchase {
            passengers: vec![passenger; passengers],
            email: None,
            holds: None,
            key: format!("k-{}", self.purchases),
            body_hash: [1; 32],
            claim_hash: [2; 32],
            locator: Locator::from_index(self.purchases),
            recalled: None,
        };
        match self.ask(&Command::Confirm(self.callers[caller], Box::new(purchase))) {
            Outcome::Booked(booking) => {
                let (locator, claim_hash) = (booking.locator, booking.claim_hash);
                let booking = Some(booking);
                self.bought[caller] =
                    Some(Cancellation { locator, claim_hash, booking, legs: None });
            }
            other => panic!("nothing bought: {other:?}"),
        }
    }

    fn cancel(&mut self, caller: usize) {
        let bought = self.bought[caller].take().expect("bought just now");
        self.ask(&Command::Cancel(bought));
    }
}
