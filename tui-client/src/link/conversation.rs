//! One connection: opening the session, then asks, answers, events and signs of life.
//!
//! Works over any stream, so that TLS can come between.

#[cfg(any(test, fuzzing))]
mod rehearsal;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};
use trecho_shared::PROTOCOL_VERSION;
use trecho_shared::codec::{Line, LineDecoder};
use trecho_shared::ids::SessionToken;
use trecho_shared::limits::REPLY_LINE_BYTES;
use trecho_shared::message::{
    Empty, Event, OpenSession, PersonName, RefusalKind, SessionOpened, method,
};
use trecho_shared::rpc::{ErrorObject, Id, Incoming};

use super::task::{Closed, Task, millis};
use super::{Command, dial, scrub, wire};
use crate::effect::{Ask, AskId, Leave};
use crate::message::{Failure, LinkNews, Trouble};
use crate::trust::Distrust;

#[cfg(any(test, fuzzing))]
pub(crate) use rehearsal::Rehearsal;

/// The session must be open within this time.
const OPEN: Duration = Duration::from_secs(5);
/// After so long without a byte, a ping asks for a sign of life.
pub(super) const SILENCE: Duration = Duration::from_secs(15);
/// After a ping, so long without a byte means that nobody is there.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a server may take to note that we leave.
const FAREWELL: Duration = Duration::from_secs(2);
/// While more than this waits to be written, no more asks are taken.
const OUTGOING_BYTES: usize = 256 * 1024;
/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;

/// The code of a request that is none.
const INVALID_REQUEST: i32 = -32600;

/// Why a connection has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The program wanted it.
    Closed,
    /// Another connection resumed our session.
    Replaced,
    /// The server is not who it should be.
    Distrusted(Box<Distrust>),
    /// Anything else; the server may have said when to come again.
    Trouble { why: Trouble, retry_after_ms: Option<u64> },
}

impl From<Trouble> for End {
    fn from(why: Trouble) -> Self {
        Self::Trouble { why, retry_after_ms: None }
    }
}

/// A connection with an open session.
#[derive(Debug)]
pub(super) struct Opened<S> {
    stream: S,
    decoder: LineDecoder,
    pub(super) session: SessionOpened,
    resumed: bool,
    round_trip: Duration,
}

/// Opens the session on a fresh stream, or resumes it. If the server does not know it any more, a
/// new one begins.
pub(super) async fn open_session<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    name: Option<PersonName>,
    resume: Option<SessionToken>,
) -> Result<Opened<S>, End> {
    timeout(OPEN, open(stream, name, resume)).await.unwrap_or(Err(Trouble::Timeout.into()))
}

async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    name: Option<PersonName>,
    mut resume: Option<SessionToken>,
) -> Result<Opened<S>, End> {
    let mut decoder = LineDecoder::new(REPLY_LINE_BYTES);
    loop {
        let resumed = resume.is_some();
        let params = OpenSession { name: name.clone(), resume: resume.take() };
        let asked = Instant::now();
        let line = wire::open(0, &params);
        stream.write_all(&line).await.map_err(|error| dial::trouble(&error))?;
        stream.flush().await.map_err(|error| dial::trouble(&error))?;
        match opening_reply(&mut stream, &mut decoder).await? {
            Ok(mut session) => {
                if session.protocol != PROTOCOL_VERSION {
                    return Err(Trouble::NotTrecho.into());
                }
                scrub::opened(&mut session);
                let round_trip = asked.elapsed();
                return Ok(Opened { stream, decoder, session, resumed, round_trip });
            }
            Err(error) if resumed && kind(&error) == Some(RefusalKind::SessionUnknown) => {}
            Err(error) => return Err(refusal(error)),
        }
    }
}

fn kind(error: &ErrorObject) -> Option<RefusalKind> {
    error.data.as_ref().map(|data| data.kind)
}

/// A server that will not have us.
fn refusal(mut error: ErrorObject) -> End {
    scrub::error(&mut error);
    let why = match kind(&error) {
        Some(RefusalKind::Closing) => Trouble::ServerClosing,
        Some(_) => Trouble::Refusal(error.message),
        // A request in plain text is no request where TLS is spoken.
        None if error.code == INVALID_REQUEST => Trouble::NeedsTls,
        None => Trouble::NotTrecho,
    };
    End::Trouble { why, retry_after_ms: error.data.and_then(|data| data.retry_after_ms) }
}

/// Reads until the reply to `session.open` is here.
async fn opening_reply<S: AsyncRead + Unpin>(
    stream: &mut S,
    decoder: &mut LineDecoder,
) -> Result<Result<SessionOpened, ErrorObject>, End> {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = stream.read(&mut buffer).await.map_err(|error| dial::trouble(&error))?;
        if read == 0 {
            return Err(Trouble::Dropped.into());
        }
        if decoder.push(&buffer[..read]) < read {
            return Err(Trouble::NotTrecho.into());
        }
        let reply = match decoder.next_line() {
            None => continue,
            Some(Line::TooLong) => return Err(Trouble::NotTrecho.into()),
            Some(Line::Whole(line)) => Incoming::read(line),
        };
        return match reply {
            Ok(Incoming::Reply { outcome: Ok(result), .. }) => {
                serde_json::from_str(result.get()).map(Ok).map_err(|_| Trouble::NotTrecho.into())
            }
            Ok(Incoming::Reply { outcome: Err(error), .. }) => Ok(Err(error)),
            Ok(Incoming::Event { .. }) => continue,
            Err(_) => Err(Trouble::NotTrecho.into()),
        };
    }
}

/// What is under way on one connection.
struct Exchange {
    /// What was asked and not answered, by the id on the wire.
    pending: HashMap<i64, (AskId, Box<Ask>)>,
    /// The next id on the wire.
    next_id: i64,
    /// What is still to be written.
    outgoing: Vec<u8>,
    /// Something was written that may not be on its way yet.
    unflushed: bool,
    /// When the last byte came.
    heard: Instant,
    /// The ping under way: its id and when it was sent.
    ping: Option<(i64, Instant)>,
    /// When the way to the server was measured last, or is being measured since.
    measured: Instant,
    /// When the server said that it stops, and when to come again.
    closing: Option<u64>,
}

/// Talks until the connection ends. Whatever was not answered then is lost.
pub(super) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    task: &mut Task,
    opened: Opened<S>,
) -> End {
    let Opened { stream, decoder, session, resumed, round_trip } = opened;
    let mut exchange = Exchange::new();
    let end = match exchange.begin(task, session, resumed, round_trip).await {
        Ok(()) => exchange.run(task, stream, decoder).await,
        Err(Closed) => End::Closed,
    };
    for (id, ask) in std::mem::take(&mut exchange.pending).into_values() {
        let lost = LinkNews::Answer { id, ask, outcome: Err(Failure::Lost) };
        if task.tell(lost).await.is_err() {
            return End::Closed;
        }
    }
    match (end, exchange.closing) {
        (End::Trouble { .. }, Some(retry_in_ms)) => {
            End::Trouble { why: Trouble::ServerClosing, retry_after_ms: Some(retry_in_ms) }
        }
        (end, _) => end,
    }
}

impl Exchange {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            pending: HashMap::new(),
            next_id: 1,
            outgoing: Vec::new(),
            unflushed: false,
            heard: now,
            ping: None,
            measured: now,
            closing: None,
        }
    }

    async fn begin(
        &mut self,
        task: &Task,
        session: SessionOpened,
        resumed: bool,
        round_trip: Duration,
    ) -> Result<(), Closed> {
        task.tell(LinkNews::Online { opened: Box::new(session), resumed }).await?;
        task.tell(round_trip_news(round_trip)).await?;
        // Opening a session takes a server longer than an echo: the way alone is measured next.
        self.send_ping();
        Ok(())
    }

    async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        task: &mut Task,
        stream: S,
        mut decoder: LineDecoder,
    ) -> End {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut buffer = vec![0; READ_BYTES];
        if let Err(end) = self.lines(task, &mut decoder).await {
            return end;
        }
        loop {
            let deadline = self.deadline();
            tokio::select! {
                // What has come is read before silence is judged: the program may have been slow.
                biased;
                read = reader.read(&mut buffer) => match read {
                    Ok(0) => return Trouble::Dropped.into(),
                    Ok(read) => {
                        self.heard = Instant::now();
                        if let Err(end) = self.bytes(task, &mut decoder, &buffer[..read]).await {
                            return end;
                        }
                    }
                    Err(error) => return dial::trouble(&error).into(),
                },
                sent = send(&mut writer, &self.outgoing),
                    if self.unflushed || !self.outgoing.is_empty() => match sent {
                    Ok(count) => {
                        self.outgoing.drain(..count);
                        self.unflushed = count > 0;
                    }
                    Err(error) => return dial::trouble(&error).into(),
                },
                command = task.commands.recv(), if self.outgoing.len() < OUTGOING_BYTES => {
                    match command {
                        None | Some(Command::Close(Leave::Keep)) => return End::Closed,
                        Some(Command::Close(Leave::Close)) => {
                            self.farewell(&mut reader, &mut writer).await;
                            return End::Closed;
                        }
                        Some(Command::Ask(id, ask)) => self.ask(id, ask),
                        // There is a connection, and the session is ours.
                        Some(Command::RetryNow | Command::NewSession | Command::AcceptKey(_)) => {}
                    }
                }
                () = sleep_until(deadline) => {
                    if self.is_dead() {
                        return Trouble::Timeout.into();
                    }
                    self.send_ping();
                }
            }
        }
    }

    fn ask(&mut self, id: AskId, ask: Box<Ask>) {
        let wire_id = self.take_id();
        self.outgoing.extend_from_slice(&wire::line(wire_id, &ask));
        self.pending.insert(wire_id, (id, ask));
    }

    fn take_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// When something must be done about silence: ask for a sign of life, or give up. Amid many
    /// events, too, the way is measured as often as in silence: what the screen says of it is not
    /// of hours ago.
    fn deadline(&self) -> Instant {
        match self.ping {
            Some((_, sent)) if sent >= self.heard => sent + PATIENCE,
            Some(_) | None => self.heard.min(self.measured) + SILENCE,
        }
    }

    /// A ping was sent, and not a byte has come since.
    fn is_dead(&self) -> bool {
        self.ping.is_some_and(|(_, sent)| sent >= self.heard)
    }

    fn send_ping(&mut self) {
        let id = self.take_id();
        self.outgoing.extend_from_slice(&wire::call::<method::ServerPing>(id, &Empty {}));
        self.measured = Instant::now();
        self.ping = Some((id, self.measured));
    }

    async fn bytes(
        &mut self,
        task: &Task,
        decoder: &mut LineDecoder,
        mut bytes: &[u8],
    ) -> Result<(), End> {
        while !bytes.is_empty() {
            let taken = decoder.push(bytes);
            bytes = &bytes[taken..];
            self.lines(task, decoder).await?;
        }
        decoder.release_memory();
        Ok(())
    }

    /// Takes all lines that are whole.
    async fn lines(&mut self, task: &Task, decoder: &mut LineDecoder) -> Result<(), End> {
        while let Some(line) = decoder.next_line() {
            let Line::Whole(line) = line else { return Err(Trouble::NotTrecho.into()) };
            if let Some(news) = self.line(line)? {
                task.tell(news).await.map_err(|Closed| End::Closed)?;
            }
        }
        Ok(())
    }

    /// What one line says, if it says something to the program.
    fn line(&mut self, line: &[u8]) -> Result<Option<LinkNews>, End> {
        let Ok(incoming) = Incoming::read(line) else { return Err(Trouble::NotTrecho.into()) };
        match incoming {
            Incoming::Reply { id: Some(Id::Number(id)), outcome } => {
                if let Some((_, sent)) = self.ping.take_if(|(ping, _)| *ping == id) {
                    return Ok(Some(round_trip_news(sent.elapsed())));
                }
                Ok(self.pending.remove(&id).map(|(id, ask)| {
                    let outcome = wire::outcome(&ask, outcome);
                    LinkNews::Answer { id, ask, outcome }
                }))
            }
            // A reply that names none of our ids: the server could not read a line of ours.
            Incoming::Reply { .. } => Err(Trouble::NotTrecho.into()),
            Incoming::Event { method, params } => {
                match Event::read(&method, params.map(serde_json::value::RawValue::get)) {
                    Ok(Some(event)) => self.event(event),
                    // A newer server may say more than we know.
                    Ok(None) | Err(_) => Ok(None),
                }
            }
        }
    }

    fn event(&mut self, mut event: Event) -> Result<Option<LinkNews>, End> {
        match &event {
            Event::SessionReplaced => return Err(End::Replaced),
            Event::ServerClosing(closing) => self.closing = Some(closing.retry_in_ms),
            Event::LegTaken(_)
            | Event::LegReopened(_)
            | Event::LegUpdated(_)
            | Event::CartExpired(_)
            | Event::CartChanged(_)
            | Event::ServerNotice(_) => {}
        }
        scrub::event(&mut event);
        Ok(Some(LinkNews::Event(Box::new(event))))
    }

    /// Says that we leave, and waits until the server has closed the connection: then it has taken
    /// note. Whatever else it says does not matter any more.
    async fn farewell<R, W>(&mut self, reader: &mut R, writer: &mut W)
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let id = self.take_id();
        self.outgoing.extend_from_slice(&wire::call::<method::SessionClose>(id, &Empty {}));
        let last_words = async {
            if writer.write_all(&self.outgoing).await.is_err() || writer.flush().await.is_err() {
                return;
            }
            let mut rest = vec![0; READ_BYTES];
            while reader.read(&mut rest).await.is_ok_and(|read| read > 0) {}
        };
        // A server that does not answer in time finds out by itself.
        let _ = timeout(FAREWELL, last_words).await;
    }
}

/// Writes some of the bytes; once there are none, sees those before on their way. Safe to cancel.
async fn send(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<usize> {
    if bytes.is_empty() {
        return writer.flush().await.map(|()| 0);
    }
    match writer.write(bytes).await {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        written => written,
    }
}

fn round_trip_news(took: Duration) -> LinkNews {
    LinkNews::RoundTrip { ms: u32::try_from(millis(took)).unwrap_or(u32::MAX) }
}
