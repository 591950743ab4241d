//! Names of things: every id is a type of its own, and only parsing makes one.

mod booking;
mod flight;
mod secret;
mod short;

use serde::{Deserialize, Serialize};

pub use booking::{Locator, SeatLabel};
pub use flight::{FlightNumber, Iata, LegId};
pub use secret::{ClaimCode, IdempotencyKey, SessionToken};

/// Why a text is not an id of the kind that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct ParseIdError(&'static str);

/// One seat claimed by one cart. Never used again once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct HoldId(pub u64);

/// The number of a change. A leg's version is the number of its last change: it grows, with gaps,
/// and never goes back within one [`Epoch`].
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Version(pub u64);

/// The life of one data directory: another epoch means that every version a client knows is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Epoch(pub u64);
