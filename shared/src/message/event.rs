//! What the server tells unasked.

use serde::{Deserialize, Serialize};

use super::Cart;
use crate::ids::{FlightNumber, HoldId, Iata, LegId, SeatLabel, Version};
use crate::rpc::notification;
use crate::time::LocalTime;

/// Why a leg changed. By whom, nobody learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeReason {
    /// Seats went into a cart.
    Held,
    /// Held seats were sold.
    Sold,
    /// A passenger gave holds back, or left.
    Released,
    /// A cart's time was up.
    Expired,
    /// A booking was cancelled.
    Cancelled,
    /// An operator acted.
    Operator,
    /// Several changes in one: the state is what counts.
    Merged,
}

/// Params of `leg.taken`, `leg.reopened` and `leg.updated`: the leg's state, not a difference.
/// Keep the highest version, drop the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LegEvent {
    /// The leg.
    pub leg: LegId,
    /// The flight's number.
    pub flight: FlightNumber,
    /// Where it takes off.
    pub from: Iata,
    /// Where it lands.
    pub to: Iata,
    /// When it takes off, on the clock of `from`.
    pub departs_at: LocalTime,
    /// How many seats are free.
    pub seats_left: u32,
    /// Whether an operator has closed the leg for sale; absent means not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The number of this change.
    pub version: Version,
    /// Why.
    pub reason: ChangeReason,
}

/// Why a hold left the cart without the passenger's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LostReason {
    /// The cart's time was up.
    Expired,
    /// The leg departed.
    Departed,
    /// An operator closed the leg for sale.
    Closed,
    /// An operator released the hold.
    Operator,
}

/// A hold that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LostHold {
    /// The hold.
    pub hold: HoldId,
    /// Its leg.
    pub leg: LegId,
    /// Its seat.
    pub seat: SeatLabel,
    /// Why it is gone.
    pub reason: LostReason,
}

/// Params of `cart.expired`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CartExpired {
    /// What the cart held.
    pub lost: Vec<LostHold>,
    /// The cart as it is now: empty.
    pub cart: Cart,
}

/// Params of `cart.changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CartChanged {
    /// What left the cart.
    pub lost: Vec<LostHold>,
    /// The cart as it is now.
    pub cart: Cart,
}

/// Params of `server.notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerNotice {
    /// What the operator says.
    pub text: String,
}

/// Params of `server.closing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerClosing {
    /// When it makes sense to connect again, in milliseconds from now.
    pub retry_in_ms: u64,
}

/// An event, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `leg.taken`: the last free seat went.
    LegTaken(LegEvent),
    /// `leg.reopened`: a taken leg has a seat again.
    LegReopened(LegEvent),
    /// `leg.updated`: any other change of a watched leg.
    LegUpdated(LegEvent),
    /// `cart.expired`: this session's cart has ended.
    CartExpired(CartExpired),
    /// `cart.changed`: something left this session's cart.
    CartChanged(CartChanged),
    /// `session.replaced`: another connection resumed this session; this one is closed.
    SessionReplaced,
    /// `server.notice`: an operator speaks.
    ServerNotice(ServerNotice),
    /// `server.closing`: the server is about to stop.
    ServerClosing(ServerClosing),
}

impl Event {
    /// Every event's name.
    pub const METHODS: &[&str] = &[
        "leg.taken",
        "leg.reopened",
        "leg.updated",
        "cart.expired",
        "cart.changed",
        "session.replaced",
        "server.notice",
        "server.closing",
    ];

    /// The event's name on the wire.
    pub fn method(&self) -> &'static str {
        match self {
            Self::LegTaken(_) => "leg.taken",
            Self::LegReopened(_) => "leg.reopened",
            Self::LegUpdated(_) => "leg.updated",
            Self::CartExpired(_) => "cart.expired",
            Self::CartChanged(_) => "cart.changed",
            Self::SessionReplaced => "session.replaced",
            Self::ServerNotice(_) => "server.notice",
            Self::ServerClosing(_) => "server.closing",
        }
    }

    /// The event as one line, with its newline.
    pub fn line(&self) -> Vec<u8> {
        let method = self.method();
        match self {
            Self::LegTaken(leg) | Self::LegReopened(leg) | Self::LegUpdated(leg) => {
                notification(method, leg)
            }
            Self::CartExpired(cart) => notification(method, cart),
            Self::CartChanged(cart) => notification(method, cart),
            Self::SessionReplaced => notification(method, &super::Empty {}),
            Self::ServerNotice(notice) => notification(method, notice),
            Self::ServerClosing(closing) => notification(method, closing),
        }
    }

    /// Reads an event by its name; `Ok(None)` if this version knows no such event.
    ///
    /// # Errors
    /// If the params are not those of the event.
    pub fn read(method: &str, params: Option<&str>) -> Result<Option<Self>, serde_json::Error> {
        let params = params.unwrap_or("{}");
        Ok(Some(match method {
            "leg.taken" => Self::LegTaken(serde_json::from_str(params)?),
            "leg.reopened" => Self::LegReopened(serde_json::from_str(params)?),
            "leg.updated" => Self::LegUpdated(serde_json::from_str(params)?),
            "cart.expired" => Self::CartExpired(serde_json::from_str(params)?),
            "cart.changed" => Self::CartChanged(serde_json::from_str(params)?),
            "session.replaced" => Self::SessionReplaced,
            "server.notice" => Self::ServerNotice(serde_json::from_str(params)?),
            "server.closing" => Self::ServerClosing(serde_json::from_str(params)?),
            _ => return Ok(None),
        }))
    }
}
