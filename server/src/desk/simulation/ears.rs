//! The sessions' side: what each connection is told unasked, and when it is let go.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::Command;
use super::turn::Heard;
use crate::booking::model_test::model::Model;
use crate::booking::{Caller, HoldRecord, LostReason, Outcome, SessionKey};
use crate::desk::{Outbox, Told};

/// A hold that its session lost.
type Loss = (SessionKey, HoldRecord, LostReason);

/// All connections that live.
#[derive(Default)]
pub(super) struct Ears {
    /// In the order of the orders that attach them; nobody knows yet whose they are.
    arriving: Vec<mpsc::Receiver<Told>>,
    attached: Vec<(Caller, mpsc::Receiver<Told>)>,
}

impl Ears {
    /// For an order that attaches a connection.
    pub(super) fn arrive(&mut self) -> Outbox {
        let (outbox, ear) = mpsc::channel(64);
        self.arriving.push(ear);
        outbox
    }

    /// What all of them heard of a turn in which time took `lost` away: that and nothing else, and
    /// only by whoever spoke for the session then. What came about.
    pub(super) fn listen(
        &mut self,
        lost: &[Loss],
        heard: &[(Command, Option<Heard>)],
        model: &Model,
    ) -> Vec<&'static str> {
        let mut shapes = Vec::new();
        let mut told: Vec<Loss> = Vec::new();
        let mut listening: Vec<SessionKey> = Vec::new();
        let mut replaced: Vec<Caller> = Vec::new();
        self.attached.retain_mut(|(caller, ear)| {
            listening.push(caller.session);
            loop {
                match ear.try_recv() {
                    Ok(Told::Lost(lost)) => {
                        shapes.push("told: it lost holds");
                        let holds = lost.holds.into_iter();
                        told.extend(holds.map(|(hold, why)| (lost.session, hold, why)));
                    }
                    Ok(Told::Replaced) => replaced.push(*caller),
                    Err(TryRecvError::Empty) => {
                        assert!(model.check(*caller).is_ok(), "{caller:?} does not speak any more");
                        return true;
                    }
                    Err(TryRecvError::Disconnected) => {
                        assert!(model.check(*caller).is_err(), "{caller:?} speaks, and is deaf");
                        return false;
                    }
                }
            }
        });
        told.sort_by_key(|(_, hold, _)| hold.hold);
        let mut expected: Vec<Loss> =
            lost.iter().copied().filter(|(session, ..)| listening.contains(session)).collect();
        expected.sort_by_key(|(_, hold, _)| hold.hold);
        assert_eq!(told, expected, "each session is told what it lost");
        for caller in replaced {
            shapes.push("told: it was replaced");
            assert!(model.check(caller).is_err(), "{caller:?} was told that it was replaced");
        }
        self.attach(heard, model);
        shapes
    }

    /// Those who heard that they are attached, unless another was attached after them at once.
    fn attach(&mut self, heard: &[(Command, Option<Heard>)], model: &Model) {
        let attaching = heard.iter().filter(|(command, _)| {
            matches!(command, Command::Open { .. } | Command::Resume { .. })
        });
        for (ear, (_, answer)) in self.arriving.drain(..).zip(attaching) {
            if let Some(Some(Ok(Outcome::Attached { caller, .. }))) = answer
                && model.check(*caller).is_ok()
            {
                self.attached.push((*caller, ear));
            }
        }
    }
}
