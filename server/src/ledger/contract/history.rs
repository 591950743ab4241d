//! What earlier releases left on disk is carried forward, whole.

use super::*;
use crate::booking::SessionKey;
use crate::ledger::{OpenError, verify};

/// What a server with each of the earlier schemas had on disk: two bookings, one of them cancelled,
/// and a cart. Schema `n` is at `n - 1`.
const LEFT: [&str; 3] = [
    include_str!("../migrations/fixtures/0001.sql"),
    include_str!("../migrations/fixtures/0002.sql"),
    include_str!("../migrations/fixtures/0003.sql"),
];

/// When that server was killed.
const KILLED: Moment = Moment(1_795_604_370_000);

fn directory_with(left: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    drop(Ledger::open(directory.path()).unwrap());
    for file in std::fs::read_dir(directory.path()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let database = rusqlite::Connection::open(directory.path().join("trecho.db")).unwrap();
    // The tables come in the order of their names.
    database.pragma_update(None, "foreign_keys", "OFF").unwrap();
    database.execute_batch(left).unwrap();
    drop(database);
    directory
}

#[test]
fn every_earlier_schema_has_left_something_here() {
    let now = Ledger::open(tempfile::tempdir().unwrap().path()).unwrap();
    let version = now.connection.pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(version, Ok(LEFT.len() + 1), "add what the schema before yours leaves on disk");
}

#[test]
fn a_database_of_any_earlier_schema_is_carried_forward_with_all_that_it_has() {
    LEFT.into_iter().for_each(is_carried_forward);
}

fn is_carried_forward(left: &str) {
    let directory = directory_with(left);
    assert!(matches!(verify(directory.path()), Err(OpenError::Older(_))), "only a server does it");
    let ledger = Ledger::open(directory.path()).unwrap();
    assert_eq!(verify(directory.path()).unwrap(), []);
    let state = restored(&ledger, KILLED);
    // Two of four seats sold and one held; two of 180 sold; two held and one given back.
    let left: Vec<u32> = (1..=3).map(|leg| state.seats_left(LegKey(leg))).collect();
    assert_eq!(left, [1, 178, 178]);
    let locator: Locator = "D7VEKU".parse().unwrap();
    assert!(ledger.locators("D7V").unwrap().contains(&locator), "bookings are there");
    for (key, booking) in [("first", Some(1)), ("second", Some(2)), ("third", None)] {
        let recalled = ledger.recall(SessionKey(1), key).unwrap();
        assert_eq!(recalled.map(|recalled| recalled.booking), booking.map(BookingKey), "{key}");
    }
    drop(ledger);

    let again = Ledger::open(directory.path()).unwrap();
    assert_eq!(restored(&again, KILLED).seats_left(LegKey(1)), 1, "a second start changes nothing");
}

#[test]
fn what_was_carried_forward_takes_an_operator_s_commands() {
    LEFT.into_iter().for_each(takes_an_operator_s_commands);
}

fn takes_an_operator_s_commands(left: &str) {
    let directory = directory_with(left);
    let ledger = Ledger::open(directory.path()).unwrap();
    let state = restored(&ledger, KILLED);
    let mut bench = Bench { directory, state, ledger, now: KILLED, pending: Vec::new() };
    bench.act(operation(Action::Close(LegKey(3)))).unwrap();
    bench.commit();
    assert_eq!(verify(bench.directory.path()).unwrap(), []);
    let after = restored_as_killed(bench.directory.path(), KILLED);
    assert_eq!(after.seats_left(LegKey(3)), 180, "its holds have left their cart");
}
