//! Where the link to the server stands.

use trecho_shared::ids::Epoch;

use crate::message::Trouble;
use crate::trust::Distrust;

/// Where the connection stands. The status line is drawn from this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// An attempt is under way.
    Connecting {
        /// Which attempt since the last success, from 1.
        attempt: u32,
    },
    /// The session is open.
    Online,
    /// Waiting for the next attempt.
    Offline {
        /// Why.
        why: Trouble,
        /// When the next attempt begins, on the monotonic clock.
        next_try_ms: u64,
        /// Since when there is no connection, on the monotonic clock.
        since_ms: u64,
    },
    /// Another program took our session up.
    Replaced,
    /// The server is not who it should be, and a person has to look at it.
    Distrusted(Box<Distrust>),
}

/// The link to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where the connection stands.
    pub connection: Connection,
    /// It was online before: what is on the screen may be stale, but it is not nothing.
    pub was_online: bool,
    /// Since when there is no connection, on the monotonic clock, while attempts come and go.
    pub offline_since_ms: Option<u64>,
    /// The last measured round trip in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// The server's name and version.
    pub server: Option<String>,
    /// Another epoch voids all versions known.
    pub epoch: Option<Epoch>,
    /// How long a hold lives, in milliseconds.
    pub hold_ms: u64,
}
