//! What a reply says when it does not carry a result.

use serde::{Deserialize, Serialize};

use crate::limits::MESSAGE_CHARACTERS;
use crate::message::RefusalData;
use crate::text::scrub_to;

/// The `error` member of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorObject {
    /// 1 for a refusal of the application; a negative JSON-RPC code for a breach of the protocol.
    pub code: i32,
    /// One English sentence for people and logs. Programs read `code` and `data.kind`.
    pub message: String,
    /// With code 1: which refusal, and what it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<RefusalData>,
}

/// A message that breaks the protocol. The connection goes on, except after [`Self::LineTooLong`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// -32700: the line is not JSON, or not UTF-8.
    #[error("this line is not valid JSON: {0}")]
    Parse(String),
    /// -32600: JSON, but no request.
    #[error("this is not a request: {0}")]
    Envelope(String),
    /// -32600: more bytes than a request line may have; the server closes the connection.
    #[error("a request line has at most 65536 bytes")]
    LineTooLong,
    /// -32601: no such method.
    #[error("there is no method {0:?}; PROTOCOL.md lists them")]
    UnknownMethod(String),
    /// -32602: wrong, unknown or duplicate params.
    #[error("wrong params: {0}")]
    Params(String),
    /// -32603: the server failed; what it was is in its log.
    #[error("the server failed to answer this request")]
    Internal,
}

impl ProtocolError {
    /// The JSON-RPC code of this error.
    pub fn code(&self) -> i32 {
        match self {
            Self::Parse(_) => -32700,
            Self::Envelope(_) | Self::LineTooLong => -32600,
            Self::UnknownMethod(_) => -32601,
            Self::Params(_) => -32602,
            Self::Internal => -32603,
        }
    }
}

impl From<&ProtocolError> for ErrorObject {
    /// The message quotes what the peer sent: whatever of it does not print is left out, and a name
    /// as long as a line is cut.
    fn from(error: &ProtocolError) -> Self {
        let message = scrub_to(&error.to_string(), MESSAGE_CHARACTERS);
        Self { code: error.code(), message, data: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Request;
    use crate::rpc::Call;

    #[test]
    fn an_error_quotes_nothing_that_does_not_print_and_no_more_than_a_person_reads() {
        let hostile = "\\u001b]52;c;x\\u0007\u{202e}\u{200b}e\u{301}\u{301}\u{301}\u{301}";
        for name in [hostile.to_owned(), "x".repeat(60_000)] {
            for line in [
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","{name}":1}}"#),
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{name}"}}"#),
                format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"server.ping","params":{{"{name}":1}}}}"#
                ),
            ] {
                let call = Call::read(line.as_bytes()).map_err(|(error, _)| error);
                let error = call.and_then(|call| Request::read(&call)).unwrap_err();
                let message = ErrorObject::from(&error).message;
                assert_eq!(crate::text::scrub(&message), message);
                assert!(message.chars().count() <= MESSAGE_CHARACTERS);
            }
        }
    }
}
