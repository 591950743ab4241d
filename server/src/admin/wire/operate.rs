//! What operators do, and what is said of it.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{HoldId, LegId, SeatLabel};

use super::LegRow;

/// Params of `seats.block`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockSeats {
    /// The leg.
    pub(crate) leg: LegId,
    /// Its seats, at least one, none twice.
    pub(crate) seats: Vec<SeatLabel>,
    /// Why: one line for whoever looks later.
    pub(crate) reason: String,
}

/// Params of `seats.unblock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnblockSeats {
    /// The leg.
    pub(crate) leg: LegId,
    /// Its seats, at least one, none twice.
    pub(crate) seats: Vec<SeatLabel>,
}

/// Params of `holds.release`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseHold {
    /// The hold.
    pub(crate) hold: HoldId,
}

/// Params of `carts.release`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseCart {
    /// The session whose cart it is.
    pub(crate) session: u64,
}

/// Result of what is done to one leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Steered {
    /// False if all was as it was to be.
    pub(crate) changed: bool,
    /// The leg as it is now.
    pub(crate) leg: LegRow,
    /// The holds that left their carts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) released: Vec<ReleasedHold>,
}

/// Result of `holds.release` and `carts.release`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Released {
    /// The holds that left their carts.
    pub(crate) released: Vec<ReleasedHold>,
}

/// A hold that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleasedHold {
    /// Whose it was.
    pub(crate) session: u64,
    /// The hold.
    pub(crate) hold: HoldId,
    /// Its leg.
    pub(crate) leg: LegId,
    /// Its seat.
    pub(crate) seat: SeatLabel,
}

/// Params of `notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SayNotice {
    /// What to tell.
    pub(crate) text: String,
}

/// Result of what changes nothing that is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Audited {
    /// Whether the audit log has it: a full disk keeps neither a notice nor a drain from happening.
    pub(crate) audited: bool,
}
