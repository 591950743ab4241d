//! Sessions and their carts as operators see them: never a token.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{HoldId, LegId, SeatLabel};
use trecho_shared::money::Centavos;
use trecho_shared::time::Moment;

/// Params of `sessions.list`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListSessions {
    /// Only those that hold something.
    #[serde(default)]
    pub(crate) holding: bool,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<u64>,
    /// How many sessions a page has, 1 to 500; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u32>,
}

/// Result of `sessions.list`: one page, in the order in which the sessions began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionsListed {
    /// The page.
    pub(crate) sessions: Vec<SessionRow>,
    /// The `after` of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<u64>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionRow {
    /// Its number.
    pub(crate) session: u64,
    /// What its passenger calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Whether a connection speaks for it.
    pub(crate) attached: bool,
    /// When it was last heard of, to within an hour.
    pub(crate) last_contact: Moment,
    /// Its cart, if it holds anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cart: Option<CartRow>,
}

/// What a session holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CartRow {
    /// So long ago the empty cart got its first hold.
    pub(crate) age_ms: u64,
    /// When it ends as it stands: at its deadline, or sooner if nobody comes back.
    pub(crate) ends_at: Moment,
    /// The same, as time that is left.
    pub(crate) ends_in_ms: u64,
    /// What it holds, in the order taken.
    pub(crate) holds: Vec<HoldRow>,
}

/// A hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HoldRow {
    /// Its number.
    pub(crate) hold: HoldId,
    /// Its leg.
    pub(crate) leg: LegId,
    /// Its seat.
    pub(crate) seat: SeatLabel,
    /// What it will cost.
    pub(crate) fare_centavos: Centavos,
}
