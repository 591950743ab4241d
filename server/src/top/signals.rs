//! What the system tells the process.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

/// One thing that the system told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Leave: SIGTERM, SIGHUP, or a SIGINT that no keyboard sent.
    Terminate,
    /// We were stopped and are awake again; somebody else had the terminal meanwhile.
    Continued,
}

/// So many may wait. Beyond, what comes says nothing new.
const WAITING: usize = 4;

/// Begins to listen; from now on none of these signals ends the process by itself. Call it within a
/// runtime.
pub(super) fn listen() -> io::Result<Receiver<Told>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut continued = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
    let (tell, told) = channel(WAITING);
    tokio::spawn(async move {
        while !tell.is_closed() {
            let next = tokio::select! {
                _ = terminate.recv() => Told::Terminate,
                _ = hangup.recv() => Told::Terminate,
                _ = interrupt.recv() => Told::Terminate,
                _ = continued.recv() => Told::Continued,
            };
            // Full: the same is waiting already.
            let _ = tell.try_send(next);
        }
    });
    Ok(told)
}
