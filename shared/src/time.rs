//! Time on the wire: RFC 3339, so that a client needs no zone database.
//!
//! [`Moment`] is the server's own time (`now`, `expires_at`), always written with `Z` and
//! milliseconds. [`LocalTime`] is when something happens at an airport: an instant and the offset
//! that was fixed when the leg was imported. [`Date`] is a civil date, local at the origin.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::wire_string::wire_string;

pub use jiff::civil::Date;

/// Milliseconds since the Unix epoch, as the server's clock counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment `ms` milliseconds after this one.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` until this moment; negative if `earlier` is the later one.
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// Why a text is not a time, date or id that the protocol knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseTimeError(String);

impl FromStr for Moment {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        let timestamp: Timestamp = text.parse().map_err(|_| {
            ParseTimeError("expected an RFC 3339 time such as 2026-11-24T09:10:00.000Z".into())
        })?;
        Ok(Self(timestamp.as_millisecond()))
    }
}

wire_string!(
    Moment,
    "Moment",
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$",
    "an instant of the server's clock, RFC 3339 with milliseconds and Z"
);

/// An instant, and the offset from UTC in force where it happens.
///
/// Ordered by the instant first, so that times at different airports compare as they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    unix_seconds: i64,
    offset_minutes: i16,
}

impl LocalTime {
    /// The instant `unix_seconds` after the Unix epoch, told on a clock `offset_minutes` ahead of
    /// UTC. `None` outside the years that RFC 3339 can write, or if the offset is a day or more.
    pub fn new(unix_seconds: i64, offset_minutes: i16) -> Option<Self> {
        let written = 0..=253_402_207_200;
        let day = -1439..=1439;
        (written.contains(&unix_seconds) && day.contains(&offset_minutes))
            .then_some(Self { unix_seconds, offset_minutes })
    }

    /// Seconds since the Unix epoch.
    pub fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }

    /// Minutes ahead of UTC (negative west of Greenwich, so in all of Brazil).
    pub fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// The same instant on the server's clock.
    pub fn moment(self) -> Moment {
        Moment(self.unix_seconds * 1000)
    }

    /// What a clock on the wall there shows.
    pub fn civil(self) -> DateTime {
        self.offset().to_datetime(self.timestamp())
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.unix_seconds).unwrap_or(Timestamp::MAX)
    }

    fn offset(self) -> Offset {
        Offset::from_seconds(i32::from(self.offset_minutes) * 60).unwrap_or(Offset::UTC)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().display_with_offset(self.offset()).fmt(f)
    }
}

impl FromStr for LocalTime {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        let refuse = || {
            ParseTimeError(
                "expected an RFC 3339 time with an offset, such as 2026-11-24T06:10:00-03:00"
                    .into(),
            )
        };
        let pieces =
            jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).map_err(|_| refuse())?;
        let offset = pieces.to_numeric_offset().ok_or_else(refuse)?;
        let time = pieces.time().ok_or_else(refuse)?;
        let timestamp =
            offset.to_timestamp(pieces.date().to_datetime(time)).map_err(|_| refuse())?;
        let minutes = i16::try_from(offset.seconds() / 60).map_err(|_| refuse())?;
        if offset.seconds() % 60 != 0 || timestamp.subsec_nanosecond() != 0 {
            return Err(refuse());
        }
        Self::new(timestamp.as_second(), minutes).ok_or_else(refuse)
    }
}

wire_string!(
    LocalTime,
    "LocalTime",
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$",
    "a time at an airport, RFC 3339 with the offset in force there"
);

/// A [`Date`] as eight digits, `20261124`: the form inside a leg's id.
pub(crate) fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}

/// `Option<Date>` on the wire as `YYYY-MM-DD`, for serde's `with`.
pub mod optional_date {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Date, date};

    /// Writes the date, or null.
    ///
    /// # Errors
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(value: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        value.map(|date| date.to_string()).serialize(to)
    }

    /// Reads a date, or null.
    ///
    /// # Errors
    /// If the text is not a calendar date in the form `2026-11-24`.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| date::parse(&text).map_err(serde::de::Error::custom)).transpose()
    }
}

/// A [`Date`] on the wire as `YYYY-MM-DD`, for serde's `with`.
pub mod date {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Date, ParseTimeError};

    /// Reads `2026-11-24` and nothing else: jiff alone would take a date and time for a date.
    ///
    /// # Errors
    /// If the text is not a calendar date in that form.
    pub fn parse(text: &str) -> Result<Date, ParseTimeError> {
        let strict = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        strict
            .then(|| text.parse().ok())
            .flatten()
            .ok_or_else(|| ParseTimeError("expected a date such as 2026-11-24".into()))
    }

    /// Writes the date.
    ///
    /// # Errors
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(value: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    /// Reads a date.
    ///
    /// # Errors
    /// If the text is not a calendar date in the form `2026-11-24`.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_keeps_its_offset_through_the_wire() {
        let text = "2026-11-24T06:10:00-03:00";
        let time: LocalTime = text.parse().unwrap();
        assert_eq!(time.offset_minutes(), -180);
        assert_eq!(time.to_string(), text);
        assert_eq!(time.civil().to_string(), "2026-11-24T06:10:00");
    }

    #[test]
    fn a_local_time_without_an_offset_is_refused() {
        for text in ["2026-11-24T06:10:00", "2026-11-24", "06:10", "2026-11-24T06:10:00Z[UTC"] {
            assert!(text.parse::<LocalTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_written_with_milliseconds_and_z() {
        assert_eq!(Moment(1_764_000_000_000).to_string(), "2025-11-24T16:00:00.000Z");
        assert_eq!("2025-11-24T16:00:00.000Z".parse(), Ok(Moment(1_764_000_000_000)));
    }

    #[test]
    fn a_date_is_read_only_in_its_one_form() {
        assert!(date::parse("2026-11-24").is_ok());
        for text in ["20261124", "2026-11-31", "2026-11-24T00:00", " 2026-11-2", "+02026-1-24"] {
            assert!(date::parse(text).is_err(), "{text}");
        }
    }
}
