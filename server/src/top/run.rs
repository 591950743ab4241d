//! The loop: waits until something happens, tells [`update`](model::update), does what it wants done.
//!
//! An idle program sleeps until the next thing that it shows changes by itself. What has queued up is
//! told first and drawn once.

use std::io;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until};

use super::link::Link;
use super::look::Look;
use super::model::{self, Effect, Message, Model};
use super::signals::Told;
use super::terminal::{self, Screen};
use super::view;

/// So much is told between two frames, at most: a flood must not keep the screen from following.
const MESSAGES_PER_FRAME: usize = 100;

/// Everything outside of the loop but the screen.
#[derive(Debug)]
pub(super) struct Ends {
    /// Keys and sizes. Their end means that the terminal is gone.
    pub(super) inputs: Receiver<io::Result<Message>>,
    /// The server.
    pub(super) link: Link,
    /// What the system tells.
    pub(super) signals: Receiver<Told>,
}

/// What the loop waits for.
enum Happened {
    Told(Message),
    Continued,
    Terminate,
    /// A task on which the program stands has failed.
    Fault(&'static str),
}

impl Ends {
    /// Waits for the next thing that happens, at most until `until`. Loses nothing when it is dropped
    /// half-way.
    async fn next(&mut self, until: Option<Instant>) -> Happened {
        let timer = sleep_until(until.unwrap_or_else(Instant::now));
        tokio::select! {
            // Hands come first, so that nothing else can keep a key waiting.
            biased;
            told = self.signals.recv() => match told {
                Some(Told::Terminate) => Happened::Terminate,
                Some(Told::Continued) => Happened::Continued,
                None => Happened::Fault("the task that hears signals stopped"),
            },
            input = self.inputs.recv() => match input {
                Some(Ok(message)) => Happened::Told(message),
                // Whoever closed the window has left.
                Some(Err(_)) | None => Happened::Terminate,
            },
            news = self.link.news() => match news {
                Some(news) => Happened::Told(Message::News(news)),
                None => Happened::Fault("the task that watches the server stopped"),
            },
            () = timer, if until.is_some() => Happened::Told(Message::Woke),
        }
    }
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    Out,
}

struct Run<'l, S> {
    model: Model,
    look: &'l Look,
    screen: S,
    started: Instant,
    /// Something changed since the last frame.
    due: bool,
}

/// Runs until the person leaves or the process is asked to end. Fails with the terminal, which it has
/// given back by then.
pub(super) async fn run<S: Screen>(
    model: Model,
    look: &Look,
    screen: S,
    mut ends: Ends,
) -> io::Result<()> {
    let mut run = Run { model, look, screen, started: Instant::now(), due: true };
    loop {
        if run.due {
            run.draw()?;
        }
        let until = run.model.next_wake().map(|ms| run.started + Duration::from_millis(ms));
        let mut next = Some(ends.next(until).await);
        for _ in 0..MESSAGES_PER_FRAME {
            let Some(happened) = next else { break };
            if run.take(happened, &mut ends).await? == Go::Out {
                return Ok(());
            }
            next = ends.next(None).now_or_never();
        }
    }
}

impl<S: Screen> Run<'_, S> {
    async fn take(&mut self, happened: Happened, ends: &mut Ends) -> io::Result<Go> {
        match happened {
            Happened::Told(message) => {
                let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
                model::update(&mut self.model, Message::Now(now));
                for effect in model::update(&mut self.model, message) {
                    if self.perform(effect, ends).await? == Go::Out {
                        return Ok(Go::Out);
                    }
                }
                Ok(Go::On)
            }
            Happened::Continued => {
                self.screen.step_aside()?;
                self.screen.step_in()?;
                self.due = true;
                Ok(Go::On)
            }
            Happened::Terminate => Ok(Go::Out),
            Happened::Fault(what) => Err(io::Error::other(what)),
        }
    }

    async fn perform(&mut self, effect: Effect, ends: &mut Ends) -> io::Result<Go> {
        match effect {
            Effect::Draw => self.due = true,
            Effect::Redraw => {
                self.screen.wipe()?;
                self.due = true;
            }
            Effect::Leave => return Ok(Go::Out),
            Effect::Retry => ends.link.retry(),
            Effect::Suspend if !terminal::can_suspend() => {}
            Effect::Suspend => {
                self.screen.step_aside()?;
                terminal::stop_process()?;
                // Whoever continues us says so; until then nothing is drawn.
                let told = ends.signals.recv().await;
                if told != Some(Told::Continued) {
                    return Ok(Go::Out);
                }
                self.screen.step_in()?;
                self.due = true;
            }
        }
        Ok(Go::On)
    }

    fn draw(&mut self) -> io::Result<()> {
        let (model, look) = (&self.model, self.look);
        let mut drawn = None;
        self.screen.draw(|frame| drawn = Some(view::draw(model, look, frame)))?;
        self.due = false;
        if let Some(drawn) = drawn {
            // What a frame put where is nothing to be done about, so there are no effects.
            model::update(&mut self.model, Message::Drawn(drawn));
        }
        Ok(())
    }
}
