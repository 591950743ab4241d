//! Record 3: a leg, on all the days on which it flies.

use trecho_shared::ids::{FlightNumber, Iata};

use super::field::{Field, digits};
use super::period::{Bound, Days, Rate, Span};
use super::seats;
use super::times::{Clock, Clocks, ahead, arrival, day_variation, departure};
use crate::booking::Aircraft;
use crate::timetable::{Place, place};

const CARRIER: Field = Field::new("airline designator", 3, 5);
const NUMBER: Field = Field::new("flight number", 6, 9);
const SEQUENCE: Field = Field::new("leg sequence number", 12, 13);
const SERVICE: Field = Field::new("service type", 14, 14);
const FIRST_DATE: Field = Field::new("first date of the period", 15, 21);
const LAST_DATE: Field = Field::new("last date of the period", 22, 28);
const DAYS: Field = Field::new("days of operation", 29, 35);
const RATE: Field = Field::new("frequency rate", 36, 36);
const FROM: Field = Field::new("departure station", 37, 39);
const PASSENGER_DEPARTS: Field = Field::new("passenger departure time", 40, 43);
const AIRCRAFT_DEPARTS: Field = Field::new("aircraft departure time", 44, 47);
const DEPARTURE_AHEAD: Field = Field::new("UTC variation of the departure", 48, 52);
const TO: Field = Field::new("arrival station", 55, 57);
const AIRCRAFT_ARRIVES: Field = Field::new("aircraft arrival time", 58, 61);
const PASSENGER_ARRIVES: Field = Field::new("passenger arrival time", 62, 65);
const ARRIVAL_AHEAD: Field = Field::new("UTC variation of the arrival", 66, 70);
const AIRCRAFT: Field = Field::new("aircraft type", 73, 75);
const BOOKING_CLASSES: Field = Field::new("booking designators", 76, 95);
const ITINERARY_OVERFLOW: Field = Field::new("itinerary variation overflow", 128, 128);
const DISCLOSURE: Field = Field::new("operating airline disclosure", 149, 149);
const CONFIGURATION: Field = Field::new("aircraft configuration", 173, 192);
const DEPARTURE_DAYS: Field = Field::new("date variation of the departure", 193, 193);
const ARRIVAL_DAYS: Field = Field::new("date variation of the arrival", 194, 194);

/// Suffix, carrier, number, itinerary variation and sequence number: what a leg's segments repeat.
const KEY: Field = Field::new("leg", 2, 13);
/// The same without the sequence number: what the legs of one flight have in common.
const ITINERARY: Field = Field::new("itinerary", 2, 11);

/// A restriction of what is sold stands, for each airport that the flight comes to, in a column of
/// its own from this one on.
const FIRST_RESTRICTION: usize = 150;
/// There is a column for so many airports.
const RESTRICTIONS: usize = 11;

/// A leg as the file has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg<'a> {
    /// The whole line, to quote.
    line: &'a [u8],
    carrier: &'a str,
    number: u16,
    /// 1 for the first leg of the flight, in the order in which they are flown.
    pub(super) sequence: u8,
    service: char,
    pub(super) span: Span,
    pub(super) days: Days,
    pub(super) rate: Rate,
    from: Iata,
    to: Iata,
    pub(super) clocks: Clocks,
    pub(super) aircraft: Aircraft,
}

/// A leg that this server can sell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub(super) flight: FlightNumber,
    pub(super) from: &'static Place,
    pub(super) to: &'static Place,
}

impl<'a> Leg<'a> {
    /// Reads the fields, or says what is wrong with the first wrong one.
    pub(super) fn read(line: &'a [u8]) -> Result<Self, String> {
        if let Some(at) = line.iter().position(|byte| !byte.is_ascii()) {
            return Err(format!("column {}: a leg is written in plain ASCII", at + 1));
        }
        let carrier = CARRIER.read(line, designator, "two or three letters and digits")?;
        let rate = RATE.read(line, Rate::parse, "a blank, or 2 for every other week")?;
        let span = Span { from: bound(FIRST_DATE, line)?, to: bound(LAST_DATE, line)? };
        if rate == Rate::Fortnightly && (span.from == Bound::Open || span.to == Bound::Open) {
            return Err(RATE.refuse(line, "every other week needs a period with both dates"));
        }
        let iata = |text: &str| text.parse().ok();
        Ok(Self {
            line,
            carrier,
            number: NUMBER.read(line, flight_number, "1 to 9999")?,
            sequence: SEQUENCE.read(line, sequence, "01 to 99")?,
            service: SERVICE.read(line, capital, "a capital letter, such as J")?,
            span,
            days: DAYS.read(line, Days::parse, "days from 1 (Monday) to 7, such as 1 3 5")?,
            rate,
            from: FROM.read(line, iata, "an airport's IATA code")?,
            to: TO.read(line, iata, "an airport's IATA code")?,
            clocks: clocks(line)?,
            aircraft: AIRCRAFT.read(line, |text| text.parse().ok(), "an aircraft's IATA type")?,
        })
    }

    /// What the segment records of the leg begin with, after the record's number.
    pub(super) fn key(&self) -> &'a str {
        KEY.of(self.line)
    }

    /// What this leg has in common with the other legs of the flight.
    pub(super) fn itinerary(&self) -> (&'a str, char) {
        (ITINERARY.of(self.line), ITINERARY_OVERFLOW.letter(self.line))
    }

    /// The leg, if this server can sell it; or why it cannot.
    pub(super) fn served(&self) -> Result<Served, String> {
        self.carries_passengers()?;
        self.is_the_carriers_own()?;
        let from = known(FROM, self.line, self.from)?;
        let to = known(TO, self.line, self.to)?;
        if self.from == self.to {
            return Err(format!("it begins and ends at {}", self.from));
        }
        let carrier = <[u8; 2]>::try_from(self.carrier.as_bytes()).ok();
        let flight = carrier.and_then(|carrier| FlightNumber::new(carrier, self.number));
        let flight = flight.ok_or_else(|| {
            CARRIER.refuse(self.line, "flight numbers here have an airline's two-character code")
        })?;
        Ok(Served { flight, from, to })
    }

    fn carries_passengers(&self) -> Result<(), String> {
        match self.service {
            'J' | 'S' | 'Q' | 'G' | 'B' | 'R' => Ok(()),
            'F' | 'M' | 'A' | 'H' => Err(SERVICE.refuse(self.line, "it carries no passengers")),
            'U' | 'V' => Err(SERVICE.refuse(self.line, "it goes by road or rail")),
            _ => Err(SERVICE.refuse(self.line, "it is no scheduled passenger flight")),
        }
    }

    /// Seats that another carrier sells too would be sold twice.
    fn is_the_carriers_own(&self) -> Result<(), String> {
        if matches!(DISCLOSURE.letter(self.line), 'L' | 'Z') {
            return Err(DISCLOSURE.refuse(self.line, "it is another carrier's (code share)"));
        }
        let at = usize::from(self.sequence) - 1;
        if at < RESTRICTIONS {
            let column = FIRST_RESTRICTION + at;
            let restriction = Field::new("traffic restriction", column, column);
            if restriction.letter(self.line) != ' ' {
                return Err(restriction.refuse(self.line, "it may not be sold by itself"));
            }
        }
        Ok(())
    }

    /// Whether the configuration is too long for its columns, and follows in a segment record.
    pub(super) fn configuration_follows(&self) -> bool {
        CONFIGURATION.of(self.line).trim_end() == "XX"
    }

    /// How many seats there are: by the configuration, else by the booking designators. `longer` is
    /// a configuration that was too long for this record.
    pub(super) fn seats(&self, longer: Option<&str>) -> Result<u32, String> {
        let told = match longer {
            Some(text) => seats::count(text)
                .map_err(|reason| format!("aircraft configuration {text:?} (DEI 108): {reason}"))?,
            None => seats::count(CONFIGURATION.of(self.line))
                .map_err(|reason| CONFIGURATION.refuse(self.line, reason))?,
        };
        let classes = || {
            seats::count(BOOKING_CLASSES.of(self.line))
                .map_err(|reason| BOOKING_CLASSES.refuse(self.line, reason))
        };
        match told.map_or_else(classes, |seats| Ok(Some(seats)))? {
            Some(seats) if seats > 0 => Ok(seats),
            Some(_) => Err(CONFIGURATION.refuse(self.line, "it has no seats")),
            None => Err(CONFIGURATION
                .refuse(self.line, "expected classes and their seats, such as C12Y150")),
        }
    }
}

/// `TR ` or `TRX`.
fn designator(text: &str) -> Option<&str> {
    let code = text.trim_end();
    let formed = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (code.len() >= 2 && formed).then_some(code)
}

/// `  42` or `0042`.
fn flight_number(text: &str) -> Option<u16> {
    digits(text.trim()).filter(|number| *number > 0)
}

fn capital(text: &str) -> Option<char> {
    text.chars().next().filter(char::is_ascii_uppercase)
}

fn sequence(text: &str) -> Option<u8> {
    digits(text.trim()).filter(|number| *number > 0)
}

fn bound(field: Field, line: &[u8]) -> Result<Bound, String> {
    field.read(line, Bound::parse, "a date such as 29MAR26, or 00XXX00")
}

fn known(field: Field, line: &[u8], code: Iata) -> Result<&'static Place, String> {
    place(code).ok_or_else(|| field.refuse(line, "this server does not know the airport"))
}

fn clocks(line: &[u8]) -> Result<Clocks, String> {
    Ok(Clocks {
        departs: Clock {
            aircraft: time(AIRCRAFT_DEPARTS, PASSENGER_DEPARTS, line, departure)?,
            passenger: time(PASSENGER_DEPARTS, AIRCRAFT_DEPARTS, line, departure)?,
            ahead: DEPARTURE_AHEAD.read(line, ahead, "hours and minutes such as -0300")?,
        },
        arrives: Clock {
            aircraft: time(AIRCRAFT_ARRIVES, PASSENGER_ARRIVES, line, arrival)?,
            passenger: time(PASSENGER_ARRIVES, AIRCRAFT_ARRIVES, line, arrival)?,
            ahead: ARRIVAL_AHEAD.read(line, ahead, "hours and minutes such as -0300")?,
        },
        departure_days: variation(DEPARTURE_DAYS, line)?.unwrap_or(0),
        arrival_days: variation(ARRIVAL_DAYS, line)?,
    })
}

fn variation(field: Field, line: &[u8]) -> Result<Option<i64>, String> {
    if field.letter(line) == ' ' {
        return Ok(None);
    }
    field.read(line, day_variation, "days from 0 to 7, or A for the day before").map(Some)
}

/// A time; some writers leave one of the passenger's and the aircraft's blank.
fn time(
    field: Field,
    other: Field,
    line: &[u8],
    parse: fn(&str) -> Option<i64>,
) -> Result<i64, String> {
    let field = if field.of(line).trim().is_empty() { other } else { field };
    field.read(line, parse, "a time such as 0610")
}
