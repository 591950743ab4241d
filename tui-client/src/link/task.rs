//! Connecting for ever: attempts, waits, and what is told about them.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};
use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::ids::SessionToken;
use trecho_shared::message::PersonName;

use super::conversation::{End, converse, open_session};
use super::{Command, Settings, backoff, dial};
use crate::message::{Failure, LinkNews, Trouble};
use crate::trust::{Channel, Distrust, Trust, TrustError};

/// A connection that lived this long was a success: the waits begin anew.
const SUCCESS: Duration = Duration::from_secs(5);
/// No server makes us wait longer than this.
const LONGEST_WAIT_MS: u64 = 60_000;

/// The state of the link between connections.
pub(super) struct Task {
    pub(super) address: String,
    pub(super) trust: Trust,
    pub(super) name: Option<PersonName>,
    pub(super) token: Option<SessionToken>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) news: mpsc::Sender<LinkNews>,
    clock_start: Instant,
}

/// The program wants no more of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

/// What wakes a link that has no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    RetryNow,
    NewSession,
    AcceptKey(KeyFingerprint),
}

pub(super) async fn run(
    settings: Settings,
    commands: mpsc::Receiver<Command>,
    news: mpsc::Sender<LinkNews>,
) {
    let Settings { address, trust, name, resume, clock_start } = settings;
    let clock_start = Instant::from_std(clock_start);
    let mut task = Task { address, trust, name, token: None, commands, news, clock_start };
    let Ok(token) = task.unless_closed(resume).await else { return };
    task.token = token.ok().flatten();
    // The only way out is that the program wants no more.
    let Closed = task.connect_for_ever().await;
}

impl Task {
    /// A task that has a connection already.
    #[cfg(test)]
    pub(super) fn for_test(
        commands: mpsc::Receiver<Command>,
        news: mpsc::Sender<LinkNews>,
    ) -> Self {
        let (address, trust, clock_start) = (String::new(), Trust::in_anyone(), Instant::now());
        Self { address, trust, name: None, token: None, commands, news, clock_start }
    }

    async fn connect_for_ever(&mut self) -> Closed {
        let mut failures = 0;
        loop {
            let attempt = failures + 1;
            if self.tell(LinkNews::Connecting { attempt }).await.is_err() {
                return Closed;
            }
            let (end, lived) = self.connect_once().await;
            failures = if lived >= SUCCESS { 1 } else { attempt };
            let waited = match end {
                End::Closed => return Closed,
                End::Replaced => {
                    failures = 0;
                    self.wait_for_new_session().await
                }
                End::Distrusted(distrust) => {
                    failures = 0;
                    self.wait_for_trust(*distrust).await
                }
                End::Trouble { why, retry_after_ms } => {
                    self.wait(failures, why, retry_after_ms).await
                }
            };
            if waited.is_err() {
                return Closed;
            }
        }
    }

    /// One connection, from dialling to its end, and how long its session lived.
    async fn connect_once(&mut self) -> (End, Duration) {
        let (address, trust) = (self.address.clone(), self.trust.clone());
        let dialling = async {
            let channel = channel(trust).await?;
            dial::dial(&address, &channel).await
        };
        let stream = match self.unless_closed(dialling).await {
            Err(Closed) => return (End::Closed, Duration::ZERO),
            Ok(Err(end)) => return (end, Duration::ZERO),
            Ok(Ok(stream)) => stream,
        };
        if self.trust.has_news() && self.remember().await.is_err() {
            return (End::Closed, Duration::ZERO);
        }
        let opening = open_session(stream, self.name.clone(), self.token.clone());
        let opened = match self.unless_closed(opening).await {
            Err(Closed) => return (End::Closed, Duration::ZERO),
            Ok(Err(end)) => return (end, Duration::ZERO),
            Ok(Ok(opened)) => opened,
        };
        self.token = Some(opened.session.token.clone());
        let since = Instant::now();
        let end = converse(self, opened).await;
        (end, since.elapsed())
    }

    /// Waits for the next attempt, unless the person wants it now.
    async fn wait(
        &mut self,
        failures: u32,
        why: Trouble,
        retry_after_ms: Option<u64>,
    ) -> Result<(), Closed> {
        // Without randomness all clients come at the same time: slower, not wrong.
        let random = getrandom::u32().unwrap_or(0);
        let asked = Duration::from_millis(retry_after_ms.unwrap_or(0).min(LONGEST_WAIT_MS));
        let until = Instant::now() + backoff::delay(failures, random).max(asked);
        let next_try_ms = millis(until.saturating_duration_since(self.clock_start));
        self.tell(LinkNews::Offline { why, next_try_ms }).await?;
        loop {
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                command = self.commands.recv() => match self.offline(command).await? {
                    Some(Wish::RetryNow) => return Ok(()),
                    Some(Wish::NewSession | Wish::AcceptKey(_)) | None => {}
                },
            }
        }
    }

    /// Our session has another owner: nothing is done before the person asks for a new one.
    async fn wait_for_new_session(&mut self) -> Result<(), Closed> {
        self.token = None;
        self.tell(LinkNews::Replaced).await?;
        loop {
            let command = self.commands.recv().await;
            if self.offline(command).await? == Some(Wish::NewSession) {
                return Ok(());
            }
        }
    }

    /// The server is not who it should be: nothing is done before a person has looked at it.
    async fn wait_for_trust(&mut self, distrust: Distrust) -> Result<(), Closed> {
        self.tell(LinkNews::Distrusted(Box::new(distrust))).await?;
        loop {
            let command = self.commands.recv().await;
            match self.offline(command).await? {
                Some(Wish::AcceptKey(key)) => {
                    self.trust.accept(key);
                    return Ok(());
                }
                Some(Wish::RetryNow) => return Ok(()),
                Some(Wish::NewSession) | None => {}
            }
        }
    }

    /// The server has proved to have the key that a person accepted: it is written down.
    async fn remember(&mut self) -> Result<(), Closed> {
        let mut trust = self.trust.clone();
        let writing = spawn_blocking(move || {
            let written = trust.remember();
            (trust, written)
        });
        let why = match self.unless_closed(writing).await? {
            Ok((trust, written)) => {
                self.trust = trust;
                written.err().map(|error| error.to_string())
            }
            Err(fault) => Some(fault.to_string()),
        };
        match why {
            Some(why) => self.tell(LinkNews::KeyNotKept { why }).await,
            None => Ok(()),
        }
    }

    /// Does `work` while asks are answered with "offline".
    async fn unless_closed<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Closed> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                command = self.commands.recv() => {
                    self.offline(command).await?;
                }
            }
        }
    }

    /// A command while there is no session.
    async fn offline(&mut self, command: Option<Command>) -> Result<Option<Wish>, Closed> {
        match command {
            None | Some(Command::Close(_)) => Err(Closed),
            Some(Command::RetryNow) => Ok(Some(Wish::RetryNow)),
            Some(Command::NewSession) => Ok(Some(Wish::NewSession)),
            Some(Command::AcceptKey(key)) => Ok(Some(Wish::AcceptKey(key))),
            Some(Command::Ask(id, ask)) => {
                let outcome = Err(Failure::Offline);
                self.tell(LinkNews::Answer { id, ask, outcome }).await?;
                Ok(None)
            }
        }
    }

    pub(super) async fn tell(&self, news: LinkNews) -> Result<(), Closed> {
        self.news.send(news).await.map_err(|_| Closed)
    }
}

/// How to open a connection now. Files are read for it, so it is no work for this thread.
async fn channel(trust: Trust) -> Result<Channel, End> {
    let read = spawn_blocking(move || trust.channel()).await;
    let channel = read.unwrap_or_else(|fault| Err(TrustError::Tls(fault.to_string())));
    channel.map_err(|error| Trouble::Other(error.to_string()).into())
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
