//! `legs.search`: one page of the legs that match, and how many there are.

use std::ops::ControlFlow;

use trecho_shared::limits::{
    SEARCH_PAGE_LEGS, SEARCH_PAGE_LEGS_DEFAULT, SEARCH_TOTAL, TRIP_LEGS, TRIPS,
};
use trecho_shared::message::{Include, Leg, LegStatus, Legs, SearchLegs};
use trecho_shared::time::Moment;

use super::cursor::Cursor;
use super::day::Spot;
use super::filter::Filter;
use super::table::Table;

/// Why a search was not made. Its params were wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// A page of no legs, or too many.
    #[error("`limit` is 1 to {SEARCH_PAGE_LEGS}")]
    PageLimit,
    /// Not what a page before gave.
    #[error("`cursor` is none that legs.search gave; search again without one")]
    Cursor,
    /// A list of no trips, or too many.
    #[error("`limit` is 1 to {TRIPS}")]
    TripLimit,
    /// Trips of no legs, or too many.
    #[error("`max_legs` is 1 to {TRIP_LEGS}")]
    TripLegs,
    /// A connection longer than any that is offered.
    #[error("`min_connection_minutes` is 0 to 720")]
    Connection,
}

/// Legs are counted until it is known that there are more than are told.
const ENOUGH: usize = SEARCH_TOTAL as usize + 1;

/// The page that `ask` wants.
pub(super) fn search(table: &Table, ask: &SearchLegs, now: Moment) -> Result<Legs, SearchError> {
    let limit = ask.limit.unwrap_or(SEARCH_PAGE_LEGS_DEFAULT);
    if !(1..=SEARCH_PAGE_LEGS).contains(&limit) {
        return Err(SearchError::PageLimit);
    }
    let after = match &ask.cursor {
        Some(cursor) => Some(Cursor::parse(cursor).ok_or(SearchError::Cursor)?),
        None => None,
    };
    let mut page =
        Page { table, now, include: ask.include, limit, legs: Vec::new(), last: None, more: false };
    let mut total = 0;
    if let Some(filter) = Filter::new(table.routes(), ask, now) {
        let first = filter.first();
        let begins = after.map_or(first, |Cursor(spot)| spot.next().max(first));
        let mut seen = first;
        filter.walk(table, first, &mut |spot| {
            total += 1;
            seen = spot;
            if spot >= begins {
                page.offer(spot);
            }
            let done = page.more || total >= ENOUGH && spot < begins;
            if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if page.more {
            // Of the rest only the number is told.
            total += filter.count(table, seen.next(), ENOUGH.saturating_sub(total));
        } else if total >= ENOUGH {
            // Counted enough; the page is further down, or reaches there.
            filter.walk(table, begins.max(seen.next()), &mut |spot| {
                page.offer(spot);
                if page.more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
    }
    Ok(page.finish(total))
}

/// A page that is being filled.
struct Page<'a> {
    table: &'a Table,
    now: Moment,
    include: Include,
    limit: u32,
    legs: Vec<Leg>,
    /// Where the last of them stands.
    last: Option<Spot>,
    /// There was a leg too many.
    more: bool,
}

impl Page<'_> {
    fn offer(&mut self, spot: Spot) {
        if self.more {
            return;
        }
        let Some(leg) = self.table.leg(spot.key, self.now) else { return };
        let wanted = match self.include {
            Include::All => true,
            // It may have gone since the walk saw it.
            Include::Available => leg.status == LegStatus::Open,
        };
        if !wanted {
            return;
        }
        if self.legs.len() < self.limit as usize {
            self.legs.push(leg);
            self.last = Some(spot);
        } else {
            self.more = true;
        }
    }

    fn finish(self, total: usize) -> Legs {
        let cursor = self.last.filter(|_| self.more).map(|last| Cursor(last).to_string());
        Legs {
            legs: self.legs,
            total: u32::try_from(total).unwrap_or(SEARCH_TOTAL).min(SEARCH_TOTAL),
            total_more: total >= ENOUGH,
            cursor,
        }
    }
}
