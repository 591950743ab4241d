//! What clients saw of a server, and whether a server that keeps its promises can have shown it.
//!
//! Versions give the order of what happened to a leg, so nothing is searched: everything is sorted
//! and looked at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// A seat on a leg.
pub(crate) type Seat = (String, String);

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
}

/// What stood when everything had ended and every session was closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct End {
    /// The tickets of each booking that are not cancelled.
    pub(crate) sold: HashMap<String, Vec<Seat>>,
    /// The seats that the legs show as sold, and as held.
    pub(crate) shown_sold: BTreeSet<Seat>,
    pub(crate) shown_held: BTreeSet<Seat>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    pub(crate) capacity: HashMap<String, u64>,
    pub(crate) looks: Vec<Look>,
    /// Events of one connection each, in the order in which they came: leg, version, seats left.
    pub(crate) heard: Vec<Vec<(String, u64, u64)>>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) cancels: Vec<Cancel>,
    pub(crate) end: End,
}

impl History {
    /// Takes over what another client saw.
    pub(crate) fn join(&mut self, other: Self) {
        self.looks.extend(other.looks);
        self.heard.extend(other.heard);
        self.sales.extend(other.sales);
        self.cancels.extend(other.cancels);
    }

    /// Everything that no server that keeps its promises can have shown.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_counts(&mut faults);
        self.check_real_time(&mut faults);
        self.check_feeds(&mut faults);
        self.check_keys(&mut faults);
        self.check_owners(&mut faults);
        self.check_end(&mut faults);
        faults
    }

    /// I1, and what is told was committed: a version of a leg is one state, whoever sees it, before
    /// a crash or after.
    fn check_counts(&self, faults: &mut Vec<String>) {
        let looks = self.looks.iter().map(|look| (&look.leg, look.version, look.seats_left));
        let heard = self.heard.iter().flatten().map(|(leg, version, left)| (leg, *version, *left));
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

    /// I6: who asks after an answer sees no older state than that answer.
    fn check_real_time(&self, faults: &mut Vec<String>) {
        let mut by_leg: BTreeMap<&str, Vec<&Look>> = BTreeMap::new();
        for look in &self.looks {
            by_leg.entry(&look.leg).or_default().push(look);
        }
        for (leg, mut begun) in by_leg {
            let mut ended = begun.clone();
            begun.sort_by_key(|look| look.begun);
            ended.sort_by_key(|look| look.ended);
            let (mut newest, mut before) = (0, ended.into_iter().peekable());
            for look in begun {
                while let Some(earlier) = before.next_if(|earlier| earlier.ended < look.begun) {
                    newest = newest.max(earlier.version);
                }
                if look.version < newest {
                    faults.push(format!("{leg} went back from {newest} to {}", look.version));
                }
            }
        }
    }

    /// I5: on one connection the versions of a leg grow.
    fn check_feeds(&self, faults: &mut Vec<String>) {
        for feed in &self.heard {
            let mut newest: HashMap<&str, u64> = HashMap::new();
            for (leg, version, _) in feed {
                let before = newest.insert(leg, *version);
                if before.is_some_and(|before| before > *version) {
                    faults.push(format!("an event of {leg} went back to {version}"));
                }
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

    /// One seat, one owner: it is certainly owned from the first answer until a cancel begins.
    fn check_owners(&self, faults: &mut Vec<String>) {
        let mut cancelled: HashMap<&str, Tick> = HashMap::new();
        for cancel in &self.cancels {
            let begun = cancelled.entry(&cancel.locator).or_insert(cancel.begun);
            *begun = cancel.begun.min(*begun);
        }
        let mut owned: BTreeMap<&Seat, BTreeMap<&str, (Tick, Tick)>> = BTreeMap::new();
        for sale in &self.sales {
            let until = cancelled.get(sale.locator.as_str()).copied().unwrap_or(Tick::MAX);
            for seat in &sale.seats {
                let span = owned
                    .entry(seat)
                    .or_default()
                    .entry(&sale.locator)
                    .or_insert((Tick::MAX, until));
                span.0 = span.0.min(sale.ended);
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

    /// I2 and I8: what was acknowledged is there once, and nothing else is sold or held.
    fn check_end(&self, faults: &mut Vec<String>) {
        let cancelled: BTreeSet<&str> =
            self.cancels.iter().map(|cancel| cancel.locator.as_str()).collect();
        for sale in &self.sales {
            let left = self.end.sold.get(&sale.locator);
            match left {
                None => faults.push(format!("{} was acknowledged and is gone", sale.locator)),
                Some(left) if !cancelled.contains(sale.locator.as_str()) && *left != sale.seats => {
                    faults.push(format!("{} was {:?} and is {left:?}", sale.locator, sale.seats));
                }
                Some(_) => {}
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

/// A history in which all is well.
fn well() -> History {
    let seat = |row: u32| ("L".to_owned(), format!("{row}A"));
    let look = |version, seats_left, begun| Look {
        leg: "L".to_owned(),
        version,
        seats_left,
        begun,
        ended: begun + 1,
    };
    let sale = |key: &str, locator: &str, row, ended| Sale {
        key: key.to_owned(),
        locator: locator.to_owned(),
        claim: format!("claim {locator}"),
        seats: vec![seat(row)],
        ended,
    };
    History {
        capacity: HashMap::from([("L".to_owned(), 3)]),
        looks: vec![look(1, 3, 0), look(5, 2, 10), look(9, 1, 20)],
        heard: vec![vec![("L".to_owned(), 5, 2), ("L".to_owned(), 9, 1)]],
        sales: vec![sale("a", "AAA", 1, 2), sale("a", "AAA", 1, 4), sale("b", "BBB", 2, 12)],
        cancels: Vec::new(),
        end: End {
            sold: HashMap::from([
                ("AAA".to_owned(), vec![seat(1)]),
                ("BBB".to_owned(), vec![seat(2)]),
            ]),
            shown_sold: BTreeSet::from([seat(1), seat(2)]),
            shown_held: BTreeSet::new(),
        },
    }
}

#[test]
fn a_history_in_which_all_is_well_has_no_fault() {
    assert_eq!(well().faults(), Vec::<String>::new());
}

#[test]
fn each_broken_promise_is_found() {
    type Break = fn(&mut History);
    let cases: [(&str, Break); 9] = [
        ("seats left", |history| history.looks[0].seats_left = 4),
        ("at version 5", |history| history.heard[0][0].2 = 1),
        ("went back", |history| history.looks[2].version = 2),
        ("went back", |history| history.heard[0].swap(0, 1)),
        ("key a bought", |history| history.sales[1].locator = "CCC".to_owned()),
        ("was sold for", |history| history.sales[1].key = "c".to_owned()),
        ("at once", |history| history.sales[2].seats = history.sales[0].seats.clone()),
        ("is gone", |history| drop(history.end.sold.remove("BBB"))),
        ("held by nobody", |history| {
            history.end.shown_held.insert(("L".to_owned(), "3A".to_owned()));
        }),
    ];
    for (expected, break_it) in cases {
        let mut history = well();
        break_it(&mut history);
        let faults = history.faults();
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
    }
}
