//! The loop: waits until something happens, tells `update`, does what it wants done, draws.
//!
//! Nothing polls and nothing ticks: an idle program sleeps until the next thing that it shows
//! changes by itself. What has queued up is told first and drawn once.

mod clock;
mod effects;
mod ends;
mod happened;
mod open;
mod signals;

use std::io;
use std::time::Duration;

use color_eyre::eyre::Report;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::effect::Leave;
use crate::message::Message;
use crate::model::Model;
use crate::terminal::Screen;
use crate::update;
use crate::view::{self, Look};

use happened::Happened;

pub use clock::Clock;
pub use ends::Ends;
#[cfg(feature = "demo")]
pub(crate) use open::Host;
pub(crate) use open::{Elsewhere, open};
pub use signals::{Told, listen};

/// So much is told between two frames, at most: a flood of events must not keep the screen from
/// following.
const MESSAGES_PER_FRAME: usize = 1_000;

/// What nobody's hand caused is drawn at most so often. Keys are answered at once.
const FRAME: Duration = Duration::from_millis(16);

/// The program, running.
pub struct Run<S> {
    model: Model,
    look: Look,
    screen: S,
    clock: Clock,
    /// Copies into tmux that are under way, and the text in case it refuses.
    copies: JoinSet<(String, io::Result<()>)>,
    clipboard: crate::clipboard::Way,
    /// To be printed once the screen is restored.
    farewell: Vec<String>,
    leave: Option<Leave>,
    /// Something changed since the last frame.
    due: Due,
    drawn_at: Instant,
}

/// When the next frame is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Nothing changed.
    Not,
    /// Soon enough for the eye.
    Soon,
    /// Somebody pressed a key and waits.
    Now,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Farewell {
    /// To be printed, in order.
    pub texts: Vec<String>,
    /// What it broke over, if it did.
    pub fault: Option<Report>,
}

impl<S: Screen> Run<S> {
    /// A program that knows `model`, shown on `screen`. Draws the first frame.
    ///
    /// # Errors
    /// If the screen cannot be drawn on.
    pub fn new(model: Model, look: Look, screen: S, clock: Clock) -> io::Result<Self> {
        let mut run = Self {
            model,
            look,
            screen,
            clock,
            copies: JoinSet::new(),
            clipboard: crate::clipboard::Way::Terminal,
            farewell: Vec::new(),
            leave: None,
            due: Due::Now,
            drawn_at: Instant::now(),
        };
        run.draw()?;
        Ok(run)
    }

    /// The same with text copied that way.
    #[must_use]
    pub fn copying(self, clipboard: crate::clipboard::Way) -> Self {
        Self { clipboard, ..self }
    }

    /// The clock that it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs until the person leaves, the process is asked to end, or something that the program
    /// stands on is gone. Whatever the reason, what is to be written is written first.
    pub async fn run(mut self, mut ends: Ends) -> Farewell {
        let outcome = self.turns(&mut ends).await;
        // The last frame stays in sight while the session is closed: a second or two at the most.
        // Nobody may be there to see it.
        let _ = self.draw();
        ends.leave(*outcome.as_ref().unwrap_or(&Leave::Keep)).await;
        Farewell { texts: std::mem::take(&mut self.farewell), fault: outcome.err() }
    }

    async fn turns(&mut self, ends: &mut Ends) -> Result<Leave, Report> {
        loop {
            let first = self.wait(ends).await;
            self.tell(Message::Tick(self.clock.now()), ends).await?;
            let mut next = Some(first);
            for _ in 0..MESSAGES_PER_FRAME {
                let Some(happened) = next else { break };
                self.take(happened, ends).await?;
                if let Some(leave) = self.leave {
                    return Ok(leave);
                }
                next = ends.next_queued(&mut self.copies);
            }
            if self.due == Due::Now || (self.due == Due::Soon && self.drawn_at.elapsed() >= FRAME) {
                self.draw()?;
            }
        }
    }

    /// Waits until something happens, or time alone changes what is shown.
    async fn wait(&mut self, ends: &mut Ends) -> Happened {
        let wake = self.model.next_wake_ms().map(|ms| self.clock.instant(ms));
        let frame = (self.due != Due::Not).then(|| self.drawn_at + FRAME);
        let until = [wake, frame].into_iter().flatten().min();
        ends.next(&mut self.copies, until).await
    }

    /// Takes in one thing that happened.
    async fn take(&mut self, happened: Happened, ends: &mut Ends) -> Result<(), Report> {
        match happened {
            Happened::Told(message) => {
                let by_hand = matches!(
                    message,
                    Message::Key(_) | Message::Mouse(_) | Message::Paste(_) | Message::Resize(..)
                );
                self.due = self.due.max(if by_hand { Due::Now } else { Due::Soon });
                self.tell(message, ends).await
            }
            Happened::Woke => {
                self.due = self.due.max(Due::Soon);
                Ok(())
            }
            Happened::Continued => {
                self.screen.step_aside()?;
                self.screen.step_in()?;
                self.due = Due::Now;
                Ok(())
            }
            Happened::Copied(text, outcome) => self.copied(text, outcome, ends).await,
            Happened::Fault(fault) => Err(fault),
        }
    }

    /// Tells `update` and does what it wants done.
    async fn tell(&mut self, message: Message, ends: &mut Ends) -> Result<(), Report> {
        for effect in update(&mut self.model, message) {
            self.perform(effect, ends).await?;
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let (model, look) = (&self.model, &self.look);
        let mut drawn = None;
        self.screen.draw(|frame| drawn = Some(view::draw(model, look, frame)))?;
        self.due = Due::Not;
        self.drawn_at = Instant::now();
        if let Some(drawn) = drawn.filter(|drawn| *drawn != self.model.drawn) {
            // What a frame put where is nothing to be done about, so there are no effects.
            update(&mut self.model, Message::Drawn(drawn));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
