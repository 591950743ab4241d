//! The sample timetable: what a Brazilian airline might fly over the real network.
//!
//! The routes and the aircraft types on them are real (`assets/network`); flights, times and fares
//! are made up from a seed. A day depends on the seed and its date alone, so that a server that is
//! extended day by day has the same legs as one started later. There are about 1,300 legs a day.
//!
//! The LET 410s fly as *combis*: mostly cargo, with a few seats left in. On each of their routes one
//! has its whole cabin, one three seats and one a single seat, so that legs as small as a leg can be
//! are always on sale.

pub(super) mod fare;
mod fleet;
mod schedule;

use jiff::civil::{Date, time};

use trecho_shared::ids::LegId;

use self::schedule::Flight;
use super::{clock, place};
use crate::booking::LegFacts;

/// The flights of one seed. Made once, it makes the legs of any day.
#[derive(Debug)]
pub struct Sample {
    seed: u64,
    flights: Vec<Flight>,
}

impl Sample {
    /// The flights of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, flights: schedule::flights(seed) }
    }

    /// The legs that depart on `date`, each on its origin's calendar, by departure.
    ///
    /// None outside the years 1970 to 9998, which the protocol cannot write.
    pub fn legs_of(&self, date: Date) -> Vec<LegFacts> {
        let flying = self.flights.iter().filter(|flight| flight.days.has(date.weekday()));
        let mut legs: Vec<LegFacts> = flying.filter_map(|flight| self.leg(flight, date)).collect();
        legs.sort_by_key(|leg| (leg.departs_at, leg.id.flight));
        legs
    }

    fn leg(&self, flight: &Flight, date: Date) -> Option<LegFacts> {
        let (from, to) = (place(flight.from)?, place(flight.to)?);
        let hour = i8::try_from(flight.departs_minute / 60).ok()?;
        let minute = i8::try_from(flight.departs_minute % 60).ok()?;
        let departs_at =
            clock::instant(&from.zone, date.to_datetime(time(hour, minute, 0, 0))).ok()?;
        let landing = departs_at.unix_seconds() + i64::from(flight.block_minutes) * 60;
        Some(LegFacts {
            id: LegId { flight: flight.number, date, origin: flight.from },
            to: flight.to,
            departs_at,
            arrives_at: clock::wall(&to.zone, landing)?,
            aircraft: flight.aircraft,
            cabin: flight.cabin.clone(),
            fare: fare::fare(self.seed, &flight.priced(date)),
        })
    }
}

/// The legs of one day. For several days, make a [`Sample`] once.
pub fn legs_of(seed: u64, date: Date) -> Vec<LegFacts> {
    Sample::new(seed).legs_of(date)
}

#[cfg(test)]
mod tests;
