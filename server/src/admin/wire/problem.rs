//! Why a request has no result: a sentence for a person, and what a program needs to know.

use serde::{Deserialize, Serialize};
use trecho_shared::ids::{HoldId, LegId};
use trecho_shared::rpc::{ErrorObject, Id, JsonRpc, ProtocolError};
use trecho_shared::text::scrub;

use super::{SeatRow, line};

/// The `error` member of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Problem {
    /// 1 for a refusal; a negative JSON-RPC code for a breach of the protocol.
    pub(crate) code: i32,
    /// What is wrong, and what to do.
    pub(crate) message: String,
    /// With code 1: which refusal, and what was in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Box<ProblemData>>,
}

/// Which refusals there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// There is no such leg.
    LegUnknown,
    /// The leg has departed.
    LegDeparted,
    /// The cabin has no such seats.
    SeatUnknown,
    /// The seats are not as the command needs them.
    SeatsInTheWay,
    /// No cart has such a hold.
    HoldUnknown,
    /// There is no such session.
    SessionUnknown,
    /// The session's cart holds nothing.
    CartEmpty,
    /// There is no such booking.
    BookingUnknown,
    /// Too many operators at once.
    LimitExceeded,
    /// The caller may not steer this server.
    Forbidden,
    /// The disk has no room.
    StorageUnavailable,
    /// The server is about to end.
    Closing,
}

/// A refusal, and what was in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProblemData {
    /// Which refusal.
    pub(crate) kind: Kind,
    /// The legs concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) legs: Vec<LegId>,
    /// The holds concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) holds: Vec<HoldId>,
    /// The seats concerned, and whose they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seats: Vec<SeatRow>,
    /// When it makes sense to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after_ms: Option<u64>,
}

impl ProblemData {
    /// A refusal about nothing in particular.
    pub(crate) fn bare(kind: Kind) -> Self {
        let (legs, holds, seats) = Default::default();
        Self { kind, legs, holds, seats, retry_after_ms: None }
    }
}

impl Problem {
    /// A refusal in words of its own.
    pub(crate) fn refused(data: ProblemData, message: impl Into<String>) -> Self {
        // It may quote a reason that was not always so well checked.
        Self { code: 1, message: scrub(&message.into()), data: Some(Box::new(data)) }
    }

    /// A refusal about nothing in particular.
    pub(crate) fn bare(kind: Kind, message: impl Into<String>) -> Self {
        Self::refused(ProblemData::bare(kind), message)
    }

    /// There are no such legs.
    pub(crate) fn leg_unknown(leg: LegId) -> Self {
        let data = ProblemData { legs: vec![leg], ..ProblemData::bare(Kind::LegUnknown) };
        Self::refused(data, format!("there is no leg {leg}: `trechod admin legs` lists them"))
    }

    /// The leg's cabin has no such seats.
    pub(crate) fn seats_unknown(leg: LegId, seats: &str, cabin: &str) -> Self {
        let data = ProblemData { legs: vec![leg], ..ProblemData::bare(Kind::SeatUnknown) };
        Self::refused(data, format!("{leg} has a cabin {cabin}, and no seat {seats}"))
    }

    /// The desk ended while it had the order.
    pub(crate) fn unknown_outcome() -> Self {
        let message = "the server has failed, and what became of this is not known: start it, then \
                       see `trechod admin audit`";
        Self { code: ProtocolError::Internal.code(), message: message.to_owned(), data: None }
    }

    /// Params that are well formed and yet make no sense.
    pub(crate) fn params(reason: impl Into<String>) -> Self {
        ProtocolError::Params(reason.into()).into()
    }

    pub(crate) fn unknown_method(method: &str) -> Self {
        let shown = scrub(&method.chars().take(64).collect::<String>());
        let message =
            format!("there is no method {shown:?}: `trechod admin --help` says what there is");
        Self { code: ProtocolError::UnknownMethod(String::new()).code(), message, data: None }
    }

    /// What was wrong, in a word for the audit log: for what is refused before the rules are asked.
    pub(crate) fn word(&self) -> &'static str {
        match self.data.as_ref().map(|data| data.kind) {
            Some(Kind::LegUnknown) => "leg_unknown",
            Some(Kind::SeatUnknown) => "seat_unknown",
            Some(_) => "not possible",
            None => "invalid",
        }
    }

    /// Too many operators are connected.
    pub(crate) fn busy() -> Self {
        Self::bare(Kind::LimitExceeded, "too many operators are connected: try again later")
    }

    /// The caller is neither the server's user nor root.
    pub(crate) fn foreign(uid: u32) -> Self {
        let own = rustix::process::geteuid().as_raw();
        Self::bare(
            Kind::Forbidden,
            format!("user {uid} may not steer this server: run this as user {own}, or as root"),
        )
    }

    /// The server failed; its log says how.
    pub(crate) fn internal() -> Self {
        (ProtocolError::Internal).into()
    }
}

impl From<ProtocolError> for Problem {
    fn from(error: ProtocolError) -> Self {
        let ErrorObject { code, message, data: _ } = ErrorObject::from(&error);
        Self { code, message, data: None }
    }
}

#[derive(Serialize)]
struct ErrorReply<'a> {
    jsonrpc: JsonRpc,
    id: Option<&'a Id>,
    error: &'a Problem,
}

/// One line, with its newline, that says why request `id` has no result.
pub(crate) fn reply_problem(id: Option<&Id>, problem: &Problem) -> Vec<u8> {
    line(&ErrorReply { jsonrpc: JsonRpc::V2, id, error: problem })
}
