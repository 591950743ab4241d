//! When the answer is no, and the protocol was kept.

use serde::{Deserialize, Serialize};

use crate::ids::{HoldId, LegId, SeatLabel};
use crate::rpc::ErrorObject;

/// Why a request was refused: a closed list. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The legs in `legs` have not enough free seats.
    LegTaken,
    /// There are no such legs.
    LegUnknown,
    /// The legs have departed.
    LegDeparted,
    /// The legs are closed for sale.
    LegClosed,
    /// The seats in `seats` are not free.
    SeatTaken,
    /// The leg has no such seats.
    SeatUnknown,
    /// The cart has no such holds.
    HoldUnknown,
    /// There is nothing to confirm.
    CartEmpty,
    /// The cart's time was up.
    CartExpired,
    /// The cart is not what the passenger saw.
    CartChanged,
    /// The cart would pass its limits.
    CartFull,
    /// Not every leg in the cart has as many seats as there are passengers.
    PassengersMismatch,
    /// No booking with this locator and claim code.
    BookingUnknown,
    /// The key was used for another purchase.
    IdempotencyConflict,
    /// No such session; begin a new one.
    SessionUnknown,
    /// Another connection has resumed this session.
    SessionReplaced,
    /// Too much at once; try again after `retry_after_ms`.
    LimitExceeded,
    /// The server cannot write now; nothing was changed.
    StorageUnavailable,
    /// The server is about to stop.
    Closing,
}

/// The `data` of a refusal: its kind and what it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefusalData {
    /// Which refusal.
    pub kind: RefusalKind,
    /// The legs concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<LegId>,
    /// The seats concerned, of the one leg in `legs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<SeatLabel>,
    /// The holds concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldId>,
    /// When it makes sense to try again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl RefusalKind {
    /// Every kind, in the order of the protocol's list; each at the place `self as usize`.
    pub const ALL: &[Self] = &[
        Self::LegTaken,
        Self::LegUnknown,
        Self::LegDeparted,
        Self::LegClosed,
        Self::SeatTaken,
        Self::SeatUnknown,
        Self::HoldUnknown,
        Self::CartEmpty,
        Self::CartExpired,
        Self::CartChanged,
        Self::CartFull,
        Self::PassengersMismatch,
        Self::BookingUnknown,
        Self::IdempotencyConflict,
        Self::SessionUnknown,
        Self::SessionReplaced,
        Self::LimitExceeded,
        Self::StorageUnavailable,
        Self::Closing,
    ];

    /// As the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LegTaken => "leg_taken",
            Self::LegUnknown => "leg_unknown",
            Self::LegDeparted => "leg_departed",
            Self::LegClosed => "leg_closed",
            Self::SeatTaken => "seat_taken",
            Self::SeatUnknown => "seat_unknown",
            Self::HoldUnknown => "hold_unknown",
            Self::CartEmpty => "cart_empty",
            Self::CartExpired => "cart_expired",
            Self::CartChanged => "cart_changed",
            Self::CartFull => "cart_full",
            Self::PassengersMismatch => "passengers_mismatch",
            Self::BookingUnknown => "booking_unknown",
            Self::IdempotencyConflict => "idempotency_conflict",
            Self::SessionUnknown => "session_unknown",
            Self::SessionReplaced => "session_replaced",
            Self::LimitExceeded => "limit_exceeded",
            Self::StorageUnavailable => "storage_unavailable",
            Self::Closing => "closing",
        }
    }

    /// One English sentence for people and logs.
    pub fn message(self) -> &'static str {
        match self {
            Self::LegTaken => "not enough free seats on these legs; nothing was held",
            Self::LegUnknown => "there is no such leg; search again",
            Self::LegDeparted => "these legs have departed",
            Self::LegClosed => "these legs are closed for sale",
            Self::SeatTaken => "these seats are not free; nothing was held",
            Self::SeatUnknown => "this leg has no such seats; legs.seats shows its cabin",
            Self::HoldUnknown => "the cart has no such holds; cart.get shows it",
            Self::CartEmpty => "the cart is empty; hold a leg first",
            Self::CartExpired => "the cart's time was up; its seats are free again",
            Self::CartChanged => "the cart has changed; nothing was sold; cart.get shows it",
            Self::CartFull => "the cart would pass its limit; nothing was held",
            Self::PassengersMismatch => {
                "every leg in the cart needs exactly one seat for each passenger"
            }
            Self::BookingUnknown => "there is no booking with this locator and claim code",
            Self::IdempotencyConflict => "this idempotency key was used for another purchase",
            Self::SessionUnknown => "there is no such session; open a new one",
            Self::SessionReplaced => "another connection has resumed this session",
            Self::LimitExceeded => "too much at once; try again later",
            Self::StorageUnavailable => "the server cannot write now; nothing was changed",
            Self::Closing => "the server is about to stop; connect again shortly",
        }
    }
}

impl RefusalData {
    /// A refusal that concerns nothing in particular.
    pub fn bare(kind: RefusalKind) -> Self {
        Self { kind, legs: vec![], seats: vec![], holds: vec![], retry_after_ms: None }
    }
}

impl From<RefusalData> for ErrorObject {
    fn from(data: RefusalData) -> Self {
        Self { code: 1, message: data.kind.message().to_owned(), data: Some(data) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_at_its_place_and_named_as_on_the_wire() {
        for (place, kind) in RefusalKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(RefusalKind::ALL.last(), Some(&RefusalKind::Closing));
    }
}
