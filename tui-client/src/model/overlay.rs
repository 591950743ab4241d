//! What lies over the screen and takes the keys.

use trecho_shared::ids::{LegId, Locator, SeatLabel};
use trecho_shared::message::SeatMap;

use super::field::TextField;
use crate::effect::AskId;

/// Something to decide before it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Leave although the cart has holds: release them, keep them until they expire, or stay.
    Quit,
    /// Give all holds back.
    ReleaseAll,
    /// Cancel this booking.
    CancelBooking(Locator),
}

/// Choosing seats by hand.
#[derive(Debug, Clone)]
pub struct SeatPicker {
    /// Whose cabin.
    pub leg: LegId,
    /// The cabin, once it has come.
    pub map: Option<SeatMap>,
    /// Row and column of the cursor.
    pub cursor: (usize, usize),
    /// What is chosen so far.
    pub chosen: Vec<SeatLabel>,
    /// The first row on the screen.
    pub top: usize,
    /// The look under way.
    pub waiting: Option<AskId>,
}

/// An overlay.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The keys of the screen below.
    Help {
        /// The first line on the screen.
        top: usize,
        /// Only keys whose words match.
        filter: TextField,
        /// The filter has the keys.
        filtering: bool,
    },
    /// The notification log.
    Log {
        /// The first line on the screen.
        top: usize,
    },
    /// A question.
    Ask(Question),
    /// Seats.
    Seats(Box<SeatPicker>),
}
