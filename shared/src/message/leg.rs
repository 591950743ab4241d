//! `airports.list` and `legs.*`: what can be flown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{FlightNumber, Iata, LegId, SeatLabel, Version};
use crate::money::Centavos;
use crate::text::{TextError, clean};
use crate::time::{Date, LocalTime, optional_date};
use crate::wire_string::wire_string;

/// An airport.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Airport {
    /// The IATA code.
    pub iata: Iata,
    /// The airport's name.
    pub name: String,
    /// The city it serves, with its accents.
    pub city: String,
    /// The state (UF), two letters.
    pub state: String,
    /// Degrees north (WGS 84).
    pub latitude: f64,
    /// Degrees east (WGS 84).
    pub longitude: f64,
    /// The IANA time zone, for people: times on the wire carry their offset.
    pub timezone: String,
}

/// Result of `airports.list`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Airports {
    /// Every airport, by code.
    pub airports: Vec<Airport>,
}

/// Whether a leg can be held, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LegStatus {
    /// On sale, with at least one free seat.
    Open,
    /// On sale, without a free seat: held, sold or blocked, all of them.
    Taken,
    /// Taken off sale by an operator.
    Closed,
    /// Its departure has passed.
    Departed,
}

/// A leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Leg {
    /// The leg's id.
    pub leg: LegId,
    /// The flight's number.
    pub flight: FlightNumber,
    /// Where it takes off.
    pub from: Iata,
    /// Where it lands.
    pub to: Iata,
    /// When it takes off, on the clock of `from`.
    pub departs_at: LocalTime,
    /// When it lands, on the clock of `to`.
    pub arrives_at: LocalTime,
    /// The aircraft's IATA type, such as `320`.
    pub aircraft: String,
    /// How many seats it has.
    pub capacity: u32,
    /// How many of them are free.
    pub seats_left: u32,
    /// What a seat costs that is held now.
    pub fare_centavos: Centavos,
    /// Whether it can be held.
    pub status: LegStatus,
    /// The number of its last change.
    pub version: Version,
}

/// Params of `legs.get` and `legs.seats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LegRef {
    /// The leg.
    pub leg: LegId,
}

/// Which legs `legs.search` shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// Those that can be held now.
    #[default]
    Available,
    /// Also those that are taken, closed or departed, with their status.
    All,
}

/// A search word: a flight, a city or an airport's code, or the beginning of one. Accents and case
/// do not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchText(String);

impl SearchText {
    /// The word as it was typed, normalised.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SearchText {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        clean(text).map(Self)
    }
}

impl fmt::Display for SearchText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_string!(SearchText, "SearchText", ".", "a search word of at most 64 characters");

/// Params of `legs.search`. Every filter given must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchLegs {
    /// Only legs that take off here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Iata>,
    /// Only legs that land here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Iata>,
    /// Only legs that depart on this date of the origin's calendar.
    #[serde(default, with = "optional_date", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub date: Option<Date>,
    /// Only legs that this word matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SearchText>,
    /// Only legs that can be held, or all.
    #[serde(default)]
    pub include: Include,
    /// How many legs a page has, 1 to 500; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Result of `legs.search`: one page, by departure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Legs {
    /// The page.
    pub legs: Vec<Leg>,
    /// How many legs match in all, at most 10,000.
    pub total: u32,
    /// True if there are more than `total` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub total_more: bool,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a seat is at this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SeatStatus {
    /// Nobody's.
    Free,
    /// In somebody's cart.
    Held,
    /// Sold.
    Sold,
    /// Not for sale, by an operator's word.
    Blocked,
}

/// One seat of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatState {
    /// Its label.
    pub seat: SeatLabel,
    /// What it is now.
    pub status: SeatStatus,
}

/// One row of a cabin, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatRow {
    /// The row's number.
    pub row: u32,
    /// Its seats; an inner list a block, with an aisle between two blocks.
    pub blocks: Vec<Vec<SeatState>>,
}

/// Result of `legs.seats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatMap {
    /// The leg.
    pub leg: LegId,
    /// The aircraft's IATA type.
    pub aircraft: String,
    /// The cabin from front to back.
    pub rows: Vec<SeatRow>,
    /// The leg's version when this was read.
    pub version: Version,
}
