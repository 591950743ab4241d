//! The rows of the board: how they are kept, sorted, filtered, and where the cursor falls.
//!
//! With tens of thousands of rows, a key press must not cost more than it has to: moving costs
//! nothing, typing into the live filter looks at what is still shown, and a page that arrives
//! is merged into what is already sorted.

use std::cmp::Reverse;

use trecho_shared::ids::LegId;
use trecho_shared::message::Leg;

use crate::airports::fold;
use crate::model::{Departures, Model, Row, SortBy};

impl Departures {
    /// Puts `legs` in the place of all rows.
    pub(super) fn set_rows(&mut self, rows: Vec<Row>) {
        self.index = rows.iter().enumerate().map(|(at, row)| (row.leg.leg, at)).collect();
        self.rows = rows;
        self.haystacks.clear();
        self.order.clear();
    }

    /// Adds legs at the end, those that are known already in place.
    pub(super) fn add_legs(&mut self, legs: Vec<Leg>) {
        for leg in legs {
            if let Some(at) = self.index.get(&leg.leg) {
                let row = &mut self.rows[*at];
                if leg.version >= row.leg.version {
                    *row = Row { leg, gone: false };
                }
            } else {
                self.index.insert(leg.leg, self.rows.len());
                self.rows.push(Row { leg, gone: false });
            }
        }
    }

    /// Sorts and filters everything again, and keeps the cursor on its leg.
    pub(super) fn arrange(&mut self) {
        // What is sorted already stays so: the sort finds runs, so a new page is only merged.
        self.order.retain(|at| *at < self.rows.len());
        let known = self.order.len();
        self.order.extend(known..self.rows.len());
        let rows = &self.rows;
        match self.sort {
            SortBy::Departure => self.order.sort_unstable(),
            SortBy::Fare => self.order.sort_by_key(|at| (rows[*at].leg.fare_centavos, *at)),
            SortBy::Duration => self.order.sort_by_key(|at| (minutes(&rows[*at].leg), *at)),
            SortBy::Seats => self.order.sort_by_key(|at| (Reverse(rows[*at].leg.seats_left), *at)),
        }
        self.filter();
    }

    /// Applies the live filter to all rows.
    pub(super) fn filter(&mut self) {
        let terms = self.terms();
        self.shown.clear();
        if terms.is_empty() {
            self.shown.extend_from_slice(&self.order);
        } else {
            let matching = |at: &&usize| matches(&self.haystacks, **at, &terms);
            self.shown.extend(self.order.iter().filter(matching));
        }
        self.place_cursor();
    }

    /// Applies the live filter to what is still shown: its text was typed further.
    pub(super) fn narrow(&mut self) {
        let terms = self.terms();
        let haystacks = &self.haystacks;
        self.shown.retain(|at| matches(haystacks, *at, &terms));
        self.place_cursor();
    }

    fn terms(&self) -> Vec<String> {
        fold(self.filters.text.input.value()).split_whitespace().map(str::to_owned).collect()
    }

    /// A row's seats have changed: where rows stand by their seats, it moves to its new place.
    pub(super) fn reposition(&mut self, at: usize) {
        if self.sort != SortBy::Seats {
            return;
        }
        for list in [&mut self.order, &mut self.shown] {
            let Some(place) = list.iter().position(|other| *other == at) else { continue };
            list.remove(place);
            let key = |at: usize| (Reverse(self.rows[at].leg.seats_left), at);
            let place = list.partition_point(|other| key(*other) < key(at));
            list.insert(place, at);
        }
        self.place_cursor();
    }

    /// Puts the cursor back on its leg after rows have moved, on the same line of the screen. If the
    /// leg is not shown any more, on what now stands where it was.
    pub(super) fn place_cursor(&mut self) {
        let line = self.cursor_row.saturating_sub(self.top);
        if let Some(place) = self.cursor.and_then(|leg| self.place_of(leg)) {
            self.cursor_row = place;
        }
        self.cursor_row = self.cursor_row.min(self.shown.len().saturating_sub(1));
        self.cursor = self.selected().map(|row| row.leg.leg);
        self.top = self.cursor_row.saturating_sub(line);
        self.scroll_to_cursor();
    }

    /// Where this leg stands among the shown.
    pub(super) fn place_of(&self, leg: LegId) -> Option<usize> {
        let at = *self.index.get(&leg)?;
        if self.sort == SortBy::Departure {
            // In the server's order places ascend.
            return self.shown.binary_search(&at).ok();
        }
        self.shown.iter().position(|shown| *shown == at)
    }

    /// Moves the cursor to a place among the shown, or the nearest that there is.
    pub(super) fn move_to(&mut self, place: usize) {
        self.cursor_row = place.min(self.shown.len().saturating_sub(1));
        self.cursor = self.selected().map(|row| row.leg.leg);
        self.scroll_to_cursor();
    }

    /// Moves the screen as little as shows the cursor, and never past the end.
    pub(super) fn scroll_to_cursor(&mut self) {
        let page = self.page.max(1);
        let lowest = (self.cursor_row + 1).saturating_sub(page);
        self.top = self.top.clamp(lowest, self.cursor_row);
        self.top = self.top.min(self.shown.len().saturating_sub(page));
    }

    /// True if the row at this place of `rows` is on the screen now.
    pub(super) fn is_visible(&self, at: usize) -> bool {
        let end = self.shown.len().min(self.top.saturating_add(self.page));
        self.shown.get(self.top..end).is_some_and(|shown| shown.contains(&at))
    }
}

/// Writes what the live filter looks at for the rows that have none yet.
pub(super) fn write_haystacks(model: &mut Model) {
    let from = model.departures.haystacks.len();
    let airports: std::collections::HashMap<_, _> = model
        .airports
        .iter()
        .map(|airport| (airport.iata, fold(&format!("{} {}", airport.city, airport.name))))
        .collect();
    let city = |iata| airports.get(&iata).map_or("", String::as_str);
    let rows = model.departures.rows.get(from..).unwrap_or_default();
    let texts = rows.iter().map(|Row { leg, .. }| {
        let mut text = fold(&format!("{} {} {} ", leg.flight, leg.from, leg.to));
        text.push_str(city(leg.from));
        text.push(' ');
        text.push_str(city(leg.to));
        text.into_boxed_str()
    });
    model.departures.haystacks.extend(texts);
}

fn matches(haystacks: &[Box<str>], at: usize, terms: &[String]) -> bool {
    haystacks.get(at).is_some_and(|text| terms.iter().all(|term| text.contains(term.as_str())))
}

/// How long a leg flies.
fn minutes(leg: &Leg) -> i64 {
    (leg.arrives_at.unix_seconds() - leg.departs_at.unix_seconds()) / 60
}
