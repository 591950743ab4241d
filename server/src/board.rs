//! The board: what can be flown and what is left of it, in memory, for readers who never wait for
//! the writer.
//!
//! The timetable is an immutable table, indexed by departure, route, date and id; it is swapped
//! whole when legs are added or revised. What changes with every purchase is not in it but in
//! *cells*, one a leg, which stay where they are when the table is swapped: availability and version
//! in one atomic word, the seat map behind one small lock. A reader sees each leg as it was at one
//! instant; the legs of one cart may be seen to change one after the other.
//!
//! There is one writer, the desk, which tells the board of each commit by [`Board::apply`].
//! Whether a leg is on sale with a free seat is also kept as one bit, in the order of departure, so
//! that a search steps over sold-out legs 64 at a time. The bits are a hint: what is told comes from
//! the words.

mod cell;
mod cursor;
mod day;
mod filter;
mod routes;
mod search;
mod segment;
mod table;
mod trips;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use trecho_shared::ids::{LegId, SeatLabel, Version};
use trecho_shared::message::{Leg, Legs, SearchLegs, SearchTrips, SeatMap, SeatStatus, Trips};
use trecho_shared::time::Moment;

use self::table::{Entry, Table};
use crate::booking::{Change, HoldRecord, LegChange, LegFacts, LegKey, SeatIx};

pub use self::cell::{LegState, SeatCounts};
pub use self::search::SearchError;

/// What can be flown and what is left of it.
pub struct Board {
    table: ArcSwap<Table>,
    /// Held by whoever changes the board; the number of the last change. Readers do not know of it.
    writing: Mutex<Version>,
}

/// The board has no such seat: what was to be restored belongs to another timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the timetable has no seat {} on leg {}", seat.0, leg.0)]
pub struct UnknownSeat {
    /// The leg's key.
    pub leg: LegKey,
    /// The seat.
    pub seat: SeatIx,
}

impl Board {
    /// The board of a timetable on which nothing is held or sold yet: each leg with its key, what it
    /// is, and whether it is closed for sale. `version` is the number of the last change so far;
    /// every leg starts with it.
    ///
    /// Keys may start anywhere and are expected to be dense from there; gaps cost some memory.
    pub fn new(
        legs: impl Iterator<Item = (LegKey, Arc<LegFacts>, bool)>,
        version: Version,
    ) -> Self {
        let entries = legs.map(|(key, facts, closed)| Entry { key, facts, closed, version });
        let table = Table::new(version).with(entries);
        Self { table: ArcSwap::from_pointee(table), writing: Mutex::new(version) }
    }

    /// Puts a seat as the ledger has it, at start: the leg's free seats follow, its version stays.
    ///
    /// # Errors
    /// If the leg has no such seat.
    pub fn restore_seat(
        &self,
        leg: LegKey,
        seat: SeatIx,
        status: SeatStatus,
    ) -> Result<(), UnknownSeat> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let table = self.table.load();
        let unknown = UnknownSeat { leg, seat };
        let state = table.state(leg).ok_or(unknown)?;
        let before = table.set_seat(leg, seat, status).ok_or(unknown)?;
        let taken = u32::from(status != SeatStatus::Free);
        let was_taken = u32::from(before != SeatStatus::Free);
        let seats_left = (state.seats_left + was_taken).saturating_sub(taken);
        table.set_state(leg, LegState { seats_left, ..state });
        Ok(())
    }

    /// Takes in what was committed, in order. For the one writer, after each commit.
    ///
    /// A new leg has the version of the last change before it. New and revised legs cost a new index of the days they fall on, once for each call.
    pub fn apply(&self, changes: &[Change]) {
        let mut last = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.table.load_full();
        let next = current.revised(changes, &mut last);
        let table = next.as_ref().unwrap_or(&current);
        // Seats before words: who reads a word and then the seats finds them no older.
        for change in changes {
            put_seats(table, change);
        }
        for change in changes {
            if let Change::Leg(change) = change {
                put_word(table, change);
            }
        }
        if let Some(next) = next {
            self.table.store(Arc::new(next));
        }
    }

    /// How many legs there are.
    pub fn len(&self) -> usize {
        self.table.load().len()
    }

    /// Whether there are no legs at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the leg with this id.
    pub fn key(&self, id: &LegId) -> Option<LegKey> {
        self.table.load().key(id)
    }

    /// What the leg is.
    pub fn facts(&self, leg: LegKey) -> Option<Arc<LegFacts>> {
        self.table.load().facts(leg).cloned()
    }

    /// What the wire calls the leg, and a seat of its cabin.
    pub fn seat_name(&self, leg: LegKey, seat: SeatIx) -> Option<(LegId, SeatLabel)> {
        self.table.load().facts(leg).map(|facts| (facts.id, facts.cabin.label(seat)))
    }

    /// What is left of the leg: one instant's, never torn.
    pub fn state(&self, leg: LegKey) -> Option<LegState> {
        self.table.load().state(leg)
    }

    /// The leg as the wire shows it at `now`.
    pub fn leg(&self, leg: LegKey, now: Moment) -> Option<Leg> {
        self.table.load().leg(leg, now)
    }

    /// The leg's seats. They are at least as new as the version told with them.
    pub fn seats(&self, leg: LegKey) -> Option<SeatMap> {
        self.table.load().seats(leg)
    }

    /// How many of the leg's seats are in each state.
    pub fn counts(&self, leg: LegKey) -> Option<SeatCounts> {
        self.table.load().counts(leg)
    }

    /// One page of the legs that match, by departure.
    ///
    /// # Errors
    /// If the page is out of bounds, or its cursor is none of ours.
    pub fn search(&self, ask: &SearchLegs, now: Moment) -> Result<Legs, SearchError> {
        search::search(&self.table.load(), ask, now)
    }

    /// Ways from one airport to another, the first to arrive first.
    ///
    /// # Errors
    /// If the search is out of bounds.
    pub fn trips(&self, ask: &SearchTrips, now: Moment) -> Result<Trips, SearchError> {
        trips::trips(&self.table.load(), ask, now)
    }

    /// A piece of the legs whose last change came after the first version and not after the second,
    /// with their states: by key from `from` on, at most `most` of them. And where to go on, if
    /// there may be more. For a reader that was overtaken.
    pub fn changed_between(
        &self,
        versions: (Version, Version),
        from: LegKey,
        most: usize,
    ) -> (Vec<(LegKey, LegState)>, Option<LegKey>) {
        self.table.load().changed_between(versions, from, most)
    }

    /// The legs whose last change came after `version`, by key: for a reader that was overtaken.
    /// Reads every word.
    pub fn changed_since(&self, version: Version) -> Vec<LegKey> {
        self.table.load().changed_since(version)
    }
}

/// Puts what a change says of seats.
fn put_seats(table: &Table, change: &Change) {
    let put = |leg, seat, status| {
        // A seat of a cabin that the same commit replaced is no more: nothing to show.
        let _before: Option<SeatStatus> = table.set_seat(leg, seat, status);
    };
    match change {
        Change::Held { hold: HoldRecord { leg, seat, .. }, .. } => {
            put(*leg, *seat, SeatStatus::Held);
        }
        Change::Freed { hold: HoldRecord { leg, seat, .. }, .. }
        | Change::TicketCancelled { leg, seat, .. }
        | Change::Unblocked { leg, seat } => put(*leg, *seat, SeatStatus::Free),
        Change::Booked { holds, .. } => {
            for hold in holds {
                put(hold.leg, hold.seat, SeatStatus::Sold);
            }
        }
        Change::Blocked { leg, seat, .. } => put(*leg, *seat, SeatStatus::Blocked),
        Change::SessionOpened { .. }
        | Change::SessionKept { .. }
        | Change::SessionAttached { .. }
        | Change::SessionDetached { .. }
        | Change::SessionSeen { .. }
        | Change::SessionForgotten { .. }
        | Change::CartClock { .. }
        | Change::LegAdded { .. }
        | Change::LegRevised { .. }
        | Change::LegSale { .. }
        | Change::Leg(_)
        | Change::Audited(_) => {}
    }
}

fn put_word(table: &Table, change: &LegChange) {
    let LegChange { leg, version, seats_left, closed, version_before: _, kind: _, reason: _ } =
        *change;
    table.set_state(leg, LegState { seats_left, version, closed });
}

#[cfg(test)]
mod tests;
