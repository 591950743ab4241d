//! What the rules know of a leg before anyone wants a seat on it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use trecho_shared::ids::{Iata, LegId};
use trecho_shared::money::Centavos;
use trecho_shared::time::LocalTime;

use super::Cabin;

/// A leg's key in the ledger: given once, in the order in which legs were added, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey(pub u32);

/// An aircraft's IATA type: three letters and digits, `320`, `AT7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aircraft([u8; 3]);

impl Aircraft {
    /// The type as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII is let in")
    }
}

/// The text is no aircraft type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an aircraft's IATA type of three letters and digits, such as 320")]
pub struct ParseAircraftError;

impl FromStr for Aircraft {
    type Err = ParseAircraftError;
    fn from_str(text: &str) -> Result<Self, ParseAircraftError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| ParseAircraftError)?;
        let formed = code.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        formed.then_some(Self(code)).ok_or(ParseAircraftError)
    }
}

impl fmt::Display for Aircraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A leg as the timetable has it. Shared, not copied: the rules and the board point at the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegFacts {
    /// Its id: the flight, the date and the origin.
    pub id: LegId,
    /// Where it lands.
    pub to: Iata,
    /// When it takes off, on the origin's clock. Sales end then.
    pub departs_at: LocalTime,
    /// When it lands, on the clock of `to`.
    pub arrives_at: LocalTime,
    /// What flies it.
    pub aircraft: Aircraft,
    /// Its seats.
    pub cabin: Arc<Cabin>,
    /// What a new hold costs.
    pub fare: Centavos,
}
