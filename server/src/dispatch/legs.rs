//! `legs.*`: read from the board.

use trecho_shared::limits::SEAT_MAP_SEATS;
use trecho_shared::message::{Leg, LegRef, Legs, SearchLegs, SeatMap};

use super::{Answer, No, Service};

pub(crate) fn search(service: &Service, params: &SearchLegs) -> Answer<Legs> {
    service
        .board
        .search(params, service.clock.now())
        .map_err(|error| No::params(&error.to_string()))
}

pub(crate) fn get(service: &Service, LegRef { leg }: LegRef) -> Answer<Leg> {
    let key = service.board.key(&leg).ok_or_else(|| No::unknown(vec![leg]))?;
    service.board.leg(key, service.clock.now()).ok_or_else(|| No::unknown(vec![leg]))
}

pub(crate) fn seats(service: &Service, LegRef { leg }: LegRef) -> Answer<SeatMap> {
    let key = service.board.key(&leg).ok_or_else(|| No::unknown(vec![leg]))?;
    let seats = service.facts(key).cabin.capacity();
    if seats > SEAT_MAP_SEATS {
        return Err(No::params(&format!(
            "{leg} has {seats} seats, and a seat map shows at most {SEAT_MAP_SEATS}; hold by `count`"
        )));
    }
    service.board.seats(key).ok_or_else(|| No::unknown(vec![leg]))
}
