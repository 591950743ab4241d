//! `cart.hold`, `cart.release`, `cart.get`: seats on the way to being bought.

use serde::{Deserialize, Serialize};

use super::objects;
use crate::ids::{HoldId, LegId, SeatLabel};
use crate::money::Centavos;
use crate::time::Moment;

/// Which seats of a leg are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatAsk {
    /// So many, the server chooses: together in one row if there are.
    Count(u32),
    /// Exactly these.
    Named(Vec<SeatLabel>),
}

/// A leg to hold: `{leg}`, `{leg, count}` or `{leg, seats}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawLegAsk", into = "RawLegAsk")]
pub struct LegAsk {
    /// The leg.
    pub leg: LegId,
    /// Which of its seats.
    pub seats: SeatAsk,
}

impl LegAsk {
    /// Any one seat of `leg`.
    pub fn one(leg: LegId) -> Self {
        Self { leg, seats: SeatAsk::Count(1) }
    }
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "LegAsk"))]
#[serde(deny_unknown_fields)]
struct RawLegAsk {
    /// The leg.
    leg: LegId,
    /// So many seats, at least 1; 1 if absent. Not together with `seats`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// Exactly these seats, at least one, none twice. Not together with `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seats: Option<Vec<SeatLabel>>,
}

impl TryFrom<RawLegAsk> for LegAsk {
    type Error = &'static str;
    fn try_from(raw: RawLegAsk) -> Result<Self, &'static str> {
        let seats = match (raw.count, raw.seats) {
            (Some(_), Some(_)) => return Err("a leg takes `count` or `seats`, not both"),
            (Some(0), None) => return Err("`count` is at least 1"),
            (count, None) => SeatAsk::Count(count.unwrap_or(1)),
            (None, Some(seats)) => {
                let mut sorted = seats.clone();
                sorted.sort_unstable();
                if seats.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
                    return Err("`seats` names at least one seat, and none twice");
                }
                SeatAsk::Named(seats)
            }
        };
        Ok(Self { leg: raw.leg, seats })
    }
}

impl From<LegAsk> for RawLegAsk {
    fn from(ask: LegAsk) -> Self {
        let (count, seats) = match ask.seats {
            SeatAsk::Count(count) => (Some(count), None),
            SeatAsk::Named(seats) => (None, Some(seats)),
        };
        Self { leg: ask.leg, count, seats }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for LegAsk {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        RawLegAsk::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RawLegAsk::json_schema(generator)
    }
}

/// Params of `cart.hold`: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldLegs {
    /// The legs, at least one, none twice.
    #[serde(deserialize_with = "distinct_legs")]
    pub legs: Vec<LegAsk>,
}

fn distinct_legs<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<LegAsk>, D::Error> {
    use serde::de::Error;
    let legs: Vec<LegAsk> = objects(from)?;
    if legs.is_empty() {
        return Err(D::Error::custom("`legs` names at least one leg"));
    }
    let mut named: Vec<LegId> = legs.iter().map(|ask| ask.leg).collect();
    named.sort_unstable();
    match named.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(twice) => Err(D::Error::custom(format_args!("{} is named twice", twice[0]))),
        None => Ok(legs),
    }
}

/// Params of `cart.release`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseHolds {
    /// These holds; all of the cart if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Vec<HoldId>>,
}

/// One seat in a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hold {
    /// The hold's id.
    pub hold: HoldId,
    /// The leg.
    pub leg: LegId,
    /// The seat.
    pub seat: SeatLabel,
    /// What it will cost: fixed when it was held.
    pub fare_centavos: Centavos,
}

/// A session's cart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cart {
    /// The holds, in the order taken.
    pub holds: Vec<Hold>,
    /// What all of them cost.
    pub total_centavos: Centavos,
    /// When the cart ends; absent while it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// The same as milliseconds from the moment of this reply, so that a wrong clock at the other
    /// end does no harm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_ms: Option<u64>,
}
