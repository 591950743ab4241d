//! What the ledger keeps: a booking, the seats of a leg that are somebody's, the audit log.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{LegId, Locator};
use trecho_shared::message::Ticket;
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

use super::SeatRow;

/// Params of `bookings.get`: an operator needs no claim code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowBooking {
    /// The booking.
    pub(crate) locator: Locator,
}

/// Result of `bookings.get`: everything but its credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BookingSheet {
    /// Its label.
    pub(crate) locator: Locator,
    /// When it was confirmed.
    pub(crate) booked_at: Moment,
    /// Where to write to, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// A ticket for each passenger on each leg.
    pub(crate) tickets: Vec<Ticket>,
    /// What those cost that are not cancelled.
    pub(crate) total_centavos: Centavos,
}

/// Result of `seats.list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatsListed {
    /// The leg.
    pub(crate) leg: LegId,
    /// Its seats that are not free, in row order.
    pub(crate) seats: Vec<SeatRow>,
    /// True if there are more than one reply tells.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) more: bool,
}

/// Params of `audit.list`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAudit {
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<u64>,
    /// How many lines a page has, 1 to 500; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u32>,
}

/// Result of `audit.list`: one page, the newest line first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditListed {
    /// The page.
    pub(crate) lines: Vec<AuditRow>,
    /// The `before` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<u64>,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditRow {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// When it was decided.
    pub(crate) at: Moment,
    /// Who asked, by the kernel's word.
    pub(crate) uid: u32,
    /// Their name, where the system knew one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// What was asked, as the admin socket calls it.
    pub(crate) action: String,
    /// On what.
    pub(crate) subject: String,
    /// What came of it.
    pub(crate) outcome: String,
}
