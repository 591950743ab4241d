//! Searching legs, page by page, and keeping what is shown in step with the server.
//!
//! Never more than one search or page is under way. Where the person changes their mind meanwhile,
//! only the last wish is sent on.
//!
//! The live filter, a sort, and a jump to the end need all legs: the pages still missing are
//! then loaded in the background. The filter is never sent to the server: what it shows at once
//! and what it shows later thus follow one rule, and no leg vanishes because two ends disagree on
//! what matches.

use std::collections::HashSet;
use std::collections::hash_map::Entry;

use trecho_shared::ids::Version;
use trecho_shared::limits::SEARCH_PAGE_LEGS;
use trecho_shared::message::{Include, Leg, LegStatus, Legs, SearchLegs, WatchFeed};

use super::{ask, link, rows};
use crate::effect::{Ask, AskId, Effect};
use crate::message::Failure;
use crate::model::{Load, Model, Reload, Row, SortBy};

/// The first page is short, so that it is there at once.
const FIRST_PAGE: u32 = 100;
/// No more rows than this are loaded, whatever a server offers.
const ROWS: usize = 200_000;

/// What the person wants to see has changed.
pub(super) fn search(model: &mut Model, effects: &mut Vec<Effect>) {
    let filters = &model.departures.filters;
    model.departures.wanted = SearchLegs {
        from: filters.from.chosen,
        to: filters.to.chosen,
        date: filters.date.chosen,
        include: if filters.show_all { Include::All } else { Include::Available },
        ..SearchLegs::default()
    };
    first_page(model, effects);
}

/// Reads again what is shown, after the connection was away. The rows stay until all is here.
pub(super) fn reload(model: &mut Model, effects: &mut Vec<Effect>) {
    let departures = &mut model.departures;
    let same = departures.query == departures.wanted && !departures.rows.is_empty();
    departures.reload = same.then(Reload::default);
    first_page(model, effects);
}

/// Watches, then searches: what changes in between is told.
fn first_page(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.departures.waiting.is_some() || !model.is_online() {
        // The answer under way, or the next connection, brings it up again.
        return;
    }
    let SearchLegs { from, to, date, .. } = model.departures.wanted;
    ask(model, effects, Ask::Watch(WatchFeed { legs: None, from, to, date }));
    request(model, effects, None, FIRST_PAGE);
}

fn request(model: &mut Model, effects: &mut Vec<Effect>, cursor: Option<String>, limit: u32) {
    let search = SearchLegs { cursor, limit: Some(limit), ..model.departures.wanted.clone() };
    model.departures.waiting = Some(ask(model, effects, Ask::Search(search)));
}

/// Asks for the next page if it will be needed and nothing is under way.
pub(super) fn next_page(model: &mut Model, effects: &mut Vec<Effect>) {
    let departures = &model.departures;
    let all = departures.load == Load::ToEnd
        || departures.sort != SortBy::Departure
        || !departures.filters.text.input.value().trim().is_empty();
    let near = departures.top + 2 * departures.page.max(1) >= departures.shown.len();
    let ready = departures.waiting.is_none() && departures.reload.is_none() && model.is_online();
    if ready && (all || near) && departures.rows.len() < ROWS {
        let Some(cursor) = departures.next_cursor.clone() else { return };
        request(model, effects, Some(cursor), SEARCH_PAGE_LEGS);
    }
}

/// A page has come, or will not come.
pub(super) fn answered(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    (id, asked): (AskId, SearchLegs),
    outcome: Result<Legs, Failure>,
) {
    if model.departures.waiting != Some(id) {
        return;
    }
    model.departures.waiting = None;
    let first = asked.cursor.is_none();
    let query = SearchLegs { cursor: None, limit: None, ..asked };
    if query != model.departures.wanted {
        model.departures.reload = None;
        first_page(model, effects);
        return;
    }
    match outcome {
        Ok(page) if model.departures.reload.is_some() => reloaded_page(model, effects, page),
        Ok(page) if first => replace(model, query, page),
        Ok(page) => append(model, page),
        Err(failure) => {
            model.departures.reload = None;
            model.departures.load = Load::AsNeeded;
            model.departures.stale = true;
            link::failed(model, failure);
            return;
        }
    }
    next_page(model, effects);
}

fn replace(model: &mut Model, query: SearchLegs, page: Legs) {
    let departures = &mut model.departures;
    let anew = departures.query != query;
    departures.query = query;
    departures.set_rows(page.legs.into_iter().map(|leg| Row { leg, gone: false }).collect());
    departures.flashes.clear();
    departures.load = Load::AsNeeded;
    departures.stale = false;
    if anew {
        departures.cursor = None;
        departures.cursor_row = 0;
        departures.top = 0;
    }
    departures.read = true;
    departures.total = (page.total, page.total_more);
    departures.next_cursor = page.cursor;
    rows::write_haystacks(model);
    model.departures.arrange();
}

fn append(model: &mut Model, page: Legs) {
    let departures = &mut model.departures;
    let before = departures.rows.len();
    departures.total = (page.total, page.total_more);
    departures.add_legs(page.legs);
    // A page without a leg that is new would lead nowhere for ever.
    departures.next_cursor = page.cursor.filter(|_| departures.rows.len() > before);
    rows::write_haystacks(model);
    let departures = &mut model.departures;
    departures.arrange();
    if departures.load == Load::ToEnd {
        departures.move_to(usize::MAX);
        if departures.next_cursor.is_none() {
            departures.load = Load::AsNeeded;
        }
    }
}

fn reloaded_page(model: &mut Model, effects: &mut Vec<Effect>, page: Legs) {
    let departures = &mut model.departures;
    let Some(reload) = departures.reload.as_mut() else { return };
    let before = reload.legs.len();
    for leg in page.legs {
        if let Entry::Vacant(place) = reload.index.entry(leg.leg) {
            place.insert(reload.legs.len());
            reload.legs.push(leg);
        }
    }
    let enough = reload.legs.len() >= departures.rows.len() && departures.load == Load::AsNeeded;
    let cursor = page.cursor.filter(|_| reload.legs.len() > before);
    if let Some(cursor) = cursor.clone().filter(|_| !enough && reload.legs.len() < ROWS) {
        request(model, effects, Some(cursor), SEARCH_PAGE_LEGS);
        return;
    }
    departures.total = (page.total, page.total_more);
    departures.next_cursor = cursor;
    swap(model);
}

/// The reload is complete: its legs become the rows. Legs that went meanwhile stay, as taken.
fn swap(model: &mut Model) {
    let Some(reload) = model.departures.reload.take() else { return };
    let read_to = reload.legs.last().map(|leg| leg.departs_at);
    let complete = model.departures.next_cursor.is_none();
    let fresh: HashSet<_> = reload.index.into_keys().collect();
    let old = std::mem::take(&mut model.departures.rows);
    let gone: Vec<Row> = old
        .into_iter()
        .filter(|row| !fresh.contains(&row.leg.leg) && !model.has_departed(&row.leg))
        .filter(|row| complete || read_to.is_some_and(|to| row.leg.departs_at <= to))
        .map(|row| Row { leg: gone(row.leg), gone: true })
        .collect();
    let mut rows: Vec<Row> =
        reload.legs.into_iter().map(|leg| Row { leg, gone: false }).chain(gone).collect();
    // Stable: the server's order stays among the legs that it told.
    rows.sort_by_key(|row| row.leg.departs_at);
    let departures = &mut model.departures;
    departures.stale = false;
    departures.set_rows(rows);
    rows::write_haystacks(model);
    model.departures.arrange();
}

/// A leg that an available search does not offer any more.
fn gone(leg: Leg) -> Leg {
    match leg.status {
        LegStatus::Open => Leg { status: LegStatus::Taken, seats_left: 0, ..leg },
        LegStatus::Taken | LegStatus::Closed | LegStatus::Departed => leg,
    }
}

/// Another epoch has begun: nothing known of any leg holds any more.
pub(super) fn void(model: &mut Model) {
    let departures = &mut model.departures;
    departures.reload = None;
    departures.read = false;
    departures.next_cursor = None;
    departures.set_rows(Vec::new());
    departures.arrange();
    for leg in model.cart.legs.values_mut() {
        leg.version = Version(0);
    }
}
