//! What every ledger must do, over real files.

mod backups;
mod breaches;
mod history;
mod operators;
mod places;
mod roundtrip;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use trecho_shared::ids::{HoldId, Locator};
use trecho_shared::time::Moment;

use super::fixtures::{NOON, beside, claim, confirm, copy_as_killed, hold, leg, open};
use super::records::{Name, look_up};
use super::{Claimed, Ledger, LedgerError, Records, Standing};
use crate::booking::rehearsal::operation;
use crate::booking::{
    Action, Answer, BookingKey, BookingRecord, Caller, Cancellation, Change, Command, HoldRecord,
    LegKey, Outcome, Policy, SeatIx, State, TicketRecord,
};

/// The rules and the ledger without a desk between them.
struct Bench {
    directory: TempDir,
    state: State,
    ledger: Ledger,
    now: Moment,
    /// Written since the last commit.
    pending: Vec<Change>,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(directory.path()).unwrap();
        let state = restored(&ledger, NOON);
        let mut bench = Self { directory, state, ledger, now: NOON, pending: Vec::new() };
        let legs = vec![leg(1, 24, "2x2-2"), leg(2, 30, "30x3-3"), leg(3, 36, "1x1")];
        bench.act(Command::Schedule(legs)).unwrap();
        bench
    }

    /// Decides, applies and writes; does not commit.
    fn act(&mut self, mut command: Command) -> Answer {
        while let Some(due) = self.state.due(self.now) {
            self.take(&due.changes);
        }
        match &mut command {
            Command::Confirm(caller, purchase) => {
                purchase.recalled = self.ledger.recall(caller.session, &purchase.key).unwrap();
                let taken = self.ledger.locators("").unwrap();
                purchase.locator = (0..1_000)
                    .map(Locator::from_index)
                    .find(|locator| !taken.contains(locator))
                    .unwrap();
            }
            Command::Cancel(Cancellation { locator, claim_hash, booking, legs: _ }) => {
                *booking = self.ledger.booking(*locator, claim_hash).unwrap().map(Box::new);
            }
            _ => {}
        }
        if let Command::Operate(operation) = &mut command
            && let Action::Block { leg, seats, claims, .. } | Action::Unblock { leg, seats, claims } =
                &mut operation.action
        {
            *claims = self.ledger.claims(*leg, seats).unwrap();
        }
        let mut decision = self.state.decide(&command, self.now);
        if let Command::Operate(operation) = &command {
            let record = operation.audited(&decision.answer, self.now);
            decision.changes.push(Change::Audited(Box::new(record)));
        }
        self.take(&decision.changes);
        decision.answer
    }

    fn block(&mut self, leg: u32, seat: u32) -> Answer {
        self.act(operation(Action::Block {
            leg: LegKey(leg),
            seats: vec![SeatIx(seat)],
            reason: "broken belt".to_owned(),
            claims: Vec::new(),
        }))
    }

    fn take(&mut self, changes: &[Change]) {
        for change in changes {
            self.state.apply(change);
        }
        self.ledger.write(changes, self.now).unwrap();
        self.pending.extend_from_slice(changes);
    }

    fn undo(&mut self) {
        self.ledger.undo().unwrap();
        self.pending.drain(..).rev().for_each(|change| self.state.revert(&change));
    }

    fn commit(&mut self) -> bool {
        self.pending.clear();
        self.ledger.commit(self.state.counters(), self.now).unwrap()
    }

    fn open(&mut self, token: u8) -> Caller {
        match self.act(open(token)) {
            Ok(Outcome::Attached { caller, .. }) => caller,
            other => panic!("{other:?}"),
        }
    }

    fn buy(&mut self, caller: Caller, legs: &[u32], key: &str) -> BookingRecord {
        self.act(hold(caller, legs, 2)).unwrap();
        match self.act(confirm(caller, 2, key)) {
            Ok(Outcome::Booked(booking)) => *booking,
            other => panic!("{other:?}"),
        }
    }

    fn cancel(&mut self, booking: &BookingRecord) -> Answer {
        self.act(Command::Cancel(Cancellation {
            locator: booking.locator,
            claim_hash: booking.claim_hash,
            booking: None,
            legs: None,
        }))
    }
}

fn restored(ledger: &Ledger, now: Moment) -> State {
    ledger.restore(Policy::default(), now, &mut |_| {}).unwrap().state
}

fn restored_as_killed(directory: &Path, now: Moment) -> State {
    let copy = tempfile::tempdir().unwrap();
    copy_as_killed(directory, copy.path());
    restored(&Ledger::open(copy.path()).unwrap(), now)
}

#[test]
fn what_is_committed_survives_a_kill_and_what_is_not_does_not() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    bench.act(hold(caller, &[1, 2], 1)).unwrap();
    assert!(bench.commit());
    bench.act(hold(caller, &[3], 1)).unwrap();

    let after = restored_as_killed(bench.directory.path(), NOON);
    assert_eq!(after.cart(caller.session).unwrap().holds.len(), 2);
    assert_eq!(after.seats_left(LegKey(1)), 7);
    assert_eq!(after.seats_left(LegKey(3)), 1, "the last hold was never committed");

    assert!(bench.commit());
    let after = restored_as_killed(bench.directory.path(), NOON);
    assert_eq!(after.seats_left(LegKey(3)), 0);
}

#[test]
fn a_torn_tail_takes_only_the_commit_that_it_tore() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    bench.act(hold(caller, &[1], 1)).unwrap();
    bench.commit();
    bench.act(hold(caller, &[1], 1)).unwrap();
    bench.commit();

    let copy = tempfile::tempdir().unwrap();
    copy_as_killed(bench.directory.path(), copy.path());
    let log = std::fs::OpenOptions::new().write(true).open(copy.path().join("trecho.db-wal"));
    let log = log.unwrap();
    log.set_len(log.metadata().unwrap().len() - 1).unwrap();
    let after = restored(&Ledger::open(copy.path()).unwrap(), NOON);
    assert_eq!(after.seats_left(LegKey(1)), 7);
}

#[test]
fn a_batch_that_writes_nothing_commits_nothing() {
    let mut bench = Bench::new();
    assert!(bench.commit());
    let caller = bench.open(1);
    bench.act(Command::Cart(caller)).unwrap();
    bench.act(Command::Detach(caller)).unwrap();
    assert!(!bench.commit());
}

#[test]
fn an_undone_batch_leaves_no_trace_not_even_its_cabins() {
    let mut bench = Bench::new();
    bench.commit();
    let counters = bench.ledger.counters();
    let before = bench.state.clone();
    let schedule = Command::Schedule(vec![leg(9, 40, "10x1-1")]);
    bench.act(schedule.clone()).unwrap();
    bench.undo();
    assert_eq!((bench.state.clone(), bench.ledger.counters()), (before, counters));

    bench.act(schedule).unwrap();
    bench.commit();
    let after = restored_as_killed(bench.directory.path(), NOON);
    assert_eq!(after.facts(LegKey(4)), bench.state.facts(LegKey(4)));
}

#[test]
fn a_full_disk_is_no_room_and_can_be_undone() {
    let mut bench = Bench::new();
    bench.commit();
    bench.ledger.leave_room(0);
    let many = Command::Schedule((10..9_000).map(|number| leg(number, 40, "1x1")).collect());
    let changes = bench.state.decide(&many, NOON).changes;
    let full = bench.ledger.write(&changes, NOON).unwrap_err();
    assert!(matches!(full, LedgerError::NoRoom(_)), "{full:?}");
    bench.ledger.undo().unwrap();

    bench.ledger.leave_room(10_000);
    bench.act(many).unwrap();
    assert!(bench.commit());
    assert_eq!(restored_as_killed(bench.directory.path(), NOON).next_leg(), bench.state.next_leg());
}

#[test]
fn a_key_is_remembered_until_its_session_is_forgotten() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[1], "purchase-1");
    bench.commit();
    let recalled = bench.ledger.recall(caller.session, "purchase-1").unwrap().unwrap();
    assert_eq!((recalled.booking, recalled.body_hash), (booking.booking, [2; 32]));
    assert_eq!(bench.ledger.recall(caller.session, "purchase-2").unwrap(), None);
    let again = bench.act(confirm(caller, 2, "purchase-1"));
    assert_eq!(again, Ok(Outcome::Booking(booking.booking)));

    bench.act(Command::Close(caller)).unwrap();
    bench.now = NOON.plus_ms(2 * Policy::default().memory_ms);
    bench.act(Command::Sweep).unwrap();
    bench.commit();
    assert_eq!(bench.ledger.recall(caller.session, "purchase-1").unwrap(), None);
    let kept = bench.ledger.booking(booking.locator, &booking.claim_hash).unwrap();
    assert_eq!(kept, Some(booking), "the booking outlives the session");
}

#[test]
fn a_booking_opens_only_with_its_claim_code() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[1, 2], "k");
    let found = bench.ledger.booking(booking.locator, &booking.claim_hash).unwrap();
    assert_eq!(found.as_ref(), Some(&booking));
    assert_eq!(bench.ledger.booking(booking.locator, &[0; 32]).unwrap(), None);
}

#[test]
fn the_locators_that_are_taken_are_told_by_how_they_begin() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let locator = bench.buy(caller, &[1, 2], "k").locator;
    let begins = &locator.as_str()[..3];
    assert_eq!(bench.ledger.locators(begins).unwrap(), [locator]);
    let others = Locator::from_index(1);
    assert_ne!(&others.as_str()[..3], begins);
    assert!(bench.ledger.locators(&others.as_str()[..3]).unwrap().is_empty());
}

#[test]
fn a_restart_tells_each_leg_and_whose_its_seats_are() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    bench.buy(caller, &[2], "k");
    bench.act(hold(caller, &[1], 1)).unwrap();
    bench.commit();
    let other = beside(bench.directory.path());
    other.execute("INSERT INTO claim (leg, seat, reason) VALUES (3, 0, 'crew')", []).unwrap();
    other.execute("UPDATE leg SET closed = 1 WHERE leg = 3", []).unwrap();

    let (mut legs, mut claims) = (Vec::new(), Vec::new());
    let mut tell = |standing: Standing<'_>| match standing {
        Standing::Leg { leg, facts, closed } => legs.push((leg.0, facts.id.flight, closed)),
        Standing::Claim { leg, seat, claimed } => claims.push((leg.0, seat.0, claimed)),
    };
    let restored = bench.ledger.restore(Policy::default(), NOON, &mut tell).unwrap();
    let flights: Vec<_> =
        legs.iter().map(|(leg, flight, closed)| (*leg, flight.number(), *closed)).collect();
    assert_eq!(flights, [(1, 1, false), (2, 2, false), (3, 3, true)]);
    let expected = [
        (1, 0, Claimed::Held),
        (2, 0, Claimed::Sold),
        (2, 1, Claimed::Sold),
        (3, 0, Claimed::Blocked),
    ];
    assert_eq!(claims, expected);
    assert!(!restored.state.is_free(LegKey(3), SeatIx(0)));
}

#[test]
fn legs_long_departed_stay_on_disk_and_their_keys_are_not_used_again() {
    let mut bench = Bench::new();
    bench.commit();
    let restore = |bench: &Bench, now| {
        let mut legs = Vec::new();
        let mut tell = |standing: Standing<'_>| {
            if let Standing::Leg { leg, .. } = standing {
                legs.push(leg.0);
            }
        };
        let restored = bench.ledger.restore(Policy::default(), now, &mut tell).unwrap();
        (legs, restored.first_leg.0, restored.state.next_leg().0)
    };
    let hours = |hours: i64| NOON.plus_ms(hours * 3_600_000);
    // The server was down all the time: what stood at its last commit comes back whole.
    assert_eq!(restore(&bench, hours(1_000)), (vec![1, 2, 3], 1, 4));
    // It was up, and wrote something.
    for (token, now, expected) in [
        (1, hours(24 + 47), (vec![1, 2, 3], 1, 4)),
        (2, hours(24 + 49), (vec![2, 3], 2, 4)),
        (3, hours(1_000), (vec![], 4, 4)),
    ] {
        bench.now = now;
        let caller = bench.open(token);
        let kept =
            Change::SessionKept { session: caller.session, token_hash: [token; 32], name: None };
        bench.take(&[kept]);
        bench.commit();
        assert_eq!(restore(&bench, now), expected);
    }
}

#[tokio::test]
async fn owners_see_their_bookings_by_key_or_locator_and_nobody_else_does() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[2, 1], "k");
    bench.commit();
    let records = Records::open(bench.directory.path()).unwrap();
    let code = claim(caller.session, "k");
    let shown = records.by_key(booking.booking, code.clone()).await.unwrap().unwrap();
    assert_eq!((shown.locator, &shown.claim), (booking.locator, &code));
    let seats: Vec<String> = shown
        .tickets
        .iter()
        .map(|ticket| format!("{} {} {}", ticket.leg, ticket.seat, ticket.passenger.first_name))
        .collect();
    assert_eq!(
        seats,
        [
            "TR2-20261125-GRU 1A Conceição A",
            "TR2-20261125-GRU 1B Conceição B",
            "TR1-20261125-GRU 1A Conceição A",
            "TR1-20261125-GRU 1B Conceição B",
        ]
    );
    assert_eq!(shown.total_centavos.0, 4 * 41_290);
    let by_locator = records.by_locator(booking.locator, code.clone()).await.unwrap();
    assert_eq!(by_locator, Some(shown));
    let wrong = claim(caller.session, "another");
    assert_eq!(records.by_locator(booking.locator, wrong.clone()).await.unwrap(), None);
    assert_eq!(records.by_key(booking.booking, wrong).await.unwrap(), None);

    bench.cancel(&booking).unwrap();
    bench.commit();
    let cancelled = records.by_locator(booking.locator, code).await.unwrap().unwrap();
    assert_eq!(cancelled.total_centavos.0, 0);
}

#[test]
fn a_wrong_claim_code_is_as_little_work_as_a_locator_that_nobody_has() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[2, 1], "k");
    bench.commit();
    let done = Arc::new(AtomicU64::new(0));
    let count = || {
        let done = Arc::clone(&done);
        move || {
            done.fetch_add(1, Ordering::Relaxed);
            false
        }
    };
    bench.ledger.connection.progress_handler(1, Some(count())).unwrap();
    let mut readers = beside(bench.directory.path());
    readers.progress_handler(1, Some(count())).unwrap();

    // The steps of SQLite's machine for a look-up, once by the writer and once by the readers.
    let mut steps = Vec::new();
    let (right, wrong) = (claim(caller.session, "k"), claim(caller.session, "another"));
    let nobodys = Locator::from_index(1);
    assert_ne!(nobodys, booking.locator);
    for (locator, code) in
        [(booking.locator, right), (booking.locator, wrong.clone()), (nobodys, wrong)]
    {
        // The first time also reads the schema.
        for _ in 0..2 {
            done.store(0, Ordering::Relaxed);
            bench.ledger.booking(locator, &code.hash()).unwrap();
            let writer = done.swap(0, Ordering::Relaxed);
            look_up(&readers, &Name::Locator(locator), code.clone()).unwrap();
            steps.push((writer, done.load(Ordering::Relaxed)));
        }
    }
    let [_, right, _, wrong, _, nobodys] = steps[..] else { panic!("{steps:?}") };
    println!(
        "steps of the writer and the readers: {right:?}, {wrong:?} if the code is wrong, {nobodys:?} for nobody's"
    );
    for (right, wrong, nobodys) in [(right.0, wrong.0, nobodys.0), (right.1, wrong.1, nobodys.1)] {
        assert!(nobodys > 0 && wrong.abs_diff(nobodys) <= 10, "{wrong}, {nobodys}");
        assert!(right > wrong + 30, "what is found is looked into: {right}, {wrong}");
    }
}

#[tokio::test]
async fn a_cancelled_ticket_shows_the_seat_of_the_cabin_that_it_was_sold_in() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let booking = bench.buy(caller, &[2], "k");
    bench.cancel(&booking).unwrap();
    bench.act(Command::Schedule(vec![leg(2, 30, "1x1")])).unwrap();
    bench.commit();
    let records = Records::open(bench.directory.path()).unwrap();
    let shown = records.by_key(booking.booking, claim(caller.session, "k")).await;
    assert_eq!(shown.unwrap().unwrap().tickets[1].seat.to_string(), "1B");
}

#[test]
fn a_change_about_nothing_is_a_fault_and_no_silence() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    let Ok(Outcome::Cart(cart)) = bench.act(hold(caller, &[1], 1)) else { panic!("not held") };
    bench.commit();
    beside(bench.directory.path()).execute("DELETE FROM hold", []).unwrap();
    let freed = Change::Freed { session: caller.session, hold: cart.holds[0], place: 0 };
    let differs = bench.ledger.write(&[freed], NOON).unwrap_err();
    assert!(matches!(differs, LedgerError::Differs(_)), "{differs:?}");
}

#[test]
fn the_schema_itself_refuses_a_second_owner_of_a_seat() {
    let mut bench = Bench::new();
    let (first, second) = (bench.open(1), bench.open(2));
    let Ok(Outcome::Cart(cart)) = bench.act(hold(first, &[3], 1)) else { panic!("not held") };
    let stolen = Change::Held { session: second.session, hold: cart.holds[0] };
    let fault = bench.ledger.write(&[stolen], NOON).unwrap_err();
    assert!(matches!(fault, LedgerError::Failed(_)), "{fault:?}");
}

#[test]
fn the_schema_itself_refuses_to_sell_a_seat_twice() {
    let mut bench = Bench::new();
    let (first, second) = (bench.open(1), bench.open(2));
    let sold = bench.buy(first, &[1], "k");
    let TicketRecord { leg, seat, fare, .. } = sold.tickets[0];
    let stolen = HoldRecord { hold: HoldId(99), leg, seat, fare };
    let again = BookingRecord {
        booking: BookingKey(99),
        locator: Locator::from_index(99),
        claim_hash: [0; 32],
        tickets: vec![sold.tickets[0].clone()],
    };
    let changes = [
        Change::Held { session: second.session, hold: stolen },
        Change::Booked {
            session: second.session,
            booking: Box::new(again),
            holds: vec![stolen],
            email: None,
            key: "k".to_owned(),
            body_hash: [0; 32],
            at: NOON,
        },
    ];
    let fault = bench.ledger.write(&changes, NOON).unwrap_err();
    assert!(matches!(fault, LedgerError::Failed(_)), "{fault:?}");
}

#[test]
fn a_ledger_that_contradicts_itself_is_not_sold_from() {
    let mut bench = Bench::new();
    let caller = bench.open(1);
    bench.act(hold(caller, &[1], 1)).unwrap();
    bench.commit();
    beside(bench.directory.path()).execute("DELETE FROM session", []).unwrap();
    let damaged = bench.ledger.restore(Policy::default(), NOON, &mut |_| {});
    assert!(matches!(damaged, Err(LedgerError::Damaged(_))));
}

#[test]
fn the_log_is_carried_home_and_begins_anew() {
    let mut bench = Bench::new();
    (bench.ledger.checkpoint_frames, bench.ledger.checkpoint_at) = (32, 32);
    let log = bench.directory.path().join("trecho.db-wal");
    let mut longest = 0;
    for number in 10..110 {
        bench.act(Command::Schedule(vec![leg(number, 40, "1x1")])).unwrap();
        bench.commit();
        bench.ledger.tidy().unwrap();
        longest = longest.max(std::fs::metadata(&log).unwrap().len());
    }
    assert!(longest < 48 * 4_200, "{longest} bytes in the log");
    bench.ledger.finish().unwrap();
    let left = std::fs::metadata(&log).map_or(0, |log| log.len());
    assert_eq!(left, 0, "a clean stop leaves one file that says everything");
}
