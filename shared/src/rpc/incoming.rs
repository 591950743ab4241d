//! Replies and events: written by the server, read leniently by clients.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::call::line;
use super::{ErrorObject, Id, JsonRpc};

/// A line from the server, as a client reads it. Members that it does not know are ignored.
#[derive(Debug)]
pub enum Incoming<'line> {
    /// The answer to the request with this id. The id is absent where the server could not read
    /// the request's.
    Reply {
        /// The request's id, echoed.
        id: Option<Id>,
        /// The method's result, or why there is none.
        outcome: Result<&'line RawValue, ErrorObject>,
    },
    /// Something that happened, unasked.
    Event {
        /// The event's name, such as `leg.taken`.
        method: std::borrow::Cow<'line, str>,
        /// The event's params.
        params: Option<&'line RawValue>,
    },
}

#[derive(Deserialize)]
struct RawIncoming<'line> {
    #[serde(default)]
    id: Option<Id>,
    #[serde(borrow, default)]
    method: Option<std::borrow::Cow<'line, str>>,
    #[serde(borrow, default)]
    params: Option<&'line RawValue>,
    #[serde(borrow, default)]
    result: Option<&'line RawValue>,
    #[serde(default)]
    error: Option<ErrorObject>,
}

impl<'line> Incoming<'line> {
    /// Reads one line.
    ///
    /// # Errors
    /// If it is not a JSON object that is a reply or an event.
    pub fn read(line: &'line [u8]) -> Result<Self, serde_json::Error> {
        use serde::de::Error;
        let raw: RawIncoming<'line> = serde_json::from_slice(line)?;
        match (raw.method, raw.result, raw.error) {
            (Some(method), None, None) => Ok(Self::Event { method, params: raw.params }),
            (None, Some(result), None) => Ok(Self::Reply { id: raw.id, outcome: Ok(result) }),
            (None, None, Some(error)) => Ok(Self::Reply { id: raw.id, outcome: Err(error) }),
            _ => Err(serde_json::Error::custom("neither a reply nor an event")),
        }
    }
}

#[derive(Serialize)]
struct ResultReply<'a, R> {
    jsonrpc: JsonRpc,
    id: &'a Id,
    result: &'a R,
}

#[derive(Serialize)]
struct ErrorReply<'a> {
    jsonrpc: JsonRpc,
    id: Option<&'a Id>,
    error: &'a ErrorObject,
}

/// One line, with its newline, that answers request `id`.
pub fn reply_result<R: Serialize>(id: &Id, result: &R) -> Vec<u8> {
    line(&ResultReply { jsonrpc: JsonRpc::V2, id, result })
}

/// One line, with its newline, that tells why request `id` has no result. The id is null where the
/// request's could not be read.
pub fn reply_error(id: Option<&Id>, error: &ErrorObject) -> Vec<u8> {
    line(&ErrorReply { jsonrpc: JsonRpc::V2, id, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_and_an_event_are_told_apart() {
        let reply = reply_result(&Id::Number(1), &serde_json::json!({"now": "x"}));
        assert!(matches!(Incoming::read(&reply), Ok(Incoming::Reply { outcome: Ok(_), .. })));
        let event = super::super::notification("leg.taken", &serde_json::json!({}));
        assert!(matches!(Incoming::read(&event), Ok(Incoming::Event { .. })));
        assert!(Incoming::read(b"{}").is_err());
    }

    #[test]
    fn a_client_ignores_members_that_it_does_not_know() {
        let line = br#"{"jsonrpc":"2.0","id":1,"result":{},"later":[1,2]}"#;
        assert!(Incoming::read(line).is_ok());
    }
}
