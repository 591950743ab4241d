//! What the system tells the process.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// One thing that the system told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Leave: SIGTERM, SIGHUP, or a SIGINT that no keyboard sent (ours sends Ctrl-C as a key).
    Terminate,
    /// We were stopped and are awake again; somebody else had the terminal meanwhile.
    Continued,
}

/// Listens for signals. While one of these lives, none of them ends the process by itself.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    continued: Signal,
}

impl Signals {
    /// Begins to listen. Call it within a runtime.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            continued: signal(SignalKind::from_raw(CONTINUED))?,
        })
    }

    /// The next signal. Loses none when it is dropped half-way.
    pub async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Terminate,
            _ = self.hangup.recv() => Told::Terminate,
            _ = self.interrupt.recv() => Told::Terminate,
            _ = self.continued.recv() => Told::Continued,
        }
    }

    /// Waits until the process was continued after a stop.
    pub async fn continued(&mut self) {
        self.continued.recv().await;
    }
}

const CONTINUED: i32 = rustix::process::Signal::CONT.as_raw();
