//! The replies that a connection still owes, in the order of their requests.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::pin::Pin;

use tokio::sync::oneshot;
use trecho_shared::ids::{ClaimCode, SessionToken};
use trecho_shared::rpc::Id;

use crate::booking::{CartView, Lost, Outcome};
use crate::desk::{self, Rejection};

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
    /// A booking under this claim code.
    Booking(ClaimCode),
}

/// A line that is being looked up; `None` if nothing may be said.
pub(super) type LookUp = Pin<Box<dyn Future<Output = Option<Found>> + Send>>;

/// What a look-up has come to.
#[derive(Debug)]
pub(super) struct Found {
    /// The line.
    pub(super) line: Vec<u8>,
    /// There was no such booking.
    pub(super) wrong: bool,
}

/// How far a reply has come.
enum Due {
    /// It is written.
    Line(Found),
    /// The desk has the order.
    Asked(Asked, oneshot::Receiver<desk::Reply>),
    /// The desk has answered.
    Answered(Asked, desk::Reply),
    /// It is being looked up.
    LookedUp(LookUp),
}

/// The first of the replies, when it is there.
#[derive(Debug)]
pub(super) enum Settled {
    /// To be sent as it is.
    Line(Found),
    /// To be put into words.
    Answer(Id, Asked, desk::Reply),
    /// What became of it is not known, so nothing may be said.
    Unknown,
}

/// Replies, first to last. Bounded by whoever adds to them.
#[derive(Default)]
pub(super) struct Replies {
    waiting: VecDeque<(Option<Id>, Due)>,
}

impl Replies {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// A reply that is written already.
    pub(super) fn add_line(&mut self, line: Vec<u8>) {
        self.waiting.push_back((None, Due::Line(Found { line, wrong: false })));
    }

    /// A reply that the desk will give.
    pub(super) fn add_order(
        &mut self,
        id: Id,
        asked: Asked,
        reply: oneshot::Receiver<desk::Reply>,
    ) {
        self.waiting.push_back((Some(id), Due::Asked(asked, reply)));
    }

    /// A reply that is looked up.
    pub(super) fn add_look_up(&mut self, look_up: LookUp) {
        self.waiting.push_back((None, Due::LookedUp(look_up)));
    }

    /// A reply that comes before all others: the desk has answered, and it is looked up what that
    /// means.
    pub(super) fn add_look_up_first(&mut self, look_up: LookUp) {
        self.waiting.push_front((None, Due::LookedUp(look_up)));
    }

    /// Takes in what the desk has answered by now.
    pub(super) fn collect(&mut self) {
        for (_, due) in &mut self.waiting {
            let Due::Asked(_, reply) = due else { continue };
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
            Due::Answered(_, Ok(Outcome::Cart(cart) | Outcome::Attached { cart, .. })) => {
                shows(cart)
            }
            Due::Answered(..) | Due::Line(_) | Due::Asked(..) | Due::LookedUp(_) => false,
        });
        showing.map_or(0, |place| place + 1)
    }

    /// The first reply, if it has been collected or written.
    pub(super) fn next(&mut self) -> Option<Settled> {
        match self.waiting.front()?.1 {
            Due::Asked(..) | Due::LookedUp(_) => return None,
            Due::Line(_) | Due::Answered(..) => {}
        }
        let (id, due) = self.waiting.pop_front()?;
        Some(match (id, due) {
            (_, Due::Line(found)) => Settled::Line(found),
            (Some(id), Due::Answered(asked, reply)) if reply != Err(Rejection::Unknown) => {
                Settled::Answer(id, asked, reply)
            }
            (_, Due::Answered(..) | Due::Asked(..) | Due::LookedUp(_)) => Settled::Unknown,
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
            Due::Line(_) | Due::Answered(..) => {}
            Due::Asked(_, reply) => {
                let answered = reply.await.unwrap_or(Err(Rejection::Unknown));
                due.answer(answered);
            }
            Due::LookedUp(look_up) => {
                *due = match look_up.await {
                    Some(found) => Due::Line(found),
                    None => Due::Answered(Asked::Cart, Err(Rejection::Unknown)),
                };
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
        let due = std::mem::replace(self, Self::Line(Found { line: Vec::new(), wrong: false }));
        *self = match due {
            Self::Asked(asked, _) => Self::Answered(asked, answered),
            Self::Line(_) | Self::Answered(..) | Self::LookedUp(_) => due,
        };
    }
}
