//! The timetable as it is between two swaps.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use trecho_shared::ids::{FlightNumber, Iata, LegId, Version};
use trecho_shared::message::{Leg, LegStatus, SeatMap, SeatRow, SeatState, SeatStatus};
use trecho_shared::time::{Date, Moment};

use super::cell::LegState;
use super::day::{Day, Slot, Spot};
use super::routes::{RouteIx, Routes};
use super::segment::{SEGMENT, Segment};
use crate::booking::{Change, LegFacts, LegKey, SeatIx};

/// A leg that comes into the timetable, or is different from now on.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: LegKey,
    pub(super) facts: Arc<LegFacts>,
    /// Whether a leg that is new is closed for sale.
    pub(super) closed: bool,
}

/// So many words are read in one go when looking for what has changed: a fraction of a millisecond.
const READ_AT_ONCE: u32 = 1 << 16;

/// The keys of one date's legs, by what else is in their ids.
type DayIds = HashMap<(FlightNumber, Iata), LegKey>;

/// Legs by key, by departure and by id. Everything large in it is shared with the table before.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// By key; `None` where a whole segment of keys is not in use.
    segments: Vec<Option<Arc<Segment>>>,
    /// The days with legs, in order.
    days: Vec<Arc<Day>>,
    ids: BTreeMap<Date, Arc<DayIds>>,
    routes: Arc<Routes>,
    len: usize,
    /// The version of legs that no change has touched.
    version: Version,
}

impl Table {
    /// A table without legs.
    pub(super) fn new(version: Version) -> Self {
        Self {
            segments: Vec::new(),
            days: Vec::new(),
            ids: BTreeMap::new(),
            routes: Arc::default(),
            len: 0,
            version,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn key(&self, id: &LegId) -> Option<LegKey> {
        self.ids.get(&id.date)?.get(&(id.flight, id.origin)).copied()
    }

    pub(super) fn facts(&self, key: LegKey) -> Option<&Arc<LegFacts>> {
        self.segment(key)?.facts(key)
    }

    /// What is left of a leg, if there is such a leg.
    pub(super) fn state(&self, key: LegKey) -> Option<LegState> {
        let segment = self.segment(key)?;
        segment.facts(key).map(|_| segment.state(key))
    }

    pub(super) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The days from number `first` on, in order.
    pub(super) fn days_from(&self, first: i64) -> &[Arc<Day>] {
        &self.days[self.days.partition_point(|day| day.number < first)..]
    }

    /// Puts what is left of a leg that there is. For the one writer.
    pub(super) fn set_state(&self, key: LegKey, state: LegState) {
        let Some(segment) = self.segment(key) else { return };
        let Some(facts) = segment.facts(key) else { return };
        let before = segment.set_state(key, state);
        if before.is_available() != state.is_available() {
            let spot = Spot::of(key, facts);
            if let Some(day) = self.day(spot.day()) {
                day.set_available(spot, state.is_available());
            }
        }
    }

    /// Puts a seat; says what it was. `None` if there is no such seat.
    pub(super) fn set_seat(
        &self,
        key: LegKey,
        seat: SeatIx,
        status: SeatStatus,
    ) -> Option<SeatStatus> {
        let segment = self.segment(key)?;
        let capacity = segment.facts(key)?.cabin.capacity();
        (seat.0 < capacity).then(|| segment.cell(key).set_seat(seat, status, capacity))
    }

    /// The leg as the wire shows it at `now`.
    pub(super) fn leg(&self, key: LegKey, now: Moment) -> Option<Leg> {
        let segment = self.segment(key)?;
        let facts = segment.facts(key)?;
        let state = segment.state(key);
        let status = match state {
            _ if facts.departs_at.moment() <= now => LegStatus::Departed,
            LegState { closed: true, .. } => LegStatus::Closed,
            LegState { seats_left: 0, .. } => LegStatus::Taken,
            LegState { .. } => LegStatus::Open,
        };
        Some(Leg {
            leg: facts.id,
            flight: facts.id.flight,
            from: facts.id.origin,
            to: facts.to,
            departs_at: facts.departs_at,
            arrives_at: facts.arrives_at,
            aircraft: facts.aircraft.to_string(),
            capacity: facts.cabin.capacity(),
            seats_left: state.seats_left,
            fare_centavos: facts.fare,
            status,
            version: state.version,
        })
    }

    /// The leg's cabin with each seat's status.
    pub(super) fn seats(&self, key: LegKey) -> Option<SeatMap> {
        let segment = self.segment(key)?;
        let facts = segment.facts(key)?;
        // The version first: the seats are then as new, or newer.
        let version = segment.state(key).version;
        let seats = segment.cell(key).seats();
        let cabin = &facts.cabin;
        let mut next = (0..cabin.capacity()).map(SeatIx);
        let mut block = |seats_wide: u8| {
            let block = next.by_ref().take(usize::from(seats_wide));
            block
                .map(|seat| SeatState { seat: cabin.label(seat), status: seats.status(seat) })
                .collect()
        };
        let rows = (1..=cabin.rows()).map(|row| {
            let blocks = cabin.blocks().iter().map(|seats_wide| block(*seats_wide)).collect();
            SeatRow { row, blocks }
        });
        let rows = rows.collect();
        Some(SeatMap { leg: facts.id, aircraft: facts.aircraft.to_string(), rows, version })
    }

    /// The legs whose last change came after `version`, by key.
    pub(super) fn changed_since(&self, version: Version) -> Vec<LegKey> {
        let segments = (0..).zip(&self.segments);
        let changed = segments.filter_map(|(at, segment)| Some((at, segment.as_ref()?)));
        changed
            .flat_map(|(at, segment): (u32, _)| {
                let first = at * SEGMENT;
                segment.changed_since(version).map(move |place| LegKey(first + place))
            })
            .collect()
    }

    /// The legs whose last change came after `after` and not after `until`, by key from `from` on:
    /// at most `most` of them. And where to go on, if there may be more.
    pub(super) fn changed_between(
        &self,
        (after, until): (Version, Version),
        from: LegKey,
        most: usize,
    ) -> (Vec<(LegKey, LegState)>, Option<LegKey>) {
        let keys = u32::try_from(self.segments.len()).unwrap_or(u32::MAX).saturating_mul(SEGMENT);
        let end = keys.min(from.0.saturating_add(READ_AT_ONCE));
        let mut changed = Vec::new();
        for key in (from.0..end).map(LegKey) {
            let Some(state) = self.state(key) else { continue };
            if state.version > after && state.version <= until {
                if changed.len() == most {
                    return (changed, Some(key));
                }
                changed.push((key, state));
            }
        }
        (changed, (end < keys).then_some(LegKey(end)))
    }

    /// The table with these legs as well, or as they are now.
    pub(super) fn with(&self, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut edit = Edit::of(self);
        for entry in entries {
            edit.put(entry);
        }
        edit.finish()
    }

    /// The table after these changes, if they take another one than this. Their seats and words are
    /// not in it yet.
    pub(super) fn revised(&self, changes: &[Change]) -> Option<Self> {
        let mut edit = None;
        let mut versions = Vec::new();
        for change in changes {
            match change {
                Change::LegAdded { leg, facts } | Change::LegRevised { leg, after: facts, .. } => {
                    let edit = edit.get_or_insert_with(|| Edit::of(self));
                    edit.put(Entry { key: *leg, facts: facts.clone(), closed: false });
                }
                Change::Leg(change) => {
                    let segment = self.segment(change.leg);
                    if segment.is_some_and(|segment| !segment.fits(change.version)) {
                        versions.push(change.version);
                    }
                }
                Change::SessionOpened { .. }
                | Change::SessionKept { .. }
                | Change::SessionAttached { .. }
                | Change::SessionDetached { .. }
                | Change::SessionSeen { .. }
                | Change::SessionForgotten { .. }
                | Change::CartClock { .. }
                | Change::Held { .. }
                | Change::Freed { .. }
                | Change::Booked { .. }
                | Change::TicketCancelled { .. } => {}
            }
        }
        if let Some(version) = versions.into_iter().min() {
            edit.get_or_insert_with(|| Edit::of(self)).renew(version);
        }
        edit.map(Edit::finish)
    }

    fn segment(&self, key: LegKey) -> Option<&Segment> {
        self.segments.get(Segment::of(key))?.as_deref()
    }

    fn day(&self, number: i64) -> Option<&Day> {
        let at = self.days.binary_search_by_key(&number, |day| day.number).ok()?;
        Some(&self.days[at])
    }
}

/// A table in the making.
struct Edit {
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
    fn of(table: &Table) -> Self {
        Self { table: table.clone(), days: BTreeMap::new() }
    }

    /// Counts all versions from `version` on.
    fn renew(&mut self, version: Version) {
        self.table.version = version;
        for segment in self.table.segments.iter_mut().flatten() {
            Arc::make_mut(segment).renew(version);
        }
    }

    fn put(&mut self, Entry { key, facts, closed }: Entry) {
        let slot = Slot::new(key, &facts, self.route(facts.id.origin, facts.to));
        let before = self.table.facts(key).cloned();
        let segment = self.segment(key);
        if let Some(before) = before {
            segment.revise(key, facts.clone());
            let route = self.route(before.id.origin, before.to);
            if Slot::new(key, &before, route) == slot && before.cabin == facts.cabin {
                // Nothing that the indices know of.
                return;
            }
            self.take_out(key, &before);
        } else {
            segment.add(key, facts.clone(), closed);
            self.table.len += 1;
        }
        let ids = self.table.ids.entry(facts.id.date).or_default();
        Arc::make_mut(ids).insert((facts.id.flight, facts.id.origin), key);
        self.days.entry(slot.spot.day()).or_default().come.insert(key, slot);
    }

    /// The segment of a key, to be changed.
    fn segment(&mut self, key: LegKey) -> &mut Segment {
        let version = self.table.version;
        let at = Segment::of(key);
        let segments = &mut self.table.segments;
        if at >= segments.len() {
            segments.resize(at + 1, None);
        }
        Arc::make_mut(segments[at].get_or_insert_with(|| Arc::new(Segment::new(version))))
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

    fn finish(self) -> Table {
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
