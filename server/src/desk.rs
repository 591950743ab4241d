//! The desk: one writer, who decides every command in the order in which they queued.
//!
//! A plain thread owns the rules' state and the ledger. It takes half of what has queued up (at
//! least [`FEW`] orders and at most [`BATCH`]), decides each at its own time, and commits what they
//! change in **one** transaction: nobody waits for a timer, and the more there is to do, the more
//! share a commit. Then, in this order: the board is brought up to date, the answers go out, and the
//! feed hears of it. A batch that changes nothing on disk commits nothing.
//!
//! Half, and not all: of clients that ask again when they are answered, all would come to wait for
//! the same commit, and the desk and the connections would work by turns. So some are answered, and
//! ask again, while others are decided.
//!
//! **When the disk has no room**, the batch is undone, and its orders are decided once more in
//! their order, as if they came to a desk that cannot write: what is only read, refused, or true
//! without the disk (a session opens, is resumed, is detached) is answered as ever; everything
//! else is refused with [`Rejection::StorageUnavailable`]. For the rules time stands still
//! just before the first expiry that cannot be written. After [`RETRY_MS`] the disk is tried again.
//!
//! **Any other failure of the ledger** leaves the outcome unknown: the thread ends with a
//! [`Fault`], no order gets an answer, and the process has to end.

mod batch;
mod budgets;
mod locators;
mod outboxes;
mod sweeper;
mod writer;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::fmt;
use std::thread;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::booking::{self, Change, Command, Outcome, Refusal, State};
use crate::clock::Clock;
use crate::ledger::{Ledger, LedgerError};
use crate::meters::{DeskMeters, Refuser, Wait};
use crate::origin::Origin;

use writer::Writer;

/// So many orders share a commit at most.
pub const BATCH: usize = 512;

/// Of so many orders none is left for the next commit.
pub const FEW: usize = 16;

/// So many orders may wait. Overflow: whoever sends waits for a place.
pub const QUEUE: usize = 1_024;

/// A full disk is left alone for so long.
pub const RETRY_MS: i64 = 1_000;

/// What a session is told beside the replies to its orders. Bounded by whoever makes it. Overflow:
/// the desk drops its end, which is for the connection to close; when the session is resumed, the
/// reply tells its state.
pub type Outbox = mpsc::Sender<Told>;

/// What a session did not ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Its cart lost holds. Boxed: each outbox has room for many, and mostly none.
    Lost(Box<booking::Lost>),
    /// Another connection has resumed the session: the last thing this one is told.
    Replaced,
}

/// The one answer to an order. What it says has been committed.
pub type Reply = Result<Outcome, Rejection>;

/// Why an order was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The rules say no.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Its address, or its session, has to wait before it holds anything more; nothing was changed.
    #[error("the limit {0:?} is reached; again in {1} ms")]
    LimitExceeded(Refuser, i64),
    /// The disk has no room; nothing was changed. Later it may have.
    #[error("the disk has no room: free some and try again")]
    StorageUnavailable,
    /// The desk had ended before the order came; nothing was changed.
    #[error("the desk is closed")]
    Closing,
    /// The desk ended over a [`Fault`] while it had the order: what became of it is not known, so
    /// nothing may be answered. A client learns it by asking again, with the same key.
    #[error("the desk ended; what became of the order is not known")]
    Unknown,
}

/// A connection, as far as the desk needs to know it.
#[derive(Debug)]
pub struct Attachment {
    /// Where to tell it what it did not ask for.
    pub outbox: Outbox,
    /// Where it comes from, if the limits of addresses count for it.
    pub origin: Option<Origin>,
}

impl From<Outbox> for Attachment {
    fn from(outbox: Outbox) -> Self {
        Self { outbox, origin: None }
    }
}

/// A command and the way back.
#[derive(Debug)]
pub struct Order {
    /// What is to be decided.
    pub command: Command,
    /// If this opens or resumes a session: the connection that is to speak for it.
    pub attach: Option<Attachment>,
    /// Gets the answer; is dropped without one over a [`Fault`]. If nobody is there to hear that a
    /// session was attached, the desk detaches it again.
    pub reply: oneshot::Sender<Reply>,
}

/// Who else follows what was committed: called on the desk's thread, once a batch, so neither
/// method may wait for anything.
pub trait Outward: Send {
    /// Before the answers: what is searched must show the changes.
    fn apply(&mut self, changes: &[Change]);
    /// After the answers: tell whoever watches.
    fn publish(&mut self, changes: &[Change]);
}

/// Random numbers, each of 64 bits.
pub type Random = Box<dyn FnMut() -> u64 + Send>;

/// The system's random numbers: asked for many at a time, since to ask is a system call.
pub fn system_random() -> Random {
    let mut numbers = Vec::new();
    Box::new(move || {
        if numbers.is_empty() {
            let mut bytes = [0; 64 * size_of::<u64>()];
            getrandom::fill(&mut bytes).expect("a system that serves has random numbers");
            let words = bytes.as_chunks().0;
            numbers.extend(words.iter().copied().map(u64::from_ne_bytes));
        }
        numbers.pop().expect("some were added")
    })
}

/// What a desk works with.
pub struct Fittings {
    /// The rules' state, restored from the ledger.
    pub state: State,
    /// What lasts.
    pub ledger: Ledger,
    /// What time it is.
    pub clock: Clock,
    /// Who else follows.
    pub outward: Box<dyn Outward>,
    /// Where locators come from.
    pub random: Random,
    /// What counts its work.
    pub meters: DeskMeters,
}

/// Why the desk's thread ended before its time. The process has to end, too.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// What the ledger has is not known any more, or contradicts the rules.
    #[error("the ledger failed, and what it holds is not known: start again")]
    Ledger(#[from] LedgerError),
    /// A defect of the server.
    #[error("the desk's thread panicked")]
    Panicked,
}

/// Where orders are handed in. The thread ends, when all that queued is done, with the last clone.
#[derive(Debug, Clone)]
pub struct Desk {
    orders: mpsc::Sender<Order>,
    meters: DeskMeters,
}

/// The running desk.
#[derive(Debug)]
pub struct Running {
    ended: oneshot::Receiver<Result<(), Fault>>,
    sweeper: JoinHandle<()>,
}

impl Desk {
    /// Opens the desk: a thread, and a task of the current Tokio runtime that wakes it for what
    /// time brings.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn open(fittings: Fittings) -> std::io::Result<(Self, Running)> {
        let (orders, queue) = mpsc::channel(QUEUE);
        let (due, watched) = watch::channel(None);
        let (end, ended) = oneshot::channel();
        let (clock, meters) = (fittings.clock.clone(), fittings.meters.clone());
        let writer = Writer::new(fittings, queue, due);
        thread::Builder::new().name("desk".to_owned()).spawn(move || {
            // If nobody waits for the end, nobody needs to hear of it.
            let _unheard = end.send(writer.run());
        })?;
        let sweeper = tokio::spawn(sweeper::sweep(orders.downgrade(), watched, clock));
        Ok((Self { orders, meters }, Running { ended, sweeper }))
    }

    /// Hands a command in and waits for its answer. Dropping the future withdraws nothing.
    ///
    /// # Errors
    /// Says why the command was not carried out.
    pub async fn ask(&self, command: Command, attach: Option<Outbox>) -> Reply {
        let (reply, answer) = oneshot::channel();
        self.send(Order { command, attach: attach.map(Into::into), reply }).await;
        answer.await.unwrap_or(Err(Rejection::Unknown))
    }

    /// How many orders wait, and for how many there is room.
    pub fn queued(&self) -> (usize, usize) {
        let room = self.orders.max_capacity();
        (room - self.orders.capacity(), room)
    }

    /// Hands an order in, if there is a place in the queue. Once the desk has closed, the order is
    /// answered so.
    ///
    /// # Errors
    /// Gives the order back if there is none: then [`send`](Self::send) waits for one.
    pub fn try_send(&self, order: Order) -> Result<(), Order> {
        match self.orders.try_send(order) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(order)) => Err(order),
            Err(mpsc::error::TrySendError::Closed(order)) => {
                refuse(order);
                Ok(())
            }
        }
    }

    /// Hands an order in, when there is a place in the queue.
    pub async fn send(&self, order: Order) {
        let Err(order) = self.try_send(order) else { return };
        self.meters.limits.waits.of(Wait::Queue).inc();
        if let Err(mpsc::error::SendError(order)) = self.orders.send(order).await {
            refuse(order);
        }
    }
}

/// Answers an order that came too late.
fn refuse(order: Order) {
    // Whoever sent it may be gone by now.
    let _gone = order.reply.send(Err(Rejection::Closing));
}

impl Running {
    /// Waits until the thread has ended: when the last [`Desk`] was dropped and all that queued is
    /// done and on disk, or over a fault.
    ///
    /// # Errors
    /// The fault. Every order that had no answer yet gets none.
    pub async fn wait(self) -> Result<(), Fault> {
        let ended = self.ended.await;
        let unheard = if defect!(UnnoticedPanic) { Ok(()) } else { Err(Fault::Panicked) };
        let ended = ended.unwrap_or(unheard);
        // It ends by itself now that the desk is gone.
        let _swept = self.sweeper.await;
        ended
    }
}

impl fmt::Debug for Fittings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fittings").finish_non_exhaustive()
    }
}
