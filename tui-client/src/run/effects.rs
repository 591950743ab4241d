//! Doing what `update` wants done.

use std::io;

use color_eyre::eyre::Report;

use super::{Due, Ends, Run, Told};
use crate::clipboard::{Way, into_tmux};
use crate::effect::{Effect, Leave};
use crate::message::{CopiedTo, Message, StoreNews};
use crate::store::Job;
use crate::terminal::{Pointer, Screen, can_suspend, stop_process};

impl<S: Screen> Run<S> {
    /// Does one thing. Nothing here waits, but for a suspended process to be continued.
    pub(super) async fn perform(&mut self, effect: Effect, ends: &mut Ends) -> Result<(), Report> {
        match effect {
            Effect::Ask(id, ask) => ends.link.ask(id, ask),
            Effect::RetryNow => ends.link.retry_now(),
            Effect::NewSession => ends.link.new_session(),
            Effect::AcceptKey(key) => ends.link.accept_key(key),
            Effect::KeepSession(token) => ends.store.write(Job::KeepSession(token)),
            Effect::ForgetSession => ends.store.write(Job::ForgetSession),
            Effect::NotePurchase(purchase) => ends.store.write(Job::NotePurchase(purchase)),
            Effect::ForgetPurchase => ends.store.write(Job::ForgetPurchase),
            Effect::KeepBooking(booking) => ends.store.write(Job::KeepBooking(booking)),
            Effect::SaveText { name, text } => ends.store.write(Job::SaveText { name, text }),
            Effect::Copy(text) => self.copy(text, ends).await?,
            Effect::PrintAfterExit(text) => self.farewell.push(text),
            Effect::Bell => self.screen.bell()?,
            Effect::CaptureMouse(true) => self.screen.point(Pointer::Ours)?,
            Effect::CaptureMouse(false) => self.screen.point(Pointer::Terminals)?,
            Effect::Suspend => self.suspend(ends).await?,
            Effect::Redraw => {
                self.screen.wipe()?;
                self.due = Due::Now;
            }
            Effect::Quit(leave) => self.leave = Some(leave),
        }
        Ok(())
    }

    async fn copy(&mut self, text: String, ends: &mut Ends) -> Result<(), Report> {
        match self.clipboard {
            Way::Tmux => {
                self.copies.spawn(async move {
                    let outcome = into_tmux(text.clone()).await;
                    (text, outcome)
                });
                Ok(())
            }
            Way::Terminal => self.copy_by_terminal(&text, ends).await,
        }
    }

    /// tmux has answered. Where it could not help, the terminal may.
    pub(super) async fn copied(
        &mut self,
        text: String,
        outcome: io::Result<()>,
        ends: &mut Ends,
    ) -> Result<(), Report> {
        match outcome {
            Ok(()) => self.say_copied(CopiedTo::Tmux, ends).await,
            Err(error) => {
                tracing::info!(%error, "tmux did not take the copy");
                self.copy_by_terminal(&text, ends).await
            }
        }
    }

    async fn copy_by_terminal(&mut self, text: &str, ends: &mut Ends) -> Result<(), Report> {
        self.screen.copy(text)?;
        self.say_copied(CopiedTo::Terminal, ends).await
    }

    async fn say_copied(&mut self, to: CopiedTo, ends: &mut Ends) -> Result<(), Report> {
        self.due = self.due.max(Due::Soon);
        Box::pin(self.tell(Message::Store(StoreNews::Copied(to)), ends)).await
    }

    /// Gives the terminal back and stops until continued. Where no shell could continue us, the
    /// screen is only drawn again, which shows that the key was heard.
    async fn suspend(&mut self, ends: &mut Ends) -> Result<(), Report> {
        if can_suspend() {
            self.screen.step_aside()?;
            stop_process()?;
            match ends.continued().await {
                Told::Continued => self.screen.step_in()?,
                // Holds stay: the person who stopped us may have meant to come back.
                Told::Terminate => self.leave = Some(Leave::Keep),
            }
        } else {
            self.screen.wipe()?;
        }
        self.due = Due::Now;
        Ok(())
    }
}
