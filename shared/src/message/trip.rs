//! `trips.search`: ways from A to B.

use serde::{Deserialize, Serialize};

use super::Leg;
use crate::ids::Iata;
use crate::money::Centavos;
use crate::time::{Date, date};

/// Params of `trips.search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchTrips {
    /// Where the trip begins.
    pub from: Iata,
    /// Where it ends.
    pub to: Iata,
    /// The date of its first departure, on the calendar of `from`.
    #[serde(with = "date")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub date: Date,
    /// At most this many legs, 1 to 3; 3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_legs: Option<u32>,
    /// At least this long between landing and the next take-off, 0 to 720 minutes; 45 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_connection_minutes: Option<u32>,
    /// How many trips to tell, 1 to 100; 20 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One way from A to B, on legs that each have a free seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trip {
    /// The legs in the order flown.
    pub legs: Vec<Leg>,
    /// From the first take-off to the last landing.
    pub duration_minutes: u32,
    /// The sum of the legs' fares.
    pub fare_centavos: Centavos,
}

/// Result of `trips.search`: by arrival, then fewer legs, then fare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trips {
    /// The trips.
    pub trips: Vec<Trip>,
}
