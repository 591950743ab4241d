//! Every rule that `verify` looks at is found broken when it is, and not when it is not.

use std::collections::BTreeSet;
use std::os::unix::fs::FileExt;

use rusqlite::Connection;

use super::*;
use crate::ledger::{OpenError, verify};

/// A ledger with everything in it: bookings with and without their seats, carts, a blocked seat.
fn everything() -> TempDir {
    let mut bench = Bench::new();
    let (ana, bia) = (bench.open(1), bench.open(2));
    bench.buy(ana, &[1], "kept");
    let cancelled = bench.buy(ana, &[2], "cancelled");
    bench.cancel(&cancelled).unwrap();
    bench.act(hold(bia, &[1, 2], 1)).unwrap();
    for seat in [6, 7] {
        bench.block(1, seat).unwrap();
    }
    bench.commit();
    bench.ledger.finish().unwrap();
    bench.directory
}

fn broken(directory: &Path) -> BTreeSet<&'static str> {
    verify(directory).unwrap().into_iter().map(|breach| breach.rule).collect()
}

/// The rules that are found broken after `sql` has been at a ledger.
fn broken_by(sound: &Path, sql: &str) -> BTreeSet<&'static str> {
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(sound.join("trecho.db"), copy.path().join("trecho.db")).unwrap();
    let vandal = beside(copy.path());
    vandal.pragma_update(None, "ignore_check_constraints", "ON").unwrap();
    vandal.execute_batch(sql).unwrap();
    drop(vandal);
    broken(copy.path())
}

/// What breaks a rule, and the beginning of the rule.
const CASES: [(&str, &str); 40] = [
    ("UPDATE leg SET closed = 1 WHERE leg = 2", "a leg that is closed"),
    ("UPDATE claim SET reason = ' ' WHERE reason IS NOT NULL", "a blocked seat has"),
    ("DELETE FROM audit WHERE audit = 1", "the audit log"),
    (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = \
         (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_booking_1') \
         WHERE name = 'sqlite_autoindex_leg_1'",
        "the file is sound",
    ),
    ("CREATE INDEX extra ON hold (session)", "the schema is"),
    ("DROP TABLE sample", "the schema is"),
    ("UPDATE cabin SET layout = '0x0' WHERE layout = '1x1'", "cabins are well"),
    ("UPDATE cabin SET layout = '01x1' WHERE layout = '1x1'", "cabins are well"),
    ("UPDATE leg SET cabin = 99 WHERE leg = 3", "references lead"),
    ("DELETE FROM counters", "there is one row of counters"),
    ("INSERT INTO counters SELECT 2, 0, 0, 99, 99, 99, 0", "there is one row of counters"),
    ("UPDATE counters SET epoch = -1", "the epoch and"),
    ("UPDATE counters SET version = 0x20000000000000", "the epoch and"),
    ("UPDATE counters SET next_session = 2", "the next session"),
    ("UPDATE counters SET next_hold = (SELECT max(hold) FROM hold)", "the next hold"),
    ("UPDATE counters SET next_booking = 2", "the next booking"),
    ("UPDATE leg SET leg = 9 WHERE leg = 3", "legs are numbered"),
    (
        "CREATE TABLE two AS SELECT * FROM leg; DROP TABLE leg; ALTER TABLE two RENAME TO leg; \
         UPDATE leg SET id = (SELECT id FROM leg WHERE leg = 1)",
        "legs have their own ids",
    ),
    (
        "CREATE TABLE two AS SELECT * FROM claim; DROP TABLE claim; \
         ALTER TABLE two RENAME TO claim; INSERT INTO claim (leg, seat, reason) \
         SELECT leg, seat, 'twice' FROM claim WHERE booking IS NOT NULL",
        "one seat has one owner",
    ),
    (
        "INSERT INTO claim (leg, seat, reason) SELECT leg, seat, 'held' FROM hold",
        "one seat has one",
    ),
    ("UPDATE claim SET reason = 'and sold' WHERE booking IS NOT NULL", "a claimed seat is either"),
    ("UPDATE claim SET reason = NULL", "a claimed seat is either"),
    ("UPDATE claim SET seat = 8 WHERE seat = 7", "claimed seats are in"),
    ("UPDATE claim SET seat = -1 WHERE seat = 7", "claimed seats are in"),
    ("UPDATE claim SET leg = 99 WHERE seat = 7", "claimed seats are in"),
    ("INSERT INTO claim (leg, seat, reason) VALUES (3, 0, 'a'), (3, 1, 'b')", "held, sold and"),
    ("UPDATE session SET deadline = NULL WHERE deadline IS NOT NULL", "a held seat is in"),
    ("DELETE FROM session WHERE deadline IS NOT NULL", "a held seat is in"),
    ("UPDATE hold SET hold = 1", "holds have their own"),
    ("UPDATE hold SET fare_centavos = -1", "holds have their own"),
    ("DELETE FROM hold", "a cart's clock"),
    ("UPDATE session SET deadline = cap + 1", "a cart's clock"),
    ("UPDATE session SET token_hash = zeroblob(32)", "sessions have their own"),
    ("UPDATE ticket SET cancelled = 1", "a sold seat has one ticket"),
    ("UPDATE ticket SET seat = 5 WHERE cancelled = 0 AND ticket = 0", "a sold seat has one"),
    ("DELETE FROM claim WHERE booking IS NOT NULL", "a ticket that is not cancelled"),
    ("UPDATE ticket SET cancelled = 0", "a ticket that is not cancelled"),
    ("UPDATE ticket SET cabin = 2 WHERE cancelled = 0", "a ticket's seat is in"),
    ("UPDATE ticket SET seat = 180 WHERE cancelled = 1", "a ticket's seat is in"),
    ("DELETE FROM ticket WHERE ticket = 0", "a booking has tickets"),
];

const MORE_CASES: [(&str, &str); 23] = [
    ("UPDATE session SET token_hash = x'00' WHERE session = 1", "hashes have 32"),
    ("UPDATE booking SET claim_hash = x''", "hashes have 32"),
    ("UPDATE confirmation SET body_hash = zeroblob(33)", "hashes have 32"),
    ("UPDATE leg SET closed = 2", "hashes have 32"),
    ("UPDATE ticket SET cancelled = 2", "hashes have 32"),
    ("UPDATE session SET expired = 2", "hashes have 32"),
    ("UPDATE claim SET ticket = NULL WHERE booking IS NOT NULL", "a claimed seat is either"),
    ("DELETE FROM ticket WHERE cancelled", "a booking has tickets"),
    ("UPDATE ticket SET fare_centavos = -1 WHERE ticket = 1", "fares and their total"),
    ("UPDATE ticket SET fare_centavos = 0x1FFFFFFFFFFFFF", "fares and their total"),
    (
        "CREATE TABLE two AS SELECT * FROM booking; DROP TABLE booking; \
         ALTER TABLE two RENAME TO booking; UPDATE booking SET locator = 'ACDEFH'",
        "bookings have their own",
    ),
    (
        "UPDATE confirmation SET booking = 3 WHERE booking = (SELECT max(booking) FROM confirmation)",
        "a confirmation is of",
    ),
    ("UPDATE confirmation SET key = 'k', session = 1", "a session's keys have"),
    ("DELETE FROM session WHERE deadline IS NULL", "a confirmation is of"),
    (
        "INSERT INTO sample VALUES (1, 7); INSERT INTO sample VALUES (2, 7)",
        "there is at most one sample",
    ),
    ("UPDATE leg SET id = 'TR1' WHERE leg = 3", "legs are well"),
    ("UPDATE leg SET arrives_s = departs_s", "legs are well"),
    ("UPDATE leg SET departs_offset = 9999", "legs are well"),
    ("UPDATE leg SET fare_centavos = -1", "legs are well"),
    ("UPDATE booking SET locator = 'ABC0O1' WHERE booking = 1", "locators are well"),
    ("UPDATE booking SET locator = lower(locator)", "locators are well"),
    ("UPDATE ticket SET first_name = char(27) || '[2J'", "passengers are well"),
    ("UPDATE booking SET email = 'nobody'", "passengers are well"),
];

#[test]
fn a_sound_ledger_breaks_no_rule() {
    let sound = everything();
    assert_eq!(verify(sound.path()).unwrap(), []);
}

#[test]
fn every_breach_is_named() {
    let sound = everything();
    for (sql, expected) in CASES.iter().chain(&MORE_CASES) {
        let broken = broken_by(sound.path(), sql);
        assert!(broken.iter().any(|rule| rule.starts_with(expected)), "{sql}: {broken:?}");
    }
}

#[test]
fn every_rule_can_be_broken() {
    let rules = crate::ledger::rule_names();
    for rule in rules {
        let broken = CASES.iter().chain(&MORE_CASES).any(|(_, start)| rule.starts_with(start));
        assert!(broken, "no case breaks: {rule}");
    }
}

#[test]
fn pages_that_were_written_over_are_found() {
    let sound = everything();
    let path = sound.path().join("trecho.db");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let pages = file.metadata().unwrap().len() / 4_096;
    for page in 1..pages {
        file.write_at(&[0xA5; 2_048], page * 4_096).unwrap();
    }
    match verify(sound.path()) {
        Ok(breaches) => assert_eq!(breaches[0].rule, "the file is sound", "{breaches:?}"),
        Err(error) => assert!(matches!(error, OpenError::Damaged { .. }), "{error}"),
    }
}

#[test]
fn many_breaches_of_one_rule_are_counted_and_not_all_named() {
    let sound = everything();
    let vandal = beside(sound.path());
    vandal
        .execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 200 UNION ALL SELECT n + 1 FROM n WHERE n < 299) \
             INSERT INTO claim (leg, seat, reason) SELECT 2, n, 'nowhere' FROM n",
        )
        .unwrap();
    let breaches = verify(sound.path()).unwrap();
    let [breach] = &breaches[..] else { panic!("{breaches:?}") };
    assert_eq!((breach.found.len(), breach.more), (20, 80));
    let said = breach.to_string();
    assert!(said.starts_with("claimed seats are in the cabin: seat 200 of TR2-"), "{said}");
    assert!(said.ends_with("and 80 more"), "{said}");
}

#[test]
fn what_is_no_ledger_of_this_version_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(verify(directory.path()), Err(OpenError::Nothing(_))));
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "it was only looked at");
    let vandal = Connection::open(directory.path().join("trecho.db")).unwrap();
    vandal.execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(verify(directory.path()), Err(OpenError::Foreign(_))));
    let sound = everything();
    beside(sound.path()).pragma_update(None, "user_version", 0).unwrap();
    assert!(matches!(verify(sound.path()), Err(OpenError::Older(_))));
}

#[test]
fn it_sees_one_instant_beside_a_ledger_that_is_written() {
    let mut bench = Bench::new();
    let ana = bench.open(1);
    bench.act(hold(ana, &[1], 1)).unwrap();
    bench.commit();
    bench.act(confirm(ana, 1, "not-committed-yet")).unwrap();
    assert_eq!(verify(bench.directory.path()).unwrap(), []);
    bench.commit();
    assert_eq!(verify(bench.directory.path()).unwrap(), []);
}
