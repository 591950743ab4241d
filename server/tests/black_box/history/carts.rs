//! What time did to carts (I4): a cart ends by time no sooner than its owner was told and no later
//! than the slack allows, and a hold leaves its cart once, in one way.
//!
//! Clients and servers look at one machine's clock. What was asked after an instant was decided
//! after it, and what was answered before it was decided before it, so that a slow machine cannot
//! make a fault of anything but what was told unasked; for that there are two seconds.

use std::collections::{BTreeMap, HashMap};

use super::Tick;

/// Milliseconds of the machine's clock.
pub(crate) type Ms = u64;

/// A server takes its time from the machine's clock once, when it starts, and rounds.
const CLOCKS_DIFFER: Ms = 50;

/// A seat waits for nobody so long after its hold was over, or after the server was ready again.
const LATE: Ms = 2_000;

/// When something was asked and answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) begun: Tick,
    pub(crate) ended: Tick,
    pub(crate) from: Ms,
    pub(crate) to: Ms,
}

/// A cart as its owner was shown it.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    /// Whose it is: one session's.
    pub(crate) owner: u64,
    pub(crate) holds: Vec<u64>,
    /// The end that was told.
    pub(crate) until: Option<Ms>,
    /// These are the first holds of an empty cart, given by this answer.
    pub(crate) fresh: bool,
    pub(crate) asked: Span,
}

/// How holds leave a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Sold,
    Released,
    Expired,
}

/// Holds that left a cart, or were to leave it when the server died.
#[derive(Debug, Clone)]
pub(crate) struct Departure {
    pub(crate) holds: Vec<u64>,
    pub(crate) way: Way,
    /// For what was told unasked, the instant at which it was heard.
    pub(crate) asked: Span,
    pub(crate) answered: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Carts {
    /// For how long a cart is held, slack and all.
    pub(crate) hold_ms: Ms,
    /// When each life of the server was ready.
    pub(crate) ready: Vec<Ms>,
    pub(crate) sights: Vec<Sight>,
    pub(crate) departures: Vec<Departure>,
}

/// What is known of one hold.
#[derive(Default)]
struct Life<'a> {
    seen: Vec<&'a Sight>,
    left: Vec<&'a Departure>,
}

impl Life<'_> {
    fn until(&self) -> Option<Ms> {
        self.seen.iter().filter_map(|sight| sight.until).max()
    }
}

impl Carts {
    pub(crate) fn join(&mut self, other: Self) {
        self.hold_ms = self.hold_ms.max(other.hold_ms);
        self.ready.extend(other.ready);
        self.sights.extend(other.sights);
        self.departures.extend(other.departures);
    }

    /// So many holds were heard to end by time.
    pub(crate) fn expired(&self) -> usize {
        let expired = self.departures.iter().filter(|left| left.way == Way::Expired);
        expired.map(|left| left.holds.len()).sum()
    }

    /// From when on each hold that was sold or given back may have left its cart.
    pub(super) fn left_by(&self) -> HashMap<u64, Tick> {
        let mut left_by = HashMap::new();
        for left in self.departures.iter().filter(|left| left.way != Way::Expired) {
            for hold in &left.holds {
                let begun = left_by.entry(*hold).or_insert(Tick::MAX);
                *begun = left.asked.begun.min(*begun);
            }
        }
        left_by
    }

    /// What is told is so much earlier than what is kept.
    fn slack(&self) -> Ms {
        (self.hold_ms / 2).min(2_000)
    }

    fn lives(&self) -> BTreeMap<u64, Life<'_>> {
        let mut lives: BTreeMap<u64, Life<'_>> = BTreeMap::new();
        for sight in &self.sights {
            for hold in &sight.holds {
                lives.entry(*hold).or_default().seen.push(sight);
            }
        }
        for left in &self.departures {
            for hold in &left.holds {
                lives.entry(*hold).or_default().left.push(left);
            }
        }
        lives
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let lives = self.lives();
        for (hold, life) in &lives {
            self.check_told(*hold, life, &mut faults);
            self.check_time(*hold, life, &mut faults);
            check_once(*hold, life, &mut faults);
        }
        check_missing(&self.sights, &lives, &mut faults);
        faults
    }

    /// The end that is told is a whole period away, and stays what it is.
    fn check_told(&self, hold: u64, life: &Life<'_>, faults: &mut Vec<String>) {
        let period = self.hold_ms - self.slack();
        for sight in &life.seen {
            let Some(until) = sight.until else {
                faults.push(format!("hold {hold} has no end: {sight:?}"));
                continue;
            };
            let (soonest, latest) = (sight.asked.from + period, sight.asked.to + period);
            if sight.fresh && (until + CLOCKS_DIFFER < soonest || until > latest + CLOCKS_DIFFER) {
                faults.push(format!("hold {hold} was told another period: {sight:?}"));
            }
            if life.until() != Some(until) {
                faults.push(format!("hold {hold} was told two ends: {:?}", life.seen));
            }
        }
    }

    /// Never early; and over when it is over.
    fn check_time(&self, hold: u64, life: &Life<'_>, faults: &mut Vec<String>) {
        let Some(until) = life.until() else { return };
        let over = until + self.slack();
        for left in life.left.iter().filter(|left| left.answered) {
            match left.way {
                Way::Expired if left.asked.to + CLOCKS_DIFFER < until => {
                    faults.push(format!("hold {hold} ended early, before {until}: {left:?}"));
                }
                Way::Expired => {
                    let ready = self.ready.iter().filter(|ready| **ready <= left.asked.to).max();
                    if left.asked.to > over.max(ready.copied().unwrap_or(0)) + LATE {
                        faults.push(format!("hold {hold} was over at {over}, late: {left:?}"));
                    }
                }
                Way::Sold if left.asked.from > over + CLOCKS_DIFFER => {
                    faults.push(format!("hold {hold} was over at {over}, and sold: {left:?}"));
                }
                Way::Sold | Way::Released => {}
            }
        }
        for sight in life.seen.iter().filter(|sight| sight.asked.from > over + CLOCKS_DIFFER) {
            faults.push(format!("hold {hold} was over at {over}, and shown: {sight:?}"));
        }
    }
}

/// A hold leaves once, and what has left is never seen again.
fn check_once(hold: u64, life: &Life<'_>, faults: &mut Vec<String>) {
    let mut gone = life.left.iter().filter(|left| left.answered);
    let Some(first) = gone.next() else { return };
    if let Some(again) = gone.next() {
        faults.push(format!("hold {hold} left twice: {first:?}, {again:?}"));
    }
    if let Some(sight) = life.seen.iter().find(|sight| sight.asked.begun > first.asked.ended) {
        faults.push(format!("hold {hold} had left, and was there again: {first:?}, {sight:?}"));
    }
}

/// A hold that its owner sees no more, and that nothing else can have ended, was ended by time: not
/// early. And it does not come back.
fn check_missing(sights: &[Sight], lives: &BTreeMap<u64, Life<'_>>, faults: &mut Vec<String>) {
    let mut owners: HashMap<u64, Vec<&Sight>> = HashMap::new();
    for sight in sights {
        owners.entry(sight.owner).or_default().push(sight);
    }
    for seen in owners.values_mut() {
        seen.sort_by_key(|sight| sight.asked.begun);
        for pair in seen.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            for hold in before.holds.iter().filter(|hold| !after.holds.contains(hold)) {
                let life = &lives[hold];
                let left = life.left.iter().any(|left| left.asked.begun < after.asked.ended);
                let early =
                    life.until().is_some_and(|until| after.asked.to + CLOCKS_DIFFER < until);
                if early && !left {
                    faults.push(format!("hold {hold} was gone early: {before:?}, {after:?}"));
                }
                if let Some(again) =
                    life.seen.iter().find(|again| again.asked.begun > after.asked.ended)
                {
                    faults.push(format!("hold {hold} was gone, and there again: {again:?}"));
                }
            }
        }
    }
}
