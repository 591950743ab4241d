//! From a leg as the file has it to the legs of its days.

use std::sync::Arc;

use jiff::ToSpan;

use trecho_shared::ids::LegId;
use trecho_shared::time::LocalTime;

use super::carrier::Carrier;
use super::found::{Found, Tally};
use super::leg::{Leg, Served};
use super::period::{Bounded, Days, OPEN_DAYS, Period, Plan, Span};
use super::seats::{Cabins, Made};
use crate::booking::{Aircraft, Cabin, LegFacts};
use crate::timetable::sample::fare::{Priced, fare, whole_km};
use crate::timetable::{ImportError, Place, clock};

/// Which fares are made up. Any number will do as long as it stays: a file that is read again has
/// the same fares.
const FARE_SEED: u64 = 7;

/// The file's UTC variation may be so far from that of the airport's time zone, in minutes: rules of
/// daylight saving time change, and our zones may be older than the file.
const OFF_MINUTES: u16 = 60;

/// A leg record with its segment records.
pub(super) struct Entry<'a> {
    pub(super) line: u64,
    pub(super) leg: Leg<'a>,
    carrier: Carrier,
    /// The leg of another carrier that it is a duplicate of.
    pub(super) duplicate_of: Option<&'a str>,
    /// An aircraft configuration that was too long for the leg record.
    pub(super) configuration: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub(super) fn new(line: u64, leg: Leg<'a>, carrier: Carrier) -> Self {
        Self { line, leg, carrier, duplicate_of: None, configuration: None }
    }
}

/// Why an entry makes no legs.
enum Fault {
    Wrong(String),
    Unserved(String),
    Stop(ImportError),
}

/// Makes legs.
#[derive(Default)]
pub(super) struct Maker<'a> {
    /// The first leg of the flight that was met last: its itinerary, and when it flies.
    first: Option<((&'a str, char), Span, Days)>,
    cabins: Cabins,
}

/// When an entry flies.
struct Schedule {
    plan: Plan,
    /// The leg departs so many days after the dates of the plan.
    days_later: i64,
}

impl<'a> Maker<'a> {
    /// Makes the legs of an entry.
    ///
    /// # Errors
    /// If there are too many; what else is wrong goes to `found`.
    pub(super) fn make(&mut self, entry: &Entry<'a>, found: &mut Found) -> Result<(), ImportError> {
        match self.legs(entry, found) {
            Ok(()) => {}
            Err(Fault::Wrong(reason)) => found.refuse(entry.line, reason),
            Err(Fault::Unserved(reason)) => found.leave(entry.line, reason),
            Err(Fault::Stop(error)) => return Err(error),
        }
        Ok(())
    }

    fn legs(&mut self, entry: &Entry<'a>, found: &mut Found) -> Result<(), Fault> {
        let bounded = self.schedule(entry);
        let served = served(entry).map_err(Fault::Unserved);
        // What is wrong comes first: a line that cannot be sold here must still be sound.
        let Schedule { plan, days_later } = match bounded.map_err(Fault::Wrong)? {
            Bounded::Told(schedule) => schedule,
            Bounded::Cut(schedule) if served.is_err() => schedule,
            Bounded::Cut(schedule) => {
                found.note(entry.line, cut(schedule.plan.period));
                schedule
            }
        };
        let served = served?;
        let cabin = self.cabin(entry, found).map_err(Fault::Wrong)?;
        let mut tally = Tally::default();
        for date in plan.dates() {
            let times = date
                .checked_add(days_later.days())
                .map_err(|_| "the date is out of range".to_owned())
                .and_then(|day| entry.leg.clocks.instants(entry.carrier.mode, day))
                .map_err(Fault::Wrong)?;
            if tally.is_empty() {
                plausible(&served, times).map_err(Fault::Wrong)?;
            }
            let leg = facts(entry.leg.aircraft, &served, &cabin, times);
            found.add(entry.line, leg, &mut tally).map_err(Fault::Stop)?;
        }
        if tally.is_empty() {
            return Err(Fault::Wrong("its period has none of its days of operation".into()));
        }
        found.close(entry.line, tally);
        Ok(())
    }

    /// When an entry flies. Remembers it if it is the first leg of its flight.
    fn schedule(&mut self, entry: &Entry<'a>) -> Result<Bounded<Schedule>, String> {
        let Leg { sequence, span, days, rate, clocks, .. } = entry.leg;
        let itinerary = entry.leg.itinerary();
        if sequence == 1 {
            self.first = Some((itinerary, span, days));
        }
        let of_the_first_leg = sequence == 1 || self.first == Some((itinerary, span, days));
        let later = clocks.departure_days;
        let (moved, days_later) = if of_the_first_leg { (0, later) } else { (later, 0) };
        let bounded = span.within(entry.carrier.period, moved)?;
        Ok(bounded.map(|period| Schedule { plan: Plan { period, days, rate }, days_later }))
    }

    /// The cabin of an entry. Says so if some of its seats are not sold, once for each such cabin.
    fn cabin(&mut self, entry: &Entry<'a>, found: &mut Found) -> Result<Arc<Cabin>, String> {
        let longer = entry.configuration.filter(|_| entry.leg.configuration_follows());
        let seats = entry.leg.seats(longer)?;
        let cabin = match self.cabins.of(entry.leg.aircraft, seats) {
            Made::Known(cabin) => return Ok(cabin),
            Made::New(cabin) => cabin,
        };
        let sold = cabin.capacity();
        if sold < seats {
            let aircraft = entry.leg.aircraft;
            let note = format!(
                "{seats} seats of a {aircraft} make no even rows: {sold} are sold ({cabin}), here and on all lines like it"
            );
            found.note(entry.line, note);
        }
        Ok(cabin)
    }
}

fn cut(Period { from, to }: Period) -> String {
    format!(
        "neither its period nor the carrier's has an end: taken for {OPEN_DAYS} days, {from} to {to}"
    )
}

fn served(entry: &Entry<'_>) -> Result<Served, String> {
    let served = entry.leg.served()?;
    match entry.duplicate_of {
        Some(of) => Err(format!("it is another carrier's ({of:?}, by DEI 50)")),
        None => Ok(served),
    }
}

/// Refuses UTC variations that cannot be those of the airports.
fn plausible(served: &Served, [departs_at, arrives_at]: [LocalTime; 2]) -> Result<(), String> {
    for (place, time) in [(served.from, departs_at), (served.to, arrives_at)] {
        let Place { airport, zone, .. } = place;
        let Some(ours) = clock::wall(zone, time.unix_seconds()) else { continue };
        if ours.offset_minutes().abs_diff(time.offset_minutes()) > OFF_MINUTES {
            return Err(format!(
                "the UTC variation at {}: it makes {time} of what is {ours} there",
                airport.iata
            ));
        }
    }
    Ok(())
}

fn facts(
    aircraft: Aircraft,
    served: &Served,
    cabin: &Arc<Cabin>,
    [departs_at, arrives_at]: [LocalTime; 2],
) -> LegFacts {
    let Served { flight, from, to } = *served;
    let (origin, to) = (from.airport.iata, to.airport.iata);
    let departure = departs_at.civil();
    let minute = i64::from(departure.hour()) * 60 + i64::from(departure.minute());
    let priced = Priced {
        flight,
        km: whole_km(origin, to).expect("both airports are known"),
        departs_minute: u32::try_from(minute).expect("a day has few minutes, none before 0"),
        date: departure.date(),
    };
    LegFacts {
        id: LegId { flight, date: departure.date(), origin },
        to,
        departs_at,
        arrives_at,
        aircraft,
        cabin: cabin.clone(),
        fare: fare(FARE_SEED, &priced),
    }
}
