//! `session.*` and `server.ping`.

use serde::{Deserialize, Serialize};

use super::{Cart, booking::PersonName};
use crate::ids::{Epoch, SessionToken};
use crate::time::Moment;

/// Params of `session.open`: only while the connection has no session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    /// What to call this passenger on a presenter's screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// The token of the session to take up again. Without it a new session begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<SessionToken>,
}

/// Result of `session.open`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionOpened {
    /// The session's credential: whoever has it owns the session's holds.
    pub token: SessionToken,
    /// The protocol's version, 1.
    pub protocol: u32,
    /// The server's name and version, for people.
    pub server: String,
    /// Another epoch than before voids every version known.
    pub epoch: Epoch,
    /// How long a cart is held from its last successful hold, in milliseconds.
    pub hold_ms: u64,
    /// The server's time.
    pub now: Moment,
    /// The session's cart: not empty after a resume with holds.
    pub cart: Cart,
}

/// Result of `server.ping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pong {
    /// The server's time.
    pub now: Moment,
}
