//! What a power cut leaves is a prefix of the commits, with all that was acknowledged.
//!
//! `TRECHO_CUTS` sets how many power cuts are tried, `TRECHO_SEED` which.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use trecho_shared::ids::Locator;

use super::{Disk, Event, Loss, Vfs};
use crate::booking::{Caller, Command, Outcome, Policy, State};
use crate::ledger::fixtures::{NOON, confirm, copy_as_killed, hold, leg, open};
use crate::ledger::{Ledger, OpenError};
use crate::timetable::dice::Dice;

/// So many commits in a run, with checkpoints between them.
const COMMITS: u32 = 40;

/// Everything in the database, in words.
fn told(connection: &Connection) -> Vec<String> {
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap();
    let tables: Vec<String> =
        tables.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut told = Vec::new();
    for table in tables {
        let mut all =
            connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap_or_else(
                |_| connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap(),
            );
        let columns = all.column_count();
        let mut rows = all.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<ValueRef<'_>> =
                (0..columns).map(|at| row.get_ref(at).unwrap()).collect();
            told.push(format!("{table}: {values:?}"));
        }
    }
    told
}

/// A run of the rules over a ledger, and what it noted on the way.
struct Run {
    directory: tempfile::TempDir,
    vfs: Vfs,
    ledger: Ledger,
    state: State,
    /// What happened to the files, and after how many events each commit was acknowledged.
    events: Vec<Event>,
    acknowledged: Vec<usize>,
    /// What the database says after each commit, the first being none.
    told: Vec<Vec<String>>,
}

impl Run {
    fn begin() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let vfs = Vfs::register();
        let mut ledger = Ledger::open_by(directory.path(), |path| vfs.connect(path)).unwrap();
        ledger.checkpoint_from(48);
        let state = ledger.restore(Policy::default(), NOON, &mut |_| {}).unwrap().state;
        let told = vec![told(&ledger.connection)];
        let events = vfs.take();
        let acknowledged = vec![events.len()];
        Self { directory, vfs, ledger, state, events, acknowledged, told }
    }

    /// Commits made of one to three commands each, and tidies up.
    fn act(&mut self, dice: &mut Dice) {
        self.decide(Command::Schedule(vec![leg(1, 24, "30x3-3"), leg(2, 30, "30x3-3")]));
        self.commit();
        let callers: Vec<Caller> = (1..=4).map(|token| self.open(token)).collect();
        for number in 0..COMMITS {
            let at = 1 + dice.below(2);
            for _ in 0..=dice.below(3) {
                self.decide(hold(*dice.pick(&callers), &[at], 1));
            }
            if dice.below(3) == 0 {
                let caller = *dice.pick(&callers);
                if dice.below(2) == 0 {
                    self.decide(Command::Release(caller, None));
                } else if let Some(cart) = self.state.cart(caller.session) {
                    let passengers = u8::try_from(cart.holds.len()).unwrap();
                    self.decide(confirm(caller, passengers, &format!("k{number}")));
                }
            }
            self.commit();
            self.ledger.tidy().unwrap();
            self.events.extend(self.vfs.take());
        }
    }

    fn open(&mut self, token: u8) -> Caller {
        match self.decide(open(token)) {
            Some(Outcome::Attached { caller, .. }) => caller,
            other => panic!("{other:?}"),
        }
    }

    fn decide(&mut self, mut command: Command) -> Option<Outcome> {
        if let Command::Confirm(_, purchase) = &mut command {
            purchase.locator = Locator::from_index(self.state.counters().booking.0);
        }
        let decision = self.state.decide(&command, NOON);
        decision.changes.iter().for_each(|change| self.state.apply(change));
        self.ledger.write(&decision.changes, NOON).unwrap();
        decision.answer.ok()
    }

    fn commit(&mut self) {
        if self.ledger.commit(self.state.counters(), NOON).unwrap() {
            self.events.extend(self.vfs.take());
            self.acknowledged.push(self.events.len());
            self.told.push(told(&self.ledger.connection));
        }
    }

    /// How many commits (beside the first state) had been acknowledged after so many events.
    fn acknowledged_by(&self, events: usize) -> usize {
        self.acknowledged.iter().filter(|&&at| at <= events).count() - 1
    }

    /// Cuts the power after so many events. How many commits are left, or what is wrong.
    fn cut(&self, events: usize, loss: Loss, dice: &mut Dice) -> Result<usize, String> {
        let mut disk = Disk::default();
        self.events[..events].iter().for_each(|event| disk.note(event));
        let left = tempfile::tempdir().unwrap();
        disk.cut(loss, dice, left.path());
        let vfs = Vfs::register();
        let opened = Ledger::open_by(left.path(), |path| vfs.connect(path));
        let ledger = opened.map_err(|error: OpenError| error.to_string())?;
        ledger
            .restore(Policy::default(), NOON, &mut |_| {})
            .map_err(|error| format!("not restored: {error}"))?;
        let told = told(&ledger.connection);
        let acknowledged = self.acknowledged_by(events);
        let found = self.told.iter().position(|known| *known == told);
        let found = found.ok_or("what is left is no prefix of the commits")?;
        if found < acknowledged {
            return Err(format!("{acknowledged} commits were acknowledged, {found} are left"));
        }
        if found > acknowledged + 1 {
            return Err(format!("{found} commits are left, {acknowledged} were made"));
        }
        Ok(found - acknowledged)
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

#[test]
fn a_power_cut_leaves_a_prefix_of_the_commits_with_all_that_was_acknowledged() {
    let (seed, cuts) = (number("TRECHO_SEED", 1), number("TRECHO_CUTS", 250));
    let mut dice = Dice::of(seed, b"power cuts");
    let mut run = Run::begin();
    run.act(&mut dice);
    let first = run.acknowledged[0];
    let homeward = run
        .events
        .iter()
        .any(|event| matches!(event, Event::Written { file: super::Name::Database, .. }));
    assert!(homeward, "the log was carried home, too");
    let span = u32::try_from(run.events.len() - first + 1).unwrap();
    let (mut more, mut no_more) = (0, 0);
    for number in 0..cuts {
        let events = first + dice.below(span) as usize;
        let loss = *dice.pick(&Loss::ALL);
        match run.cut(events, loss, &mut dice) {
            Ok(0) => no_more += 1,
            Ok(_) => more += 1,
            Err(wrong) => {
                panic!("TRECHO_SEED={seed}: cut {number} after {events} events ({loss:?}): {wrong}")
            }
        }
    }
    println!("seed {seed}: {cuts} power cuts over {span} points, {} commits", run.told.len() - 1);
    println!(
        "the commit under way was there {more} times; no more than was acknowledged {no_more} times"
    );
    assert!(more > 0 && no_more > 0, "both ways a commit can end were met");
}

#[test]
fn the_power_cuts_find_a_ledger_that_does_not_sync_before_it_answers() {
    let mut dice = Dice::of(1, b"power cuts");
    let mut run = Run::begin();
    run.ledger.connection.pragma_update(None, "synchronous", "NORMAL").unwrap();
    run.act(&mut dice);
    let found = run.acknowledged.iter().any(|&events| {
        let cut = run.cut(events, Loss::Everything, &mut dice);
        cut.is_err_and(|wrong| wrong.contains("acknowledged"))
    });
    assert!(found, "acknowledged before it was synced, and nobody noticed");
}

#[test]
fn after_a_sync_that_failed_no_more_is_acknowledged_and_all_that_was_is_there() {
    for syncs in 0..7 {
        let mut run = Run::begin();
        run.decide(Command::Schedule(vec![leg(1, 24, "30x3-3")]));
        run.commit();
        let caller = run.open(1);
        run.vfs.fail_sync_after(syncs);
        let failed = (0..20).find_map(|_| {
            run.decide(hold(caller, &[1], 1))?;
            let failed = run.ledger.commit(run.state.counters(), NOON).err();
            run.events.extend(run.vfs.take());
            if failed.is_none() {
                run.acknowledged.push(run.events.len());
                run.told.push(told(&run.ledger.connection));
            }
            failed
        });
        assert!(
            failed.is_some_and(|error| !matches!(error, crate::ledger::LedgerError::NoRoom(_)))
        );
        // What the failed commit would have been.
        let holds = run.state.cart(caller.session).unwrap().holds.len();
        let mut dice = Dice::of(u64::from(syncs), b"failed syncs");
        let disk = {
            let mut disk = Disk::default();
            run.events.iter().for_each(|event| disk.note(event));
            disk
        };
        for loss in Loss::ALL {
            let left = tempfile::tempdir().unwrap();
            disk.cut(loss, &mut dice, left.path());
            let ledger = Ledger::open(left.path()).unwrap();
            let state = ledger.restore(Policy::default(), NOON, &mut |_| {}).unwrap().state;
            let found = state.cart(caller.session).map_or(0, |cart| cart.holds.len());
            assert!(found == holds || found == holds - 1, "{found} of {holds} holds, {loss:?}");
        }
    }
}

/// The length of one frame in the log.
const FRAME: u64 = 24 + 4_096;

#[test]
fn the_log_cut_at_every_byte_of_its_last_frames_is_a_prefix() {
    let mut run = Run::begin();
    run.decide(Command::Schedule(vec![leg(1, 24, "30x3-3")]));
    run.commit();
    let caller = run.open(1);
    let log = run.directory.path().join("trecho.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let mut ends = vec![length()];
    for _ in 0..3 {
        run.decide(hold(caller, &[1], 1));
        run.commit();
        ends.push(length());
    }
    let known = &run.told[run.told.len() - ends.len()..];

    let copy = tempfile::tempdir().unwrap();
    copy_as_killed(run.directory.path(), copy.path());
    let cut =
        std::fs::OpenOptions::new().write(true).open(copy.path().join("trecho.db-wal")).unwrap();
    let (first, last) = (ends[0], ends[ends.len() - 1]);
    let mut tried = 0;
    for at in (first..=last).rev() {
        // Every byte of the last frame and of every frame's header; every sector of the rest.
        let in_frame = (at - 32) % FRAME;
        if at < last - FRAME && in_frame > 24 && at % 512 > 1 {
            continue;
        }
        tried += 1;
        cut.set_len(at).unwrap();
        let connection = Connection::open(copy.path().join("trecho.db")).unwrap();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        let whole = ends.iter().filter(|&&end| end <= at).count() - 1;
        assert!(told(&connection) == known[whole], "cut at byte {at} of {last}");
    }
    println!("{tried} cuts of the log");
    restorable(copy.path(), caller);
}

/// After all of it the ledger is still one that can be sold from.
fn restorable(directory: &Path, caller: Caller) {
    let ledger = Ledger::open(directory).unwrap();
    let state = ledger.restore(Policy::default(), NOON, &mut |_| {}).unwrap().state;
    assert_eq!(state.cart(caller.session), None, "all that came after was cut off");
}
