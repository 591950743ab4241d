//! The door: lets connections in no faster than they can be served, and does not lock up when files
//! run out.
//!
//! Over the rate nobody is refused: connections wait in the system's queue until it is their turn.
//! It counts those who are let in. To turn one away, or to find that it has hung up meanwhile, costs
//! next to nothing, so that whoever only knocks does not keep others waiting.
//! Out of open files, an accept would fail again and again at once. So one file is kept in reserve:
//! it is closed, and in its place those who wait are accepted, told to come later, and closed. Then
//! the door stays shut for a while, each time longer, until a connection is accepted again.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};

use super::refuse;
use crate::meters::{Connections, LimitMeters, Meters, TurnedAway, Wait};
use crate::rate::{Rate, Used};

/// After the first accept that failed for want of something; doubled up to the second.
const BACK_OFF: Duration = Duration::from_millis(10);
const BACK_OFF_MOST: Duration = Duration::from_secs(1);

/// So many are told to come later each time.
const TOLD_AT_ONCE: usize = 64;

/// Where connections come in.
pub(super) struct Door {
    listener: TcpListener,
    rate: Rate,
    meters: Connections,
    limits: LimitMeters,
    used: Used,
    spare: Option<File>,
    back_off: Duration,
    shut_until: Option<Instant>,
    /// The wait for the rate is counted already.
    waits: bool,
}

impl Door {
    pub(super) fn new(listener: TcpListener, rate: Rate, meters: &Meters) -> Self {
        Self {
            listener,
            rate,
            meters: meters.connections.clone(),
            limits: meters.limits.clone(),
            used: Used::default(),
            spare: spare(),
            back_off: BACK_OFF,
            shut_until: None,
            waits: false,
        }
    }

    /// One more has come in whom the rate is meant for.
    pub(super) fn charge(&mut self) {
        self.used.charge(self.rate, Instant::now());
        self.waits = false;
    }

    /// The next connection. Can be cancelled.
    pub(super) async fn next(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            self.wait().await;
            match self.listener.accept().await {
                Ok(accepted) => {
                    self.back_off = BACK_OFF;
                    return accepted;
                }
                // The peer has gone again; the next one is there.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => self.hard_up(&error),
            }
        }
    }

    async fn wait(&mut self) {
        let now = Instant::now();
        let turn = self.used.permit(self.rate, now).err().map(|left| now + left);
        if turn.is_some() && !std::mem::replace(&mut self.waits, true) {
            self.limits.waits.of(Wait::Accepts).inc();
        }
        if let Some(until) = turn.max(self.shut_until) {
            sleep_until(until).await;
        }
        self.shut_until = None;
    }

    /// Mostly out of open files: connections that end will give some back.
    fn hard_up(&mut self, error: &io::Error) {
        let back_off = self.back_off;
        self.meters.accept_errors.inc();
        self.spare = None;
        let mut told = 0;
        while told < TOLD_AT_ONCE
            && let Some(Ok((socket, _))) = self.listener.accept().now_or_never()
        {
            self.meters.accepted.inc();
            self.meters.turned_away.of(TurnedAway::Files).inc();
            refuse(&socket);
            told += 1;
        }
        self.spare = spare();
        tracing::warn!(%error, back_off.ms = back_off.as_millis(), told, "cannot accept");
        self.shut_until = Some(Instant::now() + back_off);
        self.back_off = (back_off * 2).min(BACK_OFF_MOST);
    }
}

/// A file that is open for nothing but to be closed.
fn spare() -> Option<File> {
    // Where even that fails, those who wait are told nothing, until there are files again.
    File::open("/dev/null").ok()
}
