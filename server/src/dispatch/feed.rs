//! `feed.watch`: which legs a watcher means.

use trecho_shared::limits::WATCHED_LEGS;
use trecho_shared::message::{WatchFeed, Watching};

use super::{Answer, No, Service};
use crate::feed::{Filter, Route};

/// The filter that the params ask for.
pub(crate) fn filter(service: &Service, params: WatchFeed) -> Answer<Filter> {
    let WatchFeed { legs, from, to, date } = params;
    let route = Route { from, to, date };
    let Some(legs) = legs else {
        let named = route != Route::default();
        return Ok(if named { Filter::Route(route) } else { Filter::All });
    };
    if route != Route::default() {
        return Err(No::params("`legs` stands alone; leave out `from`, `to` and `date`"));
    }
    if legs.is_empty() || legs.len() > WATCHED_LEGS {
        return Err(No::params("`legs` names 1 to 1000 legs"));
    }
    let unknown: Vec<_> =
        legs.iter().copied().filter(|leg| service.board.key(leg).is_none()).collect();
    if unknown.is_empty() {
        Ok(Filter::Legs(legs.into_iter().filter_map(|leg| service.board.key(&leg)).collect()))
    } else {
        Err(No::unknown(unknown))
    }
}

/// What a watcher is told at first.
pub(crate) fn watching(service: &Service) -> Watching {
    Watching { epoch: service.epoch }
}
