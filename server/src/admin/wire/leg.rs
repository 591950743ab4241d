//! Legs as operators see them.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{Iata, LegId};
use trecho_shared::message::{Leg, SearchText};
use trecho_shared::time::{Date, optional_date};

/// Params of `legs.list`: what is left out does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListLegs {
    /// From this airport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Iata>,
    /// To this airport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Iata>,
    /// On this date, local at the origin.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_date")]
    pub(crate) date: Option<Date>,
    /// Only legs that this word matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<SearchText>,
    /// How many legs a page has, 1 to 500; 50 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// Params of `legs.get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowLeg {
    /// The leg.
    pub(crate) leg: LegId,
}

/// A leg, with its seats by state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LegRow {
    /// As passengers see it.
    #[serde(flatten)]
    pub(crate) leg: Leg,
    /// So many seats are in carts.
    pub(crate) held: u32,
    /// So many are sold.
    pub(crate) sold: u32,
    /// So many are blocked.
    pub(crate) blocked: u32,
}

/// Result of `legs.list`: one page, by departure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LegsListed {
    /// The page.
    pub(crate) legs: Vec<LegRow>,
    /// How many legs match in all, at most 10,000.
    pub(crate) total: u32,
    /// True if there are more than `total` says.
    pub(crate) total_more: bool,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}
