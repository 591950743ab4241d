//! The legs in memory: from the oldest that had not departed at the start, without a gap.

use std::collections::HashMap;
use std::sync::Arc;

use trecho_shared::ids::{LegId, Version};
use trecho_shared::time::Moment;

use super::seats::FreeSeats;
use crate::booking::{LegFacts, LegKey};

/// A leg and what is free on it. 72 bytes beside its facts.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct Leg {
    pub(in crate::booking) facts: Arc<LegFacts>,
    pub(in crate::booking) seats: FreeSeats,
    pub(in crate::booking) version: Version,
    pub(in crate::booking) closed: bool,
}

impl Leg {
    /// Whether its departure has passed.
    pub(in crate::booking) fn departed(&self, now: Moment) -> bool {
        self.facts.departs_at.moment() <= now
    }

    /// Whether any seat is held, sold or blocked.
    pub(in crate::booking) fn claimed(&self) -> bool {
        self.seats.left() < self.facts.cabin.capacity()
    }
}

/// All legs in memory.
#[cfg_attr(test, derive(Debug, Clone, PartialEq))]
pub(in crate::booking) struct Legs {
    first: LegKey,
    /// By key.
    dense: Vec<Leg>,
    by_id: HashMap<LegId, LegKey>,
}

impl Legs {
    /// No legs yet; the first to come has this key.
    pub(super) fn new(first: LegKey) -> Self {
        Self { first, dense: Vec::new(), by_id: HashMap::new() }
    }

    /// A leg; none if it had departed before the start.
    pub(in crate::booking) fn get(&self, key: LegKey) -> Option<&Leg> {
        self.dense.get(self.place(key)?)
    }

    pub(super) fn get_mut(&mut self, key: LegKey) -> Option<&mut Leg> {
        let place = self.place(key)?;
        self.dense.get_mut(place)
    }

    /// The key of the leg in memory that has this id.
    pub(in crate::booking) fn key_of(&self, id: &LegId) -> Option<LegKey> {
        self.by_id.get(id).copied()
    }

    /// The key of the oldest leg in memory.
    pub(in crate::booking) fn first_key(&self) -> LegKey {
        self.first
    }

    /// The key that the next leg gets.
    pub(in crate::booking) fn next_key(&self) -> LegKey {
        let count = u32::try_from(self.dense.len()).expect("keys of legs are below 2^32");
        LegKey(self.first.0 + count)
    }

    /// When a hold on this leg ends whatever its cart's clock says: at its departure. Long ago if
    /// the leg is closed, or so old that it is not in memory.
    pub(in crate::booking) fn sales_end(&self, key: LegKey) -> Moment {
        match self.get(key) {
            Some(leg) if !leg.closed => leg.facts.departs_at.moment(),
            Some(_) | None => Moment(0),
        }
    }

    /// A further leg, all of it free.
    pub(super) fn push(&mut self, facts: &Arc<LegFacts>, version: Version) {
        self.by_id.insert(facts.id, self.next_key());
        let seats = FreeSeats::all(facts.cabin.capacity());
        self.dense.push(Leg { facts: Arc::clone(facts), seats, version, closed: false });
    }

    /// Takes the last leg out again.
    pub(super) fn pop(&mut self) {
        if let Some(leg) = self.dense.pop() {
            self.by_id.remove(&leg.facts.id);
        }
    }

    /// Other facts of the same leg. Another cabin is empty: it changes only while no seat is
    /// claimed.
    pub(super) fn revise(&mut self, key: LegKey, facts: &Arc<LegFacts>) {
        let Some(leg) = self.get_mut(key) else { return };
        if leg.facts.cabin != facts.cabin {
            debug_assert!(!leg.claimed(), "a claimed seat lost its cabin");
            leg.seats = FreeSeats::all(facts.cabin.capacity());
        }
        leg.facts = Arc::clone(facts);
    }

    fn place(&self, key: LegKey) -> Option<usize> {
        key.0.checked_sub(self.first.0).map(|place| place as usize)
    }
}
