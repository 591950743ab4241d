//! From the cart to the booking: who flies, a last look, the purchase, the ticket.

use trecho_shared::message::ConfirmCart;

use super::bookings::SavedBooking;
use super::field::TextField;
use crate::effect::AskId;

/// One passenger's inputs.
#[derive(Debug, Clone, Default)]
pub struct PassengerFields {
    /// Given name.
    pub first_name: TextField,
    /// Family name.
    pub last_name: TextField,
}

/// Where the purchase stands.
#[derive(Debug, Clone)]
pub enum Step {
    /// Typing names. The focused input: two for each passenger, then the e-mail.
    Names {
        /// Which input has the keys.
        focus: usize,
    },
    /// A last look before it counts.
    Review,
    /// The note is being written, or the confirm is under way, or its outcome is being learnt
    /// after the connection was lost: it is sent again, unchanged, until there is an answer.
    Confirming {
        /// What was or will be sent.
        purchase: Box<ConfirmCart>,
        /// The ask under way.
        waiting: Option<AskId>,
    },
    /// Sold.
    Booked {
        /// The booking.
        booking: Box<SavedBooking>,
    },
}

/// The purchase under way.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Who flies: as many as each leg has seats.
    pub passengers: Vec<PassengerFields>,
    /// Where a receipt may be sent.
    pub email: TextField,
    /// Where it stands.
    pub step: Step,
    /// The purchase is on disk, so it may be sent.
    pub noted: bool,
    /// The first line on the screen, where not all fit.
    pub top: usize,
}
