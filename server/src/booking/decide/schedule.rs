//! Legs into the timetable.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use trecho_shared::ids::{LegId, Version};
use trecho_shared::time::Moment;

use crate::booking::state::State;
use crate::booking::{
    Change, Decision, LegChange, LegChangeKind, LegFacts, LegKey, Newcomers, Outcome, Reason,
    Scheduled,
};

impl State {
    /// Each leg in turn, so that a leg that comes twice is new first and known then.
    pub(super) fn schedule(
        &self,
        legs: &[Arc<LegFacts>],
        now: Moment,
        newcomers: Newcomers,
    ) -> Decision {
        let mut draft = Draft {
            state: self,
            now,
            next: self.legs.next_key(),
            drafted: HashMap::new(),
            told: BTreeSet::new(),
            newcomers,
            changes: Vec::with_capacity(legs.len()),
            scheduled: Scheduled::default(),
        };
        for facts in legs {
            draft.schedule(facts);
        }
        draft.tell_legs();
        Decision::accept(Outcome::Scheduled(draft.scheduled), draft.changes)
    }
}

/// A timetable in the making.
struct Draft<'a> {
    state: &'a State,
    now: Moment,
    next: LegKey,
    /// What this command has added or revised so far.
    drafted: HashMap<LegId, (LegKey, &'a Arc<LegFacts>)>,
    /// The legs that others see change.
    told: BTreeSet<LegKey>,
    newcomers: Newcomers,
    changes: Vec<Change>,
    scheduled: Scheduled,
}

impl<'a> Draft<'a> {
    fn schedule(&mut self, facts: &'a Arc<LegFacts>) {
        match self.known(&facts.id) {
            None if self.may_be_forgotten(facts) => self.scheduled.departed += 1,
            None => self.add(facts),
            Some((_, before)) if before == facts => self.scheduled.unchanged += 1,
            Some((leg, before)) if self.claimed(leg) && !differ_in_fare_only(before, facts) => {
                self.scheduled.refused.push(facts.id);
            }
            Some((leg, before)) => self.revise(leg, before, facts),
        }
    }

    /// The leg as it is by now.
    fn known(&self, id: &LegId) -> Option<(LegKey, &'a Arc<LegFacts>)> {
        self.drafted.get(id).copied().or_else(|| {
            let key = self.state.legs.key_of(id)?;
            Some((key, &self.state.legs.get(key)?.facts))
        })
    }

    /// Whether the ledger may have this leg though it is not in memory: if any legs were left out
    /// at the start, they were such that had departed.
    fn may_be_forgotten(&self, facts: &LegFacts) -> bool {
        self.state.legs.first_key() > LegKey(1) && facts.departs_at.moment() <= self.now
    }

    /// Whether any of its seats is. A leg that was added just now has none that are.
    fn claimed(&self, leg: LegKey) -> bool {
        self.state.legs.get(leg).is_some_and(super::super::state::Leg::claimed)
    }

    fn add(&mut self, facts: &'a Arc<LegFacts>) {
        let leg = self.next;
        self.next = LegKey(leg.0 + 1);
        self.drafted.insert(facts.id, (leg, facts));
        if self.newcomers == Newcomers::Told {
            self.told.insert(leg);
        }
        self.changes.push(Change::LegAdded { leg, facts: Arc::clone(facts) });
        self.scheduled.added += 1;
    }

    fn revise(&mut self, leg: LegKey, before: &Arc<LegFacts>, facts: &'a Arc<LegFacts>) {
        self.drafted.insert(facts.id, (leg, facts));
        self.told.insert(leg);
        let (before, after) = (Arc::clone(before), Arc::clone(facts));
        self.changes.push(Change::LegRevised { leg, before, after });
        self.scheduled.revised += 1;
    }

    /// What others see: each such leg once. A new leg begins with the version of the last change
    /// there was.
    fn tell_legs(&mut self) {
        let counter = self.state.counters.version;
        let seats: HashMap<LegKey, u32> =
            self.drafted.values().map(|(leg, facts)| (*leg, facts.cabin.capacity())).collect();
        for (&leg, number) in self.told.iter().zip(counter.0 + 1..) {
            let known = self.state.legs.get(leg);
            let seats_left = match known {
                Some(known) if known.claimed() => known.seats.left(),
                Some(_) | None => seats.get(&leg).copied().unwrap_or(0),
            };
            self.changes.push(Change::Leg(LegChange {
                leg,
                version: Version(number),
                version_before: known.map_or(counter, |known| known.version),
                seats_left,
                closed: known.is_some_and(|known| known.closed),
                kind: LegChangeKind::Updated,
                reason: Reason::Operator,
            }));
        }
    }
}

fn differ_in_fare_only(one: &LegFacts, other: &LegFacts) -> bool {
    let LegFacts { id, to, departs_at, arrives_at, aircraft, cabin, fare: _ } = one;
    (id, to, departs_at, arrives_at, aircraft, cabin)
        == (
            &other.id,
            &other.to,
            &other.departs_at,
            &other.arrives_at,
            &other.aircraft,
            &other.cabin,
        )
}
