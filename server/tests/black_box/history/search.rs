//! Whether there is an order in which a history makes sense, by trying them all (Wing and Gong, with
//! Lowe's memory): the judge of the checker that does not search. For tiny complete histories.

use std::collections::{BTreeMap, HashSet};

use super::{Got, Heard, History, Hold, Look, Release, Tick};

/// What a client asked and was told.
#[derive(Clone, Copy)]
enum Op<'a> {
    Look(&'a Look),
    Hold(&'a Hold),
    Release(&'a Release),
}

impl Op<'_> {
    fn begun(self) -> Tick {
        match self {
            Self::Look(op) => op.begun,
            Self::Hold(op) => op.begun,
            Self::Release(op) => op.begun,
        }
    }

    fn ended(self) -> Tick {
        match self {
            Self::Look(op) => op.ended,
            Self::Hold(op) => op.ended,
            Self::Release(op) => op.ended,
        }
    }
}

/// A desk that does one thing after the other, and shows the legs of one cart one after the other.
#[derive(Clone)]
struct Desk<'a> {
    /// Free seats and version of each leg, as they are shown.
    legs: BTreeMap<&'a str, (u64, u64)>,
    /// The leg of each hold.
    held: BTreeMap<u64, &'a str>,
    next_hold: u64,
    /// So many events have been told.
    told: usize,
    /// The hold that is being shown, and its legs that are not shown yet, the next one last.
    showing: Option<(usize, Vec<&'a str>)>,
}

impl<'a> Desk<'a> {
    /// Does it, if it comes to what was answered and what was told of it. Of a hold, all but to show
    /// its legs.
    fn does(&mut self, op: Op<'a>, log: &[Heard]) -> bool {
        match op {
            Op::Look(look) => self.legs[look.leg.as_str()] == (look.seats_left, look.version),
            Op::Hold(Hold { got: Got::Unknown, .. }) => false,
            Op::Hold(Hold { legs, got: Got::Taken(taken), .. }) => {
                let gone = |leg: &&String| self.legs[leg.as_str()].0 == 0;
                let gone: HashSet<&String> = legs.iter().filter(gone).collect();
                !gone.is_empty() && gone == taken.iter().collect()
            }
            Op::Hold(Hold { legs, got: Got::Seats(seats), .. }) => {
                let mut numbers: Vec<u64> = seats.iter().map(|(_, number)| *number).collect();
                numbers.sort_unstable();
                let numbered = numbers.iter().copied().eq((self.next_hold..).take(legs.len()));
                self.next_hold += seats.len() as u64;
                self.held.extend(seats.iter().map(|((leg, _), hold)| (*hold, leg.as_str())));
                numbered
            }
            Op::Release(release) => match self.held.remove(&release.hold) {
                Some(leg) => self.tells(leg, log, |left| Some(left + 1)),
                None => false,
            },
        }
    }

    /// Shows the next leg of a hold, if that is what the next event tells: what is done then.
    fn shows(
        &mut self,
        (hold, mut legs): (usize, Vec<&'a str>),
        log: &[Heard],
        done: u32,
    ) -> Option<u32> {
        let leg = legs.pop().expect("it is shown until none is left");
        let told = self.tells(leg, log, |left| left.checked_sub(1));
        let all = legs.is_empty();
        self.showing = (!all).then_some((hold, legs));
        told.then_some(if all { done | 1 << hold } else { done })
    }

    /// Changes a leg's seats, if that is what the next event tells.
    fn tells(&mut self, leg: &'a str, log: &[Heard], change: fn(u64) -> Option<u64>) -> bool {
        let Some(event) = log.get(self.told) else { return false };
        self.told += 1;
        let Some(left) = change(self.legs[leg].0) else { return false };
        self.legs.insert(leg, (left, event.version));
        event.leg == leg && event.seats_left == left
    }
}

/// Whether some order of all that was asked, in which nothing comes before what had ended when it
/// began, explains every answer and every event.
pub(super) fn makes_sense(history: &History) -> bool {
    let ops: Vec<Op<'_>> = history
        .looks
        .iter()
        .map(Op::Look)
        .chain(history.holds.iter().map(Op::Hold))
        .chain(history.releases.iter().map(Op::Release))
        .collect();
    assert!(ops.len() <= 16, "every order of them is tried");
    let legs = history.capacity.iter().map(|(leg, seats)| (leg.as_str(), (*seats, 0))).collect();
    let desk = Desk { legs, held: BTreeMap::new(), next_hold: 1, told: 0, showing: None };
    let log = &history.heard[0];
    log.windows(2).all(|pair| pair[0].version < pair[1].version)
        && explained(&ops, log, (0, desk), &mut HashSet::new())
}

/// How far it came: what is done, and what is half shown.
type Progress = (u32, Option<(usize, usize)>);

/// Goes on from what is done so far; `hopeless` has been tried before.
fn explained<'a>(
    ops: &[Op<'a>],
    log: &[Heard],
    (done, desk): (u32, Desk<'a>),
    hopeless: &mut HashSet<Progress>,
) -> bool {
    if done.count_ones() as usize == ops.len() {
        return desk.told == log.len();
    }
    let showing = desk.showing.as_ref().map(|(hold, legs)| (*hold, legs.len()));
    if !hopeless.insert((done, showing)) {
        return false;
    }
    let left = |at: &usize| done & (1 << at) == 0;
    let first = (0..ops.len()).filter(left).map(|at| ops[at].ended()).min().unwrap_or(0);
    let mut next = (0..ops.len()).filter(left).filter(|at| ops[*at].begun() <= first);
    next.any(|at| {
        let mut desk = desk.clone();
        let done = match (ops[at], desk.showing.take()) {
            (op @ Op::Look(_), showing) => {
                desk.showing = showing;
                desk.does(op, log).then_some(done | 1 << at)
            }
            (_, Some((hold, legs))) if hold == at => desk.shows((at, legs), log, done),
            // Nothing is decided between two legs of one cart.
            (_, Some(_)) => None,
            (op @ Op::Hold(Hold { legs, got: Got::Seats(_), .. }), None) => {
                let mut legs: Vec<&str> = legs.iter().map(String::as_str).collect();
                legs.sort_unstable_by(|one, other| other.cmp(one));
                desk.does(op, log).then(|| desk.shows((at, legs), log, done)).flatten()
            }
            (op, None) => desk.does(op, log).then_some(done | 1 << at),
        };
        done.is_some_and(|done| explained(ops, log, (done, desk), hopeless))
    })
}
