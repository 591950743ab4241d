//! From one table to the next.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use trecho_shared::ids::{Iata, Version};

use super::super::cell::LegState;
use super::super::day::{Day, Slot, Spot};
use super::super::routes::RouteIx;
use super::super::segment::Segment;
use super::{Entry, Table};
use crate::booking::{LegFacts, LegKey};

/// A table in the making.
pub(super) struct Edit {
    table: Table,
    /// What becomes of each day that is touched.
    days: BTreeMap<i64, DayEdit>,
}

#[derive(Default)]
struct DayEdit {
    gone: HashSet<LegKey>,
    /// By key: a leg that comes twice in one commit is the last one.
    come: HashMap<LegKey, Slot>,
}

impl Edit {
    /// Begins with `table`.
    pub(super) fn of(table: &Table) -> Self {
        Self { table: table.clone(), days: BTreeMap::new() }
    }

    /// The table so far. Its days are those of before.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Makes room for `version` in the words of the key's segment.
    pub(super) fn fit(&mut self, key: LegKey, version: Version) {
        let segment = self.segment(key);
        if !segment.fits(version) {
            segment.renew(version);
        }
    }

    /// Puts a leg, new or as it is now.
    pub(super) fn put(&mut self, Entry { key, facts, closed, version }: Entry) {
        let slot = Slot::new(key, &facts, self.route(facts.id.origin, facts.to));
        if let Some(before) = self.table.facts(key).cloned() {
            self.segment(key).revise(key, facts.clone());
            let route = self.route(before.id.origin, before.to);
            if Slot::new(key, &before, route) == slot && before.cabin == facts.cabin {
                // Nothing that the indices know of.
                return;
            }
            self.take_out(key, &before);
        } else {
            self.fit(key, version);
            let seats_left = facts.cabin.capacity();
            let state = LegState { seats_left, version, closed };
            self.segment(key).add(key, facts.clone(), state);
            self.table.len += 1;
        }
        let ids = self.table.ids.entry(facts.id.date).or_default();
        Arc::make_mut(ids).insert((facts.id.flight, facts.id.origin), key);
        self.days.entry(slot.spot.day()).or_default().come.insert(key, slot);
    }

    /// The segment of a key, to be changed.
    fn segment(&mut self, key: LegKey) -> &mut Segment {
        let base = self.table.base;
        let at = Segment::of(key);
        let segments = &mut self.table.segments;
        if at >= segments.len() {
            segments.resize(at + 1, None);
        }
        Arc::make_mut(segments[at].get_or_insert_with(|| Arc::new(Segment::new(base))))
    }

    /// Takes a leg out of the day and the id that it has so far.
    fn take_out(&mut self, key: LegKey, before: &LegFacts) {
        let day = self.days.entry(Spot::of(key, before).day()).or_default();
        day.gone.insert(key);
        day.come.remove(&key);
        if let Some(ids) = self.table.ids.get_mut(&before.id.date) {
            Arc::make_mut(ids).remove(&(before.id.flight, before.id.origin));
        }
    }

    fn route(&mut self, from: Iata, to: Iata) -> RouteIx {
        match self.table.routes.number(from, to) {
            Some(route) => route,
            None => Arc::make_mut(&mut self.table.routes).add(from, to),
        }
    }

    /// The table, with the days that were touched indexed anew.
    pub(super) fn finish(self) -> Table {
        let Self { mut table, days } = self;
        for (number, DayEdit { gone, come }) in days {
            let known = table.day(number).map(|day| day.slots().collect::<Vec<_>>());
            let mut slots = known.unwrap_or_default();
            if !gone.is_empty() {
                slots.retain(|slot| !gone.contains(&slot.spot.key));
            }
            slots.extend(come.into_values());
            table.put_day(number, slots);
        }
        table
    }
}

impl Table {
    /// Puts a day; one without legs is none.
    fn put_day(&mut self, number: i64, slots: Vec<Slot>) {
        let available = |key| self.state(key).is_some_and(LegState::is_available);
        let day = Arc::new(Day::new(number, slots, self.routes.len(), available));
        match self.days.binary_search_by_key(&number, |day| day.number) {
            Ok(at) if day.len() == 0 => drop(self.days.remove(at)),
            Ok(at) => self.days[at] = day,
            Err(_) if day.len() == 0 => {}
            Err(at) => self.days.insert(at, day),
        }
    }
}
