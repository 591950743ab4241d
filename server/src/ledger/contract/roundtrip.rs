//! Whatever is decided comes back after a restart, and whatever is undone never was.

use proptest::prelude::*;

use super::*;
use crate::booking::SessionKey;
use crate::ledger::verify;

/// One random act. Numbers are taken modulo what there is.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open,
    Resume(u8),
    Detach(u8),
    Close(u8),
    Hold(u8, u32, u32),
    Release(u8),
    /// With a passenger for each seat on the first leg, if true.
    Confirm(u8, bool, u8),
    Cancel(u8),
    Schedule(u16, i64, bool),
    Wait(i64),
    /// What was written since the last commit lasts.
    Commit,
    /// What was written since the last commit is taken back.
    Undo,
    /// The process is killed and starts again.
    Kill,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Open),
        2 => any::<u8>().prop_map(Act::Resume),
        1 => any::<u8>().prop_map(Act::Detach),
        1 => any::<u8>().prop_map(Act::Close),
        9 => (any::<u8>(), 1..7_u32, 1..3_u32).prop_map(|(who, leg, n)| Act::Hold(who, leg, n)),
        2 => any::<u8>().prop_map(Act::Release),
        6 => (any::<u8>(), prop::bool::weighted(0.9), any::<u8>())
            .prop_map(|(who, all, key)| Act::Confirm(who, all, key % 8)),
        3 => any::<u8>().prop_map(Act::Cancel),
        1 => (1..9_u16, 20..40_i64, any::<bool>()).prop_map(|(n, at, one)| Act::Schedule(n, at, one)),
        2 => (0..300_000_i64).prop_map(Act::Wait),
        6 => Just(Act::Commit),
        2 => Just(Act::Undo),
        1 => Just(Act::Kill),
    ]
}

/// The bench, with what it takes to undo.
struct Model {
    bench: Bench,
    committed: State,
    callers: Vec<Caller>,
    bookings: Vec<BookingRecord>,
    tokens: u8,
}

impl Model {
    fn new() -> Self {
        let mut bench = Bench::new();
        bench.commit();
        let committed = bench.state.clone();
        Self { bench, committed, callers: Vec::new(), bookings: Vec::new(), tokens: 0 }
    }

    fn caller(&self, who: u8) -> Option<Caller> {
        self.callers.get(usize::from(who) % self.callers.len().max(1)).copied()
    }

    fn take(&mut self, act: Act) {
        match act {
            Act::Open => {
                self.tokens = self.tokens.wrapping_add(1);
                self.attach(open(self.tokens));
            }
            Act::Resume(token) => self.attach(Command::Resume { token_hash: [token % 8; 32] }),
            Act::Detach(who) => self.by(who, |_, caller| Command::Detach(caller)),
            Act::Close(who) => self.by(who, |_, caller| Command::Close(caller)),
            Act::Hold(who, leg, count) => self.by(who, |state, caller| {
                let leg = (leg - 1) % (state.next_leg().0 - 1) + 1;
                hold(caller, &[leg], count)
            }),
            Act::Release(who) => self.by(who, |state, caller| {
                let first = state.cart(caller.session).and_then(|cart| cart.holds.first().copied());
                Command::Release(caller, first.map(|hold| vec![hold.hold]))
            }),
            Act::Confirm(who, all, key) => self.by(who, |state, caller| {
                let holds = state.cart(caller.session).map(|cart| cart.holds).unwrap_or_default();
                let seats = holds.iter().filter(|hold| hold.leg == holds[0].leg).count();
                let passengers = if all { u8::try_from(seats).unwrap() } else { 3 };
                confirm(caller, passengers, &format!("key-{key}"))
            }),
            Act::Cancel(which) => {
                let count = self.bookings.len().max(1);
                if let Some(booking) = self.bookings.get(usize::from(which) % count).cloned() {
                    let _refused = self.bench.cancel(&booking);
                }
            }
            Act::Schedule(number, hours, one) => {
                let cabin = if one { "1x1" } else { "4x2-2" };
                self.bench.act(Command::Schedule(vec![leg(number, hours, cabin)])).unwrap();
            }
            Act::Wait(ms) => self.bench.now = self.bench.now.plus_ms(ms),
            Act::Commit => self.commit(),
            Act::Undo => {
                self.bench.undo();
                assert_eq!(self.bench.state, self.committed);
            }
            Act::Kill => {
                self.commit();
                assert_eq!(verify(self.bench.directory.path()).unwrap(), []);
                let after = restored_as_killed(self.bench.directory.path(), self.bench.now);
                self.assert_same(&after);
            }
        }
    }

    fn by(&mut self, who: u8, command: impl FnOnce(&State, Caller) -> Command) {
        let Some(caller) = self.caller(who) else { return };
        let command = command(&self.bench.state, caller);
        if let Ok(Outcome::Booked(booking)) = self.bench.act(command) {
            self.bookings.push(*booking);
        }
    }

    fn attach(&mut self, command: Command) {
        if let Ok(Outcome::Attached { caller, .. }) = self.bench.act(command) {
            self.callers.push(caller);
        }
    }

    fn commit(&mut self) {
        self.bench.commit();
        self.committed = self.bench.state.clone();
    }

    /// A restart forgets sessions that never held anything, and who was connected; every leg has
    /// the version of the last change. All else is as it was.
    fn assert_same(&self, after: &State) {
        let mut before = self.bench.state.clone();
        before.restore_detached(self.bench.now);
        // A batch that wrote nothing leaves the numbering of sessions where it was.
        assert!(after.counters().session <= before.counters().session);
        assert_eq!(after.counters().hold, before.counters().hold);
        assert_eq!(after.counters().booking, before.counters().booking);
        assert_eq!(after.counters().version, before.counters().version);
        assert_eq!(after.next_leg(), before.next_leg());
        for leg in (1..before.next_leg().0).map(LegKey) {
            assert_eq!(after.facts(leg), before.facts(leg));
            assert_eq!(after.seats_left(leg), before.seats_left(leg));
            for seat in (0..before.facts(leg).unwrap().cabin.capacity()).map(SeatIx) {
                assert_eq!(after.is_free(leg, seat), before.is_free(leg, seat));
            }
        }
        for session in (1..before.counters().session.0).map(SessionKey) {
            match after.cart(session) {
                Some(cart) => assert_eq!(Some(cart), before.cart(session)),
                None => assert!(before.cart(session).is_none_or(|cart| cart.holds.is_empty())),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_decided_comes_back(acts in proptest::collection::vec(acts(), 40..160)) {
        let mut model = Model::new();
        for act in acts {
            model.take(act);
        }
        model.take(Act::Kill);
        assert_eq!(verify(model.bench.directory.path()).unwrap(), []);
    }
}
