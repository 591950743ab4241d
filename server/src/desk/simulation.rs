//! The desk's own code over the real ledger, with a disk, a network and clocks that misbehave as
//! the dice say, against the naive reference of the rules.
//!
//! The network delivers commands late, in another order, twice or never, and loses replies. The
//! disk loses what was not synced, and a sync may fail. The process dies between any two steps of
//! the disk, and starts again by a wall clock that may have been set. One thread, no real time: an
//! episode depends on its seed alone.
//!
//! `TRECHO_EPISODES` sets how many are played, `TRECHO_SEED` the first one's seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot, watch};
use trecho_shared::ids::Locator;
use trecho_shared::time::Moment;

use super::writer::Writer;
use super::{Fittings, Order, Outward, Rejection, Reply};
use crate::booking::model_test::model::{LEGS, Model};
use crate::booking::model_test::steps::{Cast, Step, step};
use crate::booking::model_test::{POLICY, agree, shape};
use crate::booking::rehearsal::{START, facts};
use crate::booking::{Answer, BookingRecord, Caller, Change, Command, Outcome};
use crate::clock::{Clock, Hand};
use crate::ledger::Ledger;
use crate::ledger::lossy::{Disk, Loss, Vfs};
use crate::meters::DeskMeters;
use crate::timetable::dice::Dice;

/// So many things happen in one episode.
const STEPS: u32 = 160;

/// The first locator that is drawn; the generator's own are below, and nobody's.
const FIRST_LOCATOR: u64 = 1_000;

type Shapes = BTreeMap<String, u64>;

/// Hears what is published: the numbers of the changes follow one another.
struct Ear(Arc<AtomicU64>);

impl Outward for Ear {
    fn apply(&mut self, _changes: &[Change]) {}

    fn publish(&mut self, changes: &[Change]) {
        for change in changes {
            if let Change::Leg(told) = change {
                let before = self.0.swap(told.version.0, Ordering::Relaxed);
                assert_eq!(told.version.0, before + 1, "no change is skipped or told twice");
            }
        }
    }
}

/// What an order came to, as far as anyone can know.
type Heard = Option<Reply>;

struct Episode<'a> {
    dice: Dice,
    steps: TestRunner,
    vfs: Vfs,
    directory: TempDir,
    disk: Disk,
    writer: Option<Writer>,
    hand: Hand,
    clock: Clock,
    /// The last number published, by any life of the server.
    published: Arc<AtomicU64>,
    locators: Arc<AtomicU64>,
    model: Model,
    cast: Cast,
    /// Commands on their way.
    wire: Vec<Command>,
    /// When the last commit that is certain was made.
    committed_at: Moment,
    /// What somebody was told that they had bought.
    acknowledged: Vec<BookingRecord>,
    shapes: &'a mut Shapes,
}

impl<'a> Episode<'a> {
    fn begin(seed: u64, shapes: &'a mut Shapes) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let (clock, hand) = Clock::by_hand(START);
        let legs: Vec<_> = (1..)
            .zip(LEGS)
            .map(|(number, (cabin, departs))| facts(number, cabin, *departs))
            .collect();
        let mut episode = Self {
            dice: Dice::of(seed, b"episode"),
            steps: TestRunner::new_with_rng(Config::default(), rng),
            vfs: Vfs::register(),
            directory: tempfile::tempdir().unwrap(),
            disk: Disk::default(),
            writer: None,
            hand,
            clock,
            published: Arc::default(),
            locators: Arc::new(AtomicU64::new(FIRST_LOCATOR)),
            model: Model::new(POLICY, START, legs.clone()),
            cast: Cast::default(),
            wire: Vec::new(),
            committed_at: START,
            acknowledged: Vec::new(),
            shapes,
        };
        episode.start();
        let schedule = Command::Schedule(legs.into_iter().map(Arc::new).collect());
        let (reply, _answer) = oneshot::channel();
        let mut queue = vec![Order { command: schedule, attach: None, reply }];
        episode.writer.as_mut().unwrap().turn(&mut queue).unwrap();
        episode.note_disk();
        episode
    }

    /// Starts the server on what the directory has.
    fn start(&mut self) {
        let vfs = self.vfs;
        let mut ledger = Ledger::open_by(self.directory.path(), |path| vfs.connect(path)).unwrap();
        ledger.checkpoint_from(40);
        let state = ledger.restore(POLICY, self.clock.now(), &mut |_| {}).unwrap().state;
        let published = self.published.load(Ordering::Relaxed);
        let version = ledger.counters().version.0;
        assert!(version >= published, "version {published} was told, {version} is left");
        self.published.store(version, Ordering::Relaxed);
        let locators = Arc::clone(&self.locators);
        let fittings = Fittings {
            state,
            ledger,
            clock: self.clock.clone(),
            outward: Box::new(Ear(Arc::clone(&self.published))),
            random: Box::new(move || locators.fetch_add(1, Ordering::Relaxed)),
            meters: DeskMeters::default(),
        };
        let (_orders, queue) = mpsc::channel(1);
        let (due, _watched) = watch::channel(None);
        self.writer = Some(Writer::new(fittings, queue, due));
    }

    fn play(&mut self) {
        let any = step();
        for _ in 0..STEPS {
            let step = any.new_tree(&mut self.steps).unwrap().current();
            match step {
                Step::Wait(seconds) => self.hand.advance_ms(u32::from(seconds) * 1_000),
                Step::Restart => self.crash_between_turns(),
                step => self.send(&step),
            }
            if self.wire.len() > self.dice.below(5) as usize {
                self.deliver();
            }
        }
        self.crash_between_turns();
        self.seen_model();
    }

    /// A client sends; the network does with it what it likes.
    fn send(&mut self, step: &Step) {
        let Some(mut command) = self.cast.command(step, &self.model) else { return };
        if let Command::Cancel(cancellation) = &mut command {
            // The generator names bookings by number.
            let number = (0..3).find(|&number| Locator::from_index(number) == cancellation.locator);
            let named =
                number.and_then(|number| self.model.bookings.get(usize::try_from(number).unwrap()));
            if let Some(booking) = named {
                cancellation.locator = booking.locator;
                cancellation.claim_hash = booking.claim_hash;
            }
        }
        match self.dice.below(20) {
            0 => self.seen("network: lost"),
            1 | 2 if !matches!(command, Command::Open { .. }) => {
                self.seen("network: sent twice");
                self.wire.push(command.clone());
                self.wire.push(command);
            }
            _ => self.wire.push(command),
        }
    }

    /// Some of what is on its way arrives, in any order, and is one batch.
    fn deliver(&mut self) {
        // Each commit has a time of its own, so that it is known by it afterwards.
        self.hand.advance_ms(1_000);
        let mut queue = Vec::new();
        let mut sent = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let waiting = u32::try_from(self.wire.len()).unwrap();
            if waiting == 0 {
                break;
            }
            let at = self.dice.below(waiting) as usize;
            if at > 0 {
                self.seen("network: overtaken");
            }
            let command = self.wire.remove(at);
            let attaches = matches!(command, Command::Open { .. } | Command::Resume { .. });
            let (reply, answer) = oneshot::channel();
            let answer = if attaches && self.dice.below(8) == 0 { None } else { Some(answer) };
            sent.push((command.clone(), answer));
            queue.push(Order { command, attach: None, reply });
        }
        let failing = self.dice.below(30) == 0;
        if failing {
            self.vfs.fail_sync_after(self.dice.below(3));
        }
        let published = self.published.load(Ordering::Relaxed);
        let before = self.model.clone();
        let turned = self.writer.as_mut().unwrap().turn(&mut queue);
        self.vfs.fail_no_sync();
        let heard: Vec<(Command, Option<Heard>)> = sent
            .into_iter()
            .enumerate()
            .map(|(at, (command, answer))| {
                let answer = answer.map(|mut answer| answer.try_recv().ok());
                // What was looked up for an order that got no answer.
                let command = queue.get(at).map_or(command, |order| order.command.clone());
                (command, answer)
            })
            .collect();
        let told = heard.iter().any(|(_, answer)| matches!(answer, Some(Some(_))));
        let crashes = turned.is_ok() && self.dice.below(12) == 0;
        let met = self.decide(&heard);
        if turned.is_ok() {
            agree(self.writer.as_ref().unwrap().state(), &self.model);
        }
        if turned.is_err() {
            self.seen(if told {
                "sync failed after the answers"
            } else {
                "sync failed before the answers"
            });
            if told {
                self.hear(&met);
            }
            self.crash_in(if told { None } else { Some(before) });
        } else if crashes {
            // Whatever was answered or published has reached nobody.
            self.published.store(published, Ordering::Relaxed);
            self.crash_in(Some(before));
        } else {
            self.hear(&met);
            self.note_disk();
        }
    }

    /// The reference decides the same, and says the same.
    fn decide(&mut self, heard: &[(Command, Option<Heard>)]) -> Vec<(Command, Answer)> {
        self.model.pass(self.clock.now());
        let mut met = Vec::new();
        let mut deaf = Vec::new();
        for (command, answer) in heard {
            let mut command = command.clone();
            let reply = answer.as_ref().and_then(Option::as_ref);
            if let (Command::Confirm(_, purchase), Some(Ok(Outcome::Booked(booking)))) =
                (&mut command, reply)
            {
                let other =
                    self.model.bookings.iter().any(|known| known.locator == booking.locator);
                assert!(!other, "a locator is one booking's");
                purchase.locator = booking.locator;
            }
            let expected = self.model.answer(&command);
            if let Some(reply) = reply {
                let found = reply.clone().map_err(|rejection| match rejection {
                    Rejection::Refused(refusal) => refusal,
                    other => panic!("{other}"),
                });
                assert_eq!(found, expected, "{command:?}");
            }
            if answer.is_none()
                && let Ok(Outcome::Attached { caller, .. }) = &expected
            {
                deaf.push(*caller);
            } else {
                met.push((command, expected));
            }
        }
        self.let_go(deaf);
        met
    }

    /// Whoever was attached and did not hear of it is detached again.
    fn let_go(&mut self, deaf: Vec<Caller>) {
        for caller in deaf {
            self.seen("network: gone before the answer");
            let _done = self.model.answer(&Command::Detach(caller));
        }
    }

    /// The answers reach whoever asked.
    fn hear(&mut self, met: &[(Command, Answer)]) {
        for (command, answer) in met {
            self.seen(&shape(command, answer));
            match answer {
                Ok(Outcome::Attached { caller, .. }) => self.cast.callers.push(*caller),
                Ok(Outcome::Booked(booking)) => self.acknowledged.push(*booking.clone()),
                _ => {}
            }
        }
    }

    fn note_disk(&mut self) {
        for event in self.vfs.take() {
            self.disk.note(&event);
        }
        self.committed_at = self.writer.as_ref().unwrap().ledger().written_at();
    }

    fn crash_between_turns(&mut self) {
        self.seen("crash: between turns");
        self.crash(None);
    }

    /// Dies over a turn; `before` is the reference without it, if it may be lost.
    fn crash_in(&mut self, before: Option<Model>) {
        self.seen("crash: in a turn");
        self.crash(before);
    }

    fn crash(&mut self, before: Option<Model>) {
        let events = self.vfs.take();
        // Where nothing may be lost, everything had happened.
        let some = self.dice.below(u32::try_from(events.len()).unwrap() + 1) as usize;
        let happened = if before.is_some() { some } else { events.len() };
        for event in &events[..happened] {
            self.disk.note(event);
        }
        let turn_at = self.clock.now();
        drop(self.writer.take());
        let loss = *self.dice.pick(&Loss::ALL);
        self.seen(&format!("power cut: {loss:?}"));
        self.directory = tempfile::tempdir().unwrap();
        self.disk.cut(loss, &mut self.dice, self.directory.path());
        // What the old connection did when it was closed never happened.
        self.vfs.take();
        self.disk = Disk::of(self.directory.path());
        self.set_clock();
        self.start();
        let written_at = self.writer.as_ref().unwrap().ledger().written_at();
        if let Some(before) = before {
            if written_at == turn_at {
                self.seen("crash: the commit under way is there");
            } else {
                assert_eq!(written_at, self.committed_at, "a prefix of the commits is left");
                self.seen("crash: the commit under way is lost");
                self.model = before;
            }
        }
        self.note_disk();
        self.wire.clear();
        self.cast.callers.clear();
        self.seen_model();
        let writer = self.writer.as_ref().unwrap();
        self.model.restart_at(self.clock.now(), writer.ledger().counters().session);
        agree(writer.state(), &self.model);
        for sold in &self.acknowledged {
            let found = writer.ledger().booking(sold.locator, &sold.claim_hash).unwrap();
            let found = found.expect("what was acknowledged is there");
            let seats = |booking: &BookingRecord| {
                booking.tickets.iter().map(|ticket| (ticket.leg, ticket.seat)).collect::<Vec<_>>()
            };
            assert_eq!((found.booking, seats(&found)), (sold.booking, seats(sold)));
        }
    }

    /// The wall clock by which the server starts again.
    fn set_clock(&mut self) {
        let now = self.clock.now();
        let by = match self.dice.below(8) {
            0 => {
                self.seen("clock: set forward");
                i64::from(self.dice.below(1_500)) * 1_000
            }
            1 => {
                self.seen("clock: set back");
                -i64::from(self.dice.below(200)) * 1_000
            }
            _ => 1_000,
        };
        (self.clock, self.hand) = Clock::by_hand(now.plus_ms(by));
    }

    fn seen_model(&mut self) {
        for shape in std::mem::take(&mut self.model.shapes) {
            self.seen(shape);
        }
    }

    fn seen(&mut self, shape: &str) {
        *self.shapes.entry(shape.to_owned()).or_default() += 1;
    }
}

/// Says which episode it was, if it does not end well.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("to replay: TRECHO_SEED={} TRECHO_EPISODES=1", self.0);
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

fn play(seed: u64, shapes: &mut Shapes) {
    let _told = Told(seed);
    Episode::begin(seed, shapes).play();
}

#[test]
fn whatever_disk_network_and_clock_do_the_desk_does_what_a_naive_reading_does() {
    let (seed, episodes) = (number("TRECHO_SEED", 1), number("TRECHO_EPISODES", EPISODES));
    let mut shapes = Shapes::new();
    for seed in seed..seed + episodes {
        play(seed, &mut shapes);
    }
    println!("seeds {seed}..{}: {shapes:#?}", seed + episodes);
    if episodes >= EPISODES {
        let missed: Vec<_> =
            EXPECTED.iter().filter(|shape| !shapes.contains_key(**shape)).collect();
        assert!(missed.is_empty(), "never reached: {missed:?}\nreached: {shapes:#?}");
    }
}

#[test]
fn an_episode_depends_on_its_seed_alone() {
    let played = || {
        let mut shapes = Shapes::new();
        play(7, &mut shapes);
        shapes
    };
    assert_eq!(played(), played());
}

/// Enough to reach every shape.
const EPISODES: u64 = 40;

/// What has to come about, or the simulation proves little.
const EXPECTED: &[&str] = &[
    "clock: set back",
    "clock: set forward",
    "crash: between turns",
    "crash: in a turn",
    "crash: the commit under way is lost",
    "crash: the commit under way is there",
    "network: gone before the answer",
    "network: lost",
    "network: overtaken",
    "network: sent twice",
    "power cut: Anything",
    "power cut: Everything",
    "power cut: Nothing",
    "power cut: Tail",
    "sync failed before the answers",
    "Cancel: Booking",
    "Confirm: Booked",
    "Confirm: Booking",
    "Confirm: CartExpired",
    "Confirm: IdempotencyConflict",
    "Hold: Cart",
    "Hold: LegTaken",
    "Operate: Operated",
    "Operate: SeatsInTheWay",
    "seats blocked",
    "Release: Cart",
    "Resume: Attached",
    "Resume: SessionUnknown",
    "ended by the grace",
    "replayed after the cart was gone",
    "several legs taken",
    "sold out",
];
