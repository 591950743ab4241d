//! Which connection speaks for each session, and how to tell it what it did not ask for.

use std::collections::HashMap;

use tokio::sync::mpsc::error::TrySendError;

use super::{Outbox, Told};
use crate::booking::{Caller, Generation, SessionKey};

/// One outbox for each session that has a connection.
#[derive(Debug, Default)]
pub(super) struct Outboxes {
    by_session: HashMap<SessionKey, (Generation, Outbox)>,
}

impl Outboxes {
    /// A connection speaks for the session from now on. The one before is told, and let go.
    pub(super) fn attach(&mut self, caller: Caller, outbox: Option<Outbox>) {
        let before = match outbox {
            Some(outbox) => self.by_session.insert(caller.session, (caller.generation, outbox)),
            None => self.by_session.remove(&caller.session),
        };
        if let Some((_, replaced)) = before {
            // Full or gone: its end is dropped, and that says the same.
            let _unheard = replaced.try_send(Told::Replaced);
        }
    }

    /// This connection does not speak for the session any more; a later one may.
    pub(super) fn detach(&mut self, caller: Caller) {
        let speaks = self.by_session.get(&caller.session);
        if speaks.is_some_and(|(generation, _)| *generation == caller.generation) {
            self.by_session.remove(&caller.session);
        }
    }

    /// Tells a session, if it has a connection. One that does not listen is let go.
    pub(super) fn tell(&mut self, session: SessionKey, told: Told) {
        let Some((_, outbox)) = self.by_session.get(&session) else { return };
        match outbox.try_send(told) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.by_session.remove(&session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    fn caller(generation: u32) -> Caller {
        Caller { session: SessionKey(1), generation: Generation(generation) }
    }

    #[test]
    fn a_full_outbox_is_dropped_and_holds_nobody_up() {
        let (outbox, mut heard) = mpsc::channel(1);
        let mut outboxes = Outboxes::default();
        outboxes.attach(caller(0), Some(outbox));
        for _ in 0..3 {
            outboxes.tell(SessionKey(1), Told::Replaced);
        }
        assert_eq!(heard.try_recv(), Ok(Told::Replaced));
        assert_eq!(heard.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    }

    #[test]
    fn a_late_detach_of_an_older_connection_leaves_the_newer_one_alone() {
        let (old, mut old_hears) = mpsc::channel(1);
        let (new, mut new_hears) = mpsc::channel(1);
        let mut outboxes = Outboxes::default();
        outboxes.attach(caller(0), Some(old));
        outboxes.attach(caller(1), Some(new));
        outboxes.detach(caller(0));
        assert_eq!(old_hears.try_recv(), Ok(Told::Replaced));
        assert_eq!(old_hears.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
        assert_eq!(new_hears.try_recv(), Err(mpsc::error::TryRecvError::Empty));
        outboxes.detach(caller(1));
        assert_eq!(new_hears.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    }
}
