//! A duration as people write it: `90s`, `10m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// More than nothing, at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub struct Period(pub(super) Duration);

/// The text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a duration from 1ms to 24h, such as 90s, 10m or 1h")]
pub struct ParsePeriodError;

const DAY_MS: u64 = 86_400_000;

/// How long a cart may be held: from what leaves time for a confirm on, up to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HoldPeriod(pub(super) Duration);

/// The text is no such duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cart is held for a duration from 50ms to 24h, such as 90s, 10m or 1h")]
pub struct ParseHoldPeriodError;

/// In less not even a program on the same machine confirms what it has held.
const LEAST_HOLD: Duration = Duration::from_millis(50);

impl FromStr for HoldPeriod {
    type Err = ParseHoldPeriodError;
    fn from_str(text: &str) -> Result<Self, ParseHoldPeriodError> {
        let period = text.parse::<Period>().ok().filter(|period| period.0 >= LEAST_HOLD);
        period.map(|period| Self(period.0)).ok_or(ParseHoldPeriodError)
    }
}

impl From<HoldPeriod> for Duration {
    fn from(period: HoldPeriod) -> Self {
        period.0
    }
}

impl TryFrom<String> for HoldPeriod {
    type Error = ParseHoldPeriodError;
    fn try_from(text: String) -> Result<Self, ParseHoldPeriodError> {
        text.parse()
    }
}

impl fmt::Display for HoldPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Period(self.0).fmt(f)
    }
}

impl FromStr for Period {
    type Err = ParsePeriodError;
    fn from_str(text: &str) -> Result<Self, ParsePeriodError> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit_ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(ParsePeriodError),
        };
        let ms = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_ms));
        ms.filter(|ms| (1..=DAY_MS).contains(ms))
            .map(|ms| Self(Duration::from_millis(ms)))
            .ok_or(ParsePeriodError)
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl TryFrom<String> for Period {
    type Error = ParsePeriodError;
    fn try_from(text: String) -> Result<Self, ParsePeriodError> {
        text.parse()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        match ms {
            _ if ms.is_multiple_of(60_000) => write!(f, "{}m", ms / 60_000),
            _ if ms.is_multiple_of(1_000) => write!(f, "{}s", ms / 1_000),
            _ => write!(f, "{ms}ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let seconds = |text: &str| text.parse::<Period>().unwrap().0.as_secs();
        assert_eq!(seconds("90s"), 90);
        assert_eq!(seconds("10m"), 600);
        assert_eq!(seconds("24h"), 86_400);
        assert_eq!("1500ms".parse::<Period>().unwrap().to_string(), "1500ms");
    }

    #[test]
    fn a_hold_that_ends_before_a_confirm_can_come_is_none() {
        for text in ["1ms", "49ms", "0s", "25h", "ten"] {
            assert_eq!(text.parse::<HoldPeriod>(), Err(ParseHoldPeriodError), "{text}");
        }
        assert_eq!("50ms".parse::<HoldPeriod>().unwrap().to_string(), "50ms");
        assert!(ParseHoldPeriodError.to_string().contains("50ms"));
    }

    #[test]
    fn nothing_unitless_negative_or_endless_is_a_duration() {
        for text in ["", "s", "10", "-1s", "0s", "25h", "1.5m", "10 m", "99999999999999999999s"] {
            assert_eq!(text.parse::<Period>(), Err(ParsePeriodError), "{text}");
        }
    }
}
