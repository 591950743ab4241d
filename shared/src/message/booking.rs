//! `cart.confirm` and `bookings.*`: seats that are sold.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::objects;
use crate::ids::{ClaimCode, HoldId, IdempotencyKey, LegId, Locator, SeatLabel};
use crate::limits::EMAIL_BYTES;
use crate::money::Centavos;
use crate::text::{TextError, clean};
use crate::wire_string::wire_string;

/// A name as its bearer writes it: [`clean`] text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// A name that was read as one before: it is not cleaned again.
    pub fn from_clean(text: String) -> Self {
        debug_assert_eq!(clean(&text).as_ref(), Ok(&text), "the name was cleaned before");
        Self(text)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl FromStr for PersonName {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        clean(text).map(Self)
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_string!(PersonName, "PersonName", ".", "a name of at most 64 characters");

/// An e-mail address: something, an at sign, and a domain; no blanks. Only a letter sent to it
/// proves more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an e-mail address such as ana@example.com")]
pub struct EmailError;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let formed = text.len() <= EMAIL_BYTES
            && !local.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && domain.split('.').all(|label| !label.is_empty());
        formed.then(|| Self(text.to_owned())).ok_or(EmailError)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_string!(Email, "Email", "^[!-~]+@[!-~]+$", "an e-mail address");

/// Who flies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Passenger {
    /// Given name.
    pub first_name: PersonName,
    /// Family name.
    pub last_name: PersonName,
}

/// Params of `cart.confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmCart {
    /// Who flies, at least one: passenger i gets the i-th seat held on each leg.
    #[serde(deserialize_with = "objects")]
    pub passengers: Vec<Passenger>,
    /// Where a receipt may be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The holds that the passenger saw, in any order. If the cart differs, nothing is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Vec<HoldId>>,
    /// The same for each retry of this purchase.
    pub idempotency_key: IdempotencyKey,
}

/// Whether a ticket is good to fly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Sold.
    Sold,
    /// Cancelled: the seat is free again.
    Cancelled,
}

/// One passenger on one leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ticket {
    /// The leg.
    pub leg: LegId,
    /// The seat.
    pub seat: SeatLabel,
    /// Who flies.
    pub passenger: Passenger,
    /// What it cost.
    pub fare_centavos: Centavos,
    /// Whether it is good.
    pub status: TicketStatus,
}

/// A booking: result of `cart.confirm`, `bookings.get` and `bookings.cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Booking {
    /// The label for people.
    pub locator: Locator,
    /// The credential to see and cancel it.
    pub claim: ClaimCode,
    /// The tickets, by leg in the order held, then by passenger.
    pub tickets: Vec<Ticket>,
    /// What the tickets that are not cancelled cost.
    pub total_centavos: Centavos,
}

/// Params of `bookings.get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BookingRef {
    /// The booking's label.
    pub locator: Locator,
    /// Its credential.
    pub claim: ClaimCode,
}

/// Params of `bookings.cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelBooking {
    /// The booking's label.
    pub locator: Locator,
    /// Its credential.
    pub claim: ClaimCode,
    /// Only the tickets on these legs; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legs: Option<Vec<LegId>>,
}
