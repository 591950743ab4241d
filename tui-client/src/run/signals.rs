//! What the system tells the process.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

/// One thing that the system told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Leave: SIGTERM, SIGHUP, or a SIGINT that no keyboard sent (ours sends Ctrl-C as a key).
    Terminate,
    /// We were stopped and are awake again; somebody else had the terminal meanwhile.
    Continued,
}

/// So many may wait. Beyond, what comes says nothing new.
const WAITING: usize = 16;

const CONTINUED: SignalKind = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());

/// Begins to listen for signals; from now on none of these ends the process by itself. Call it
/// within a runtime.
///
/// # Errors
/// If the system refuses a handler.
pub fn listen() -> io::Result<Receiver<Told>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut continued = signal(CONTINUED)?;
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
