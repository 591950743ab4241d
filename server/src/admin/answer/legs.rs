//! `legs.list` and `legs.get`: read from the board, so that nobody waits.

use trecho_shared::message::{Include, Leg, Legs, SearchLegs};

use super::Answer;
use crate::admin::wire::{LegRow, LegsListed, ListLegs, Problem, ShowLeg};
use crate::booking::LegKey;
use crate::dispatch::Service;

pub(super) fn list(service: &Service, ask: ListLegs) -> Answer<LegsListed> {
    let ListLegs { from, to, date, text, limit, cursor } = ask;
    let ask = SearchLegs { from, to, date, text, include: Include::All, limit, cursor };
    let found = service.board.search(&ask, service.clock.now());
    let Legs { legs, total, total_more, cursor } =
        found.map_err(|error| Problem::params(error.to_string()))?;
    let legs = legs.into_iter().filter_map(|leg| row(service, leg)).collect();
    Ok(LegsListed { legs, total, total_more, cursor })
}

pub(super) fn get(service: &Service, ShowLeg { leg }: ShowLeg) -> Answer<LegRow> {
    let key = service.board.key(&leg).ok_or_else(|| Problem::leg_unknown(leg))?;
    by_key(service, key).ok_or_else(|| Problem::leg_unknown(leg))
}

/// A leg as it is now.
pub(super) fn by_key(service: &Service, key: LegKey) -> Option<LegRow> {
    row(service, service.board.leg(key, service.clock.now())?)
}

fn row(service: &Service, leg: Leg) -> Option<LegRow> {
    let counts = service.board.counts(service.board.key(&leg.leg)?)?;
    Some(LegRow { leg, held: counts.held, sold: counts.sold, blocked: counts.blocked })
}
