//! The desk's thread.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot, watch};
use trecho_shared::ids::Locator;
use trecho_shared::time::Moment;

use super::batch::{Batch, Step};
use super::budgets::Budgets;
use super::locators::Locators;
use super::outboxes::Outboxes;
use super::{BATCH, FEW, Fault, Fittings, Order, Outward, RETRY_MS, Rejection, Told};
use crate::booking::{Action, Caller, Change, Command, Outcome, Refusal, State};
use crate::clock::Clock;
use crate::ledger::{Ledger, LedgerError};
use crate::meters::{DeskMeters, Refuser};

/// What the thread owns.
pub(super) struct Writer {
    state: State,
    ledger: Ledger,
    clock: Clock,
    outward: Box<dyn Outward>,
    locators: Locators,
    orders: mpsc::Receiver<Order>,
    outboxes: Outboxes,
    budgets: Budgets,
    /// Told to the sweeper.
    due: watch::Sender<Option<Moment>>,
    /// The disk had no room, and is not tried again before this.
    full_until: Option<Moment>,
    /// Sessions that were attached to connections that had gone meanwhile.
    orphans: Vec<Caller>,
    meters: DeskMeters,
}

impl Writer {
    pub(super) fn new(
        fittings: Fittings,
        orders: mpsc::Receiver<Order>,
        due: watch::Sender<Option<Moment>>,
    ) -> Self {
        let Fittings { state, ledger, clock, outward, random, meters } = fittings;
        let budgets = Budgets::new(*state.policy());
        Self {
            state,
            ledger,
            clock,
            outward,
            locators: Locators::new(random),
            orders,
            outboxes: Outboxes::default(),
            budgets,
            due,
            full_until: None,
            orphans: Vec::new(),
            meters,
        }
    }

    /// Serves until every handle is gone and the queue is empty.
    pub(super) fn run(mut self) -> Result<(), Fault> {
        self.tell_due();
        let mut queue = Vec::with_capacity(BATCH);
        while self.orders.blocking_recv_many(&mut queue, share(self.orders.len())) > 0 {
            self.turn(&mut queue)?;
        }
        Ok(self.ledger.finish()?)
    }

    /// One turn of the loop: what has queued, and what follows from it.
    pub(super) fn turn(&mut self, queue: &mut Vec<Order>) -> Result<(), Fault> {
        self.serve(queue)?;
        while !self.orphans.is_empty() {
            queue.extend(self.orphans.drain(..).map(detach));
            self.serve(queue)?;
        }
        if self.ledger.tidy()? {
            self.meters.checkpoints.inc();
        }
        self.meters.log_frames.set(i64::from(self.ledger.log_frames()));
        Ok(())
    }

    /// Decides a batch, commits it, and tells everyone.
    fn serve(&mut self, queue: &mut Vec<Order>) -> Result<(), Fault> {
        let mut batch = Batch::of(queue.len());
        self.meters.batch_orders.observe(queue.len() as u64);
        let now = self.clock.now();
        if self.full_until.is_some_and(|until| now < until) {
            self.decide_without_room(queue, &mut batch)?;
        } else {
            match self.decide(queue, &mut batch) {
                Ok(()) => {}
                Err(full)
                    if matches!(full, LedgerError::NoRoom(_)) || defect!(GoesOnAfterFailedSync) =>
                {
                    self.undo(&mut batch)?;
                    self.note_full(&full);
                    self.decide_without_room(queue, &mut batch)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        tracing::trace!(orders = queue.len(), changes = batch.changes.len(), "batch");
        self.tell(queue, batch);
        if defect!(AckBeforeCommit) {
            self.ledger.commit(self.state.counters(), now)?;
        }
        Ok(())
    }

    /// Decides every order, writes what they change before one of them looks it up, and commits all
    /// of it.
    fn decide(&mut self, queue: &mut [Order], batch: &mut Batch) -> Result<(), LedgerError> {
        let mut now = self.clock.now();
        if defect!(RetryReads) {
            for order in &mut *queue {
                self.look_up(&mut order.command, batch, now)?;
            }
        }
        for order in queue {
            now = self.clock.now();
            let late = defect!(ExpiryRace) && matches!(order.command, Command::Confirm(..));
            while let Some(due) = self.state.due(now).filter(|_| !late) {
                self.apply(due.changes, batch);
                batch.lost(due.lost);
            }
            if !defect!(RetryReads) {
                self.look_up(&mut order.command, batch, now)?;
            }
            let mut decision = self.state.decide(&order.command, now);
            if let Err((limit, wait_ms)) = self.is_in_budget(&order.command, &decision.changes, now)
            {
                batch.answer(Err(Rejection::LimitExceeded(limit, wait_ms)));
                continue;
            }
            if let Command::Operate(operation) = &order.command {
                let record = operation.audited(&decision.answer, now);
                decision.changes.push(Change::Audited(Box::new(record)));
            }
            self.apply(decision.changes, batch);
            batch.answer(decision.answer.map_err(Rejection::Refused));
            batch.lost(decision.lost);
        }
        self.write(batch, now)?;
        if defect!(EventBeforeCommit) {
            self.outward.apply(&batch.changes);
            self.outward.publish(&batch.changes);
        }
        if defect!(AckBeforeCommit) {
            return Ok(());
        }
        let committing = Instant::now();
        if !self.ledger.commit(self.state.counters(), now)? {
            return Ok(());
        }
        self.meters.commit_seconds.observe_time(committing.elapsed());
        if self.full_until.take().is_some() {
            self.meters.disk_full.set(0);
            tracing::info!("there is room on the disk again: sales go on");
        }
        Ok(())
    }

    /// Whether whoever asks may hold what the rules would grant; if not, by which limit, and after how
    /// many milliseconds.
    fn is_in_budget(
        &self,
        command: &Command,
        changes: &[Change],
        now: Moment,
    ) -> Result<(), (Refuser, i64)> {
        let Command::Hold(caller, _) = command else { return Ok(()) };
        let wanted = changes.iter().filter(|change| matches!(change, Change::Held { .. })).count();
        if wanted == 0 { Ok(()) } else { self.budgets.permit(caller.session, wanted, now) }
    }

    /// Decides every order as far as that goes without the disk.
    fn decide_without_room(
        &mut self,
        queue: &mut [Order],
        batch: &mut Batch,
    ) -> Result<(), LedgerError> {
        for order in queue {
            let now = self.settle_in_memory(batch);
            // What is decided here is true without the disk.
            batch.note_written();
            self.look_up(&mut order.command, batch, now)?;
            let decision = self.state.decide(&order.command, now);
            // Nothing that an operator did goes without its line in the audit log.
            let unaudited = matches!(order.command, Command::Operate(_)) && decision.answer.is_ok();
            if unaudited || decision.changes.iter().any(Ledger::lasts) {
                batch.answer(Err(Rejection::StorageUnavailable));
            } else {
                self.apply(decision.changes, batch);
                batch.answer(decision.answer.map_err(Rejection::Refused));
                batch.lost(decision.lost);
            }
        }
        Ok(())
    }

    /// Lets time pass for the rules up to now, or until just before the first thing that it does
    /// and that would have to be written. Says how far it came.
    fn settle_in_memory(&mut self, batch: &mut Batch) -> Moment {
        let now = self.clock.now();
        while let Some(due_at) = self.state.next_due().filter(|&due| due <= now) {
            match self.state.due(due_at) {
                Some(due) if !due.changes.iter().any(Ledger::lasts) => {
                    self.apply(due.changes, batch);
                    batch.lost(due.lost);
                }
                Some(_) | None => return due_at.plus_ms(-1),
            }
        }
        now
    }

    /// Puts what has been decided into the open transaction: all at once, since each kind of
    /// statement is then looked up once for many.
    fn write(&mut self, batch: &mut Batch, now: Moment) -> Result<(), LedgerError> {
        self.ledger.write(batch.unwritten(), now)?;
        batch.note_written();
        Ok(())
    }

    /// Puts changes into effect.
    fn apply(&mut self, changes: Vec<Change>, batch: &mut Batch) {
        for change in &changes {
            self.state.apply(change);
            self.budgets.apply(change);
        }
        batch.add(changes);
    }

    /// As if the batch had not been decided.
    fn undo(&mut self, batch: &mut Batch) -> Result<(), LedgerError> {
        self.ledger.undo()?;
        let kept = |change: &Change| defect!(HalfUndone) && matches!(change, Change::Held { .. });
        for change in batch.changes.iter().rev().filter(|change| !kept(change)) {
            self.state.revert(change);
            self.budgets.revert(change);
        }
        *batch = Batch::default();
        Ok(())
    }

    fn note_full(&mut self, full: &LedgerError) {
        let until = self.clock.now().plus_ms(RETRY_MS);
        self.meters.disk_full.set(1);
        if self.full_until.replace(until).is_none() {
            tracing::warn!("{full}: nothing is held or sold until there is room");
        }
    }

    /// Fills in what only the ledger knows, as it is after all orders before.
    fn look_up(
        &mut self,
        command: &mut Command,
        batch: &mut Batch,
        now: Moment,
    ) -> Result<(), LedgerError> {
        match command {
            Command::Confirm(caller, purchase) => {
                panic_if_asked!(&purchase.key);
                if batch.has_unwritten_sale(caller.session) {
                    self.write(batch, now)?;
                }
                purchase.recalled = self.ledger.recall(caller.session, &purchase.key)?;
                if purchase.recalled.is_none() {
                    purchase.locator = self.draw_locator(batch, now)?;
                }
            }
            Command::Cancel(cancellation) => {
                self.write(batch, now)?;
                let booking =
                    self.ledger.booking(cancellation.locator, &cancellation.claim_hash)?;
                cancellation.booking = booking.map(Box::new);
            }
            Command::Operate(operation) => match &mut operation.action {
                Action::Block { leg, seats, claims, .. }
                | Action::Unblock { leg, seats, claims } => {
                    self.write(batch, now)?;
                    *claims = self.ledger.claims(*leg, seats)?;
                }
                Action::Note
                | Action::Refused(_)
                | Action::Close(_)
                | Action::Open(_)
                | Action::ReleaseHold(_)
                | Action::ReleaseCart(_)
                | Action::Schedule(..) => {}
            },
            Command::Open { .. }
            | Command::Resume { .. }
            | Command::Detach(_)
            | Command::Close(_)
            | Command::Cart(_)
            | Command::Hold(..)
            | Command::Release(..)
            | Command::Schedule(_)
            | Command::Survey(_)
            | Command::Sweep => {}
        }
        Ok(())
    }

    fn draw_locator(&mut self, batch: &mut Batch, now: Moment) -> Result<Locator, LedgerError> {
        let Self { locators, ledger, .. } = self;
        let drawn = locators.draw(|beginning| {
            ledger.write(batch.unwritten(), now)?;
            batch.note_written();
            ledger.locators(beginning)
        })?;
        drawn.ok_or(LedgerError::Differs("no locator was found that is free"))
    }

    /// The board first, then the answers, then the feed.
    fn tell(&mut self, queue: &mut Vec<Order>, batch: Batch) {
        let Batch { changes, steps, .. } = batch;
        let news = !changes.is_empty() && !defect!(EventBeforeCommit);
        if news {
            self.outward.apply(&changes);
        }
        self.budgets.note(&changes, self.clock.now());
        // Before the answers, so that whoever hears one finds the sweeper awake.
        self.tell_due();
        let mut orders = queue.drain(..);
        for step in steps {
            match step {
                Step::Lost(lost) => {
                    for (_, why) in &lost.holds {
                        self.meters.lost_holds.of(*why).inc();
                    }
                    self.outboxes.tell(lost.session, Told::Lost(Box::new(lost)));
                }
                Step::Answer(reply) => {
                    let order = orders.next().expect("each order is answered once");
                    if let Some(limit) = limit_met(&reply) {
                        self.meters.limits.refused.of(limit).inc();
                    }
                    if let Ok(Outcome::Attached { caller, .. }) = &reply {
                        let origin = order.attach.as_ref().and_then(|attach| attach.origin);
                        let cart = self.state.cart(caller.session).unwrap_or_default();
                        self.budgets.attach(caller.session, origin, cart.holds.len());
                    }
                    if let Some(orphan) = answer(&mut self.outboxes, order, reply) {
                        self.orphans.push(orphan);
                    }
                }
            }
        }
        debug_assert!(orders.next().is_none(), "each order is answered");
        if news {
            self.outward.publish(&changes);
        }
    }

    fn tell_due(&self) {
        let next = self.state.next_due().map(|due| match self.full_until {
            Some(until) => due.max(until),
            None => due,
        });
        self.due.send_if_modified(|due| {
            let modified = *due != next;
            *due = next;
            modified
        });
    }
}

#[cfg(test)]
impl Writer {
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The disk had no room when it was last written to.
    pub(super) fn is_full(&self) -> bool {
        self.full_until.is_some()
    }
}

/// How many of the orders that wait are taken at once.
fn share(waiting: usize) -> usize {
    waiting.div_ceil(2).clamp(FEW, BATCH)
}

/// Answers one order; gives back who was attached if nobody was there to hear it.
fn answer(outboxes: &mut Outboxes, order: Order, reply: super::Reply) -> Option<Caller> {
    let Order { command, attach, reply: way_back } = order;
    let mut attached = None;
    match (&command, &reply) {
        (_, Ok(Outcome::Attached { caller, .. })) => {
            outboxes.attach(*caller, attach.map(|attach| attach.outbox));
            attached = Some(*caller);
        }
        (Command::Detach(caller) | Command::Close(caller), Ok(_)) => outboxes.detach(*caller),
        (_, Ok(_) | Err(_)) => {}
    }
    way_back.send(reply).err().and(attached)
}

/// The limit that refused what was asked, if one did.
fn limit_met(reply: &super::Reply) -> Option<Refuser> {
    match reply {
        Err(Rejection::LimitExceeded(limit, _)) => Some(*limit),
        Err(Rejection::Refused(Refusal::CartFull(bound))) => Some((*bound).into()),
        Ok(_) | Err(_) => None,
    }
}

/// The order that a connection would have sent had it lived to hear its answer.
fn detach(caller: Caller) -> Order {
    let (reply, _nobody) = oneshot::channel();
    Order { command: Command::Detach(caller), attach: None, reply }
}
