//! What a reply says when it does not carry a result.

use serde::{Deserialize, Serialize};

use crate::message::RefusalData;

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
    fn from(error: &ProtocolError) -> Self {
        Self { code: error.code(), message: error.to_string(), data: None }
    }
}
