//! What is sent, what of it arrives together, and whether the desk and the reference agree on it.

use super::*;

/// What was sent, and where its answer comes if anyone is left to hear it.
type Sent = (Command, Option<oneshot::Receiver<Reply>>);

/// What an order came to, as far as anyone can know.
pub(super) type Heard = Option<Reply>;

/// How much room the disk had for a batch.
#[derive(Clone, Copy)]
enum Room {
    Enough,
    None,
}

impl Episode<'_> {
    /// A client sends; the network does with it what it likes.
    pub(super) fn send(&mut self, step: &Step) {
        let Some(mut command) = self.cast.command(step, &self.model) else { return };
        if let Command::Cancel(cancellation) = &mut command {
            // The generator names bookings by number.
            let number = (0..3).find(|&number| Locator::from_index(number) == cancellation.locator);
            let named =
                number.and_then(|number| self.model.bookings.get(usize::try_from(number).unwrap()));
            if let Some(booking) = named {
                cancellation.locator = booking.locator;
                cancellation.claim_hash = booking.claim_hash;
            }
        }
        match self.dice.below(20) {
            0 => self.seen("network: lost"),
            1 | 2 if !matches!(command, Command::Open { .. }) => {
                self.seen("network: sent twice");
                self.wire.push(command.clone());
                if let Command::Confirm(_, purchase) = &mut command
                    && self.dice.below(3) == 0
                {
                    // By a client that has mixed up its keys.
                    purchase.body_hash[1] = 1;
                }
                self.wire.push(command);
            }
            _ => self.wire.push(command),
        }
    }

    /// Some of what is on its way arrives, in any order, and is one batch.
    fn arrive(&mut self) -> (Vec<Order>, Vec<Sent>) {
        let (mut queue, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..=self.dice.below(4) {
            let waiting = u32::try_from(self.wire.len()).unwrap();
            if waiting == 0 {
                break;
            }
            let at = self.dice.below(waiting) as usize;
            if at > 0 {
                self.seen("network: overtaken");
            }
            let command = self.wire.remove(at);
            let attaches = matches!(command, Command::Open { .. } | Command::Resume { .. });
            let (reply, answer) = oneshot::channel();
            let answer = if attaches && self.dice.below(8) == 0 { None } else { Some(answer) };
            sent.push((command.clone(), answer));
            let attach = attaches.then(|| self.ears.arrive().into());
            queue.push(Order { command, attach, reply });
        }
        (queue, sent)
    }

    /// A batch arrives, and is decided, written and answered, as far as the disk allows.
    pub(super) fn deliver(&mut self) {
        // Each commit has a time of its own, so that it is known by it afterwards.
        self.hand.advance_ms(1_000);
        let (mut queue, sent) = self.arrive();
        if self.dice.below(30) == 0 {
            self.vfs.fail_sync_after(self.dice.below(3));
        }
        self.fill_or_make_room();
        let published = self.published.load(Ordering::Relaxed);
        let before = self.model.clone();
        let turned = self.writer.as_mut().unwrap().turn(&mut queue);
        self.vfs.fail_no_sync();
        let heard = heard(sent, &queue);
        let told = heard.iter().any(|(_, answer)| matches!(answer, Some(Some(_))));
        let crashes = turned.is_ok() && self.dice.below(12) == 0;
        let room = self.room(turned.is_ok() || told);
        let met = self.decide(&heard, room);
        if matches!(room, Room::Enough) {
            self.model.write_contacts(&before);
        }
        let owed = std::mem::take(&mut self.owed);
        if turned.is_ok() {
            agree(self.writer.as_ref().unwrap().state(), &self.model);
            self.look();
            for shape in self.ears.listen(owed, &heard, &self.model) {
                self.seen(shape);
            }
        }
        if turned.is_err() {
            let when = if told { "after" } else { "before" };
            self.seen(&format!("sync failed {when} the answers"));
            if told {
                self.hear(&met);
            }
            self.crash_in(if told { None } else { Some(before) });
        } else if crashes {
            // Whatever was answered or published has reached nobody.
            self.published.store(published, Ordering::Relaxed);
            self.crash_in(Some(before));
        } else {
            self.hear(&met);
            self.note_disk();
        }
    }

    /// Whether the turn that ended could write what it decided.
    fn room(&self, answered: bool) -> Room {
        let writer = self.writer.as_ref().unwrap();
        let wrote = || writer.ledger().written_at() == self.clock.now();
        if answered && writer.is_full() && !wrote() { Room::None } else { Room::Enough }
    }

    /// Time passes for the reference as it does for a desk with so much room.
    fn pass(&mut self, room: Room) {
        match room {
            Room::Enough => self.model.pass(self.clock.now()),
            Room::None => self.model.pass_without_room(self.clock.now()),
        }
        self.owe();
    }

    /// Whoever lost holds just now is to be told, if anyone speaks for that session.
    fn owe(&mut self) {
        let lost = std::mem::take(&mut self.model.lost);
        self.owed.extend(lost.into_iter().filter(|(session, ..)| self.model.connected(*session)));
    }

    /// The reference decides the same, and says the same.
    fn decide(&mut self, heard: &[(Command, Option<Heard>)], room: Room) -> Vec<(Command, Answer)> {
        let mut met = Vec::new();
        let mut deaf = Vec::new();
        self.pass(room);
        for (command, answer) in heard {
            // What held time up may have been put off by the command before.
            self.pass(room);
            let mut command = command.clone();
            let reply = answer.as_ref().and_then(Option::as_ref);
            if let (Command::Confirm(_, purchase), Some(Ok(Outcome::Booked(booking)))) =
                (&mut command, reply)
            {
                let other =
                    self.model.bookings.iter().any(|known| known.locator == booking.locator);
                assert!(!other, "a locator is one booking's");
                purchase.locator = booking.locator;
            }
            if let Some(Err(Rejection::StorageUnavailable)) = reply {
                self.seen("disk: refused for want of room");
                let answered = self.model.clone().answer(&command);
                assert!(answered.is_ok(), "the rules say why before the disk does: {command:?}");
                continue;
            }
            let expected = self.model.answer(&command);
            self.owe();
            if let Some(reply) = reply {
                let found = reply.clone().map_err(|rejection| match rejection {
                    Rejection::Refused(refusal) => refusal,
                    other => panic!("{other}"),
                });
                assert_eq!(found, expected, "{command:?}");
            }
            if answer.is_none()
                && let Ok(Outcome::Attached { caller, .. }) = &expected
            {
                deaf.push(*caller);
            } else {
                met.push((command, expected));
            }
        }
        self.let_go(deaf, room);
        met
    }

    /// Whoever was attached and did not hear of it is detached again.
    fn let_go(&mut self, deaf: Vec<Caller>, room: Room) {
        for caller in deaf {
            self.pass(room);
            self.seen("network: gone before the answer");
            let _done = self.model.answer(&Command::Detach(caller));
        }
    }

    /// The answers reach whoever asked.
    fn hear(&mut self, met: &[(Command, Answer)]) {
        for (command, answer) in met {
            self.seen(&shape(command, answer));
            match answer {
                Ok(Outcome::Attached { caller, .. }) => self.cast.callers.push(*caller),
                Ok(Outcome::Booked(booking)) => self.acknowledged.push(*booking.clone()),
                _ => {}
            }
        }
    }
}

/// The answers that came; of an order that got none, what was looked up for it.
fn heard(sent: Vec<Sent>, unanswered: &[Order]) -> Vec<(Command, Option<Heard>)> {
    let heard = |(at, (command, answer)): (usize, Sent)| {
        let answer = answer.map(|mut answer| answer.try_recv().ok());
        (unanswered.get(at).map_or(command, |order| order.command.clone()), answer)
    };
    sent.into_iter().enumerate().map(heard).collect()
}
