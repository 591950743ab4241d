//! `feed.watch`: asking to be told.

use serde::{Deserialize, Serialize};

use crate::ids::{Epoch, Iata, LegId};
use crate::time::{Date, optional_date};

/// Params of `feed.watch`: some legs by name, or a route and date, or (nothing given) all.
///
/// The filter is for `leg.updated`; `leg.taken` and `leg.reopened` reach every session that has a
/// watch. Watch first, then search: nothing is missed in between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WatchFeed {
    /// These legs, at most 1,000. Not together with the other members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legs: Option<Vec<LegId>>,
    /// Legs that take off here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Iata>,
    /// Legs that land here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Iata>,
    /// Legs that depart on this date of the origin's calendar.
    #[serde(default, with = "optional_date", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub date: Option<Date>,
}

/// Result of `feed.watch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Watching {
    /// Another epoch than before voids every version known.
    pub epoch: Epoch,
}
