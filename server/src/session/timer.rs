//! The one alarm of a connection: set while its peer owes the rest of a line, or has to read what
//! is left; absent while it is idle.

use std::future::pending;
use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// An alarm, or none.
#[derive(Debug, Default)]
pub(super) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Goes off at `at`, whatever was set before.
    pub(super) fn set(&mut self, at: Instant) {
        match &mut self.0 {
            Some(sleep) if sleep.deadline() == at => {}
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.0 = Some(Box::pin(sleep_until(at))),
        }
    }

    /// Does not go off.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// Waits for the alarm; for ever if none is set.
    pub(super) async fn alarm(&mut self) {
        match &mut self.0 {
            Some(sleep) => sleep.await,
            None => pending().await,
        }
    }
}
