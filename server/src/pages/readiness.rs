//! Whether passengers should be sent here now: the desk answers in time, the disk has room, and the
//! server is not about to stop.

use std::sync::Arc;

use tokio::sync::{Mutex, oneshot, watch};
use tokio::time::{Instant, timeout};

use crate::booking::Command;
use crate::desk::{self, Order};
use crate::dispatch::Service;
use crate::ledger;
use crate::limits::{READY_FOR, READY_WITHIN};
use crate::session::Announcement;

/// Why the server is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotReady {
    /// It drains.
    #[error("not ready: the server is about to stop")]
    Closing,
    /// The writer does not answer.
    #[error("not ready: the desk has not answered within {} ms", READY_WITHIN.as_millis())]
    Slow,
    /// The writer has ended.
    #[error("not ready: the desk has ended")]
    Ended,
    /// Nothing can be written.
    #[error("not ready: the disk of the data directory has no room")]
    DiskFull,
}

/// Asks the desk, one question at a time, and remembers the answer for a moment.
pub(super) struct Readiness {
    service: Arc<Service>,
    announcements: watch::Receiver<Announcement>,
    /// A tokio mutex: whoever asks while another asks waits for that answer.
    probe: Mutex<Probe>,
}

#[derive(Default)]
struct Probe {
    /// The desk has this question and has not answered yet: it is not asked again, so that probes
    /// do not fill the queue of a desk that stands still.
    pending: Option<oneshot::Receiver<desk::Reply>>,
    answered: Option<(Instant, Result<(), NotReady>)>,
}

impl Readiness {
    pub(super) fn new(service: Arc<Service>, announcements: watch::Receiver<Announcement>) -> Self {
        Self { service, announcements, probe: Mutex::default() }
    }

    /// Whether the server is ready.
    pub(super) async fn ask(&self) -> Result<(), NotReady> {
        if self.announcements.borrow().is_closing() {
            return Err(NotReady::Closing);
        }
        let mut probe = self.probe.lock().await;
        if let Some((at, answer)) = probe.answered
            && at.elapsed() < READY_FOR
        {
            return answer;
        }
        let answer = match self.ask_desk(&mut probe).await {
            Ok(()) => self.ask_disk().await,
            Err(not_ready) => Err(not_ready),
        };
        probe.answered = Some((Instant::now(), answer));
        answer
    }

    async fn ask_desk(&self, probe: &mut Probe) -> Result<(), NotReady> {
        let answered = timeout(READY_WITHIN, async {
            if probe.pending.is_none() {
                let (reply, answer) = oneshot::channel();
                // Changes nothing that time has not changed already.
                let order = Order { command: Command::Sweep, attach: None, reply };
                self.service.desk.send(order).await;
                probe.pending = Some(answer);
            }
            match &mut probe.pending {
                Some(answer) => answer.await,
                None => unreachable!("it was put there just now"),
            }
        });
        let Ok(answer) = answered.await else { return Err(NotReady::Slow) };
        probe.pending = None;
        match answer {
            Ok(Ok(_)) => Ok(()),
            // An expiry that cannot be written.
            Ok(Err(desk::Rejection::StorageUnavailable)) => Err(NotReady::DiskFull),
            Ok(Err(_)) | Err(_) => Err(NotReady::Ended),
        }
    }

    /// Writes a little beside the ledger, since a disk may have filled while nothing was sold, or
    /// have room again since.
    async fn ask_disk(&self) -> Result<(), NotReady> {
        let directory = self.service.meters.directory().to_owned();
        let room = tokio::task::spawn_blocking(move || ledger::has_room(&directory));
        // A task that was cut short has found nothing against it.
        if room.await.unwrap_or(true) { Ok(()) } else { Err(NotReady::DiskFull) }
    }
}
