//! A run of neighbouring keys: what each leg is, and its cell.

use std::sync::Arc;

use trecho_shared::ids::Version;

use super::cell::{Cell, LegState, fits};
use crate::booking::{LegFacts, LegKey};

/// How many keys a segment has.
pub(super) const SEGMENT: u32 = 1024;

/// The legs with keys from a multiple of [`SEGMENT`]. A clone has facts of its own to change, and
/// shares the cells.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    /// What the versions in the words are counted from.
    base: Version,
    facts: Vec<Option<Arc<LegFacts>>>,
    cells: Arc<[Cell]>,
}

impl Segment {
    /// A segment without legs.
    pub(super) fn new(base: Version) -> Self {
        let facts = vec![None; SEGMENT as usize];
        Self { base, facts, cells: (0..SEGMENT).map(|_| Cell::default()).collect() }
    }

    /// The number of the segment that has this key.
    pub(super) fn of(key: LegKey) -> usize {
        (key.0 / SEGMENT) as usize
    }

    /// A key's place in its segment.
    fn at(key: LegKey) -> usize {
        (key.0 % SEGMENT) as usize
    }

    pub(super) fn facts(&self, key: LegKey) -> Option<&Arc<LegFacts>> {
        self.facts[Self::at(key)].as_ref()
    }

    /// The leg's cell, whether or not there is such a leg.
    pub(super) fn cell(&self, key: LegKey) -> &Cell {
        &self.cells[Self::at(key)]
    }

    pub(super) fn state(&self, key: LegKey) -> LegState {
        self.cell(key).state(self.base)
    }

    /// Puts the state; says what it was.
    pub(super) fn set_state(&self, key: LegKey, state: LegState) -> LegState {
        self.cell(key).set_state(state, self.base)
    }

    /// Whether a word here can carry `version`.
    pub(super) fn fits(&self, version: Version) -> bool {
        fits(version, self.base)
    }

    /// Puts a leg that was not there.
    pub(super) fn add(&mut self, key: LegKey, facts: Arc<LegFacts>, state: LegState) {
        self.set_state(key, state);
        self.facts[Self::at(key)] = Some(facts);
    }

    /// Puts what a known leg is now. With another cabin, all of its seats are free, in a cell that
    /// is not the one before: whoever still reads that one sees seats of the cabin that it knows.
    pub(super) fn revise(&mut self, key: LegKey, facts: Arc<LegFacts>) {
        let at = Self::at(key);
        let same_cabin = self.facts[at].as_ref().is_some_and(|known| known.cabin == facts.cabin);
        if !same_cabin {
            let seats_left = facts.cabin.capacity();
            let mut cells = self.copied_cells();
            cells[at] = Cell::default();
            cells[at].set_state(LegState { seats_left, ..self.state(key) }, self.base);
            self.cells = cells.into();
        }
        self.facts[at] = Some(facts);
    }

    /// Counts versions from `base` on: each leg then has that version, as at a restart.
    pub(super) fn renew(&mut self, base: Version) {
        let renewed = |cell: &Cell| {
            let state = LegState { version: base, ..cell.state(self.base) };
            cell.renewed(state, base)
        };
        self.cells = self.cells.iter().map(renewed).collect();
        self.base = base;
    }

    fn copied_cells(&self) -> Vec<Cell> {
        let copy = |cell: &Cell| cell.renewed(cell.state(self.base), self.base);
        self.cells.iter().map(copy).collect()
    }

    /// The places of the legs whose last change came after `version`.
    pub(super) fn changed_since(&self, version: Version) -> impl Iterator<Item = u32> {
        let legs = (0..).zip(&self.facts).zip(self.cells.iter());
        legs.filter(move |((_, facts), cell)| {
            facts.is_some() && cell.state(self.base).version > version
        })
        .map(|((at, _), _)| at)
    }
}
