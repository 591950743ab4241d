//! The replies that a connection still owes, in the order of their requests.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;

use tokio::sync::oneshot;
use trecho_shared::ids::{ClaimCode, SessionToken};
use trecho_shared::rpc::Id;

use super::input::ReplyTo;
use super::lookups::{Guess, Verdict};
use crate::booking::{CartView, Lost, Outcome};
use crate::desk::{self, Rejection};
use crate::dispatch::ReplyLine;
use crate::meters::Begun;

/// What a request asked of the desk: so much of it as the reply needs.
#[derive(Debug)]
pub(super) enum Asked {
    /// Begin or resume the session of this token, and tell so.
    Open(SessionToken),
    /// Begin a session for the request that waits for it: tells nothing.
    Arrive(SessionToken),
    /// End the session.
    Close,
    /// The cart, changed or not.
    Cart,
    /// The booking that is made, under this claim code.
    Booking(ClaimCode),
    /// A booking as it is once tickets of it are cancelled.
    Cancel(Guess, ClaimCode),
}

/// A line that is being looked up; `None` if nothing may be said.
pub(super) type LookUp = Pin<Box<dyn Future<Output = Option<Found>> + Send>>;

/// A line, and what it says of a look-up.
#[derive(Debug)]
pub(super) struct Found {
    /// The line.
    pub(super) line: ReplyLine,
    /// Whether there was such a booking, if that was asked.
    pub(super) verdict: Verdict,
}

impl From<ReplyLine> for Found {
    fn from(line: ReplyLine) -> Self {
        Self { line, verdict: Verdict::None }
    }
}

/// How far a reply has come.
enum Due {
    /// It is written.
    Line(Found),
    /// The desk has the order.
    Asked(Id, Asked, oneshot::Receiver<desk::Reply>),
    /// The desk has answered.
    Answered(Id, Asked, desk::Reply),
    /// What became of it is not known.
    Unknown,
    /// It is being looked up.
    LookedUp(LookUp),
}

/// The first of the replies, when it is there.
#[derive(Debug)]
pub(super) enum Settled {
    /// To be sent as it is.
    Line(Begun, Found),
    /// To be put into words.
    Answer(ReplyTo, Asked, desk::Reply),
    /// What became of it is not known, so nothing may be said.
    Unknown,
}

/// Replies, first to last. Bounded by whoever adds to them.
#[derive(Default)]
pub(super) struct Replies {
    waiting: VecDeque<(Begun, Due)>,
}

impl Replies {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// A reply that is written already.
    pub(super) fn add_line(&mut self, begun: Begun, line: ReplyLine) {
        self.waiting.push_back((begun, Due::Line(line.into())));
    }

    /// A reply that the desk will give.
    pub(super) fn add_order(
        &mut self,
        ReplyTo { id, begun }: ReplyTo,
        asked: Asked,
        reply: oneshot::Receiver<desk::Reply>,
    ) {
        self.waiting.push_back((begun, Due::Asked(id, asked, reply)));
    }

    /// A reply that is looked up.
    pub(super) fn add_look_up(&mut self, begun: Begun, look_up: LookUp) {
        self.waiting.push_back((begun, Due::LookedUp(look_up)));
    }

    /// A reply that comes before all others: the desk has answered, and it is looked up what that
    /// means.
    pub(super) fn add_look_up_first(&mut self, begun: Begun, look_up: LookUp) {
        self.waiting.push_front((begun, Due::LookedUp(look_up)));
    }

    /// Takes in what the desk has answered by now.
    pub(super) fn collect(&mut self) {
        for (_, due) in &mut self.waiting {
            let Due::Asked(_, _, reply) = due else { continue };
            let answered = match reply.try_recv() {
                Ok(answered) => answered,
                Err(oneshot::error::TryRecvError::Closed) => Err(Rejection::Unknown),
                // The desk answers in order: the rest are not answered either.
                Err(oneshot::error::TryRecvError::Empty) => return,
            };
            due.answer(answered);
        }
    }

    /// How many of the replies must be sent before it is told that `lost` is lost: those up to the
    /// last that shows any of it as held.
    pub(super) fn before(&self, lost: &Lost) -> usize {
        let shows = |cart: &CartView| {
            cart.holds.iter().any(|held| lost.holds.iter().any(|(gone, _)| gone.hold == held.hold))
        };
        let showing = self.waiting.iter().rposition(|(_, due)| match due {
            Due::Answered(_, _, Ok(Outcome::Cart(cart) | Outcome::Attached { cart, .. })) => {
                shows(cart)
            }
            Due::Answered(..) | Due::Line(_) | Due::Asked(..) | Due::LookedUp(_) | Due::Unknown => {
                false
            }
        });
        showing.map_or(0, |place| place + 1)
    }

    /// The first reply, if it has been collected or written.
    pub(super) fn next(&mut self) -> Option<Settled> {
        if defect!(ReorderedReplies) && self.waiting.len() > 1 {
            self.waiting.swap(0, 1);
        }
        match self.waiting.front()?.1 {
            Due::Asked(..) | Due::LookedUp(_) => return None,
            Due::Line(_) | Due::Answered(..) | Due::Unknown => {}
        }
        let (begun, due) = self.waiting.pop_front()?;
        Some(match due {
            Due::Line(line) => Settled::Line(begun, line),
            Due::Answered(id, asked, reply) if reply != Err(Rejection::Unknown) => {
                Settled::Answer(ReplyTo { id, begun }, asked, reply)
            }
            Due::Answered(..) | Due::Asked(..) | Due::LookedUp(_) | Due::Unknown => {
                Settled::Unknown
            }
        })
    }

    /// Whether the first reply is being looked up: the desk may have answered those behind it.
    pub(super) fn looks_up(&self) -> bool {
        matches!(self.waiting.front(), Some((_, Due::LookedUp(_))))
    }

    /// Waits until the first reply is there. Can be cancelled.
    pub(super) async fn settle(&mut self) {
        let Some((_, due)) = self.waiting.front_mut() else { return pending().await };
        match due {
            Due::Line(_) | Due::Answered(..) | Due::Unknown => {}
            Due::Asked(_, _, reply) => {
                let answered = reply.await.unwrap_or(Err(Rejection::Unknown));
                due.answer(answered);
            }
            Due::LookedUp(look_up) => {
                *due = look_up.await.map_or(Due::Unknown, Due::Line);
            }
        }
    }

    /// Gives its memory back if nothing waits.
    pub(super) fn rest(&mut self) {
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
    }
}

impl Due {
    fn answer(&mut self, answered: desk::Reply) {
        let due = std::mem::replace(self, Self::Unknown);
        *self = match due {
            Self::Asked(id, asked, _) => Self::Answered(id, asked, answered),
            Self::Line(_) | Self::Answered(..) | Self::LookedUp(_) | Self::Unknown => due,
        };
    }
}
