//! One operator's connection: a line in, a line out, one after the other.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout, timeout_at};
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::message::Method;
use trecho_shared::rpc::{Call, Id, notification};

use super::Steering;
use super::answer::{Next, answer};
use super::wire::{Problem, Request, method, reply_problem};
use crate::booking::Operator;
use crate::limits::{
    ADMIN_IDLE, ADMIN_LINE, ADMIN_LINE_BYTES, ADMIN_WRITE, READ_BYTES, STATS_EVERY,
};

/// What a line comes to.
enum Asked {
    Request(Id, Request),
    /// A notification: neither executed nor answered.
    Nothing,
    Wrong(Option<Id>, Problem),
    /// Nothing after it can be understood.
    TooLong,
}

/// Serves an operator until they hang up, are silent for too long, or break the framing.
pub(super) async fn serve(socket: UnixStream, operator: Operator, steering: Steering) {
    let mut connection = Connection { socket, decoder: LineDecoder::new(ADMIN_LINE_BYTES) };
    if let Err(error) = connection.converse(&operator, &steering).await {
        tracing::debug!(%error, "cut");
    }
}

struct Connection {
    socket: UnixStream,
    decoder: LineDecoder,
}

impl Connection {
    async fn converse(&mut self, operator: &Operator, steering: &Steering) -> io::Result<()> {
        while let Some(asked) = self.next().await? {
            match asked {
                Asked::Nothing => {}
                Asked::Wrong(id, problem) => {
                    self.write(&reply_problem(id.as_ref(), &problem)).await?;
                }
                Asked::TooLong => {
                    let problem =
                        Problem::params(format!("a line has at most {ADMIN_LINE_BYTES} bytes"));
                    return self.write(&reply_problem(None, &problem)).await;
                }
                Asked::Request(id, request) => {
                    let (line, next) = answer(steering, operator, &id, request).await;
                    self.write(&line).await?;
                    match next {
                        Next::GoOn => {}
                        Next::Watch => return self.tell_stats(steering).await,
                        Next::Drain => steering.announcer.stop(),
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells the numbers again and again, until the peer says anything or goes.
    async fn tell_stats(&mut self, steering: &Steering) -> io::Result<()> {
        let mut ticks = interval_at(Instant::now() + STATS_EVERY, STATS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut word = [0];
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let event = notification(method::Stats::NAME, &steering.snapshot());
                    self.write(&event).await?;
                }
                said = self.socket.read(&mut word) => return said.map(drop),
            }
        }
    }

    /// The next line; `None` at the end.
    async fn next(&mut self) -> io::Result<Option<Asked>> {
        let idle_until = Instant::now() + ADMIN_IDLE;
        let mut line_until = None;
        let mut bytes = vec![0; READ_BYTES];
        loop {
            if let Some(asked) = self.decoder.next_line().as_ref().map(read) {
                return Ok(Some(asked));
            }
            if self.decoder.pending() > 0 && line_until.is_none() {
                line_until = Some(Instant::now() + ADMIN_LINE);
            }
            let room = self.decoder.room().min(bytes.len());
            let until = line_until.unwrap_or(idle_until);
            match timeout_at(until, self.socket.read(&mut bytes[..room])).await {
                Ok(Ok(0)) => return Ok(None),
                Ok(read) => {
                    let read = read?;
                    let taken = self.decoder.push(&bytes[..read]);
                    debug_assert_eq!(taken, read, "no more is read than there is room for");
                }
                Err(_) => {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "no whole line came"));
                }
            }
        }
    }

    async fn write(&mut self, line: &[u8]) -> io::Result<()> {
        timeout(ADMIN_WRITE, self.socket.write_all(line))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the peer does not read"))?
    }
}

fn read(line: &Line<'_>) -> Asked {
    let Line::Whole(line) = line else { return Asked::TooLong };
    match Call::read(line) {
        Err((error, id)) => Asked::Wrong(id, error.into()),
        Ok(call) => match (call.id.clone(), Request::read(&call)) {
            (None, _) => Asked::Nothing,
            (Some(id), Ok(request)) => Asked::Request(id, request),
            (Some(id), Err(problem)) => Asked::Wrong(Some(id), problem),
        },
    }
}
