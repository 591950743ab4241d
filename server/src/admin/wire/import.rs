//! Legs on their way into the timetable of a running server.
//!
//! The command that reads the file sends what it has read, not the file: it has named every wrong line
//! before anything is sent, and the server, which is busy with passengers, need not hold a file of a
//! quarter of a gigabyte in its memory.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{Iata, LegId};
use trecho_shared::money::Centavos;
use trecho_shared::time::LocalTime;

use crate::booking::{LegFacts, Scheduled};

/// Params of `legs.import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportLegs {
    /// Where the legs come from, for the audit log.
    pub(crate) file: String,
    /// Which piece this is, from 1.
    pub(crate) piece: u32,
    /// Of how many.
    pub(crate) pieces: u32,
    /// How many legs all pieces have together.
    pub(crate) total: u64,
    /// The legs of this piece.
    pub(crate) legs: Vec<NewLeg>,
}

/// A leg, as a file has told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLeg {
    /// Its id.
    pub(crate) leg: LegId,
    /// Where it lands.
    pub(crate) to: Iata,
    /// When it takes off.
    pub(crate) departs_at: LocalTime,
    /// When it lands.
    pub(crate) arrives_at: LocalTime,
    /// What flies it: an IATA type.
    pub(crate) aircraft: String,
    /// Its seats, such as `30x3-3`.
    pub(crate) cabin: String,
    /// What a new hold costs.
    pub(crate) fare_centavos: Centavos,
}

impl From<&LegFacts> for NewLeg {
    fn from(facts: &LegFacts) -> Self {
        let LegFacts { id, to, departs_at, arrives_at, aircraft, cabin, fare } = facts;
        Self {
            leg: *id,
            to: *to,
            departs_at: *departs_at,
            arrives_at: *arrives_at,
            aircraft: aircraft.to_string(),
            cabin: cabin.to_string(),
            fare_centavos: *fare,
        }
    }
}

impl NewLeg {
    /// The leg, if its texts can be read. Whether it makes sense is not looked at.
    pub(crate) fn facts(&self) -> Result<LegFacts, String> {
        let Self { leg, to, departs_at, arrives_at, aircraft, cabin, fare_centavos } = self;
        let told = |what: &str, text: &str, error: &dyn std::fmt::Display| {
            let text: String = text.chars().take(20).collect();
            format!("{leg}: {what} {text:?}: {error}")
        };
        Ok(LegFacts {
            id: *leg,
            to: *to,
            departs_at: *departs_at,
            arrives_at: *arrives_at,
            aircraft: aircraft.parse().map_err(|error| told("aircraft", aircraft, &error))?,
            cabin: Arc::new(cabin.parse().map_err(|error| told("cabin", cabin, &error))?),
            fare: *fare_centavos,
        })
    }
}

/// Result of `legs.import`: what became of the legs of the piece.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LegsImported {
    /// New legs.
    pub(crate) added: u32,
    /// Known legs that are now different.
    pub(crate) revised: u32,
    /// Known legs that were identical.
    pub(crate) unchanged: u32,
    /// Legs that were left out, since they have departed.
    pub(crate) departed: u32,
    /// Known legs that were left as they were: seats on them are held or sold, and the times or the
    /// cabin would have been others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) refused: Vec<LegId>,
}

impl From<Scheduled> for LegsImported {
    fn from(scheduled: Scheduled) -> Self {
        let Scheduled { added, revised, unchanged, departed, refused } = scheduled;
        Self { added, revised, unchanged, departed, refused }
    }
}
