//! From a clock on an airport's wall to an instant, and back.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use trecho_shared::time::LocalTime;

/// Why a time on the wall is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ClockError {
    /// Daylight saving time skips it.
    #[error("clocks there skip this time: daylight saving time begins then")]
    Skipped,
    /// Outside the years that the protocol writes, or with an offset that has seconds.
    #[error("expected a date from 1970 to 9999")]
    OutOfRange,
}

/// The instant at which the wall shows `civil`: the earlier one where it shows it twice.
pub(super) fn instant(zone: &TimeZone, civil: DateTime) -> Result<LocalTime, ClockError> {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(ClockError::Skipped);
    }
    let timestamp = ambiguous.earlier().map_err(|_| ClockError::OutOfRange)?;
    wall(zone, timestamp.as_second()).ok_or(ClockError::OutOfRange)
}

/// What the wall shows at an instant.
pub(super) fn wall(zone: &TimeZone, unix_seconds: i64) -> Option<LocalTime> {
    let timestamp = Timestamp::from_second(unix_seconds).ok()?;
    let seconds = zone.to_offset(timestamp).seconds();
    let minutes = i16::try_from(seconds / 60).ok()?;
    (seconds % 60 == 0).then(|| LocalTime::new(unix_seconds, minutes)).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn sao_paulo() -> TimeZone {
        TimeZone::get("America/Sao_Paulo").unwrap()
    }

    #[test]
    fn the_wall_and_the_instant_agree() {
        let time = instant(&sao_paulo(), datetime(2026, 11, 24, 6, 10, 0, 0)).unwrap();
        assert_eq!(time.to_string(), "2026-11-24T06:10:00-03:00");
        assert_eq!(wall(&sao_paulo(), time.unix_seconds()), Some(time));
    }

    #[test]
    fn a_time_that_clocks_skip_is_no_instant() {
        // The last summer time of Brazil so far began at midnight.
        let skipped = instant(&sao_paulo(), datetime(2018, 11, 4, 0, 30, 0, 0));
        assert_eq!(skipped, Err(ClockError::Skipped));
    }

    #[test]
    fn of_a_time_that_comes_twice_the_first_counts() {
        let first = instant(&sao_paulo(), datetime(2018, 2, 17, 23, 30, 0, 0)).unwrap();
        assert_eq!(first.to_string(), "2018-02-17T23:30:00-02:00");
    }

    #[test]
    fn years_that_the_protocol_does_not_write_are_refused() {
        for year in [1900, 1969, -5] {
            let early = instant(&sao_paulo(), datetime(year, 6, 1, 12, 0, 0, 0));
            assert_eq!(early, Err(ClockError::OutOfRange), "{year}");
        }
    }
}
