//! Seats that are not free, and whose they are.

use std::fmt;

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{HoldId, Locator, SeatLabel};

/// A seat, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatRow {
    /// The seat.
    pub(crate) seat: SeatLabel,
    /// Whose it is.
    #[serde(flatten)]
    pub(crate) whose: Whose,
}

/// Whose a seat is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum Whose {
    /// Nobody's.
    Free,
    /// In a cart.
    Held {
        /// Whose cart.
        session: u64,
        /// The hold.
        hold: HoldId,
    },
    /// Sold.
    Sold {
        /// In this booking.
        locator: Locator,
    },
    /// Not for sale.
    Blocked {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for SeatRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seat, whose } = self;
        match whose {
            Whose::Free => write!(f, "{seat} is free"),
            Whose::Held { session, hold } => {
                write!(f, "{seat} is held (hold {} of session {session})", hold.0)
            }
            Whose::Sold { locator } => write!(f, "{seat} is sold (booking {locator})"),
            Whose::Blocked { reason } => write!(f, "{seat} is blocked ({reason})"),
        }
    }
}
