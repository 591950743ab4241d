//! One-line inputs.

use trecho_shared::ids::Iata;
use trecho_shared::time::Date;
use tui_input::Input;

/// A line of text being typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct TextField {
    /// The text and its cursor.
    pub input: Input,
    /// What is wrong, once the person has left the field.
    pub error: Option<FieldError>,
}

/// What is wrong with an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldError {
    /// It is empty and must not be.
    Empty,
    /// It is too long.
    TooLong,
    /// A character in it cannot be shown.
    Unprintable,
    /// It is no date.
    NotADate,
    /// No airport matches.
    NoAirport,
    /// It is no e-mail address.
    NotAnEmail,
    /// It is no locator.
    NotALocator,
    /// It is no claim code.
    NotAClaimCode,
}

/// An airport being chosen: typed text, and the airports that match it, best first.
#[derive(Debug, Clone, Default)]
pub struct AirportField {
    /// The text.
    pub text: TextField,
    /// Indices into the model's airports, best match first; at most eight.
    pub matches: Vec<usize>,
    /// Which match the cursor is on.
    pub cursor: usize,
    /// What was chosen; `None` is "anywhere".
    pub chosen: Option<Iata>,
}

/// A date being chosen: typed text, or moved a day at a time.
#[derive(Debug, Clone, Default)]
pub struct DateField {
    /// The text.
    pub text: TextField,
    /// What was chosen; `None` is "any day".
    pub chosen: Option<Date>,
}
