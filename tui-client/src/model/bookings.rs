//! Bookings made here, and those looked up by locator and code.

use serde::{Deserialize, Serialize};
use trecho_shared::message::{Booking, Leg};
use trecho_shared::time::Moment;

use super::field::TextField;
use crate::effect::AskId;

/// A booking as this machine keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedBooking {
    /// What the server said last.
    pub booking: Booking,
    /// What was known of its legs, so that times and cities can be shown without a server.
    #[serde(default)]
    pub legs: Vec<Leg>,
    /// When it was made or looked up here.
    pub saved_at: Moment,
    /// The server it is from, as the person gave it.
    pub server: String,
}

/// The inputs of a look-up.
#[derive(Debug, Clone, Default)]
pub struct LookUp {
    /// The locator.
    pub locator: TextField,
    /// The claim code.
    pub claim: TextField,
    /// True if the claim code has the keys, else the locator.
    pub on_claim: bool,
    /// The look-up under way.
    pub waiting: Option<AskId>,
}

/// What the bookings screen shows.
#[derive(Debug, Clone, Default)]
pub enum BookingScreen {
    /// The list.
    #[default]
    List,
    /// One booking of the list in full.
    One,
    /// A look-up.
    LookUp(Box<LookUp>),
}

/// The bookings.
#[derive(Debug, Default)]
pub struct Bookings {
    /// Those known here, newest first.
    pub known: Vec<SavedBooking>,
    /// Which one the cursor is on.
    pub cursor: usize,
    /// What the screen shows.
    pub screen: BookingScreen,
    /// A refresh or cancel under way.
    pub waiting: Option<AskId>,
    /// The first booking of the list on the screen.
    pub top: usize,
    /// The first line on the screen of one booking in full.
    pub detail_top: usize,
}
