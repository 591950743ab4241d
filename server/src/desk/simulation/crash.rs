//! The disk fills up, the process dies, and what starts again on what is left.

use super::*;

impl Episode<'_> {
    /// The disk fills up, or has room again.
    pub(super) fn fill_or_make_room(&mut self) {
        let room = if self.full && self.dice.below(4) == 0 {
            self.seen("disk: room again");
            u32::MAX
        } else if !self.full && self.dice.below(25) == 0 {
            self.seen("disk: full");
            self.dice.below(12)
        } else {
            return;
        };
        self.full = room != u32::MAX;
        self.vfs.leave_room(room);
    }

    pub(super) fn note_disk(&mut self) {
        for event in self.vfs.take() {
            self.disk.note(&event);
        }
        self.committed_at = self.writer.as_ref().unwrap().ledger().written_at();
    }

    pub(super) fn crash_between_turns(&mut self) {
        self.seen("crash: between turns");
        self.crash(None);
    }

    /// Dies over a turn; `before` is the reference without it, if it may be lost.
    pub(super) fn crash_in(&mut self, before: Option<Model>) {
        self.seen("crash: in a turn");
        self.crash(before);
    }

    fn crash(&mut self, before: Option<Model>) {
        let events = self.vfs.take();
        // Where nothing may be lost, everything had happened.
        let some = self.dice.below(u32::try_from(events.len()).unwrap() + 1) as usize;
        let happened = if before.is_some() { some } else { events.len() };
        for event in &events[..happened] {
            self.disk.note(event);
        }
        let turn_at = self.clock.now();
        drop(self.writer.take());
        self.ears = Ears::default();
        self.full = false;
        self.vfs.leave_room(u32::MAX);
        let loss = *self.dice.pick(&Loss::ALL);
        self.seen(&format!("power cut: {loss:?}"));
        self.directory = tempfile::tempdir().unwrap();
        self.disk.cut(loss, &mut self.dice, self.directory.path());
        // What the old connection did when it was closed never happened.
        self.vfs.take();
        self.disk = Disk::of(self.directory.path());
        self.set_clock();
        self.start();
        let written_at = self.writer.as_ref().unwrap().ledger().written_at();
        if let Some(before) = before {
            if written_at == turn_at {
                self.seen("crash: the commit under way is there");
            } else {
                assert_eq!(written_at, self.committed_at, "a prefix of the commits is left");
                self.seen("crash: the commit under way is lost");
                self.model = before;
            }
        }
        self.note_disk();
        self.wire.clear();
        self.cast.callers.clear();
        self.seen_model();
        let writer = self.writer.as_ref().unwrap();
        self.model.restart_at(self.clock.now(), writer.ledger().counters().session);
        agree(writer.state(), &self.model);
        self.shown.as_mut().unwrap().agrees(&self.model);
        for sold in &self.acknowledged {
            let found = writer.ledger().booking(sold.locator, &sold.claim_hash).unwrap();
            let found = found.expect("what was acknowledged is there");
            let seats = |booking: &BookingRecord| {
                booking.tickets.iter().map(|ticket| (ticket.leg, ticket.seat)).collect::<Vec<_>>()
            };
            assert_eq!((found.booking, seats(&found)), (sold.booking, seats(sold)));
        }
    }

    /// The wall clock by which the server starts again.
    fn set_clock(&mut self) {
        let now = self.clock.now();
        let by = match self.dice.below(8) {
            0 => {
                self.seen("clock: set forward");
                i64::from(self.dice.below(1_500)) * 1_000
            }
            1 => {
                self.seen("clock: set back");
                -i64::from(self.dice.below(200)) * 1_000
            }
            _ => 1_000,
        };
        (self.clock, self.hand) = Clock::by_hand(now.plus_ms(by));
    }
}
