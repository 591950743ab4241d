//! `legs.*`: read from the board.

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
    service.board.seats(key).ok_or_else(|| No::unknown(vec![leg]))
}
