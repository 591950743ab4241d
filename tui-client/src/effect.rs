//! Everything that the program wants done outside of itself.

use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::ids::{HoldId, LegId, SessionToken};
use trecho_shared::message::{
    BookingRef, CancelBooking, ConfirmCart, HoldLegs, SearchLegs, SearchTrips, WatchFeed,
};

use crate::model::SavedBooking;

/// Pairs an ask with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the server; exactly one [`crate::message::LinkNews::Answer`] comes back.
    Ask(AskId, Box<Ask>),
    /// Try to connect now instead of waiting for the next attempt.
    RetryNow,
    /// Begin a new session, after ours was taken up elsewhere.
    NewSession,
    /// Go on to the server with this key, and remember it.
    AcceptKey(KeyFingerprint),
    /// Keep the session's token, so that the next start can take its cart up.
    KeepSession(SessionToken),
    /// Forget the session's token: somebody else owns it now.
    ForgetSession,
    /// Write the purchase and the session's token to disk, then say
    /// [`crate::message::StoreNews::PurchaseNoted`]: only then may its confirm be sent.
    NotePurchase(Box<ConfirmCart>),
    /// Forget the note of a purchase: its outcome is known.
    ForgetPurchase,
    /// Keep this booking (replacing what is known under its locator).
    KeepBooking(Box<SavedBooking>),
    /// Save a booking as a text file.
    SaveText {
        /// The name proposed for the file.
        name: String,
        /// What it says.
        text: String,
    },
    /// Put text on the clipboard, as far as the terminal lets us.
    Copy(String),
    /// Print this on the standard output once the screen is restored.
    PrintAfterExit(String),
    /// Ring the bell.
    Bell,
    /// Turn the mouse on or off.
    CaptureMouse(bool),
    /// Give the terminal back and stop the process until it is continued.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Leave. With `Leave::Close` the session is closed first, so that holds are free at once.
    Quit(Leave),
}

/// How to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Close the session: holds are released.
    Close,
    /// Just go: holds stay until they expire, and the next start takes them up again.
    Keep,
}

/// A request, in the program's terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// `airports.list`
    Airports,
    /// `legs.search`
    Search(SearchLegs),
    /// `legs.get`
    Leg(LegId),
    /// `legs.seats`
    Seats(LegId),
    /// `trips.search`
    Trips(SearchTrips),
    /// `cart.hold`
    Hold(HoldLegs),
    /// `cart.release`
    Release(Option<Vec<HoldId>>),
    /// `cart.get`
    Cart,
    /// `cart.confirm`
    Confirm(Box<ConfirmCart>),
    /// `bookings.get`
    Booking(BookingRef),
    /// `bookings.cancel`
    Cancel(CancelBooking),
    /// `feed.watch`
    Watch(WatchFeed),
}
