//! From the times of a record to instants.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use trecho_shared::time::LocalTime;

use super::carrier::TimeMode;
use super::field::digits;
use crate::timetable::check::LONGEST_MINUTES;

const DAY: i64 = 24 * 60;

/// When something happens at an airport. Minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// When the aircraft leaves its stand or reaches it. Dates are those of this time.
    pub(super) aircraft: i64,
    /// When the passenger does: another time only where a vehicle goes between the two.
    pub(super) passenger: i64,
    /// Minutes that the clocks there are ahead of UTC.
    pub(super) ahead: i16,
}

/// The times of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clocks {
    pub(super) departs: Clock,
    pub(super) arrives: Clock,
    /// Days from the departure at the flight's first airport to this departure.
    pub(super) departure_days: i64,
    /// Days from there to the arrival, if the file says it.
    pub(super) arrival_days: Option<i64>,
}

/// Reads `0610`: 0000 to 2359.
pub(super) fn departure(text: &str) -> Option<i64> {
    arrival(text).filter(|minutes| *minutes < DAY)
}

/// Reads `0610`: 0000 to 2400, which is the end of the day.
pub(super) fn arrival(text: &str) -> Option<i64> {
    if text.len() != 4 {
        return None;
    }
    let (hour, minute): (i64, i64) = (digits(text.get(..2)?)?, digits(text.get(2..)?)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY).then_some(minutes)
}

/// Reads `-0300`: minutes ahead of UTC.
pub(super) fn ahead(text: &str) -> Option<i16> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes): (i16, i16) = (digits(text.get(1..3)?)?, digits(text.get(3..)?)?);
    (hours <= 14 && minutes < 60 && text.len() == 5).then_some(sign * (hours * 60 + minutes))
}

/// Reads a date variation: days, or `A` (`J`, as some write it) for the day before.
pub(super) fn day_variation(text: &str) -> Option<i64> {
    match text {
        "A" | "J" => Some(-1),
        "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" => digits(text),
        _ => None,
    }
}

impl Clock {
    /// Seconds since the Unix epoch when the aircraft's time comes on the day that begins at
    /// `midnight`.
    fn aircraft_at(self, mode: TimeMode, midnight: i64) -> i64 {
        let ahead = match mode {
            TimeMode::Local => i64::from(self.ahead),
            TimeMode::Utc => 0,
        };
        midnight + (self.aircraft - ahead) * 60
    }

    /// The passenger's time, which is the one nearest to the aircraft's `seconds`.
    fn passenger_at(self, seconds: i64) -> Result<LocalTime, String> {
        let minutes = (self.passenger - self.aircraft + DAY / 2).rem_euclid(DAY) - DAY / 2;
        LocalTime::new(seconds + minutes * 60, self.ahead)
            .ok_or_else(|| "the date is out of range".into())
    }
}

impl Clocks {
    /// Departure and arrival of the leg that departs on `date`.
    pub(super) fn instants(self, mode: TimeMode, date: Date) -> Result<[LocalTime; 2], String> {
        let midnight = Offset::UTC
            .to_timestamp(date.to_datetime(Time::midnight()))
            .map_err(|_| "the date is out of range")?
            .as_second();
        let departs = self.departs.aircraft_at(mode, midnight);
        let same_day = self.arrives.aircraft_at(mode, midnight);
        let days = match self.arrival_days {
            Some(days) => days - self.departure_days,
            None => landing_day((same_day - departs) / 60),
        };
        let arrives = same_day + days * DAY * 60;
        let departs_at = self.departs.passenger_at(departs)?;
        let arrives_at = self.arrives.passenger_at(arrives)?;
        match (arrives_at.unix_seconds() - departs_at.unix_seconds()) / 60 {
            1..=LONGEST_MINUTES => Ok([departs_at, arrives_at]),
            ..1 => Err(format!(
                "it lands ({arrives_at}) before it takes off ({departs_at}): see the times, the UTC variations and the date variation (columns 193-194)"
            )),
            _ => Err(format!("from {departs_at} to {arrives_at} is more than 24 hours")),
        }
    }
}

/// How many days after the departure a leg lands, if it would take `minutes` landing on the same
/// date: the one number of days with which it takes more than nothing and at most a day.
fn landing_day(minutes: i64) -> i64 {
    -(minutes - 1).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn clock(time: &str, utc: &str) -> Clock {
        let minutes = arrival(time).unwrap();
        Clock { aircraft: minutes, passenger: minutes, ahead: ahead(utc).unwrap() }
    }

    fn told(clocks: Clocks, mode: TimeMode) -> Result<String, String> {
        let [departs, arrives] = clocks.instants(mode, date(2026, 11, 24))?;
        Ok(format!("{departs} {arrives}"))
    }

    /// The clocks of a leg with a date variation.
    fn clocks(departs: Clock, arrives: Clock, days: &str) -> Clocks {
        let departure_days = day_variation(&days[..1]).unwrap_or(0);
        Clocks { departs, arrives, departure_days, arrival_days: day_variation(&days[1..]) }
    }

    #[test]
    fn local_times_are_told_from_utc_by_their_variation() {
        let day = clocks(clock("2240", "-0300"), clock("0135", "-0400"), "01");
        let expected = "2026-11-24T22:40:00-03:00 2026-11-25T01:35:00-04:00";
        assert_eq!(told(day, TimeMode::Local).unwrap(), expected);
        let utc = clocks(clock("0140", "-0300"), clock("0535", "-0400"), "00");
        let expected = "2026-11-23T22:40:00-03:00 2026-11-24T01:35:00-04:00";
        assert_eq!(told(utc, TimeMode::Utc).unwrap(), expected);
    }

    #[test]
    fn the_day_of_landing_is_inferred_where_it_is_blank() {
        for (departs, arrives, expected) in [
            (("0610", "-0300"), ("0715", "-0300"), "2026-11-24T07:15:00-03:00"),
            (("2330", "-0300"), ("0035", "-0300"), "2026-11-25T00:35:00-03:00"),
            (("2330", "-0300"), ("2400", "-0300"), "2026-11-25T00:00:00-03:00"),
            (("2330", "-0300"), ("2325", "-0500"), "2026-11-24T23:25:00-05:00"),
            // Over the date line: from Kiribati to Hawaii it is the day before.
            (("0100", "+1400"), ("0400", "-1000"), "2026-11-23T04:00:00-10:00"),
            (("2300", "-1000"), ("0200", "+1400"), "2026-11-26T02:00:00+14:00"),
        ] {
            let leg = clocks(clock(departs.0, departs.1), clock(arrives.0, arrives.1), "  ");
            let told = told(leg, TimeMode::Local).unwrap();
            assert!(told.ends_with(expected), "{told}");
        }
    }

    #[test]
    fn a_date_variation_counts_from_the_departure() {
        let with = |days| {
            let leg = clocks(clock("0100", "-0300"), clock("0200", "-0300"), days);
            told(leg, TimeMode::Local)
        };
        let plain = with("00").unwrap();
        for days in ["11", "AA", "JJ", "22", "1 ", " 0"] {
            assert_eq!(with(days).unwrap(), plain, "{days}");
        }
        assert!(with("0A").unwrap_err().contains("before it takes off"));
        assert!(with("01").unwrap_err().contains("more than 24 hours"));
        let date_line = clocks(clock("0100", "+1400"), clock("0400", "-1000"), "0A");
        let told = told(date_line, TimeMode::Local).unwrap();
        assert!(told.ends_with("2026-11-23T04:00:00-10:00"), "{told}");
    }

    #[test]
    fn the_passengers_time_may_be_on_another_date_than_the_aircrafts() {
        let mut leg = clocks(clock("0010", "-0300"), clock("2355", "-0300"), "00");
        leg.departs.passenger = departure("2350").unwrap();
        leg.arrives = clock("0100", "-0300");
        let told_early = told(leg, TimeMode::Local).unwrap();
        assert_eq!(told_early, "2026-11-23T23:50:00-03:00 2026-11-24T01:00:00-03:00");
        leg.arrives = clock("2345", "-0300");
        leg.departs = clock("0100", "-0300");
        leg.arrives.passenger = arrival("0015").unwrap();
        let told_late = told(leg, TimeMode::Local).unwrap();
        assert_eq!(told_late, "2026-11-24T01:00:00-03:00 2026-11-25T00:15:00-03:00");
    }

    #[test]
    fn texts_that_are_no_times_are_refused() {
        for text in ["", "610", "2401", "0960", "+610", "06:1", "24 0", "é10"] {
            assert_eq!(arrival(text), None, "{text}");
        }
        assert_eq!((arrival("2400"), departure("2400")), (Some(1440), None));
        for text in ["", "0300", "+300", "-1500", "-0360", "+03:00", "-03é", "+-300"] {
            assert_eq!(ahead(text), None, "{text}");
        }
        assert_eq!((ahead("-0330"), ahead("+0545")), (Some(-210), Some(345)));
        for text in ["8", "B", "-", " ", ""] {
            assert_eq!(day_variation(text), None, "{text}");
        }
    }
}
