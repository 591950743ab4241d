//! Between the wire's words and ours: a request becomes a read of the board or a command for the
//! desk, and what comes back becomes a result or a refusal.
//!
//! Nothing here waits or touches a socket. One file a noun.

pub(crate) mod airports;
pub(crate) mod bookings;
pub(crate) mod cart;
pub(crate) mod feed;
pub(crate) mod legs;
mod refusal;
mod reply;
pub(crate) mod trips;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use trecho_shared::ids::{Epoch, LegId, SeatLabel};
use trecho_shared::message::{Pong, RefusalData, RefusalKind};
use trecho_shared::rpc::{ErrorObject, ProtocolError};

use crate::board::Board;
use crate::booking::{LegFacts, LegKey, Policy, SeatIx};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::feed::Feed;
use crate::ledger::Records;
use crate::limits::Limits;
use crate::meters::Meters;
use crate::session::Guesses;
use crate::tls::Tls;

pub(crate) use refusal::{closing_retry_ms, rejected};
pub(crate) use reply::ReplyLine;

/// Everything that requests are answered from, for all connections.
pub(crate) struct Service {
    pub(crate) board: Arc<Board>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) desk: Desk,
    pub(crate) records: Records,
    pub(crate) clock: Clock,
    pub(crate) epoch: Epoch,
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    pub(crate) meters: Arc<Meters>,
    /// What connections are encrypted with, if they are.
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) guesses: Guesses,
    /// So many bytes wait to be written, on all connections.
    pub(crate) unsent: AtomicUsize,
}

/// A result, or why there is none.
pub(crate) type Answer<T> = Result<T, No>;

/// Why a request has no result.
#[derive(Debug)]
pub(crate) enum No {
    /// The protocol was kept, and the answer is no.
    Refused(RefusalData),
    /// The protocol was not kept.
    Wrong(ProtocolError),
}

impl No {
    /// The params are well formed and yet make no sense.
    pub(crate) fn params(reason: &str) -> Self {
        Self::Wrong(ProtocolError::Params(reason.to_owned()))
    }

    /// There are no such legs.
    pub(crate) fn unknown(legs: Vec<LegId>) -> Self {
        Self::Refused(RefusalData { legs, ..RefusalData::bare(RefusalKind::LegUnknown) })
    }
}

impl From<No> for ErrorObject {
    fn from(no: No) -> Self {
        match no {
            No::Refused(data) => data.into(),
            No::Wrong(error) => (&error).into(),
        }
    }
}

impl Service {
    /// What `server.ping` tells.
    pub(crate) fn pong(&self) -> Pong {
        Pong { now: self.clock.now() }
    }

    /// A seat that the rules know, in the wire's words.
    pub(crate) fn seat_name(&self, leg: LegKey, seat: SeatIx) -> (LegId, SeatLabel) {
        self.board.seat_name(leg, seat).expect("the board has every leg that the rules know")
    }

    /// What is known of a leg that the rules know, and so the board.
    pub(crate) fn facts(&self, leg: LegKey) -> Arc<LegFacts> {
        self.board.facts(leg).expect("the board has every leg that the rules know")
    }
}
