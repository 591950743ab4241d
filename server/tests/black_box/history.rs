//! What clients saw of a server, and whether a server that keeps its promises can have shown it.
//!
//! Versions and the numbers of holds give the order of what happened, so nothing is searched:
//! everything is sorted and looked at once. `search` searches, in tiny histories, and must agree.

mod carts;
mod order;
mod runs;
mod search;
mod tests;
mod tiny;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use carts::{Carts, Departure, Ms, Sight, Span, Way};

use order::Order;
use runs::Runs;

/// When something happened, for the one process that all clients live in: its own ticks.
pub(crate) type Tick = u64;

/// A leg as it was seen.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) leg: String,
    pub(crate) version: u64,
    pub(crate) seats_left: u64,
    pub(crate) begun: Tick,
    pub(crate) ended: Tick,
}

/// A leg as an event told of it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) leg: String,
    pub(crate) version: u64,
    pub(crate) seats_left: u64,
    pub(crate) why: Why,
    pub(crate) at: Tick,
}

/// What changed a leg, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A hold took a seat.
    Held,
    /// Anything else.
    Other,
    /// Several changes in one event.
    Merged,
}

/// A seat on a leg.
pub(crate) type Seat = (String, String);

/// An answer to who asked for a seat on each of some legs.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) legs: Vec<String>,
    pub(crate) got: Got,
    pub(crate) begun: Tick,
    pub(crate) ended: Tick,
}

#[derive(Debug, Clone)]
pub(crate) enum Got {
    /// These seats, and the numbers of the holds.
    Seats(Vec<(Seat, u64)>),
    /// Nothing, since these legs had no seat left.
    Taken(Vec<String>),
    /// The server died before it said.
    Unknown,
}

/// A hold that its owner gave back.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) hold: u64,
    pub(crate) begun: Tick,
    pub(crate) ended: Tick,
}

/// One answer to a confirm that sold.
#[derive(Debug, Clone)]
pub(crate) struct Sale {
    /// The session and the key, as one word.
    pub(crate) key: String,
    pub(crate) locator: String,
    pub(crate) claim: String,
    pub(crate) seats: Vec<Seat>,
    pub(crate) ended: Tick,
}

/// A cancel of a whole booking: from when on its seats may have been free.
#[derive(Debug, Clone)]
pub(crate) struct Cancel {
    pub(crate) locator: String,
    pub(crate) begun: Tick,
    /// It was acknowledged: no ticket of the booking is sold any more, for ever after.
    pub(crate) answered: bool,
}

/// What stood when everything had ended and every session was closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct End {
    /// The tickets of each booking that are not cancelled.
    pub(crate) sold: HashMap<String, Vec<Seat>>,
    /// The seats that the legs show as sold, and as held.
    pub(crate) shown_sold: BTreeSet<Seat>,
    pub(crate) shown_held: BTreeSet<Seat>,
    /// Each leg's version and free seats.
    pub(crate) legs: HashMap<String, (u64, u64)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    pub(crate) capacity: HashMap<String, u64>,
    /// There was one feed, which told of every change, and no command but the holds and releases.
    pub(crate) complete: bool,
    pub(crate) looks: Vec<Look>,
    /// Events of one connection each, in the order in which they came. The last one heard of
    /// everything up to the end.
    pub(crate) heard: Vec<Vec<Heard>>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) releases: Vec<Release>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) carts: Carts,
    pub(crate) end: End,
}

impl History {
    /// Takes over what another client saw.
    pub(crate) fn join(&mut self, other: Self) {
        self.looks.extend(other.looks);
        self.heard.extend(other.heard);
        self.holds.extend(other.holds);
        self.releases.extend(other.releases);
        self.sales.extend(other.sales);
        self.cancels.extend(other.cancels);
        self.carts.join(other.carts);
    }

    /// How many refusals are looked into.
    pub(crate) fn judged(&self) -> usize {
        Order::of(self).judged(self)
    }

    /// Of how many holds it is known which changes they were.
    pub(crate) fn placed(&self) -> usize {
        Runs::of(self).placed.len()
    }

    /// How much there is of it.
    pub(crate) fn told(&self) -> String {
        let refused = self.holds.iter().filter(|hold| matches!(hold.got, Got::Taken(_))).count();
        format!(
            "{} confirms answered, {} cancels ({} acknowledged), {} holds given ({} placed, {} \
             ended by time), {refused} refused ({} judged), {} looks, {} events",
            self.sales.len(),
            self.cancels.len(),
            self.cancels.iter().filter(|cancel| cancel.answered).count(),
            self.held().len(),
            self.placed(),
            self.carts.expired(),
            self.judged(),
            self.looks.len(),
            self.heard.iter().map(Vec::len).sum::<usize>(),
        )
    }

    /// Everything that no server that keeps its promises can have shown.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_counts(&mut faults);
        self.check_feeds(&mut faults);
        self.check_holds(&mut faults);
        faults.extend(self.carts.faults());
        faults.extend(Order::of(self).faults(self));
        self.check_keys(&mut faults);
        self.check_owners(&mut faults);
        self.check_end(&mut faults);
        faults
    }

    /// I1, and what is told was committed: a version of a leg is one state, whoever sees it, before
    /// a crash or after.
    fn check_counts(&self, faults: &mut Vec<String>) {
        let looks = self.looks.iter().map(|look| (&look.leg, look.version, look.seats_left));
        let heard = self.heard.iter().flatten();
        let heard = heard.map(|event| (&event.leg, event.version, event.seats_left));
        let mut states: HashMap<(&str, u64), u64> = HashMap::new();
        for (leg, version, left) in looks.chain(heard) {
            if self.capacity.get(leg).is_none_or(|capacity| left > *capacity) {
                faults.push(format!("{leg} had {left} seats left"));
            }
            let known = *states.entry((leg, version)).or_insert(left);
            if known != left {
                faults.push(format!("{leg} at version {version}: {known} seats left, and {left}"));
            }
        }
    }

    /// I5: on one connection versions grow, and the last event of a leg tells how it is.
    fn check_feeds(&self, faults: &mut Vec<String>) {
        for feed in &self.heard {
            for pair in feed.windows(2) {
                if pair[1].version <= pair[0].version {
                    faults.push(format!("an event of {} went back", pair[1].leg));
                }
            }
        }
        for (leg, state) in &self.end.legs {
            let told = self.heard.last().into_iter().flatten().rfind(|event| event.leg == *leg);
            let told = told.map(|event| (event.version, event.seats_left));
            if told.is_some_and(|told| told != *state) {
                faults.push(format!("{leg} was told as {told:?} at last, and is {state:?}"));
            }
        }
    }

    /// The holds that were given, by their numbers: the order in which the desk gave them.
    fn held(&self) -> Vec<&Hold> {
        let first = |hold: &&Hold| match &hold.got {
            Got::Seats(seats) => seats.iter().map(|(_, number)| *number).min(),
            Got::Taken(_) | Got::Unknown => None,
        };
        let mut held: Vec<&Hold> = self.holds.iter().filter(|hold| first(hold).is_some()).collect();
        held.sort_by_key(first);
        held
    }

    /// I7: a cart's holds are taken in one stroke, and carts one after the other, in an order in
    /// which whoever asked after an answer comes after it.
    fn check_holds(&self, faults: &mut Vec<String>) {
        let held = self.held();
        let mut next = 0;
        for hold in &held {
            let Got::Seats(seats) = &hold.got else { continue };
            let mut numbers: Vec<u64> = seats.iter().map(|(_, number)| *number).collect();
            numbers.sort_unstable();
            if numbers[0] < next || numbers.windows(2).any(|pair| pair[1] != pair[0] + 1) {
                faults.push(format!("not in one stroke: {hold:?}"));
            }
            next = numbers[numbers.len() - 1] + 1;
        }
        let mut begun = 0;
        for hold in held {
            begun = begun.max(hold.begun);
            if hold.ended < begun {
                faults.push(format!("given before one that was asked for later: {hold:?}"));
            }
        }
    }

    /// I3: one key has one answer, and one booking one key.
    fn check_keys(&self, faults: &mut Vec<String>) {
        let mut answers: HashMap<&str, &Sale> = HashMap::new();
        let mut keys: HashMap<&str, &str> = HashMap::new();
        for sale in &self.sales {
            let first = *answers.entry(&sale.key).or_insert(sale);
            let same = (&first.locator, &first.claim, &first.seats);
            if same != (&sale.locator, &sale.claim, &sale.seats) {
                faults.push(format!(
                    "key {} bought {} and {}",
                    sale.key, first.locator, sale.locator
                ));
            }
            let key = *keys.entry(&sale.locator).or_insert(&sale.key);
            if key != sale.key {
                faults.push(format!("{} was sold for {key} and {}", sale.locator, sale.key));
            }
        }
    }

    /// One seat, one owner: it is certainly owned from the answer to a hold until its owner sells it
    /// or gives it back, and from the first answer to a confirm until a cancel begins.
    fn check_owners(&self, faults: &mut Vec<String>) {
        let mut cancelled: HashMap<&str, Tick> = HashMap::new();
        for cancel in &self.cancels {
            let begun = cancelled.entry(&cancel.locator).or_insert(cancel.begun);
            *begun = cancel.begun.min(*begun);
        }
        let mut owned: BTreeMap<&Seat, BTreeMap<String, (Tick, Tick)>> = BTreeMap::new();
        for sale in &self.sales {
            let until = cancelled.get(sale.locator.as_str()).copied().unwrap_or(Tick::MAX);
            for seat in &sale.seats {
                let span = owned
                    .entry(seat)
                    .or_default()
                    .entry(sale.locator.clone())
                    .or_insert((Tick::MAX, until));
                span.0 = span.0.min(sale.ended);
            }
        }
        let left = self.carts.left_by();
        for hold in &self.holds {
            let Got::Seats(seats) = &hold.got else { continue };
            for (seat, number) in seats {
                // Of the others it is not known when they ended.
                if let Some(until) = left.get(number) {
                    let owners = owned.entry(seat).or_default();
                    owners.insert(format!("hold {number}"), (hold.ended, *until));
                }
            }
        }
        for (seat, owners) in owned {
            let mut spans: Vec<_> =
                owners.into_iter().filter(|(_, (from, to))| from < to).collect();
            spans.sort_by_key(|(_, (from, _))| *from);
            for pair in spans.windows(2) {
                if pair[1].1.0 < pair[0].1.1 {
                    faults
                        .push(format!("{seat:?} was {}'s and {}'s at once", pair[0].0, pair[1].0));
                }
            }
        }
    }

    /// I2 and I8: what was acknowledged is there once, what was given back is not, and nothing else
    /// is sold or held.
    fn check_end(&self, faults: &mut Vec<String>) {
        // Who was answered at least once; the others may have been heard or not.
        let mut cancelled: HashMap<&str, bool> = HashMap::new();
        for cancel in &self.cancels {
            *cancelled.entry(&cancel.locator).or_default() |= cancel.answered;
        }
        for sale in &self.sales {
            let Some(left) = self.end.sold.get(&sale.locator) else {
                faults.push(format!("{} was acknowledged and is gone", sale.locator));
                continue;
            };
            let stands = *left == sale.seats;
            let well = match cancelled.get(sale.locator.as_str()) {
                None => stands,
                Some(true) => left.is_empty(),
                // All of it or nothing.
                Some(false) => stands || left.is_empty(),
            };
            if !well {
                let cancel = match cancelled.get(sale.locator.as_str()) {
                    None => "",
                    Some(true) => ", was cancelled,",
                    Some(false) => ", may have been cancelled,",
                };
                faults
                    .push(format!("{} was {:?}{cancel} and is {left:?}", sale.locator, sale.seats));
            }
        }
        let mut sold = BTreeSet::new();
        for (locator, seats) in &self.end.sold {
            for seat in seats {
                if !sold.insert(seat.clone()) {
                    faults.push(format!("{seat:?} of {locator} is sold twice"));
                }
            }
        }
        if sold != self.end.shown_sold {
            let differ: Vec<_> = sold.symmetric_difference(&self.end.shown_sold).collect();
            faults.push(format!("sold in bookings or on legs, not both: {differ:?}"));
        }
        if !self.end.shown_held.is_empty() {
            faults.push(format!("held by nobody: {:?}", self.end.shown_held));
        }
    }
}
