//! What lies over the screen and takes the keys.

use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::ids::{LegId, Locator, SeatLabel};
use trecho_shared::message::SeatMap;

use super::field::TextField;
use crate::effect::AskId;

/// Something to decide before it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Leave although the cart has holds: release them, keep them until they expire, or stay.
    Quit,
    /// Leave while a purchase is being settled: the next start settles it, or stay.
    QuitSettling,
    /// Give all holds back.
    ReleaseAll,
    /// Cancel this booking.
    CancelBooking(Locator),
    /// Believe the server that has this key, and remember it.
    TrustServer(KeyFingerprint),
}

/// An answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Leave everything as it is. Always the first choice.
    No,
    /// Do it. To [`Question::Quit`]: release the holds and leave.
    Yes,
    /// To [`Question::Quit`]: leave and keep the holds until they expire.
    Keep,
}

impl Question {
    /// The answers that this question has, in the order shown.
    pub fn choices(&self) -> &'static [Choice] {
        match self {
            Self::Quit => &[Choice::No, Choice::Yes, Choice::Keep],
            Self::QuitSettling => &[Choice::No, Choice::Keep],
            Self::ReleaseAll | Self::CancelBooking(_) | Self::TrustServer(_) => {
                &[Choice::No, Choice::Yes]
            }
        }
    }
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
