//! What the loop listens to and speaks to: input, link, store, signals.

use std::io;
use std::time::Duration;

use color_eyre::eyre::{Report, eyre};
use futures_util::FutureExt as _;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::happened::Happened;
use super::signals::Told;
use crate::effect::Leave;
use crate::link::Link;
use crate::message::Message;
use crate::store::Store;

/// Closing the session takes at most this long. A server that does not answer keeps the holds
/// until they expire, as it would have without being asked.
const CLOSING: Duration = Duration::from_millis(1_500);

/// Writing what is left takes at most this long.
const WRITING: Duration = Duration::from_secs(3);

/// Everything outside of the loop but the screen.
pub struct Ends {
    /// Keys, clicks, pastes, sizes. Their end means that the terminal is gone.
    pub inputs: Receiver<io::Result<Message>>,
    /// The link to the server. The end of its news is a fault: it lives as long as the program.
    pub link: Link,
    /// The files. The end of their news is a fault, too.
    pub store: Store,
    /// What the system tells.
    pub signals: Receiver<Told>,
    /// Why the program cannot go on, should that happen. Nobody need ever speak here.
    pub faults: Receiver<Report>,
}

type Copies = JoinSet<(String, io::Result<()>)>;

impl Ends {
    /// Waits for the next thing that happens, at most until `until`. Loses nothing when it is
    /// dropped half-way.
    pub(super) async fn next(&mut self, copies: &mut Copies, until: Option<Instant>) -> Happened {
        let timer = sleep_until(until.unwrap_or_else(Instant::now));
        tokio::select! {
            // Hands come first, so that nothing else can keep a key waiting; the bound on what is
            // told between two frames keeps hands from starving the rest.
            biased;
            told = self.signals.recv() => match told {
                Some(Told::Terminate) => Happened::Told(Message::Terminate),
                Some(Told::Continued) => Happened::Continued,
                None => Happened::Fault(eyre!("the task that hears signals stopped by a fault")),
            },
            Some(fault) = self.faults.recv() => Happened::Fault(fault),
            input = self.inputs.recv() => match input {
                Some(Ok(message)) => Happened::Told(message),
                // Whoever closed the window has left.
                Some(Err(_)) | None => Happened::Told(Message::Terminate),
            },
            news = self.link.news() => match news {
                Some(news) => Happened::Told(Message::Link(news)),
                None => Happened::Fault(eyre!("the link to the server stopped by a fault")),
            },
            news = self.store.news() => match news {
                Some(news) => Happened::Told(Message::Store(news)),
                None => Happened::Fault(eyre!("the keeper of the files stopped by a fault")),
            },
            Some(copy) = copies.join_next() => match copy {
                Ok((text, outcome)) => Happened::Copied(text, outcome),
                Err(fault) => Happened::Fault(Report::new(fault)),
            },
            () = timer, if until.is_some() => Happened::Woke,
        }
    }

    /// What has happened already, if anything.
    pub(super) fn next_queued(&mut self, copies: &mut Copies) -> Option<Happened> {
        self.next(copies, None).now_or_never()
    }

    /// Waits until somebody continues the stopped process, or ends it right then.
    pub(super) async fn continued(&mut self) -> Told {
        self.signals.recv().await.unwrap_or(Told::Terminate)
    }

    /// Closes the session if that is wanted, and waits until all is written, both within bounds.
    pub(super) async fn leave(self, leave: Leave) {
        let Self { inputs, link, store, signals, faults: _ } = self;
        // What is typed from now on is for the shell; a signal can no longer hurry us.
        drop((inputs, signals));
        if timeout(CLOSING, link.close(leave)).await.is_err() {
            tracing::warn!("the server did not confirm the end of the session");
        }
        if timeout(WRITING, store.finish(leave)).await.is_err() {
            tracing::error!("the disk did not take everything in time");
        }
    }
}
