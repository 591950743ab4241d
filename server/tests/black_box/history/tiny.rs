//! Tiny histories by the thousand, as they are and with something wrong in them: the checker and the
//! search must say the same of each.

use std::collections::HashMap;

use super::search::makes_sense;
use super::{Got, Heard, History, Hold, Look, Release, Tick, Why};

const CLIENTS: usize = 3;
const LEGS: [&str; 2] = ["L", "M"];
const OPS: usize = 12;

/// Numbers that depend on a seed alone (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    /// A place in a list that is not empty.
    fn place<T>(&mut self, list: &[T]) -> Option<usize> {
        if list.is_empty() { None } else { Some(self.below(list.len())) }
    }
}

/// Notes what the client is told, and when.
type Tell = Box<dyn FnOnce(Tick, &mut History)>;

/// Where an answer comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// What is shown.
    Board,
    /// The desk, which answers when it has shown everything.
    Desk,
}

/// What a client is about.
enum Stage {
    Idle,
    Asked(Tick),
    /// What it will be told.
    Done(Answer, Tell),
}

/// A desk with few seats, which shows the legs of one cart one after the other, and clients who ask
/// it at the same time.
struct Play {
    dice: Dice,
    history: History,
    now: Tick,
    legs: HashMap<&'static str, (u64, u64)>,
    /// The last legs that changed, and are shown as they were before.
    unshown: HashMap<&'static str, (u64, u64)>,
    version: u64,
    next_hold: u64,
    /// Whose holds there are.
    held: Vec<(usize, u64, &'static str)>,
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let history = History {
            capacity: LEGS
                .iter()
                .map(|leg| ((*leg).to_owned(), 1 + dice.below(2) as u64))
                .collect(),
            complete: true,
            heard: vec![Vec::new()],
            ..History::default()
        };
        let legs = LEGS.iter().map(|leg| (*leg, (history.capacity[*leg], 0))).collect();
        let (unshown, held) = (HashMap::new(), Vec::new());
        Self { dice, history, now: 0, legs, unshown, version: 0, next_hold: 1, held }
    }

    fn run(mut self) -> History {
        let mut stages: Vec<Stage> = (0..CLIENTS).map(|_| Stage::Idle).collect();
        let mut begun = 0;
        while begun < OPS || stages.iter().any(|stage| !matches!(stage, Stage::Idle)) {
            self.now += 1;
            let client = self.dice.below(CLIENTS);
            let stage = std::mem::replace(&mut stages[client], Stage::Idle);
            stages[client] = match stage {
                Stage::Idle if begun < OPS => {
                    begun += 1;
                    Stage::Asked(self.now)
                }
                Stage::Idle => Stage::Idle,
                Stage::Asked(since) => {
                    let (answer, tell) = self.decide(client, since);
                    Stage::Done(answer, tell)
                }
                Stage::Done(answer, tell) => {
                    if answer == Answer::Desk {
                        self.unshown.clear();
                    }
                    tell(self.now, &mut self.history);
                    Stage::Idle
                }
            };
        }
        self.history
    }

    /// What the desk does, and how the client will note it.
    fn decide(&mut self, client: usize, begun: Tick) -> (Answer, Tell) {
        let own = self.held.iter().position(|(owner, _, leg)| {
            // Of a leg with more seats it would not be known which event tells of it.
            *owner == client && self.history.capacity[*leg] == 1
        });
        match (self.dice.below(5), own) {
            (0 | 1, Some(own)) => {
                self.unshown.clear();
                let (_, hold, leg) = self.held.remove(own);
                self.change(leg, 1);
                let tell = move |ended, history: &mut History| {
                    history.releases.push(Release { hold, begun, ended });
                };
                (Answer::Desk, Box::new(tell))
            }
            (0..=2, _) => {
                let leg = LEGS[self.dice.below(2)];
                let (seats_left, version) = *self.unshown.get(leg).unwrap_or(&self.legs[leg]);
                let tell = move |ended, history: &mut History| {
                    let leg = leg.to_owned();
                    history.looks.push(Look { leg, version, seats_left, begun, ended });
                };
                (Answer::Board, Box::new(tell))
            }
            _ => {
                self.unshown.clear();
                let legs: &[&str] = [&LEGS[..1], &LEGS[1..], &LEGS[..]][self.dice.below(3)];
                let got = self.hold(client, legs);
                let legs = legs.iter().map(|leg| (*leg).to_owned()).collect();
                let tell = move |ended, history: &mut History| {
                    history.holds.push(Hold { legs, got, begun, ended });
                };
                (Answer::Desk, Box::new(tell))
            }
        }
    }

    fn hold(&mut self, client: usize, legs: &[&'static str]) -> Got {
        let taken = legs.iter().filter(|leg| self.legs[**leg].0 == 0).map(|leg| (*leg).to_owned());
        let taken: Vec<String> = taken.collect();
        if !taken.is_empty() {
            return Got::Taken(taken);
        }
        let last = legs.last().filter(|_| legs.len() > 1 && self.dice.below(2) == 0);
        self.unshown.extend(last.map(|leg| (*leg, self.legs[leg])));
        let hold = |leg: &&'static str| {
            let number = self.next_hold;
            self.next_hold += 1;
            self.held.push((client, number, leg));
            self.change(leg, -1);
            (((*leg).to_owned(), "1A".to_owned()), number)
        };
        Got::Seats(legs.iter().map(hold).collect())
    }

    fn change(&mut self, leg: &'static str, by: i64) {
        // Other legs, of which nobody here hears, have changed meanwhile.
        self.version += 1 + self.dice.below(2) as u64;
        let left = self.legs[leg].0.checked_add_signed(by).unwrap();
        self.legs.insert(leg, (left, self.version));
        let (leg, version, at) = (leg.to_owned(), self.version, Tick::MAX);
        let why = if by < 0 { Why::Held } else { Why::Other };
        self.history.heard[0].push(Heard { leg, version, seats_left: left, why, at });
    }
}

/// Puts something wrong into a history, or something that might be.
fn twist(history: &mut History, dice: &mut Dice) -> Option<()> {
    match dice.below(7) {
        0 => {
            // An answer that was there before, or later.
            let at = dice.place(&history.looks)?;
            let event = &history.heard[0][dice.place(&history.heard[0])?];
            let look = &mut history.looks[at];
            (look.version, look.seats_left) = (event.version, event.seats_left);
            look.leg.clone_from(&event.leg);
        }
        1 => {
            let at = dice.place(&history.looks)?;
            history.looks[at].seats_left ^= 1;
        }
        2 => {
            // Asked and answered at another time.
            let (begun, at) = (dice.below(40) as Tick, dice.place(&history.looks)?);
            (history.looks[at].begun, history.looks[at].ended) = (begun, begun + 1);
        }
        3 => {
            let (begun, at) = (dice.below(40) as Tick, dice.place(&history.holds)?);
            (history.holds[at].begun, history.holds[at].ended) = (begun, begun + 1);
        }
        4 => {
            let (begun, at) = (dice.below(40) as Tick, dice.place(&history.releases)?);
            (history.releases[at].begun, history.releases[at].ended) = (begun, begun + 1);
        }
        5 => {
            let (one, other) = (dice.place(&history.holds)?, dice.place(&history.holds)?);
            let got = history.holds[one].got.clone();
            history.holds[one].got = std::mem::replace(&mut history.holds[other].got, got);
            let legs = history.holds[one].legs.clone();
            history.holds[one].legs = std::mem::replace(&mut history.holds[other].legs, legs);
        }
        _ => {
            let at = dice.place(&history.holds)?;
            let hold = &mut history.holds[at];
            hold.got = Got::Taken(vec![hold.legs[dice.below(hold.legs.len())].clone()]);
        }
    }
    Some(())
}

#[test]
fn the_checker_says_of_tiny_histories_what_a_search_of_every_order_says() {
    let (mut sense, mut nonsense) = (0, 0);
    for seed in 0..2_500 {
        let mut history = Play::new(seed).run();
        assert!(makes_sense(&history), "seed {seed}: it was played in some order");
        let mut dice = Dice(seed ^ 0x7715_7715);
        for twists in 0..3 {
            if twists > 0 {
                let _nothing_to_twist = twist(&mut history, &mut dice);
            }
            let (faults, searched) = (history.faults(), makes_sense(&history));
            assert_eq!(faults.is_empty(), searched, "seed {seed}: {faults:#?} in {history:#?}");
            if searched { sense += 1 } else { nonsense += 1 }
        }
    }
    println!("{sense} histories with some order, {nonsense} without");
    assert!(sense > 1_000 && nonsense > 1_000);
}
