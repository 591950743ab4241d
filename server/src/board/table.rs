//! The timetable as it is between two swaps.

mod edit;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use trecho_shared::ids::{FlightNumber, Iata, LegId, Version};
use trecho_shared::message::{Leg, LegStatus, SeatMap, SeatRow, SeatState, SeatStatus};
use trecho_shared::time::{Date, Moment};

use self::edit::Edit;
use super::cell::{LegState, SeatCounts};
use super::day::{Day, Spot};
use super::routes::Routes;
use super::segment::{SEGMENT, Segment};
use crate::booking::{Change, LegFacts, LegKey, SeatIx};

/// A leg that comes into the timetable, or is different from now on.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: LegKey,
    pub(super) facts: Arc<LegFacts>,
    /// Whether a leg that is new is closed for sale.
    pub(super) closed: bool,
    /// The version of a leg that is new.
    pub(super) version: Version,
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
    /// What versions in new segments are counted from.
    base: Version,
}

impl Table {
    /// A table without legs.
    pub(super) fn new(base: Version) -> Self {
        Self {
            segments: Vec::new(),
            days: Vec::new(),
            ids: BTreeMap::new(),
            routes: Arc::default(),
            len: 0,
            base,
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

    /// How many of the leg's seats are in each state, at one instant.
    pub(super) fn counts(&self, key: LegKey) -> Option<SeatCounts> {
        let segment = self.segment(key)?;
        let capacity = segment.facts(key)?.cabin.capacity();
        Some(segment.cell(key).seats().counts(capacity))
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
    /// not in it yet. `last` is the number of the last change, before and after.
    pub(super) fn revised(&self, changes: &[Change], last: &mut Version) -> Option<Self> {
        let mut edit = None;
        let edited = || Edit::of(self);
        for change in changes {
            match change {
                Change::LegAdded { leg, facts } | Change::LegRevised { leg, after: facts, .. } => {
                    let (key, facts, version) = (*leg, facts.clone(), *last);
                    let entry = Entry { key, facts, closed: false, version };
                    edit.get_or_insert_with(edited).put(entry);
                }
                Change::Leg(change) => {
                    *last = change.version.max(*last);
                    let table = edit.as_ref().map_or(self, Edit::table);
                    let segment = table.segment(change.leg);
                    if segment.is_some_and(|segment| !segment.fits(change.version)) {
                        edit.get_or_insert_with(edited).fit(change.leg, change.version);
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
                | Change::TicketCancelled { .. }
                | Change::Blocked { .. }
                | Change::Unblocked { .. }
                | Change::LegSale { .. }
                | Change::Audited(_) => {}
            }
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
