//! `trips.search`: read from the board.

use trecho_shared::message::{SearchTrips, Trips};

use super::{Answer, No, Service};

pub(crate) fn search(service: &Service, params: &SearchTrips) -> Answer<Trips> {
    service.board.trips(params, service.clock.now()).map_err(|error| No::params(&error.to_string()))
}
