//! What the program has to say about something that happened, before it is put into words: the
//! words are chosen when it is drawn, so that a change of language changes the log too.

use trecho_shared::ids::{LegId, Locator};
use trecho_shared::message::{LostHold, RefusalKind};

use crate::message::{CopiedTo, Trouble};
use crate::model::{Severity, Urgency};
use crate::trust::Distrust;

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// These legs are in the cart now.
    Held(Vec<LegId>),
    /// These legs are no longer in the cart, as asked.
    Released(Vec<LegId>),
    /// This leg is in the cart already: nothing was asked for. `+` adds a seat, `x` gives one back.
    AlreadyHeld(LegId),
    /// The hold was refused: which legs it was that were lost, and why.
    HoldRefused {
        /// Why.
        kind: RefusalKind,
        /// The legs concerned.
        legs: Vec<LegId>,
    },
    /// Any other refusal.
    Refused {
        /// Which.
        kind: RefusalKind,
        /// The legs concerned.
        legs: Vec<LegId>,
        /// When it makes sense to try again.
        retry_after_ms: Option<u64>,
    },
    /// The server complained about our request: its words.
    ServerError(String),
    /// This key does nothing now, and why.
    NotNow(WhyNot),
    /// A leg that we look at or marked was taken by somebody.
    LegTaken(LegId),
    /// A leg that went while we looked has a seat again.
    LegReopened(LegId),
    /// The cart's time was up.
    CartExpired(Vec<LostHold>),
    /// Something left the cart.
    CartChanged(Vec<LostHold>),
    /// The cart ends soon.
    CartEnds(Urgency),
    /// After a reconnect or a start: what the cart has now and what it lost, compared with what was
    /// on the screen.
    CartMeanwhile {
        /// Legs that left the cart.
        lost: Vec<LegId>,
        /// Legs that came into it: a hold whose answer had been lost.
        gained: Vec<LegId>,
    },
    /// Legs in the cart overlap in time.
    Overlap(LegId, LegId),
    /// The connection was lost.
    Disconnected(Trouble),
    /// Connected again.
    Reconnected {
        /// With the same session and this many holds in its cart; `None` if the session was gone.
        holds: Option<usize>,
    },
    /// Another program took the session up.
    SessionReplaced,
    /// The server is not who it should be.
    Distrusted(Box<Distrust>),
    /// The server's key was accepted and could not be written down: the system's words.
    KeyNotKept(String),
    /// An operator speaks: scrubbed text.
    OperatorSays(String),
    /// The server is about to stop.
    ServerClosing,
    /// The answer was lost on its way; the purchase is being asked for again with the same key.
    OutcomeUnknown,
    /// Found at the start: a purchase whose outcome is not known. It is being settled.
    SettlingPurchase,
    /// The server no longer knows the session, so whether the purchase was made cannot be learnt:
    /// nothing is sent again.
    PurchaseUnsettled,
    /// The purchase could not be noted on disk, so it was not sent: the system's words.
    PurchaseNotNoted(String),
    /// Sold.
    Booked(Locator),
    /// Tickets were cancelled.
    Cancelled(Locator),
    /// Text went to the clipboard, as far as we can tell.
    Copied(CopiedTo),
    /// A file was written here.
    Saved(String),
    /// A file could not be read or written: what we tried, and the system's words.
    StoreFailed {
        /// What the program tried.
        what: &'static str,
        /// Why, in the system's words.
        why: String,
    },
    /// A file was damaged and is kept aside here.
    Damaged(String),
    /// The mouse is ours (true) or the terminal's.
    Mouse(bool),
}

impl Notice {
    /// How much it matters. Errors stay on the screen until they are dismissed.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Held(_) | Self::Booked(_) | Self::Cancelled(_) | Self::Saved(_) => {
                Severity::Success
            }
            Self::Reconnected { holds: Some(_) } => Severity::Success,
            Self::Released(_)
            | Self::AlreadyHeld(_)
            | Self::NotNow(_)
            | Self::LegReopened(_)
            | Self::SettlingPurchase
            | Self::Copied(_)
            | Self::Mouse(_) => Severity::Info,
            Self::LegTaken(_)
            | Self::CartEnds(_)
            | Self::Overlap(..)
            | Self::Disconnected(_)
            | Self::Reconnected { holds: None }
            | Self::OperatorSays(_)
            | Self::ServerClosing
            | Self::OutcomeUnknown => Severity::Warning,
            Self::CartMeanwhile { lost, .. } if lost.is_empty() => Severity::Info,
            Self::CartMeanwhile { .. }
            | Self::HoldRefused { .. }
            | Self::Refused { .. }
            | Self::ServerError(_)
            | Self::CartExpired(_)
            | Self::CartChanged(_)
            | Self::SessionReplaced
            | Self::Distrusted(_)
            | Self::KeyNotKept(_)
            | Self::PurchaseUnsettled
            | Self::PurchaseNotNoted(_)
            | Self::StoreFailed { .. }
            | Self::Damaged(_) => Severity::Error,
        }
    }
}

/// Why a key does nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// There is no connection.
    Offline,
    /// The cart is empty.
    CartEmpty,
    /// Nothing is under the cursor.
    NothingSelected,
    /// The leg is taken.
    LegTaken,
    /// The leg has departed or is closed.
    LegNotOnSale,
    /// The legs in the cart have different numbers of seats: equal them first.
    UnequalSeats,
    /// An answer is awaited.
    Busy,
    /// Trips need a from, a to and a date.
    TripNeedsRoute,
    /// The purchase is being settled: its outcome must be known first.
    Settling,
    /// There are unfilled or wrong inputs.
    FieldsWrong,
    /// Enter alone never buys: the confirm key does.
    NeedsConfirmKey,
    /// The seat is not free.
    SeatNotFree,
    /// The leg is not in the cart.
    NotInCart,
    /// The booking is from another server.
    OtherServer,
    /// The booking is cancelled already.
    AlreadyCancelled,
}
