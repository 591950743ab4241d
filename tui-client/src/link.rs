//! The link to the server: one task that owns the socket.
//!
//! It connects, opens or resumes the session, pairs answers with asks, notices a silent server, and
//! connects again for ever. The program never waits for it: asks go in and [`LinkNews`] come out
//! through bounded channels. When the program is slow to take news, the task stops reading, and the
//! server merges what it would have said; when the task is slow to take asks, the next ask is
//! answered with [`Failure::Offline`] at once.

mod backoff;
mod conversation;
mod dial;
pub(crate) mod scrub;
pub(crate) mod stream;
mod task;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use trecho_shared::fingerprint::KeyFingerprint;
use trecho_shared::ids::SessionToken;
use trecho_shared::message::PersonName;

use crate::effect::{Ask, AskId, Leave};
use crate::message::{Failure, LinkNews};
use crate::trust::Trust;

#[cfg(any(test, fuzzing))]
pub(crate) use conversation::Rehearsal;
pub use dial::endpoint;

/// How many asks may wait for the task. One more is answered with [`Failure::Offline`].
const COMMANDS: usize = 256;
/// How many news may wait for the program. The task then waits, and the server with it.
const NEWS: usize = 64;

/// What the link needs to know.
#[derive(Debug)]
pub struct Settings {
    /// The server, as [`endpoint`] writes it.
    pub address: String,
    /// What it must prove before anything is sent to it.
    pub trust: Trust,
    /// What to call this passenger.
    pub name: Option<PersonName>,
    /// The session to resume, once the files have been read. Dropping the sender means none.
    pub resume: oneshot::Receiver<Option<SessionToken>>,
    /// The zero of the monotonic clock that [`LinkNews`] speak of.
    pub clock_start: Instant,
}

/// What the task is told.
#[derive(Debug)]
enum Command {
    Ask(AskId, Box<Ask>),
    RetryNow,
    NewSession,
    AcceptKey(KeyFingerprint),
    Close(Leave),
}

/// The program's end of the link.
#[derive(Debug)]
pub struct Link {
    commands: mpsc::Sender<Command>,
    news: mpsc::Receiver<LinkNews>,
    /// Answers to asks that never reached the task.
    unsent: VecDeque<LinkNews>,
    task: JoinHandle<()>,
}

/// Starts the link. Must be called within a tokio runtime; returns at once.
pub fn start(settings: Settings) -> Link {
    let (commands, asked) = mpsc::channel(COMMANDS);
    let (tell, news) = mpsc::channel(NEWS);
    let task = tokio::spawn(task::run(settings, asked, tell));
    Link { commands, news, unsent: VecDeque::new(), task }
}

impl Link {
    /// Asks the server. Exactly one [`LinkNews::Answer`] will come.
    pub fn ask(&mut self, id: AskId, ask: Box<Ask>) {
        use mpsc::error::TrySendError::{Closed, Full};
        let refused = match self.commands.try_send(Command::Ask(id, ask)) {
            Err(Full(Command::Ask(id, ask)) | Closed(Command::Ask(id, ask))) => (id, ask),
            Ok(()) | Err(Full(_) | Closed(_)) => return,
        };
        let (id, ask) = refused;
        self.unsent.push_back(LinkNews::Answer { id, ask, outcome: Err(Failure::Offline) });
    }

    /// Tries to connect now, if it waits for the next attempt.
    pub fn retry_now(&self) {
        // A full queue is being worked on: the task is not waiting.
        let _ = self.commands.try_send(Command::RetryNow);
    }

    /// Begins a new session, after ours was taken over.
    pub fn new_session(&self) {
        let _ = self.commands.try_send(Command::NewSession);
    }

    /// Goes on to a server with this key, which a person has accepted, and remembers it.
    pub fn accept_key(&self, key: KeyFingerprint) {
        let _ = self.commands.try_send(Command::AcceptKey(key));
    }

    /// The next news. Safe to cancel. `None` if the task has ended, which it does not do by itself.
    pub async fn news(&mut self) -> Option<LinkNews> {
        match self.unsent.pop_front() {
            Some(news) => Some(news),
            None => self.news.recv().await,
        }
    }

    /// Ends the link, and the session too with [`Leave::Close`]. Returns when the server has taken
    /// note, or has had the time to.
    pub async fn close(self, leave: Leave) {
        let Self { commands, mut news, unsent: _, task } = self;
        let end = async {
            if commands.send(Command::Close(leave)).await.is_ok() {
                // A panic of the task was reported by the runtime; leaving goes on.
                let _ = task.await;
            }
        };
        // News are of no interest any more, but the task must not wait for us to take them.
        let drain = async { while news.recv().await.is_some() {} };
        tokio::join!(end, drain);
    }
}
