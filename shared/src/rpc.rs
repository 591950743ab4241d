//! JSON-RPC 2.0, the envelope of every message.
//!
//! The server reads [`Call`]s, strictly; a client reads [`Incoming`] lines and ignores what it does
//! not know. `params` and `result` stay raw JSON here: the method decides their type.

mod call;
mod error;
mod incoming;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::{REQUEST_ID_BYTES, REQUEST_ID_MAGNITUDE};

pub(crate) use call::first_byte;
pub use call::{Call, notification, request};
pub use error::{ErrorObject, ProtocolError};
pub use incoming::{Incoming, reply_error, reply_result};

/// What pairs a reply with its request: chosen by the client, echoed by the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Id {
    /// An integer within ±2^53.
    Number(i64),
    /// At most [`REQUEST_ID_BYTES`] bytes.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl serde::de::Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an id: a string of at most 64 bytes or an integer within ±2^53")
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Id, E> {
                (-REQUEST_ID_MAGNITUDE..=REQUEST_ID_MAGNITUDE)
                    .contains(&number)
                    .then_some(Id::Number(number))
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Id, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
                (text.len() <= REQUEST_ID_BYTES)
                    .then(|| Id::Text(text.to_owned()))
                    .ok_or_else(|| E::invalid_length(text.len(), &self))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// The one value that `jsonrpc` may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum JsonRpc {
    /// `"2.0"`
    #[serde(rename = "2.0")]
    V2,
}
