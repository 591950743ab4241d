//! What a connection has read: bytes into requests.
//!
//! The bytes are read into a buffer that the thread's connections share, so a connection that is
//! silent owns none.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio::time::Instant;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::limits::REQUEST_LINE_BYTES;
use trecho_shared::message::{MethodName, Request};
use trecho_shared::rpc::{Call, Id, ProtocolError};

use super::stream::Reader;
use crate::limits::READ_BYTES;
use crate::meters::Begun;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// How TLS begins, whatever its version: a record of the handshake. No line begins so.
const HELLO: [u8; 2] = [0x16, 0x03];

/// One line, read.
#[derive(Debug)]
pub(super) enum Received {
    /// To be executed and answered.
    Request(ReplyTo, Request),
    /// A notification: neither executed nor answered.
    Notification,
    /// A breach of the protocol, to be answered under the id if the line had one.
    Breach(Begun, Option<Id>, ProtocolError),
    /// No line at all: the peer has begun to speak TLS.
    Hello,
    /// A line over the limit: nothing after it can be understood.
    TooLong(Begun),
}

/// Which request a reply is for.
#[derive(Debug, Clone)]
pub(super) struct ReplyTo {
    pub(super) id: Id,
    pub(super) begun: Begun,
}

/// How far the reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The peer may send more.
    Open,
    /// The peer has sent all; what was read still counts.
    Ended,
    /// The server takes no more, whatever comes.
    Shut,
}

/// The reading half.
#[derive(Debug)]
pub(super) struct Input {
    decoder: LineDecoder,
    side: Side,
    /// When the line that is under way began.
    began: Option<Instant>,
    /// No whole line is left.
    exhausted: bool,
    /// Something was read.
    begun: bool,
    /// It is TLS, and nobody has said yet that this is not the place for it.
    hello: bool,
}

impl Input {
    pub(super) fn new() -> Self {
        Self {
            decoder: LineDecoder::new(REQUEST_LINE_BYTES),
            side: Side::Open,
            began: None,
            exhausted: false,
            begun: false,
            hello: false,
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// Whether no whole line is left: all that was read has been handed out.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// Takes no more requests, and forgets those that wait.
    pub(super) fn shut(&mut self) {
        self.side = Side::Shut;
        self.exhausted = true;
        self.decoder = LineDecoder::new(REQUEST_LINE_BYTES);
    }

    /// Waits until something is there and reads it, at most what the decoder has room for. Call it
    /// when there is no whole line left. Says how many bytes. Dropping the future loses nothing.
    ///
    /// Polled rather than tried: a read that does not fill its buffer has emptied the socket, and
    /// then the runtime need not be told so by a second one that fails.
    pub(super) async fn read(&mut self, stream: &mut Reader<'_>) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(stream, cx)).await
    }

    fn poll_read(
        &mut self,
        stream: &mut Reader<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let room = self.decoder.room().min(scratch.len());
            let mut buffer = ReadBuf::new(&mut scratch[..room]);
            match stream.poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) if is_passing(&error) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => self.side = Side::Ended,
                Poll::Ready(Ok(())) => {
                    if !std::mem::replace(&mut self.begun, true) {
                        self.hello = buffer.filled().starts_with(&HELLO);
                    }
                    let taken = self.decoder.push(buffer.filled());
                    debug_assert_eq!(taken, buffer.filled().len(), "read more than there was room");
                    self.exhausted = false;
                }
            }
            Poll::Ready(Ok(buffer.filled().len()))
        })
    }

    /// The next whole line, read; `None` if there is none.
    pub(super) fn next(&mut self) -> Option<Received> {
        if self.side == Side::Shut {
            return None;
        }
        if std::mem::take(&mut self.hello) {
            return Some(Received::Hello);
        }
        let Some(line) = self.decoder.next_line() else {
            self.exhausted = true;
            return None;
        };
        let line = match line {
            Line::Whole(line) => {
                self.began = None;
                line
            }
            Line::TooLong => return Some(Received::TooLong(Begun::now(None))),
        };
        let begun = Begun::now(None);
        let call = match Call::read(line) {
            Ok(call) => call,
            Err((error, id)) => return Some(Received::Breach(begun, id, error)),
        };
        let begun = begun.of(MethodName::find(&call.method));
        let request = Request::read(&call);
        Some(match (call.id, request) {
            (None, _) => Received::Notification,
            (Some(id), Ok(request)) => Received::Request(ReplyTo { id, begun }, request),
            (Some(id), Err(error)) => Received::Breach(begun, Some(id), error),
        })
    }

    /// Whether bytes wait, of a line or of many.
    pub(super) fn has_more(&self) -> bool {
        self.decoder.pending() > 0
    }

    /// Since when the beginning of a line waits for its end. Ask when there is no whole line left.
    pub(super) fn midway_since(&mut self) -> Option<Instant> {
        if self.has_more() { Some(*self.began.get_or_insert_with(Instant::now)) } else { None }
    }

    /// Gives the memory back if nothing waits.
    pub(super) fn rest(&mut self) {
        self.decoder.release_memory();
    }
}

/// An error after which the socket is as good as before.
pub(super) fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Reads and forgets what is there; 0 at the end.
pub(super) fn discard(socket: &TcpStream) -> io::Result<usize> {
    SCRATCH.with_borrow_mut(|scratch| socket.try_read(scratch))
}
