//! The holds' numbers beside the versions (I7): the desk gave both in the order in which it
//! decided, so where a feed told of every change, the events that took seats are the holds, one
//! after the other.
//!
//! Which number the first of them had is not told. It is tried: there must be one with which every
//! hold whose number is known took seats of its own legs, all in one stroke, and then what is known
//! of when it was asked and answered bears on the versions.

use std::collections::BTreeMap;

use super::{Got, Heard, History, Hold, Why};

/// A hold, and the versions by which it took its seats.
pub(super) struct Placed<'a> {
    pub(super) hold: &'a Hold,
    pub(super) versions: Vec<u64>,
}

/// What the runs of all feeds tell of the holds.
pub(super) struct Runs<'a> {
    pub(super) placed: Vec<Placed<'a>>,
    pub(super) faults: Vec<String>,
}

/// Which hold a number is.
type Numbers<'a> = BTreeMap<u64, &'a Hold>;

impl<'a> Runs<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let mut numbers = Numbers::new();
        for hold in history.held() {
            let Got::Seats(seats) = &hold.got else { continue };
            numbers.extend(seats.iter().map(|(_, number)| (*number, hold)));
        }
        let mut runs = Self { placed: Vec::new(), faults: Vec::new() };
        for feed in &history.heard {
            for run in feed.chunk_by(follows) {
                runs.place(history, &numbers, run);
                runs.check_looks(history, run);
            }
        }
        runs
    }

    /// Finds the holds of a run.
    fn place(&mut self, history: &History, numbers: &Numbers<'a>, run: &[Heard]) {
        let took: Vec<&Heard> = run.iter().filter(|event| event.why == Why::Held).collect();
        let (Some(first), Some(last)) = (numbers.keys().next(), numbers.keys().next_back()) else {
            return;
        };
        let count = took.len() as u64;
        // What nobody known holds is another's, whose answer is not known.
        let ours = took.iter().filter(|event| history.capacity.contains_key(&event.leg)).count();
        let from = run.first().map_or(0, |event| event.at);
        let to = run.last().map_or(0, |event| event.at);
        let unknown = history.holds.iter().filter(|hold| matches!(hold.got, Got::Unknown));
        let unknown = unknown.filter(|hold| hold.begun < to && hold.ended > from);
        let unknown: usize = unknown.map(|hold| hold.legs.len()).sum();
        let known = |placed: &Vec<Placed<'_>>| {
            placed.iter().map(|placed| placed.versions.len()).sum::<usize>()
        };
        let fits = (first.saturating_sub(count)..=*last)
            .filter_map(|number| fit(numbers, &took, number))
            .filter(|placed| ours <= known(placed) + unknown);
        let mut fits: Vec<_> = fits.collect();
        match fits.len() {
            0 => self.faults.push(format!(
                "what took seats in versions {}..={} is not what the holds took, in their order",
                run[0].version,
                run[run.len() - 1].version
            )),
            // Where a short run could be several holds it is not known which it was.
            1 => self.placed.append(&mut fits[0]),
            _ => {}
        }
    }

    /// Where every change was told, nothing else was there to be seen. (After a restart all legs
    /// have the version of the last change: that is the end of a run.)
    fn check_looks(&mut self, history: &History, run: &[Heard]) {
        let (first, last) = (run[0].version, run[run.len() - 1].version);
        for look in &history.looks {
            if (first..last).contains(&look.version) {
                let at = usize::try_from(look.version - first).unwrap();
                if run[at].leg != look.leg {
                    self.faults.push(format!("nothing was told of {look:?}"));
                }
            }
        }
    }
}

/// Nothing was between two events, and the second is of one change.
fn follows(one: &Heard, next: &Heard) -> bool {
    next.version == one.version + 1 && one.why != Why::Merged && next.why != Why::Merged
}

/// The holds that took what these events tell, if the first has this number; none if that cannot
/// be.
fn fit<'a>(numbers: &Numbers<'a>, took: &[&Heard], number: u64) -> Option<Vec<Placed<'a>>> {
    let mut placed: Vec<Placed<'a>> = Vec::new();
    let end = number + took.len() as u64;
    let mut known = numbers.range(number..end).peekable();
    while let Some((at, hold)) = known.next() {
        let from = *at;
        let mut to = from + 1;
        while known.next_if(|(_, next)| std::ptr::eq(**next, *hold)).is_some() {
            to += 1;
        }
        let index = |number_of: u64| usize::try_from(number_of - number).unwrap();
        let events = &took[index(from)..index(to)];
        let mut legs: Vec<&str> = hold.legs.iter().map(String::as_str).collect();
        // Of a hold at either end of a run a part may be missing.
        let own = events.iter().all(|event| {
            if hold.begun > event.at {
                return false;
            }
            let at = legs.iter().position(|leg| *leg == event.leg);
            at.map(|at| legs.swap_remove(at)).is_some()
        });
        let stroke = events.windows(2).all(|pair| pair[1].version == pair[0].version + 1);
        if !own || !stroke {
            return None;
        }
        placed.push(Placed { hold, versions: events.iter().map(|event| event.version).collect() });
    }
    Some(placed)
}
