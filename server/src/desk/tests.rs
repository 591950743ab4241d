//! The desk over a real ledger, with time moved by hand.

mod full_disk;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use trecho_shared::ids::Locator;

use super::*;
use crate::booking::{BookingRecord, Caller, Cancellation, CartView, LegKey, LostReason, Policy};
use crate::clock::Hand;
use crate::ledger::fixtures::{NOON, beside, claim, confirm, copy_as_killed, hold, leg, open};

/// What the desk's outside heard, in order, and what a kill at that instant would have left.
#[derive(Default)]
struct Heard {
    applied: Vec<Change>,
    published: Vec<Change>,
    /// For each batch, whether its changes were on disk when the outside first heard of them.
    on_disk: Vec<bool>,
}

struct Ear {
    heard: Arc<Mutex<Heard>>,
    /// It is about to listen: whoever has locked `heard` has stopped the desk's thread here.
    listens: Arc<AtomicBool>,
    directory: std::path::PathBuf,
}

impl Outward for Ear {
    fn apply(&mut self, changes: &[Change]) {
        self.listens.store(true, Ordering::SeqCst);
        let mut heard = self.heard.lock().unwrap();
        let held = changes.iter().find_map(|change| match change {
            Change::Held { hold, .. } => Some(*hold),
            _ => None,
        });
        if let Some(hold) = held {
            let after = restored_as_killed(&self.directory);
            heard.on_disk.push(!after.is_free(hold.leg, hold.seat));
        }
        heard.applied.extend_from_slice(changes);
    }

    fn publish(&mut self, changes: &[Change]) {
        let mut heard = self.heard.lock().unwrap();
        heard.published.extend_from_slice(changes);
        assert_eq!(heard.applied, heard.published, "the board hears of it before the feed");
    }
}

/// A running desk with three legs: 8 seats, 180, and one.
struct Office {
    directory: TempDir,
    desk: Desk,
    running: Running,
    hand: Hand,
    heard: Arc<Mutex<Heard>>,
    listens: Arc<AtomicBool>,
}

impl Office {
    async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    async fn with(policy: Policy) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(directory.path()).unwrap();
        let office = Self::start_on(ledger, directory, policy);
        let legs = vec![leg(1, 24, "2x2-2"), leg(2, 30, "30x3-3"), leg(3, 36, "1x1")];
        office.desk.ask(Command::Schedule(legs), None).await.unwrap();
        office
    }

    /// Starts so many milliseconds after noon.
    fn start(directory: TempDir, ms: u32) -> Self {
        let ledger = Ledger::open(directory.path()).unwrap();
        let office = Self::start_on(ledger, directory, Policy::default());
        office.hand.advance_ms(ms);
        office
    }

    fn start_on(ledger: Ledger, directory: TempDir, policy: Policy) -> Self {
        let (clock, hand) = Clock::by_hand(NOON);
        let state = restored(&ledger, policy);
        let heard = Arc::new(Mutex::new(Heard::default()));
        let listens = Arc::new(AtomicBool::new(false));
        let ear = Ear {
            heard: Arc::clone(&heard),
            listens: Arc::clone(&listens),
            directory: directory.path().to_owned(),
        };
        let mut numbers = 0..;
        // Each locator is drawn twice: the second time it is taken.
        let random: Random = Box::new(move || numbers.next().unwrap_or(0) / 2);
        let outward = Box::new(ear);
        let (desk, running) = Desk::open(Fittings {
            state,
            ledger,
            clock,
            outward,
            random,
            meters: DeskMeters::default(),
        })
        .unwrap();
        Self { directory, desk, running, hand, heard, listens }
    }

    /// A clean stop, and a start on what it left.
    async fn restart(self, ms: u32) -> Self {
        let directory = self.close().await;
        Self::start(directory, ms)
    }

    async fn close(self) -> TempDir {
        drop(self.desk);
        self.running.wait().await.unwrap();
        self.directory
    }

    async fn open(&self, token: u8) -> (Caller, mpsc::Receiver<Told>) {
        self.attach(open(token)).await
    }

    async fn resume(&self, token: u8) -> (Caller, mpsc::Receiver<Told>) {
        self.attach(Command::Resume { token_hash: [token; 32] }).await
    }

    async fn attach(&self, command: Command) -> (Caller, mpsc::Receiver<Told>) {
        let (outbox, hears) = mpsc::channel(8);
        match self.desk.ask(command, Some(outbox)).await {
            Ok(Outcome::Attached { caller, .. }) => (caller, hears),
            other => panic!("{other:?}"),
        }
    }

    async fn hold(&self, caller: Caller, legs: &[u32], count: u32) -> CartView {
        cart(self.desk.ask(hold(caller, legs, count), None).await)
    }

    async fn cart(&self, caller: Caller) -> CartView {
        cart(self.desk.ask(Command::Cart(caller), None).await)
    }

    async fn buy(&self, caller: Caller, passengers: u8, key: &str) -> BookingRecord {
        match self.desk.ask(confirm(caller, passengers, key), None).await {
            Ok(Outcome::Booked(booking)) => *booking,
            other => panic!("{other:?}"),
        }
    }

    /// Has orders decided in one batch: they queue while the desk is held up over another one.
    async fn ask_together(&self, commands: Vec<Command>) -> Vec<Reply> {
        let send = |command| {
            let (reply, answer) = oneshot::channel();
            self.desk.orders.try_send(Order { command, attach: None, reply }).unwrap();
            answer
        };
        // By this answer the desk has published whatever came before.
        self.desk.ask(Command::Sweep, None).await.unwrap();
        let answers: Vec<_> = {
            let held_up = self.heard.lock().unwrap();
            self.listens.store(false, Ordering::SeqCst);
            send(open(99));
            while !self.listens.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            let answers = commands.into_iter().map(send).collect();
            drop(held_up);
            answers
        };
        let mut replies = Vec::new();
        for answer in answers {
            replies.push(answer.await.unwrap_or(Err(Rejection::Unknown)));
        }
        replies
    }
}

#[tokio::test]
async fn an_order_that_finds_the_queue_full_waits_and_is_counted() {
    let office = Office::new().await;
    office.desk.ask(Command::Sweep, None).await.unwrap();
    let waits = || office.desk.meters.limits.waits.of(Wait::Queue).get();
    let order = |command| {
        let (reply, answer) = oneshot::channel();
        (Order { command, attach: None, reply }, answer)
    };
    let held_up = office.heard.lock().unwrap();
    office.listens.store(false, Ordering::SeqCst);
    office.desk.orders.try_send(order(open(99)).0).unwrap();
    while !office.listens.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    while office.desk.orders.try_send(order(Command::Sweep).0).is_ok() {}
    assert_eq!(waits(), 0, "who fills the queue has not waited");
    let (last, answer) = order(Command::Sweep);
    let mut sending = Box::pin(office.desk.send(last));
    assert!(futures_util::FutureExt::now_or_never(&mut sending).is_none());
    assert_eq!(waits(), 1);
    drop(held_up);
    sending.await;
    answer.await.unwrap().unwrap();
    assert_eq!(waits(), 1);
}

fn cart(reply: Reply) -> CartView {
    match reply {
        Ok(Outcome::Cart(cart)) => cart,
        other => panic!("{other:?}"),
    }
}

fn restored(ledger: &Ledger, policy: Policy) -> State {
    ledger.restore(policy, NOON, &mut |_| {}).unwrap().state
}

fn restored_as_killed(directory: &Path) -> State {
    let copy = tempfile::tempdir().unwrap();
    copy_as_killed(directory, copy.path());
    restored(&Ledger::open(copy.path()).unwrap(), Policy::default())
}

async fn next(hears: &mut mpsc::Receiver<Told>) -> Option<Told> {
    tokio::time::timeout(Duration::from_secs(20), hears.recv()).await.expect("told in time")
}

fn refused<T>(refusal: Refusal) -> Result<T, Rejection> {
    Err(Rejection::Refused(refusal))
}

#[tokio::test]
async fn a_cart_and_its_deadline_survive_a_restart() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    let held = office.hold(caller, &[1, 2], 2).await;
    let office = office.restart(5_000).await;
    let (caller, _hears) = office.resume(1).await;
    assert_eq!(office.cart(caller).await, held);
    assert_eq!(office.buy(caller, 2, "k").await.tickets.len(), 4);
}

#[tokio::test]
async fn what_was_told_was_on_disk_before() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    for _ in 0..5 {
        office.hold(caller, &[2], 1).await;
        let told = office.cart(caller).await;
        let after = restored_as_killed(office.directory.path());
        assert_eq!(after.cart(caller.session).unwrap().holds, told.holds);
    }
    assert_eq!(office.heard.lock().unwrap().on_disk, [true; 5]);
}

#[tokio::test]
async fn orders_of_one_batch_see_each_other_and_first_come_is_first_served() {
    let office = Office::new().await;
    let (first, _hears) = office.open(1).await;
    let (second, _hears_too) = office.open(2).await;
    let replies = office
        .ask_together(vec![
            hold(first, &[3], 1),
            hold(second, &[3], 1),
            confirm(first, 1, "k"),
            confirm(first, 1, "k"),
            Command::Release(first, None),
            hold(second, &[3], 1),
        ])
        .await;
    let Ok(Outcome::Booked(booking)) = &replies[2] else { panic!("{replies:?}") };
    assert!(matches!(replies[0], Ok(Outcome::Cart(_))));
    assert_eq!(replies[1], refused(Refusal::LegTaken(vec![LegKey(3)])));
    assert_eq!(replies[3], Ok(Outcome::Booking(booking.booking)), "the same purchase again");
    assert_eq!(replies[5], refused(Refusal::LegTaken(vec![LegKey(3)])));
}

#[tokio::test]
async fn half_of_what_waits_shares_a_turn_and_the_rest_is_left_for_the_next() {
    let office = Office::new().await;
    let batches = || office.desk.meters.batch_orders.counts();
    let before = batches();
    office.ask_together((0..100).map(|_| Command::Sweep).collect()).await;
    let turns: Vec<u64> =
        batches().iter().zip(&before).map(|(after, before)| after - before).collect();
    // Up to 1: the order before, the one that held the desk up, and what followed from it; up to 16:
    // 16 and 9; up to 32: 25; up to 64: 50.
    assert_eq!(turns[..7], [3, 0, 0, 0, 2, 1, 1], "{turns:?}");
}

#[tokio::test]
async fn a_confirm_repeated_after_a_restart_gives_the_same_booking() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    office.hold(caller, &[1], 2).await;
    let booking = office.buy(caller, 2, "k").await;
    let office = office.restart(1_000).await;
    let (caller, _hears) = office.resume(1).await;
    let again = office.desk.ask(confirm(caller, 2, "k"), None).await;
    assert_eq!(again, Ok(Outcome::Booking(booking.booking)));
    let other = office.desk.ask(confirm(caller, 1, "k"), None).await;
    assert_eq!(other, refused(Refusal::IdempotencyConflict));
}

#[tokio::test]
async fn every_booking_has_a_locator_of_its_own() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    let mut locators = Vec::new();
    for number in 0..3 {
        office.hold(caller, &[2], 1).await;
        locators.push(office.buy(caller, 1, &format!("k{number}")).await.locator);
    }
    // Of one family, so that they lie together in the index.
    assert_eq!(locators, [0, 1, 2].map(|number| Locator::from_index(number * 22_u64.pow(3))));
}

#[tokio::test]
async fn a_booking_is_cancelled_with_its_claim_code_only() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    office.hold(caller, &[3], 1).await;
    let booking = office.buy(caller, 1, "k").await;
    let cancel = |claim_hash| {
        let locator = booking.locator;
        Command::Cancel(Cancellation { locator, claim_hash, booking: None, legs: None })
    };
    let wrong = office.desk.ask(cancel([0; 32]), None).await;
    assert_eq!(wrong, refused(Refusal::BookingUnknown));
    let right = claim(caller.session, "k").hash();
    let replies = office.ask_together(vec![cancel(right), cancel(right)]).await;
    assert_eq!(replies, vec![Ok(Outcome::Booking(booking.booking)); 2]);
    office.hold(caller, &[3], 1).await;
}

#[tokio::test]
async fn expiry_is_decided_before_the_next_command_and_told_to_its_owner() {
    let office = Office::new().await;
    let (slow, mut hears) = office.open(1).await;
    let (quick, _hears) = office.open(2).await;
    let held = office.hold(slow, &[3], 1).await;
    office.hand.advance_ms(600_000);
    office.hold(quick, &[3], 1).await;
    let Some(Told::Lost(lost)) = next(&mut hears).await else { panic!("told something else") };
    assert_eq!(lost.holds, [(held.holds[0], LostReason::Expired)]);
    let late = office.desk.ask(confirm(slow, 1, "k"), None).await;
    assert_eq!(late, refused(Refusal::CartExpired));
}

#[tokio::test]
async fn the_sweeper_wakes_the_desk_when_nobody_asks() {
    // The sweeper sleeps for 50 ms of real time; by then it is long past.
    let office = Office::with(Policy { hold_ms: 50, ..Policy::default() }).await;
    let (caller, mut hears) = office.open(1).await;
    office.hold(caller, &[3], 1).await;
    office.hand.advance_ms(1_000);
    let told = next(&mut hears).await;
    assert!(matches!(told, Some(Told::Lost(_))), "{told:?}");
}

#[tokio::test]
async fn who_is_replaced_is_told_and_let_go() {
    let office = Office::new().await;
    let (old, mut old_hears) = office.open(1).await;
    let (new, _new_hears) = office.resume(1).await;
    assert_eq!(next(&mut old_hears).await, Some(Told::Replaced));
    assert_eq!(next(&mut old_hears).await, None);
    let late = office.desk.ask(Command::Cart(old), None).await;
    assert_eq!(late, refused(Refusal::SessionReplaced));
    office.cart(new).await;
}

#[tokio::test]
async fn a_session_whose_connection_is_gone_before_its_answer_is_detached() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    office.hold(caller, &[3], 1).await;
    let (reply, answer) = oneshot::channel();
    drop(answer);
    let command = Command::Resume { token_hash: [1; 32] };
    office.desk.send(Order { command, attach: None, reply }).await;
    // The first may share the batch of the order before; what comes after that batch, the second
    // comes after.
    for _ in 0..2 {
        office.desk.ask(Command::Sweep, None).await.unwrap();
    }
    let detached = |change: &Change| matches!(change, Change::SessionDetached { session, .. } if *session == caller.session);
    assert!(office.heard.lock().unwrap().published.iter().any(detached));
    office.hand.advance_ms(60_000);
    let (other, _hears) = office.open(2).await;
    office.hold(other, &[3], 1).await;
}

#[tokio::test]
async fn what_queued_is_done_before_the_desk_closes() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    let (reply, answer) = oneshot::channel();
    office.desk.send(Order { command: hold(caller, &[3], 1), attach: None, reply }).await;
    let directory = office.close().await;
    assert!(matches!(answer.await, Ok(Ok(Outcome::Cart(_)))));
    let log = directory.path().join("trecho.db-wal");
    assert_eq!(std::fs::metadata(log).map_or(0, |log| log.len()), 0, "one file says everything");
    let ledger = Ledger::open(directory.path()).unwrap();
    assert!(!restored(&ledger, Policy::default()).is_free(LegKey(3), crate::booking::SeatIx(0)));
}

#[tokio::test]
async fn a_ledger_that_differs_from_the_rules_ends_the_desk_without_an_answer() {
    let office = Office::new().await;
    let (caller, _hears) = office.open(1).await;
    office.hold(caller, &[3], 1).await;
    beside(office.directory.path()).execute("DELETE FROM hold", []).unwrap();
    let unanswered = office.desk.ask(Command::Release(caller, None), None).await;
    assert_eq!(unanswered, Err(Rejection::Unknown));
    let fault = office.running.wait().await.unwrap_err();
    assert!(matches!(fault, Fault::Ledger(LedgerError::Differs(_))), "{fault:?}");
    let late = office.desk.ask(Command::Cart(caller), None).await;
    assert_eq!(late, Err(Rejection::Closing));
}
