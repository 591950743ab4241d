//! One order for everything: the versions. Whatever anyone saw, and when, must fit into it.
//!
//! Versions are numbers of one counter, so they order the changes of all legs, and nothing needs to
//! be searched. For each change it is gathered by when it had certainly happened (somebody had seen
//! it, or one that came after it) and when it certainly had not (somebody asked and did not see it,
//! or one that came before it). It is a fault if the second is later: no order of what the carts
//! did explains what was seen (I6 and I7).

use std::collections::{BTreeMap, HashMap};

use super::runs::Runs;
use super::{Got, Heard, History, Hold, Tick};

/// A change that somebody saw.
struct Entry<'a> {
    leg: &'a str,
    version: u64,
    seats_left: u64,
    /// It happened after this,
    after: Tick,
    /// and before this.
    before: Tick,
    /// It came in one stroke with the entry before.
    glued: bool,
}

/// All changes that somebody saw, by version.
pub(super) struct Order<'a> {
    entries: Vec<Entry<'a>>,
    /// The places of each leg's entries.
    of_leg: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Order<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let mut order = Self { entries: entries(history), of_leg: HashMap::new() };
        for (place, entry) in order.entries.iter().enumerate() {
            order.of_leg.entry(entry.leg).or_default().push(place);
        }
        for look in &history.looks {
            order.saw(&look.leg, look.version, look.begun, look.ended);
        }
        for event in history.heard.iter().flatten() {
            order.happened_through(event.version, event.at);
        }
        order
    }

    /// Someone who asked and was answered between these ticks saw this version of the leg: all up
    /// to it had happened by the answer, and the leg's next had not before the question.
    fn saw(&mut self, leg: &str, version: u64, begun: Tick, ended: Tick) {
        self.happened_through(version, ended);
        let next = self.of_leg.get(leg).and_then(|places| {
            let at = places.partition_point(|place| self.entries[*place].version <= version);
            places.get(at).copied()
        });
        if let Some(next) = next {
            self.entries[next].after = self.entries[next].after.max(begun);
        }
    }

    fn happened_through(&mut self, version: u64, by: Tick) {
        let count = self.entries.partition_point(|entry| entry.version <= version);
        if let Some(last) = self.entries[..count].last_mut() {
            last.before = last.before.min(by);
        }
    }

    /// This change was made between these ticks.
    fn made(&mut self, place: usize, begun: Tick, ended: Tick) {
        let entry = &mut self.entries[place];
        entry.after = entry.after.max(begun);
        entry.before = entry.before.min(ended);
    }

    /// What is known of each change bears on all that came before it, and after.
    fn spread(&mut self) {
        let mut after = 0;
        for entry in &mut self.entries {
            after = after.max(entry.after);
            entry.after = after;
        }
        let mut before = Tick::MAX;
        for entry in self.entries.iter_mut().rev() {
            before = before.min(entry.before);
            entry.before = before;
        }
    }

    /// The first so many had happened by then. Spread already, all are in order: who is early
    /// enough has none before it that is not.
    fn happened(&mut self, count: usize, by: Tick) {
        let late = self.entries[..count].iter_mut().rev().take_while(|entry| entry.before > by);
        late.for_each(|entry| entry.before = by);
    }

    /// All but the first so many had not happened then.
    fn had_not_happened(&mut self, count: usize, then: Tick) {
        let early = self.entries.iter_mut().skip(count).take_while(|entry| entry.after < then);
        early.for_each(|entry| entry.after = then);
    }

    /// Everything that fits into no order.
    pub(super) fn faults(mut self, history: &History) -> Vec<String> {
        let mut faults = Vec::new();
        if history.complete {
            self.check_looks(history, &mut faults);
            self.place_carts(history, &mut faults);
        } else {
            let Runs { placed, faults: found } = Runs::of(history);
            faults.extend(found);
            for hold in placed {
                self.place(hold.hold, &hold.versions);
            }
        }
        self.spread();
        for entry in &self.entries {
            if entry.after > entry.before {
                faults.push(format!(
                    "{} went back: version {} was there at {}, and was not at {}",
                    entry.leg, entry.version, entry.before, entry.after
                ));
            }
        }
        if faults.is_empty() {
            self.check_refusals(history, &mut faults);
        }
        faults
    }

    /// Where every change was told, nothing else was there to be seen.
    fn check_looks(&self, history: &History, faults: &mut Vec<String>) {
        for look in &history.looks {
            let mut of_leg = self.entries.iter().filter(|entry| entry.leg == look.leg);
            let told = of_leg.any(|entry| entry.version == look.version);
            let first = look.version == 0 && look.seats_left == history.capacity[&look.leg];
            if !told && !first {
                faults.push(format!("nothing was told of {look:?}"));
            }
        }
    }

    /// Where every change was told and every command is known: the holds, by their numbers, are
    /// the changes that took seats, and a seat that was alone on its leg was given back next.
    fn place_carts(&mut self, history: &History, faults: &mut Vec<String>) {
        let mut left: HashMap<&str, u64> = HashMap::new();
        let mut taking = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let before = left.insert(entry.leg, entry.seats_left);
            let before = before.unwrap_or_else(|| history.capacity[entry.leg]);
            match entry.seats_left {
                now if now + 1 == before => taking.push(place),
                now if now == before + 1 => {}
                now => faults.push(format!("{} had {before} seats, then {now}", entry.leg)),
            }
        }
        let mut taking = taking.into_iter();
        for hold in history.held() {
            let Got::Seats(seats) = &hold.got else { continue };
            let mut legs: Vec<&str> = seats.iter().map(|((leg, _), _)| leg.as_str()).collect();
            legs.sort_unstable();
            let places: Vec<usize> = taking.by_ref().take(legs.len()).collect();
            let told: Vec<&str> = places.iter().map(|place| self.entries[*place].leg).collect();
            let first = places.first().copied().unwrap_or(0);
            if told != legs || places.iter().zip(first..).any(|(place, next)| *place != next) {
                faults.push(format!("the events tell nothing of {hold:?}"));
                return;
            }
            for place in &places {
                self.made(*place, hold.begun, hold.ended);
                self.place_release(history, hold, *place);
            }
            self.glue(first, places.len());
        }
        if taking.next().is_some() {
            faults.push("a seat went to nobody".to_owned());
        }
    }

    /// These versions are what the hold changed, in one stroke.
    fn place(&mut self, hold: &Hold, versions: &[u64]) {
        let first = self.entries.partition_point(|entry| entry.version < versions[0]);
        let of = |entry: &Entry<'_>| entry.version;
        if self.entries[first..].iter().map(of).take(versions.len()).ne(versions.iter().copied()) {
            // A look showed another leg with one of them, just before or after a restart.
            return;
        }
        for place in first..first + versions.len() {
            self.made(place, hold.begun, hold.ended);
        }
        self.glue(first, versions.len());
    }

    /// So many entries came in one stroke: no decision was made between two of them. They may be
    /// seen one after the other all the same, since the board shows each leg by itself.
    fn glue(&mut self, first: usize, count: usize) {
        for entry in &mut self.entries[first..first + count][1..] {
            entry.glued = true;
        }
    }

    /// The release that ended what `place` took, if the leg has one seat only.
    fn place_release(&mut self, history: &History, hold: &Hold, place: usize) {
        let leg = self.entries[place].leg;
        if history.capacity[leg] > 1 {
            return;
        }
        let Got::Seats(seats) = &hold.got else { return };
        let ended = seats.iter().find(|((held, _), _)| held == leg).map(|(_, hold)| *hold);
        let release = history.releases.iter().find(|release| Some(release.hold) == ended);
        let next = self.of_leg[leg].iter().copied().find(|later| *later > place);
        match (release, next) {
            (Some(release), Some(next)) => self.made(next, release.begun, release.ended),
            // Given back, and never told; or told, and given back by nobody.
            (Some(_), None) | (None, Some(_)) => self.entries[place].after = Tick::MAX,
            (None, None) => {}
        }
    }

    /// Of how many refusals it is known well enough what happened meanwhile.
    pub(super) fn judged(mut self, history: &History) -> usize {
        self.spread();
        history.holds.iter().filter(|hold| self.legal(history, hold).is_some()).count()
    }

    /// Whoever was told that legs are taken: there was an instant, while they asked, at which each
    /// of these had no free seat (and, where all is known, all others had).
    fn check_refusals(&mut self, history: &History, faults: &mut Vec<String>) {
        let mut refused: Vec<&Hold> =
            history.holds.iter().filter(|hold| matches!(hold.got, Got::Taken(_))).collect();
        refused.sort_by_key(|hold| hold.ended);
        for hold in refused {
            let Some(runs) = self.legal(history, hold) else { continue };
            match runs.first() {
                None => faults.push(format!("there were seats: {hold:?}")),
                Some(&(first, last)) => {
                    // It was at that instant, and not earlier or later.
                    self.happened(first, hold.ended);
                    self.had_not_happened(last, hold.begun);
                }
            }
        }
    }

    /// The stretches between changes (after so many entries, from and to) at which the refusal is
    /// true; none at all if it is not known well enough what happened meanwhile.
    fn legal(&self, history: &History, hold: &Hold) -> Option<Vec<(usize, usize)>> {
        let Got::Taken(taken) = &hold.got else { return None };
        let first = self.entries.partition_point(|entry| entry.before < hold.begun);
        let last = self.entries.partition_point(|entry| entry.after <= hold.ended);
        let since = if history.complete { 0 } else { self.told(history, first, last)? };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut goes_on = false;
        for gap in first..=last {
            if self.entries.get(gap).is_some_and(|entry| entry.glued) {
                continue;
            }
            let mut fits = true;
            for leg in &hold.legs {
                let none = self.seats_left(history, (leg, since), gap)? == 0;
                fits &= none == taken.contains(leg);
            }
            match runs.last_mut() {
                Some((_, end)) if fits && goes_on => *end = gap,
                _ if fits => runs.push((gap, gap)),
                _ => {}
            }
            goes_on = fits;
        }
        Some(runs)
    }

    /// Since which version one feed has told of every change, up to the one after `last`, if it has
    /// from the one before `first` on.
    fn told(&self, history: &History, first: usize, last: usize) -> Option<u64> {
        let from = self.entries.get(first.checked_sub(1)?)?.version;
        let to = self.entries.get(last)?.version;
        // Events of one feed come in the order of their versions, or that is found to be a fault.
        let has = |feed: &[Heard], version| {
            feed.binary_search_by_key(&version, |event| event.version).is_ok()
        };
        let feed = history.heard.iter().find(|feed| has(feed, from) && has(feed, to))?;
        feed.first().map(|event| event.version)
    }

    /// How many seats the leg had free after so many entries, if that is known: nothing was missed
    /// since it was told.
    fn seats_left(
        &self,
        history: &History,
        (leg, since): (&str, u64),
        after: usize,
    ) -> Option<u64> {
        let places = self.of_leg.get(leg).map_or(&[][..], Vec::as_slice);
        let at = places.partition_point(|place| *place < after);
        match at.checked_sub(1) {
            Some(at) => {
                let entry = &self.entries[places[at]];
                (entry.version >= since).then_some(entry.seats_left)
            }
            None if history.complete => Some(history.capacity[leg]),
            None => None,
        }
    }
}

/// Each version that was seen, once. After a restart legs share the counter's: only the one that an
/// event told of is that change; which of the others came first is not known, so none is taken.
fn entries(history: &History) -> Vec<Entry<'_>> {
    let mut seen: BTreeMap<u64, BTreeMap<&str, (u64, bool)>> = BTreeMap::new();
    for event in history.heard.iter().flatten() {
        let seen = seen.entry(event.version).or_default();
        seen.insert(&event.leg, (event.seats_left, true));
    }
    for look in history.looks.iter().filter(|_| !history.complete) {
        let seen = seen.entry(look.version).or_default();
        seen.entry(&look.leg).or_insert((look.seats_left, false));
    }
    let mut entries = Vec::new();
    for (version, legs) in seen {
        let alone = legs.len() == 1;
        for (leg, (seats_left, heard)) in legs {
            if alone || heard {
                let (after, before, glued) = (0, Tick::MAX, false);
                entries.push(Entry { leg, version, seats_left, after, before, glued });
            }
        }
    }
    entries
}
