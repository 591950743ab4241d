//! One connection: a socket, the requests on it, the session that it speaks for.
//!
//! One task a connection, and one loop: write what the desk has said, start the requests that have
//! come, tell the news, write, wait. Commands go to the desk without waiting for their answers, so
//! that pipelined commands share a commit; replies leave in the order of their requests. A read
//! waits until all before it is answered, so it sees what they did. A connection that is silent
//! owns no buffer and no timer.

mod answers;
mod handshake;
mod input;
mod lookups;
mod output;
mod passenger;
mod replies;
mod requests;
mod stream;
mod timer;

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout};
use trecho_shared::message::Request;
use trecho_shared::rpc::{ErrorObject, ProtocolError};

use crate::booking::Command;
use crate::desk::Order;
use crate::dispatch::Service;
use crate::feed::Watch;
use crate::limits::LINGER_BYTES;
use crate::listener::{Place, no_place};
use crate::meters::{Ended, TurnedAway, Wait};
use crate::rate::Used;
use input::{Input, ReplyTo, Side};
use lookups::LookUps;
use output::Output;
use passenger::Passenger;
use replies::Replies;
use stream::Stream;
use timer::Timer;

pub(crate) use lookups::Guesses;
pub(crate) use requests::new_token;

/// So many pieces of news are written before other tasks get their turn.
const PIECES_A_TURN: usize = 8;

/// What the server tells every connection.
#[derive(Debug, Clone)]
pub(crate) enum Announcement {
    /// Nothing: all is well.
    Serving,
    /// An operator's words, as a line.
    Notice(Arc<[u8]>),
    /// The server is about to stop: this line, and then the end.
    Closing(Arc<[u8]>),
}

impl Announcement {
    /// Whether it is the last word.
    pub(crate) fn is_closing(&self) -> bool {
        matches!(self, Self::Closing(_))
    }
}

/// A connection.
struct Session {
    service: Arc<Service>,
    stream: Stream,
    announcements: watch::Receiver<Announcement>,
    input: Input,
    output: Output,
    replies: Replies,
    passenger: Passenger,
    /// So many of the bytes that wait on all connections were counted as waiting on this one.
    unsent: usize,
    /// A request that cannot start before others are answered. Nothing is read meanwhile.
    held: Option<Box<(ReplyTo, Request)>>,
    watching: Option<Box<Watching>>,
    look_ups: LookUps,
    place: Place,
    /// What it has used of the rate of requests.
    used: Used,
    /// It has asked as much as the rate allows, and is not read until then.
    paced_until: Option<Instant>,
    timer: Timer,
    /// The first line has come.
    greeted: bool,
    /// Only what is owed is still written, and until then its peer has to read.
    leaving: Option<Instant>,
    /// The limit for which no request is started now.
    waits_for: Option<Wait>,
    /// Why it ends, if not since its peer has done with it.
    ended: Option<Ended>,
}

/// A watch and the bell that tells of news.
struct Watching {
    watch: Watch,
    bell: watch::Receiver<()>,
}

/// Why a connection ends without another word.
#[derive(Debug, thiserror::Error)]
enum Cut {
    /// The socket failed, mostly since the peer has gone.
    #[error("the connection is lost: {0}")]
    Lost(#[from] io::Error),
    /// The peer does not read what it is owed.
    #[error("the peer does not read")]
    Deaf,
    /// Its peer does not read, and too much waits on all connections together.
    #[error("the peer does not read, and too many others do not either")]
    Crowded,
    /// What became of a request is not known, so nothing may be said.
    #[error("the desk has ended")]
    Unknown,
}

/// Serves a connection until it ends.
pub(crate) async fn serve(
    socket: TcpStream,
    service: Arc<Service>,
    place: Place,
    announcements: watch::Receiver<Announcement>,
) {
    let linger = service.limits.linger;
    let stream = match &service.tls {
        None => Stream::plain(socket),
        Some(tls) => {
            // Boxed, so that the task of a connection has no room for it afterwards.
            let shaken = handshake::shake_hands(socket, tls.config(), &service.limits);
            match Box::pin(shaken).await {
                Ok(stream) => stream,
                Err(error) => {
                    service.meters.connections.ended.of(error.ended()).inc();
                    return tracing::debug!(%error, "not served");
                }
            }
        }
    };
    let mut session = Session::new(stream, service, place, announcements);
    // A fault of ours ends this connection and no other, and its session is detached like any that
    // lost its socket. Nothing of the session is used after it but the passenger.
    let ended = AssertUnwindSafe(session.converse()).catch_unwind().await;
    session.count_unsent(0);
    if defect!(ForgottenPanic) && ended.is_err() {
        return;
    }
    session.leave().await;
    session.count_end(&ended);
    match ended {
        Ok(Ok(())) => hang_up(session.stream, linger).await,
        Ok(Err(cut)) => tracing::debug!(%cut, "cut"),
        Err(_) => tracing::error!("a fault has ended this connection; its session was detached"),
    }
}

impl Session {
    fn new(
        stream: Stream,
        service: Arc<Service>,
        place: Place,
        announcements: watch::Receiver<Announcement>,
    ) -> Self {
        let mut timer = Timer::default();
        timer.set(Instant::now() + service.limits.first_line);
        Self {
            service,
            stream,
            announcements,
            input: Input::new(),
            output: Output::default(),
            unsent: 0,
            replies: Replies::default(),
            passenger: Passenger::Stranger,
            held: None,
            watching: None,
            look_ups: LookUps::default(),
            place,
            used: Used::default(),
            paced_until: None,
            timer,
            greeted: false,
            leaving: None,
            waits_for: None,
            ended: None,
        }
    }

    /// The loop. Ends when all that was asked is answered and written and no more may come.
    async fn converse(&mut self) -> Result<(), Cut> {
        // It may have been said between the accept and here.
        if self.announcements.borrow().is_closing() {
            self.announcements.mark_changed();
        }
        loop {
            self.flush()?;
            self.hear_desk()?;
            self.start_requests().await?;
            self.tell_news().await?;
            self.flush()?;
            if self.is_over() {
                return Ok(());
            }
            self.wait().await?;
        }
    }

    /// So much waits to be written that no request is started.
    fn is_full(&self) -> bool {
        self.output.len() >= self.service.limits.unsent_bytes
    }

    /// Whether a request has come that was not started.
    fn has_waiting(&self) -> bool {
        self.held.is_some() || !self.input.is_exhausted()
    }

    fn is_over(&self) -> bool {
        let no_more = match self.input.side() {
            Side::Open => false,
            Side::Ended => self.input.is_exhausted(),
            Side::Shut => true,
        };
        no_more && self.held.is_none() && self.replies.is_empty() && self.output.is_empty()
    }

    /// Writes what the socket takes.
    fn flush(&mut self) -> Result<(), Cut> {
        if self.output.is_empty() {
            return Ok(());
        }
        let taken = self.output.flush(&mut self.stream)?;
        self.service.meters.connections.bytes_out.inc_by(taken as u64);
        let left = self.output.len();
        if left == self.unsent {
            return Ok(());
        }
        let in_all = self.count_unsent(left);
        let limits = &self.service.limits;
        if in_all > limits.unsent_bytes_in_all && left > limits.unsent_share() {
            return Err(Cut::Crowded);
        }
        Ok(())
    }

    /// Notes how many bytes wait here, and says how many wait on all connections.
    fn count_unsent(&mut self, bytes: usize) -> usize {
        let before = std::mem::replace(&mut self.unsent, bytes);
        let in_all = &self.service.unsent;
        if bytes >= before {
            in_all.fetch_add(bytes - before, Ordering::Relaxed) + (bytes - before)
        } else {
            in_all.fetch_sub(before - bytes, Ordering::Relaxed) - (before - bytes)
        }
    }

    /// Writes the news that the watch has not told yet, as far as the socket takes them.
    async fn tell_news(&mut self) -> Result<(), Cut> {
        let mut pieces = 0;
        // A peer that has not read what it was sent gets no more news: they would only wait here.
        while !self.output.is_blocked() {
            let Some(watching) = &mut self.watching else { return Ok(()) };
            let Some(news) = watching.watch.gather(&self.service.feed) else { return Ok(()) };
            // The desk has answered these changes before it published them.
            self.hear_desk()?;
            if self.replies.looks_up() {
                return Ok(());
            }
            let Some(watching) = &mut self.watching else { return Ok(()) };
            watching.watch.write(news, &self.service.feed, self.output.buffer());
            self.flush()?;
            pieces += 1;
            if pieces % PIECES_A_TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Gives back what an idle connection does not need, and sets the alarm.
    fn rest(&mut self) {
        self.input.rest();
        self.replies.rest();
        let line = self.service.limits.line;
        if let Some(until) = self.paced_until {
            // It is held up by us: that does not count as the peer's time.
            self.leaving = self.leaving.map(|_| until + line);
            self.timer.set(until);
        } else if self.input.side() != Side::Open {
            self.timer.set(*self.leaving.get_or_insert_with(|| Instant::now() + line));
        } else if self.greeted {
            let exhausted = self.input.is_exhausted();
            match self.input.midway_since().filter(|_| exhausted) {
                Some(since) => self.timer.set(since + line),
                None => self.timer.clear(),
            }
        }
    }

    /// Waits for anything to do, and does what needs no more than itself.
    async fn wait(&mut self) -> Result<(), Cut> {
        if self.has_waiting() && self.may_start() {
            // It waited for room, or for a reply that came while news was told: nothing would wake
            // the task for it.
            tokio::task::consume_budget().await;
            return Ok(());
        }
        self.rest();
        let may_read = self.input.side() == Side::Open
            && self.input.is_exhausted()
            && self.held.is_none()
            && self.paced_until.is_none();
        let may_hear = self.input.side() != Side::Shut;
        let Self {
            service,
            stream,
            announcements,
            input,
            output,
            replies,
            passenger,
            watching,
            place,
            timer,
            ..
        } = self;
        let (mut reader, writer) = stream.split();
        let blocked = output.is_blocked();
        let bell = watching.as_mut().map(|watching| &mut watching.bell).filter(|_| !blocked);
        tokio::select! {
            // The desk first: the reply to a change comes before its events.
            biased;
            () = replies.settle(), if !replies.is_empty() => {}
            () = passenger.listen(), if passenger.attached().is_some() => {}
            ready = writer.writable(), if blocked => ready?,
            read = input.read(&mut reader), if may_read => {
                service.meters.connections.bytes_in.inc_by(read? as u64);
            }
            () = ring(bell) => {}
            changed = announcements.changed(), if may_hear => match changed {
                Ok(()) => self.heed(),
                // Nobody is left who could announce anything.
                Err(_) => self.end_for(Ended::Closing),
            },
            () = place.trial_over(), if place.is_on_trial() => self.turn_away(),
            () = timer.alarm() => self.late()?,
        }
        Ok(())
    }

    /// Passes on what the server announces.
    fn heed(&mut self) {
        let announcement = self.announcements.borrow_and_update().clone();
        match announcement {
            Announcement::Serving => {}
            Announcement::Notice(line) => self.output.push(line.to_vec()),
            Announcement::Closing(line) => {
                self.output.push(line.to_vec());
                self.end_for(Ended::Closing);
            }
        }
    }

    /// The alarm: whoever is slow with a line hears why the connection ends.
    fn late(&mut self) -> Result<(), Cut> {
        if self.paced_until.take().is_some() {
            return Ok(());
        }
        if self.leaving.is_some() {
            return Err(Cut::Deaf);
        }
        let error = ProtocolError::Envelope("no whole line came in time".to_owned());
        self.say_farewell(&ErrorObject::from(&error));
        self.end_for(if self.greeted { Ended::LineLate } else { Ended::FirstLineLate });
        Ok(())
    }

    /// The place is for somebody else.
    fn turn_away(&mut self) {
        self.service.meters.connections.turned_away.of(TurnedAway::Trial).inc();
        self.say_farewell(&no_place().into());
        self.end_for(Ended::Trial);
    }

    /// Ends the connection, and not since its peer wants it to.
    fn end_for(&mut self, why: Ended) {
        // What came first is what an operator looks for.
        self.ended.get_or_insert(why);
        self.take_leave();
    }

    /// Counts how it has ended.
    fn count_end(&self, ended: &std::thread::Result<Result<(), Cut>>) {
        let last = match ended {
            Ok(Ok(())) => Ended::Done,
            Ok(Err(Cut::Lost(error))) if error.kind() == io::ErrorKind::TimedOut => Ended::Dead,
            Ok(Err(Cut::Lost(_))) => Ended::Lost,
            Ok(Err(Cut::Deaf)) => Ended::Unread,
            Ok(Err(Cut::Crowded)) => Ended::Crowded,
            Ok(Err(Cut::Unknown)) | Err(_) => Ended::Fault,
        };
        let why = self.ended.unwrap_or(last);
        self.service.meters.connections.ended.of(why).inc();
    }

    /// Takes no more requests; what was started, or waits to be, is still answered.
    fn take_leave(&mut self) {
        self.input.shut();
        self.watching = None;
    }

    /// The session goes on without this connection.
    async fn leave(&mut self) {
        if let Some(attached) = self.passenger.attached().filter(|_| !defect!(ForgottenDetach)) {
            let (reply, _nobody_waits) = oneshot::channel();
            let command = Command::Detach(attached.caller);
            Box::pin(self.service.desk.send(Order { command, attach: None, reply })).await;
        }
    }
}

async fn ring(bell: Option<&mut watch::Receiver<()>>) {
    match bell {
        // The feed lives as long as the service does.
        Some(bell) => drop(bell.changed().await),
        None => std::future::pending().await,
    }
}

/// Ends a connection so that the peer gets the last lines: a socket closed over unread bytes is
/// reset, and a reset drops what is on its way.
async fn hang_up(mut stream: Stream, patience: std::time::Duration) {
    let drained = async {
        stream.shut().await?;
        let socket = stream.socket();
        let mut read = 0;
        while read < LINGER_BYTES {
            socket.readable().await?;
            match input::discard(socket) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if input::is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        io::Result::Ok(())
    };
    // Whether the peer still listens makes no difference any more.
    let _ = timeout(patience, drained).await;
}

#[cfg(test)]
mod tests;
