//! What the lines so far come to.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use trecho_shared::ids::LegId;

use crate::booking::LegFacts;
use crate::timetable::import::{IMPORT_ERRORS, LineError};
use crate::timetable::read::{Format, Lines, NAMED_LINES};
use crate::timetable::{ImportError, Reading, UnservedLines};

/// Legs, and what there is to say of lines.
pub(super) struct Found {
    /// At most so many legs are made.
    most: usize,
    legs: Vec<LegFacts>,
    /// The line of each leg.
    lines: Vec<u64>,
    /// Where in `legs` each leg is.
    places: HashMap<LegId, usize>,
    /// How many legs were made, the repeated ones too.
    made: usize,
    /// Lines that are wrong.
    wrong: Lines,
    /// Lines that are sound, but cannot be sold here.
    unserved: Lines,
    /// Lines that say what another line has said.
    repeats: Lines,
    notes: Lines,
}

/// How the legs of one line go together with those before.
#[derive(Default)]
pub(super) struct Tally {
    new: u64,
    /// By line: how many legs are there already, the same in every respect.
    same: BTreeMap<u64, u64>,
    /// By line: the first leg that is there already as another one, and how many are.
    clashes: BTreeMap<u64, (LegId, u64)>,
}

impl Tally {
    /// Whether the line has made no legs yet.
    pub(super) fn is_empty(&self) -> bool {
        self.new == 0 && self.same.is_empty() && self.clashes.is_empty()
    }
}

impl Found {
    pub(super) fn new(most: usize) -> Self {
        let (legs, lines, places) = Default::default();
        let [wrong, unserved, repeats, notes] = Default::default();
        Self { most, legs, lines, places, made: 0, wrong, unserved, repeats, notes }
    }

    pub(super) fn refuse(&mut self, line: u64, reason: String) {
        self.wrong.add(line, reason);
    }

    pub(super) fn leave(&mut self, line: u64, reason: String) {
        self.unserved.add(line, reason);
    }

    pub(super) fn note(&mut self, line: u64, note: String) {
        self.notes.add(line, note);
    }

    /// Adds a leg of a line, unless it is there already.
    ///
    /// # Errors
    /// If there are too many.
    pub(super) fn add(
        &mut self,
        line: u64,
        leg: LegFacts,
        tally: &mut Tally,
    ) -> Result<(), ImportError> {
        self.made += 1;
        if self.made > self.most {
            return Err(ImportError::TooManyLegs { line, most: self.most });
        }
        match self.places.entry(leg.id) {
            Entry::Vacant(free) => {
                free.insert(self.legs.len());
                self.legs.push(leg);
                self.lines.push(line);
                tally.new += 1;
            }
            Entry::Occupied(taken) => {
                let (known, line) = (&self.legs[*taken.get()], self.lines[*taken.get()]);
                if *known == leg {
                    *tally.same.entry(line).or_default() += 1;
                } else {
                    tally.clashes.entry(line).or_insert((leg.id, 0)).1 += 1;
                }
            }
        }
        Ok(())
    }

    /// Says how the legs of a line went together with those before.
    pub(super) fn close(&mut self, line: u64, tally: Tally) {
        let Tally { new, same, clashes } = tally;
        for (first, (leg, count)) in clashes {
            let days = match count {
                1 => String::new(),
                count => format!(" (and so on {count} days)"),
            };
            self.refuse(
                line,
                format!(
                    "{leg} is already on line {first}, with other times, seats or destination{days}: one flight leaves one airport once a day"
                ),
            );
        }
        if same.is_empty() {
            return;
        }
        let others: Vec<String> = same.keys().take(5).map(u64::to_string).collect();
        let (others, count) = (others.join(", "), same.values().sum::<u64>());
        if new == 0 {
            self.repeats.add(line, format!("all its legs are already on line {others}, the same"));
        } else {
            self.note(line, format!("{count} of its legs are already on line {others}, the same"));
        }
    }

    /// The legs, or what is against them.
    pub(super) fn finish(self, unserved: UnservedLines) -> Result<Reading, ImportError> {
        let Self { legs, wrong, unserved: foreign, repeats, notes, .. } = self;
        let refused = match unserved {
            UnservedLines::Refuse => foreign.count() > 0,
            UnservedLines::Skip => false,
        };
        if wrong.count() == 0 && !refused {
            let left_out = merged([foreign, repeats], NAMED_LINES);
            return Ok(Reading { format: Format::Ssim, legs, left_out, notes });
        }
        let any_wrong = wrong.count() > 0;
        let against = match unserved {
            UnservedLines::Refuse => [wrong, foreign],
            UnservedLines::Skip => [wrong, Lines::default()],
        };
        let Lines { named: errors, more } = merged(against, IMPORT_ERRORS);
        if any_wrong {
            Err(ImportError::Lines { errors, more })
        } else {
            Err(ImportError::Unserved { errors, more })
        }
    }
}

/// Both lists by line. If that is more than `most` lines, those of the first list stay before those
/// of the second.
fn merged([first, second]: [Lines; 2], most: usize) -> Lines {
    let count = first.count() + second.count();
    let mut named: Vec<LineError> = first.named.into_iter().chain(second.named).collect();
    named.truncate(most);
    named.sort_by_key(|error| error.line);
    Lines { more: count - named.len() as u64, named }
}
