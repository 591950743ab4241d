//! The news: every committed change of a leg, to everyone who watches.
//!
//! The desk publishes into one bounded ring; each change is written out once, whoever reads it. A
//! watcher has a cursor and no buffer: it is woken, takes what came after its cursor, and writes
//! that at once. A watcher that the ring has overtaken gets the present state of the legs instead,
//! one event a leg, a piece at a time. Nobody waits for a slow watcher.

mod batch;
mod filter;
mod reader;
mod rehearsal;
mod ring;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use trecho_shared::ids::Version;

use crate::board::Board;
use crate::booking::LegChange;
use crate::limits::Limits;
use crate::meters::FeedMeters;
use batch::Batch;
use ring::Ring;

pub(crate) use filter::{Filter, Route};
pub(crate) use reader::Watch;
pub use rehearsal::Watchers;

/// So many changes share one written text at most.
const BATCH_CHANGES: usize = 256;

/// The ring of changes and the bell that tells of new ones.
pub(crate) struct Feed {
    board: Arc<Board>,
    /// A std mutex: held to move a few pointers, never while writing or waiting.
    ring: Mutex<Ring>,
    /// The newest version in the ring: whoever has that need not look into it.
    newest: AtomicU64,
    /// Tells of news.
    bell: watch::Sender<()>,
    piece: usize,
    meters: FeedMeters,
}

impl Feed {
    /// A feed that begins after change `head`, which the board shows already.
    pub(crate) fn new(
        board: Arc<Board>,
        head: Version,
        limits: &Limits,
        meters: FeedMeters,
    ) -> Self {
        Self {
            board,
            ring: Mutex::new(Ring::new(limits.feed_changes, head)),
            newest: AtomicU64::new(head.0),
            bell: watch::Sender::new(()),
            piece: limits.feed_piece,
            meters,
        }
    }

    /// Tells everyone. The changes are on disk and on the board, and their replies are on their
    /// way.
    pub(crate) fn publish(&self, changes: &[LegChange]) {
        let Some(last) = changes.last() else { return };
        let batches: Vec<_> =
            changes.chunks(BATCH_CHANGES).map(|some| Arc::new(Batch::new(some))).collect();
        {
            let mut ring = self.ring();
            for batch in batches {
                ring.push(batch);
            }
        }
        self.newest.store(last.version.0, Ordering::Release);
        self.meters.changes.inc_by(changes.len() as u64);
        self.bell.send_replace(());
    }

    /// A watch that is in force from now on, and its bell.
    pub(crate) fn watch(&self, filter: Filter) -> (Watch, watch::Receiver<()>) {
        let bell = self.bell.subscribe();
        (Watch::new(filter, self.ring().head()), bell)
    }

    /// How many watch.
    pub(crate) fn watchers(&self) -> usize {
        self.bell.receiver_count()
    }

    fn newest(&self) -> Version {
        Version(self.newest.load(Ordering::Acquire))
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Whoever panicked under this lock left whole batches: each step of a push is complete.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
