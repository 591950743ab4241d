//! Requests: read strictly by the server, written by clients.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Id, JsonRpc, ProtocolError};

/// The envelope of a request, as the server reads it.
#[derive(Debug)]
pub struct Call<'line> {
    /// `None` makes it a notification, which is neither executed nor answered.
    pub id: Option<Id>,
    /// The method's name.
    pub method: std::borrow::Cow<'line, str>,
    /// The params as they came: an object, or absent.
    pub params: Option<&'line RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCall<'line> {
    #[expect(dead_code, reason = "its only value is checked by its type")]
    jsonrpc: JsonRpc,
    #[serde(default, deserialize_with = "present")]
    id: Option<Id>,
    #[serde(borrow)]
    method: std::borrow::Cow<'line, str>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'line RawValue>,
}

/// What is there is no null: absent and null differ.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl<'line> Call<'line> {
    /// Reads one line.
    ///
    /// # Errors
    /// [`ProtocolError::Parse`] if it is not JSON in UTF-8, [`ProtocolError::Envelope`] if it is
    /// JSON but not a request object. The second value is the id to answer under, where the line
    /// has a readable one.
    pub fn read(line: &'line [u8]) -> Result<Self, (ProtocolError, Option<Id>)> {
        let text = std::str::from_utf8(line)
            .map_err(|error| (ProtocolError::Parse(error.to_string()), None))?;
        let envelope = |reason: &str, id| Err((ProtocolError::Envelope(reason.to_owned()), id));
        let raw: RawCall<'line> = match first_byte(text) {
            Some(b'{') => match serde_json::from_str(text) {
                Ok(raw) => raw,
                Err(error) => return Err(explain(text, &error)),
            },
            Some(b'[') if is_json(text) => {
                return envelope("a JSON array; send one request per line", None);
            }
            _ if is_json(text) => return envelope("a request is a JSON object", None),
            _ => return Err((ProtocolError::Parse("expected a JSON object".into()), None)),
        };
        if raw.params.is_some_and(|params| first_byte(params.get()) != Some(b'{')) {
            return envelope("params is an object with named members", raw.id);
        }
        Ok(Self { id: raw.id, method: raw.method, params: raw.params })
    }
}

/// Tells broken JSON from a broken envelope, and finds the id to answer under. Only failed lines
/// come here, so a second pass costs honest clients nothing.
fn explain(text: &str, error: &serde_json::Error) -> (ProtocolError, Option<Id>) {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Option<Id>,
    }
    if !is_json(text) {
        return (ProtocolError::Parse(error.to_string()), None);
    }
    let id = serde_json::from_str::<OnlyId>(text).ok().and_then(|only| only.id);
    (ProtocolError::Envelope(error.to_string()), id)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The first byte that counts. serde would read an array as a struct; the protocol does not.
pub(crate) fn first_byte(text: &str) -> Option<u8> {
    text.bytes().find(|byte| !byte.is_ascii_whitespace())
}

#[derive(Serialize)]
struct Outgoing<'a, P> {
    jsonrpc: JsonRpc,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id>,
    method: &'a str,
    params: &'a P,
}

/// One line, with its newline, that calls `method`.
pub fn request<P: Serialize>(id: &Id, method: &str, params: &P) -> Vec<u8> {
    line(&Outgoing { jsonrpc: JsonRpc::V2, id: Some(id), method, params })
}

/// One line, with its newline, that tells an event.
pub fn notification<P: Serialize>(method: &str, params: &P) -> Vec<u8> {
    line(&Outgoing { jsonrpc: JsonRpc::V2, id: None, method, params })
}

/// Room that the most frequent messages fit in, so that writing one does not move it about.
const LINE_BYTES: usize = 512;

/// Any message as one line. Our own types always serialize: no map has a key that is no string,
/// and no `Serialize` of ours fails.
pub(super) fn line<T: Serialize>(message: &T) -> Vec<u8> {
    let mut line = Vec::with_capacity(LINE_BYTES);
    serde_json::to_writer(&mut line, message).expect("our message types always serialize");
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> i32 {
        Call::read(line.as_bytes()).map_or_else(|(error, _)| error.code(), |_| 0)
    }

    #[test]
    fn a_request_is_read() {
        let call = Call::read(br#"{"jsonrpc":"2.0","id":7,"method":"server.ping","params":{}}"#);
        let call = call.unwrap();
        assert_eq!((call.id, &*call.method), (Some(Id::Number(7)), "server.ping"));
    }

    #[test]
    fn broken_json_and_broken_envelopes_have_codes_of_their_own() {
        assert_eq!(code("{"), -32700);
        assert_eq!(code("hello"), -32700);
        assert_eq!(code(""), -32700);
        for line in [
            "[]",
            "7",
            "null",
            "{}",
            r#"["2.0",1,"m",{}]"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":18446744073709551615,"method":"m"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"m","params":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"m","extra":1}"#,
        ] {
            assert_eq!(code(line), -32600, "{line}");
        }
    }

    #[test]
    fn a_broken_envelope_is_answered_under_its_id_where_that_can_be_read() {
        let (_, id) = Call::read(br#"{"jsonrpc":"2.0","id":"x","method":5}"#).unwrap_err();
        assert_eq!(id, Some(Id::Text("x".into())));
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        assert_ne!(code(&deep), 0);
        let params = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{deep}}}"#);
        assert_ne!(code(&params), 0);
    }
}
