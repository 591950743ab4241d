//! Trips: ways from A to B with connections.

use trecho_shared::message::{SearchTrips, Trips};

use super::{ask, keys, link};
use crate::effect::{Ask, AskId, Effect};
use crate::message::Failure;
use crate::model::Model;
use crate::notice::WhyNot;

/// The screen was opened: what it shows is read anew if the route has changed or is old.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    search(model, effects);
}

/// Searches trips for the route and date of the fields.
pub(super) fn search(model: &mut Model, effects: &mut Vec<Effect>) {
    let filters = &model.departures.filters;
    let (Some(from), Some(to), Some(date)) =
        (filters.from.chosen, filters.to.chosen, filters.date.chosen)
    else {
        model.trips.query = None;
        model.trips.trips.clear();
        model.trips.waiting = None;
        keys::explain(model, WhyNot::TripNeedsRoute);
        return;
    };
    let query = SearchTrips {
        from,
        to,
        date,
        max_legs: None,
        min_connection_minutes: None,
        limit: Some(trecho_shared::limits::TRIPS),
    };
    let trips = &mut model.trips;
    if trips.query.as_ref() != Some(&query) {
        trips.trips.clear();
        trips.cursor = 0;
        trips.top = 0;
    }
    trips.query = Some(query.clone());
    if trips.waiting.is_none() && model.is_online() {
        model.trips.waiting = Some(ask(model, effects, Ask::Trips(query)));
    }
}

/// Connected again: what is shown is read again.
pub(super) fn reload(model: &mut Model, effects: &mut Vec<Effect>) {
    if let (Some(query), None) = (model.trips.query.clone(), model.trips.waiting) {
        model.trips.waiting = Some(ask(model, effects, Ask::Trips(query)));
    }
}

/// The trips have come, or will not come.
pub(super) fn answered(
    model: &mut Model,
    effects: &mut Vec<Effect>,
    (id, asked): (AskId, &SearchTrips),
    outcome: Result<Trips, Failure>,
) {
    let trips = &mut model.trips;
    if trips.waiting != Some(id) {
        return;
    }
    trips.waiting = None;
    if trips.query.as_ref() != Some(asked) {
        // The person has changed their mind meanwhile: only the last wish is sent on.
        reload(model, effects);
        return;
    }
    match outcome {
        Ok(found) => {
            trips.trips = found.trips;
            trips.cursor = trips.cursor.min(trips.trips.len().saturating_sub(1));
            trips.top = trips.top.min(trips.cursor);
        }
        Err(failure) => link::failed(model, failure),
    }
}
