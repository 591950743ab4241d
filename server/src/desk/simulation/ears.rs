//! The sessions' side: what each connection is told unasked, and when it is let go.

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::Command;
use super::turn::Heard;
use crate::booking::model_test::model::Model;
use crate::booking::{Caller, HoldRecord, LostReason, Outcome, SessionKey};
use crate::desk::{Outbox, Told};

/// A hold that its session lost.
pub(super) type LostHold = (SessionKey, HoldRecord, LostReason);

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

    /// What all of them heard of a turn in which they were to be told of `owed`: that and nothing
    /// else, and nobody who does not speak for a session any more is kept waiting. What came about.
    pub(super) fn listen(
        &mut self,
        mut owed: Vec<LostHold>,
        heard: &[(Command, Option<Heard>)],
        model: &Model,
    ) -> Vec<&'static str> {
        let mut shapes = Vec::new();
        let mut told: Vec<LostHold> = Vec::new();
        let mut replaced: Vec<Caller> = Vec::new();
        for (caller, ear) in self.arrived(heard) {
            // Whoever did not hear that it is attached is known to nobody.
            let caller = caller.filter(|caller| model.check(*caller).is_ok());
            match caller {
                Some(caller) => self.attached.push((caller, ear)),
                None => told.extend(listen(&mut { ear }).losses),
            }
        }
        self.attached.retain_mut(|(caller, ear)| {
            let said = listen(ear);
            if !said.losses.is_empty() {
                shapes.push("told: it lost holds");
            }
            told.extend(said.losses);
            if said.replaced {
                replaced.push(*caller);
            }
            assert_eq!(
                model.check(*caller).is_ok(),
                !said.ended,
                "{caller:?}: who speaks, listens"
            );
            !said.ended
        });
        told.sort_by_key(|(_, hold, _)| hold.hold);
        owed.sort_by_key(|(_, hold, _)| hold.hold);
        assert_eq!(told, owed, "each session is told what it lost");
        for caller in replaced {
            shapes.push("told: it was replaced");
            assert!(model.check(caller).is_err(), "{caller:?} was told that it was replaced");
        }
        shapes
    }

    /// Those who came with a turn, and who heard by its answers whom they speak for.
    fn arrived(
        &mut self,
        heard: &[(Command, Option<Heard>)],
    ) -> Vec<(Option<Caller>, mpsc::Receiver<Told>)> {
        let attaching = heard.iter().filter(|(command, _)| {
            matches!(command, Command::Open { .. } | Command::Resume { .. })
        });
        let caller = |answer: &Option<Heard>| match answer {
            Some(Some(Ok(Outcome::Attached { caller, .. }))) => Some(*caller),
            _ => None,
        };
        self.arriving
            .drain(..)
            .zip(attaching)
            .map(|(ear, (_, answer))| (caller(answer), ear))
            .collect()
    }
}

/// What one of them was told since it listened last.
#[derive(Default)]
struct Said {
    losses: Vec<LostHold>,
    replaced: bool,
    ended: bool,
}

fn listen(ear: &mut mpsc::Receiver<Told>) -> Said {
    let mut said = Said::default();
    loop {
        match ear.try_recv() {
            Ok(Told::Lost(lost)) => {
                let holds = lost.holds.into_iter();
                said.losses.extend(holds.map(|(hold, why)| (lost.session, hold, why)));
            }
            Ok(Told::Replaced) => said.replaced = true,
            Err(TryRecvError::Empty) => return said,
            Err(TryRecvError::Disconnected) => return Said { ended: true, ..said },
        }
    }
}
