//! Airports, flights and legs.

use std::fmt;
use std::str::FromStr;

use super::ParseIdError;
use super::short::Short;
use crate::time::{Date, compact_date};
use crate::wire_string::wire_string;

/// An airport's IATA code: three capital letters, `GRU`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iata([u8; 3]);

impl Iata {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII capitals are let in")
    }
}

impl FromStr for Iata {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| IATA_FORM)?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code)).ok_or(IATA_FORM)
    }
}

const IATA_FORM: ParseIdError = ParseIdError("an airport's IATA code in capitals, such as GRU");

impl fmt::Display for Iata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Iata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

wire_string!(Iata, "Iata", "^[A-Z]{3}$", "an airport's IATA code, such as GRU");

/// A flight number: the carrier's two characters and 1 to 9999, `TR1042`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlightNumber {
    carrier: [u8; 2],
    number: u16,
}

impl FlightNumber {
    /// Flight `number` of the carrier; `None` if either is out of form.
    pub fn new(carrier: [u8; 2], number: u16) -> Option<Self> {
        let letter = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let formed = carrier.iter().all(letter)
            && carrier.iter().any(u8::is_ascii_uppercase)
            && (1..=9999).contains(&number);
        formed.then_some(Self { carrier, number })
    }

    /// The number alone, 1 to 9999.
    pub fn number(self) -> u16 {
        self.number
    }

    fn write<const N: usize>(self, text: &mut Short<N>) {
        text.push(&self.carrier);
        text.push_number(self.number.into(), 1);
    }
}

impl FromStr for FlightNumber {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a flight number such as TR1042");
        let (carrier, digits) = text.as_bytes().split_first_chunk::<2>().ok_or(refuse)?;
        let strict = (1..=4).contains(&digits.len())
            && digits.iter().all(u8::is_ascii_digit)
            && digits[0] != b'0';
        let number = strict.then(|| text[2..].parse().ok()).flatten().ok_or(refuse)?;
        Self::new(*carrier, number).ok_or(refuse)
    }
}

impl fmt::Display for FlightNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Short::<6>::new();
        self.write(&mut text);
        f.write_str(text.as_str())
    }
}

impl fmt::Debug for FlightNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

wire_string!(
    FlightNumber,
    "FlightNumber",
    "^[A-Z0-9]{2}[1-9][0-9]{0,3}$",
    "a flight number, such as TR1042"
);

/// A leg: the flight, the date (local at the origin) and the origin, `TR1042-20261124-GRU`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId {
    /// The flight that flies it. One flight may fly several legs a day.
    pub flight: FlightNumber,
    /// The date of departure on the origin's calendar.
    pub date: Date,
    /// Where it takes off.
    pub origin: Iata,
}

impl FromStr for LegId {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let refuse = ParseIdError("a leg such as TR1042-20261124-GRU");
        let mut parts = text.split('-');
        let (Some(flight), Some(date), Some(origin), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refuse);
        };
        Ok(Self {
            flight: flight.parse().map_err(|_| refuse)?,
            date: compact_date(date).ok_or(refuse)?,
            origin: origin.parse().map_err(|_| refuse)?,
        })
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Short::<19>::new();
        self.flight.write(&mut text);
        text.push(b"-");
        for (number, digits) in
            [(self.date.year(), 4), (self.date.month().into(), 2), (self.date.day().into(), 2)]
        {
            text.push_number(number.unsigned_abs().into(), digits);
        }
        text.push(b"-");
        text.push(&self.origin.0);
        f.write_str(text.as_str())
    }
}

impl fmt::Debug for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

wire_string!(
    LegId,
    "LegId",
    "^[A-Z0-9]{2}[1-9][0-9]{0,3}-[0-9]{8}-[A-Z]{3}$",
    "a leg, such as TR1042-20261124-GRU"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_id_reads_back_as_written() {
        let text = "TR1042-20261124-GRU";
        let leg: LegId = text.parse().unwrap();
        assert_eq!(leg.to_string(), text);
        assert_eq!(leg.flight.number(), 1042);
    }

    #[test]
    fn look_alikes_are_refused() {
        for text in [
            "TR01042-20261124-GRU",
            "TR1042-20261131-GRU",
            "TR1042-20261124-gru",
            "TR1042-20261124",
            "TR1042-20261124-GRU-",
            "TR+142-20261124-GRU",
            "12345-20261124-GRU",
            "ÉR12-20261124-GRU",
            "TR1042-2026112é-GRU",
        ] {
            assert!(text.parse::<LegId>().is_err(), "{text}");
        }
    }
}
