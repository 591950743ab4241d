//! The board of legs: what was found, what is marked, where the cursor is.

use std::collections::{BTreeSet, HashMap};

use trecho_shared::ids::LegId;
use trecho_shared::message::{Leg, SearchLegs};

use super::field::{AirportField, DateField, TextField};
use crate::effect::AskId;

/// A column to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// Departure: the server's own order, the only one that needs no more than what is shown.
    #[default]
    Departure,
    /// Fare, cheapest first.
    Fare,
    /// Duration, shortest first.
    Duration,
    /// Seats left, most first.
    Seats,
}

/// Which input of the search has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterFocus {
    /// From.
    From,
    /// To.
    To,
    /// Date.
    Date,
    /// The live filter `/`.
    Text,
}

/// The search fields.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Where from.
    pub from: AirportField,
    /// Where to.
    pub to: AirportField,
    /// When.
    pub date: DateField,
    /// The live filter: flight, city or code, accents do not count.
    pub text: TextField,
    /// Which field has the keys, if any.
    pub focus: Option<FilterFocus>,
    /// Show legs that cannot be held, too.
    pub show_all: bool,
    /// The focused field's text is what was chosen before: the first character typed replaces it.
    pub fresh: bool,
}

/// How a row flashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    /// It was taken.
    Taken,
    /// It is open again.
    Reopened,
    /// Its seats changed.
    Updated,
    /// It went into our cart.
    Held,
}

/// A row that flashes once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flash {
    /// How.
    pub kind: FlashKind,
    /// Until when, on the monotonic clock.
    pub until_ms: u64,
}

/// A leg on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The leg as last heard.
    pub leg: Leg,
    /// It went while we looked: it stays, as taken, until the person moves on (searches anew).
    pub gone: bool,
}

/// How far pages are loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Load {
    /// As far as the cursor comes near, or as a sort or the live filter needs.
    #[default]
    AsNeeded,
    /// All of them; the cursor goes to the last row once they are here.
    ToEnd,
}

/// What was read so far of a reload.
#[derive(Debug, Default)]
pub struct Reload {
    /// The legs, in the server's order.
    pub legs: Vec<Leg>,
    /// Where each leg stands in `legs`: events must reach them, too.
    pub index: HashMap<LegId, usize>,
}

/// The board of legs.
#[derive(Debug, Default)]
pub struct Departures {
    /// The search fields.
    pub filters: Filters,
    /// What the rows answer; its cursor is always empty.
    pub query: SearchLegs,
    /// The legs found so far, in the server's order.
    pub rows: Vec<Row>,
    /// Where each leg stands in `rows`.
    pub index: HashMap<LegId, usize>,
    /// What the live filter looks at, one text a row: folded, so that accents do not count.
    pub haystacks: Vec<Box<str>>,
    /// All rows as the sort has them, as indices into `rows`.
    pub order: Vec<usize>,
    /// What is shown, as indices into `rows`: after the sort and the live filter.
    pub shown: Vec<usize>,
    /// How the shown rows are sorted.
    pub sort: SortBy,
    /// The leg under the cursor.
    pub cursor: Option<LegId>,
    /// Its place in `shown`: where the cursor falls if its leg is no longer there.
    pub cursor_row: usize,
    /// The first row on the screen.
    pub top: usize,
    /// How many rows the screen has room for: told by the layout, for paging.
    pub page: usize,
    /// Legs marked to be held together.
    pub marked: BTreeSet<LegId>,
    /// How many legs match in all, and whether there are more than that.
    pub total: (u32, bool),
    /// Where the next page begins; `None` when all are here.
    pub next_cursor: Option<String>,
    /// An answer to `query` has come: without rows it then means that there are none.
    pub read: bool,
    /// The search or page that is under way: never more than one.
    pub waiting: Option<AskId>,
    /// What the person wants to see. Where it differs from `query`, a search is under way or waits
    /// for the connection.
    pub wanted: SearchLegs,
    /// The pages of a reload so far: after a reconnect the rows are read again behind the scenes,
    /// as many as there were, and then changed all at once.
    pub reload: Option<Reload>,
    /// How far pages are loaded.
    pub load: Load,
    /// The rows are from before the connection was lost.
    pub stale: bool,
    /// A hold is under way for these legs.
    pub holding: Vec<LegId>,
    /// Rows that flash.
    pub flashes: HashMap<LegId, Flash>,
}

impl Departures {
    /// The leg, if it is among those found.
    pub fn row(&self, leg: LegId) -> Option<&Row> {
        self.rows.get(*self.index.get(&leg)?)
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.shown_row(self.cursor_row)
    }

    /// The row shown at `place`, counted from the first of all.
    pub fn shown_row(&self, place: usize) -> Option<&Row> {
        self.rows.get(*self.shown.get(place)?)
    }

    /// The rows on the screen, each with its place.
    pub fn visible(&self) -> impl Iterator<Item = (usize, &Row)> {
        let places = self.top..self.shown.len().min(self.top.saturating_add(self.page));
        places.filter_map(|place| Some((place, self.shown_row(place)?)))
    }

    /// Not all that was searched for is here yet.
    pub fn is_loading(&self) -> bool {
        self.waiting.is_some()
    }

    /// There are no rows because no answer has come yet, not because there are no legs.
    pub fn is_unread(&self) -> bool {
        self.rows.is_empty() && (!self.read || self.query != self.wanted)
    }
}
