//! Whom a connection speaks for.

use std::future::pending;

use tokio::sync::mpsc;
use trecho_shared::ids::SessionToken;

use crate::booking::{Caller, Lost};
use crate::desk::Told;

/// So much may wait to be told to one session. Overflow: the desk lets the connection go, and the
/// connection closes; who resumes is told how things stand.
pub(super) const UNTOLD: usize = 16;

/// The session of a connection.
#[derive(Debug)]
pub(super) enum Passenger {
    /// None yet.
    Stranger,
    /// The desk was asked for one.
    Arriving(mpsc::Receiver<Told>),
    /// This one.
    Attached(Box<Attached>),
    /// It had one, which was closed or taken over.
    Gone,
}

/// A session that this connection speaks for.
#[derive(Debug)]
pub(super) struct Attached {
    /// As whom to speak.
    pub(super) caller: Caller,
    /// The session's credential.
    pub(super) token: SessionToken,
    told: mpsc::Receiver<Told>,
    /// Heard, and not yet passed on.
    heard: Option<Heard>,
}

/// What a session is told unasked.
#[derive(Debug)]
pub(super) enum Heard {
    /// Holds are lost.
    Lost(Box<Lost>),
    /// Another connection speaks for the session.
    Replaced,
    /// The desk has let this connection go.
    LetGo,
}

impl Passenger {
    /// The session, if there is one.
    pub(super) fn attached(&self) -> Option<&Attached> {
        match self {
            Self::Attached(attached) => Some(attached),
            Self::Stranger | Self::Arriving(_) | Self::Gone => None,
        }
    }

    pub(super) fn is_stranger(&self) -> bool {
        matches!(self, Self::Stranger)
    }

    pub(super) fn is_arriving(&self) -> bool {
        matches!(self, Self::Arriving(_))
    }

    /// The desk has given the session.
    pub(super) fn attach(&mut self, caller: Caller, token: SessionToken) {
        if let Self::Arriving(told) = std::mem::replace(self, Self::Gone) {
            *self = Self::Attached(Box::new(Attached { caller, token, told, heard: None }));
        }
    }

    /// The next that was told by now.
    pub(super) fn hear(&mut self) -> Option<Heard> {
        let Self::Attached(attached) = self else { return None };
        attached.heard.take().or_else(|| match attached.told.try_recv() {
            Ok(told) => Some(told.into()),
            Err(mpsc::error::TryRecvError::Empty) => None,
            Err(mpsc::error::TryRecvError::Disconnected) => Some(Heard::LetGo),
        })
    }

    /// Keeps what was heard for later.
    pub(super) fn unhear(&mut self, heard: Heard) {
        if let Self::Attached(attached) = self {
            attached.heard = Some(heard);
        }
    }

    /// Waits until something is told. Can be cancelled.
    pub(super) async fn listen(&mut self) {
        match self {
            Self::Attached(attached) if attached.heard.is_none() => {
                attached.heard = Some(attached.told.recv().await.map_or(Heard::LetGo, Into::into));
            }
            // What was heard waits for a look-up, which wakes the session when it is done.
            Self::Attached(_) | Self::Stranger | Self::Arriving(_) | Self::Gone => pending().await,
        }
    }
}

impl From<Told> for Heard {
    fn from(told: Told) -> Self {
        match told {
            Told::Lost(lost) => Self::Lost(lost),
            Told::Replaced => Self::Replaced,
        }
    }
}
