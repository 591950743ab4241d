//! Random commands and time steps against a naive reference: both must answer alike and agree on
//! every seat, and each decision must keep the promises that [`super::rehearsal`] checks.
//!
//! `PROPTEST_CASES` sets how many random cases run.

pub(crate) mod model;
pub(crate) mod steps;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::rehearsal::{Rehearsal, facts};
use super::{Answer, Command, LegKey, Outcome, Policy, SeatIx, State};
use model::{LEGS, Model};
use steps::{Cast, Step};

/// Small numbers, so that every bound is met within a few commands.
pub(crate) const POLICY: Policy = Policy {
    hold_ms: 100_000,
    grace_ms: 30_000,
    slack_ms: 2_000,
    renewals: 2,
    memory_ms: 1_200_000,
    resting: 1_000,
    passengers: 3,
    legs: 3,
    seats: 6,
    address_seats: 0,
    lapses: 0,
};

/// How often each shape of an answer or of a course of events was seen.
type Shapes = BTreeMap<String, u32>;

/// One run: the rules and the reference side by side.
struct Run<'a> {
    rules: Rehearsal,
    model: Model,
    cast: Cast,
    shapes: &'a mut Shapes,
}

impl<'a> Run<'a> {
    fn new(shapes: &'a mut Shapes) -> Self {
        let rules = Rehearsal::with(POLICY, LEGS);
        let legs = (1..).zip(LEGS).map(|(number, (cabin, departs))| facts(number, cabin, *departs));
        let model = Model::new(POLICY, rules.now, legs.collect());
        Self { rules, model, cast: Cast::default(), shapes }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Wait(seconds) => {
                self.rules.now = self.rules.now.plus_ms(i64::from(*seconds) * 1000);
            }
            Step::Restart => self.restart(),
            Step::Open
            | Step::Resume(_)
            | Step::Detach(_)
            | Step::Close(_)
            | Step::Look(_)
            | Step::Hold(..)
            | Step::Release(..)
            | Step::Confirm(..)
            | Step::Cancel(..)
            | Step::Schedule(..)
            | Step::Operate(_)
            | Step::Sweep => {
                if let Some(command) = self.cast.command(step, &self.model) {
                    self.command(command);
                }
            }
        }
    }

    fn command(&mut self, command: Command) {
        let command = self.rules.looked_up(command);
        self.model.pass(self.rules.now);
        let found = self.rules.answer(&command);
        let expected = self.model.answer(&command);
        assert_eq!(found, expected, "{command:?}");
        self.note(&command, &found);
        if let Ok(Outcome::Attached { caller, .. }) = &found {
            self.cast.callers.push(*caller);
        }
        self.compare();
    }

    /// The state as a ledger would bring it back, from what the reference knows.
    fn restart(&mut self) {
        self.rules.sweep();
        self.model.pass(self.rules.now);
        self.compare();
        let mut state = State::new(POLICY, LegKey(1), self.rules.state.counters());
        for (number, facts) in (1..).zip(&self.model.legs) {
            state
                .restore_leg(
                    LegKey(number),
                    &Arc::new(facts.clone()),
                    self.model.is_closed(LegKey(number)),
                )
                .unwrap();
        }
        for (leg, seat) in self.model.sold().into_iter().chain(self.model.blocked()) {
            state.restore_claim(leg, seat).unwrap();
        }
        self.model.forget_unkept();
        let mut holds = 0;
        for session in &self.model.sessions {
            state.restore_session(self.model.record(session)).unwrap();
            for hold in self.model.cart_of(session.key) {
                holds += 1;
                state.restore_hold(session.key, hold).unwrap();
            }
        }
        state.restore_detached(self.rules.now);
        self.rules.state = state;
        self.model.restart();
        self.cast.callers.clear();
        if holds > 0 {
            self.seen("restart with holds");
        }
        self.compare();
    }

    /// Both agree on every seat and every cart, and on who lost what.
    fn compare(&mut self) {
        agree(&self.rules.state, &self.model);
        let mut lost: Vec<_> = std::mem::take(&mut self.rules.lost)
            .into_iter()
            .flat_map(|lost| {
                lost.holds.into_iter().map(move |(hold, why)| (lost.session, hold, why))
            })
            .collect();
        lost.sort_by_key(|(_, hold, _)| hold.hold);
        let mut expected = std::mem::take(&mut self.model.lost);
        expected.sort_by_key(|(_, hold, _)| hold.hold);
        assert_eq!(lost, expected);
        for (_, _, why) in lost {
            self.seen(&format!("lost: {why:?}"));
        }
        for shape in std::mem::take(&mut self.model.shapes) {
            self.seen(shape);
        }
        assert_eq!(self.rules.bookings, self.model.bookings);
    }

    fn note(&mut self, command: &Command, answer: &Answer) {
        self.seen(&shape(command, answer));
    }

    fn seen(&mut self, shape: &str) {
        *self.shapes.entry(shape.to_owned()).or_default() += 1;
    }
}

/// A command and its answer in two words.
pub(crate) fn shape(command: &Command, answer: &Answer) -> String {
    let word = |debug: String| debug.split(['(', ' ', '{']).next().unwrap_or("").to_owned();
    let command = word(format!("{command:?}"));
    let answer = match answer {
        Ok(outcome) => word(format!("{outcome:?}")),
        Err(refusal) => word(format!("{refusal:?}")),
    };
    format!("{command}: {answer}")
}

/// Both agree on every seat and every cart.
pub(crate) fn agree(state: &State, model: &Model) {
    for (number, facts) in (1..).zip(&model.legs) {
        let leg = LegKey(number);
        let mut left = 0;
        for seat in (0..facts.cabin.capacity()).map(SeatIx) {
            let owners = model.owners(leg, seat);
            assert!(owners <= 1, "one seat has one owner");
            assert_eq!(state.is_free(leg, seat), owners == 0, "{leg:?} {seat:?}");
            left += u32::from(owners == 0);
        }
        assert_eq!(state.seats_left(leg), left, "held + sold + free = capacity");
    }
    for session in &model.sessions {
        assert_eq!(state.cart(session.key), Some(model.view(session.key)));
    }
}

/// A run from the beginning; the sessions' keys must come out alike.
fn run(steps: &[Step], shapes: &mut Shapes) {
    let mut run = Run::new(shapes);
    for step in steps {
        run.step(step);
    }
}

#[test]
fn the_rules_do_what_a_naive_reading_does() {
    proptest::proptest!(Config { failure_persistence: None, ..Config::with_cases(cases()) }, |(
        steps in steps::steps(),
    )| {
        run(&steps, &mut Shapes::new());
    });
}

/// As many as proptest was told to run, else few enough to take a second.
fn cases() -> u32 {
    if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { 64 }
}

#[test]
fn a_fixed_run_reaches_every_shape_that_matters() {
    let shapes = RefCell::new(Shapes::new());
    let config = Config { failure_persistence: None, ..Config::with_cases(250) };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let result = TestRunner::new_with_rng(config, rng).run(&steps::steps(), |steps| {
        run(&steps, &mut shapes.borrow_mut());
        Ok(())
    });
    if let Err(TestError::Fail(why, steps)) = result {
        panic!("{why}\n{steps:#?}");
    }
    let shapes = shapes.into_inner();
    let missed: Vec<_> = EXPECTED.iter().filter(|shape| !shapes.contains_key(**shape)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}\nreached: {shapes:#?}");
}

/// What the generator must bring about, or the test above proves little.
const EXPECTED: &[&str] = &[
    "Open: Attached",
    "Resume: Attached",
    "Resume: SessionUnknown",
    "Detach: Done",
    "Detach: SessionReplaced",
    "Close: Done",
    "Cart: Cart",
    "Cart: SessionReplaced",
    "Cart: SessionUnknown",
    "Hold: Cart",
    "Hold: LegTaken",
    "Hold: SeatTaken",
    "Hold: LegDeparted",
    "Hold: CartFull",
    "Hold: SessionReplaced",
    "Release: Cart",
    "Release: HoldUnknown",
    "Confirm: Booked",
    "Confirm: Booking",
    "Confirm: IdempotencyConflict",
    "Confirm: CartEmpty",
    "Confirm: CartExpired",
    "Confirm: CartChanged",
    "Confirm: PassengersMismatch",
    "Confirm: SessionReplaced",
    "Cancel: Booking",
    "Cancel: BookingUnknown",
    "Cancel: LegUnknown",
    "Cancel: Flown",
    "Schedule: Scheduled",
    "Operate: Operated",
    "Operate: Scheduled",
    "Operate: SeatsInTheWay",
    "Operate: LegDeparted",
    "Operate: HoldUnknown",
    "Operate: SessionUnknown",
    "Operate: CartEmpty",
    "Hold: LegClosed",
    "lost: Closed",
    "lost: Operator",
    "seats blocked",
    "seats unblocked",
    "a closed leg opened",
    "lost: Expired",
    "lost: Departed",
    "several legs taken",
    "sold out",
    "held at the cap",
    "no neighbours left",
    "ended by the grace",
    "cancelled twice",
    "replayed after the cart was gone",
    "a session that bought forgotten",
    "a session that bought nothing forgotten",
    "a session that never held forgotten",
    "leg added",
    "leg revised",
    "revision refused",
    "restart with holds",
];
