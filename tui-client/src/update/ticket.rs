//! A booking as text, to be saved or printed.

use crate::model::{Model, SavedBooking};
use crate::words::ticket_text;

/// The ticket in the language of the screen.
pub(super) fn text(model: &Model, saved: &SavedBooking) -> String {
    ticket_text(saved, model.preferences.lang, &model.airports)
}
