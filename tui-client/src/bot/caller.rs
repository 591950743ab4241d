//! One connection that asks and waits for the answer: the smallest client of the protocol.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::timeout;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::limits::REPLY_LINE_BYTES;
use trecho_shared::message::{Event, Method, RefusalKind};
use trecho_shared::rpc::{ErrorObject, Id, Incoming, request};

use crate::link::scrub;
use crate::link::stream::{self, OpenError, Stream};
use crate::trust::{Channel, Distrust};

/// An answer takes at most this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Events kept while nobody asks for them; beyond, the oldest is forgotten.
const EVENTS: usize = 256;

/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server's no, or its complaint.
    #[error("refused: {}", .0.message)]
    Refused(Box<ErrorObject>),
    /// The connection failed or ended.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    /// The server is not who it should be. Nothing was sent to it.
    #[error(transparent)]
    Distrusted(Box<Distrust>),
    /// The server does not speak TLS, and we do.
    #[error(
        "the server there does not encrypt, and nothing was sent to it: leave --tls out to speak in plain text"
    )]
    NoTls,
    /// Nothing came in time.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Timeout,
    /// What came is no answer of this protocol.
    #[error("not an answer of this protocol: {0}")]
    Garbled(String),
}

impl From<OpenError> for CallError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Distrusted(distrust) => Self::Distrusted(distrust),
            OpenError::Plaintext => Self::NoTls,
            OpenError::Io(error) => Self::Io(error),
        }
    }
}

impl From<serde_json::Error> for CallError {
    /// The complaint quotes what came.
    fn from(error: serde_json::Error) -> Self {
        let mut text = error.to_string();
        scrub::text(&mut text);
        Self::Garbled(text)
    }
}

impl CallError {
    /// Which refusal, if it is one.
    pub fn kind(&self) -> Option<RefusalKind> {
        match self {
            Self::Refused(error) => error.data.as_ref().map(|data| data.kind),
            Self::Io(_) | Self::Distrusted(_) | Self::NoTls | Self::Timeout | Self::Garbled(_) => {
                None
            }
        }
    }
}

/// What a line turned out to be.
enum Heard {
    Reply(i64, Result<String, ErrorObject>),
    Event(Event),
    /// An event that this version does not know.
    Other,
}

/// Where a server is, and how a connection to it is opened.
#[derive(Debug, Clone)]
pub struct Target {
    /// Of a name's addresses the one that answered.
    pub address: SocketAddr,
    /// How.
    pub channel: Channel,
}

impl From<SocketAddr> for Target {
    /// In plain text.
    fn from(address: SocketAddr) -> Self {
        Self { address, channel: Channel::Plain }
    }
}

/// A connection with one request under way at a time.
#[derive(Debug)]
pub struct Caller {
    stream: Stream,
    peer: SocketAddr,
    decoder: LineDecoder,
    /// What the last read gave.
    buffer: Box<[u8]>,
    /// Which part of it the decoder has not yet taken.
    unread: Range<usize>,
    events: VecDeque<Event>,
    last_id: i64,
}

impl Caller {
    /// Connects in plain text.
    ///
    /// # Errors
    /// If nobody listens there, or nothing comes back in time.
    pub async fn connect(address: impl ToSocketAddrs) -> Result<Self, CallError> {
        Self::open(address, &Channel::Plain).await
    }

    /// Connects.
    ///
    /// # Errors
    /// The same as [`Self::open`].
    pub async fn to(target: &Target) -> Result<Self, CallError> {
        Self::open(target.address, &target.channel).await
    }

    /// Connects and opens the channel.
    ///
    /// # Errors
    /// If nobody listens there, nothing comes back in time, or the server is not who it should be.
    pub async fn open(address: impl ToSocketAddrs, channel: &Channel) -> Result<Self, CallError> {
        let opening = async {
            let socket = TcpStream::connect(address).await?;
            let peer = socket.peer_addr()?;
            Ok::<_, CallError>((stream::open(socket, channel).await?, peer))
        };
        let (stream, peer) = timeout(PATIENCE, opening).await.map_err(|_| CallError::Timeout)??;
        Ok(Self {
            stream,
            peer,
            decoder: LineDecoder::new(REPLY_LINE_BYTES),
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
            unread: 0..0,
            events: VecDeque::new(),
            last_id: 0,
        })
    }

    /// Asks and waits for the answer. After any error but a refusal, connect anew.
    ///
    /// # Errors
    /// The server's refusal, or why there was no answer.
    pub async fn call<M: Method>(&mut self, params: &M::Params) -> Result<M::Result, CallError> {
        self.last_id += 1;
        let line = request(&Id::Number(self.last_id), M::NAME, params);
        timeout(PATIENCE, async {
            self.stream.write_all(&line).await?;
            self.stream.flush().await?;
            loop {
                match self.hear().await? {
                    Heard::Reply(id, outcome) if id == self.last_id => {
                        let result =
                            outcome.map_err(|error| CallError::Refused(Box::new(error)))?;
                        return Ok(serde_json::from_str(&result)?);
                    }
                    Heard::Reply(..) | Heard::Other => {}
                    Heard::Event(event) => self.keep(event),
                }
            }
        })
        .await
        .map_err(|_| CallError::Timeout)?
    }

    /// The next event, as old as it may be. Waits as long as the connection lasts.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn event(&mut self) -> Result<Event, CallError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            if let Heard::Event(event) = self.hear().await? {
                self.keep(event);
            }
        }
    }

    /// Waits for something to come and says how many lines ended in it, without a look at what they
    /// say: for who only counts, and counts much. From then on there is no calling any more.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn count_lines(&mut self) -> Result<u64, CallError> {
        if self.unread.is_empty() {
            self.fill().await?;
        }
        let came = &self.buffer[std::mem::replace(&mut self.unread, 0..0)];
        Ok(came.iter().map(|byte| u64::from(*byte == b'\n')).sum())
    }

    /// Who is at the other end: of a name's addresses the one that answered.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    fn keep(&mut self, event: Event) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    async fn hear(&mut self) -> Result<Heard, CallError> {
        loop {
            match self.decoder.next_line() {
                Some(Line::Whole(line)) => return read(line),
                Some(Line::TooLong) => {
                    return Err(io::Error::other("a line beyond the protocol's limit").into());
                }
                None => {}
            }
            if self.unread.is_empty() {
                self.fill().await?;
            }
            let taken = self.decoder.push(&self.buffer[self.unread.clone()]);
            self.unread.start += taken;
        }
    }

    /// Waits for bytes.
    async fn fill(&mut self) -> io::Result<()> {
        let count = self.stream.read(&mut self.buffer).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.unread = 0..count;
        Ok(())
    }
}

fn read(line: &[u8]) -> Result<Heard, CallError> {
    Ok(match Incoming::read(line)? {
        Incoming::Reply { id: Some(Id::Number(id)), outcome } => {
            let outcome = outcome.map(|result| result.get().to_owned());
            Heard::Reply(
                id,
                outcome.map_err(|mut error| {
                    scrub::error(&mut error);
                    error
                }),
            )
        }
        // To no request in particular: this server will have none of ours.
        Incoming::Reply { id: None, outcome: Err(mut error) } => {
            scrub::error(&mut error);
            return Err(CallError::Refused(Box::new(error)));
        }
        Incoming::Reply { .. } => Heard::Other,
        Incoming::Event { method, params } => {
            Event::read(&method, params.map(serde_json::value::RawValue::get))?
                .map_or(Heard::Other, Heard::Event)
        }
    })
}
