//! A reply, written out, that still knows what kind of answer it is.

use serde::Serialize;
use trecho_shared::rpc::{ErrorObject, Id, reply_error, reply_result};

use super::Answer;
use crate::meters::ReplyKind;

/// A line that answers a request, or that says farewell.
#[derive(Debug)]
pub(crate) struct ReplyLine {
    pub(crate) bytes: Vec<u8>,
    /// What is counted; nothing of a farewell, which answers no request.
    pub(crate) kind: Option<ReplyKind>,
}

impl ReplyLine {
    /// The line that answers request `id`.
    pub(crate) fn of<T: Serialize>(id: &Id, answer: Answer<T>) -> Self {
        match answer {
            Ok(result) => Self::result(id, &result),
            Err(no) => Self::error(Some(id), &no.into()),
        }
    }

    /// A result.
    pub(crate) fn result<T: Serialize>(id: &Id, result: &T) -> Self {
        Self { bytes: reply_result(id, result), kind: Some(ReplyKind::Result) }
    }

    /// A refusal, or what else is wrong; without an id if the line had none that could be read.
    pub(crate) fn error(id: Option<&Id>, error: &ErrorObject) -> Self {
        Self { bytes: reply_error(id, error), kind: Some(error.into()) }
    }

    /// Why the connection ends, although no request was wrong.
    pub(crate) fn farewell(error: &ErrorObject) -> Self {
        Self { bytes: reply_error(None, error), kind: None }
    }
}
