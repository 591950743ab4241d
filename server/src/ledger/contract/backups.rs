//! Backups are whole and overwrite nothing; restores verify, keep what was there, and begin an epoch.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::ledger::{BackupError, Occupied, OpenError, back_up, recover, verify};

/// A ledger with a booking and a cart, and a backup of it. The ledger goes on.
fn backed_up() -> (Bench, TempDir, PathBuf) {
    let mut bench = Bench::new();
    let ana = bench.open(1);
    bench.buy(ana, &[1], "kept");
    bench.act(hold(ana, &[2], 1)).unwrap();
    bench.commit();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("monday.db");
    back_up(bench.directory.path(), &file).unwrap();
    (bench, elsewhere, file)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = directory.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_restored_backup_is_the_ledger_as_it_was_in_a_new_epoch() {
    let (mut bench, elsewhere, file) = backed_up();
    let before = restored_as_killed(bench.directory.path(), NOON);
    let bia = bench.open(2);
    bench.buy(bia, &[2], "too-late-for-the-backup");
    bench.commit();

    let place = elsewhere.path().join("new");
    let recovered = recover(&file, &place, Occupied::Refuse).unwrap();
    assert_eq!(recovered.put_aside, None);
    assert_eq!(names(&place), ["lock", "trecho.db"]);
    assert_eq!(verify(&place).unwrap(), []);
    let ledger = Ledger::open(&place).unwrap();
    assert_eq!(ledger.epoch(), recovered.epoch);
    assert_ne!(ledger.epoch(), bench.ledger.epoch());
    assert_eq!(restored(&ledger, NOON), before);
    let again = recover(&file, &elsewhere.path().join("another"), Occupied::Refuse).unwrap();
    assert_ne!(again.epoch, recovered.epoch, "each restore begins its own");
}

#[test]
fn a_backup_sees_what_is_committed_and_no_more() {
    let mut bench = Bench::new();
    let ana = bench.open(1);
    bench.act(hold(ana, &[1], 1)).unwrap();
    bench.commit();
    bench.act(hold(ana, &[1], 1)).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (file, place) = (elsewhere.path().join("b"), elsewhere.path().join("place"));
    back_up(bench.directory.path(), &file).unwrap();
    assert!(bench.commit(), "the writer did not notice");
    recover(&file, &place, Occupied::Refuse).unwrap();
    let state = restored(&Ledger::open(&place).unwrap(), NOON);
    assert_eq!(state.seats_left(LegKey(1)), 7);
}

#[test]
fn a_backup_is_private_and_overwrites_nothing() {
    let (bench, elsewhere, file) = backed_up();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&file).unwrap();
    let refused = back_up(bench.directory.path(), &file).unwrap_err();
    assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(names(elsewhere.path()), ["monday.db"], "nothing half done is left");

    let part = elsewhere.path().join("tuesday.db.part");
    std::fs::write(&part, "what a backup that was killed has left").unwrap();
    let theirs = std::fs::File::open(&part).unwrap();
    theirs.lock().unwrap();
    let tuesday = elsewhere.path().join("tuesday.db");
    let refused = back_up(bench.directory.path(), &tuesday).unwrap_err();
    assert!(matches!(refused, BackupError::Underway(_)), "{refused}");
    drop(theirs);
    back_up(bench.directory.path(), &tuesday).unwrap();
    assert_eq!(names(elsewhere.path()), ["monday.db", "tuesday.db"]);
}

#[test]
fn a_ledger_that_is_there_is_only_put_aside_when_asked_and_then_with_its_log() {
    let (mut bench, _elsewhere, file) = backed_up();
    let bia = bench.open(2);
    bench.buy(bia, &[2], "only-in-the-log");
    bench.commit();
    let before = restored_as_killed(bench.directory.path(), NOON);
    let place = tempfile::tempdir().unwrap();
    copy_as_killed(bench.directory.path(), place.path());

    let refused = recover(&file, place.path(), Occupied::Refuse).unwrap_err();
    assert!(matches!(refused, BackupError::Occupied(_)), "{refused}");
    assert_eq!(restored_as_killed(place.path(), NOON), before);

    for number in 1..=2 {
        let recovered = recover(&file, place.path(), Occupied::PutAside).unwrap();
        let aside = place.path().join(format!("before-restore-{number}.db"));
        assert_eq!(recovered.put_aside, Some(aside));
        assert_eq!(verify(place.path()).unwrap(), []);
    }
    let back = tempfile::tempdir().unwrap();
    for (from, to) in [("db", "db"), ("db-wal", "db-wal")] {
        let from = place.path().join(format!("before-restore-1.{from}"));
        std::fs::copy(from, back.path().join(format!("trecho.{to}"))).unwrap();
    }
    assert_eq!(restored(&Ledger::open(back.path()).unwrap(), NOON), before);
}

#[test]
fn a_running_ledger_is_not_replaced() {
    let (bench, _elsewhere, file) = backed_up();
    let refused = recover(&file, bench.directory.path(), Occupied::PutAside).unwrap_err();
    assert!(matches!(refused, BackupError::InUse(_)), "{refused}");
}

#[test]
fn what_is_no_sound_backup_is_refused_and_leaves_no_trace() {
    let (bench, elsewhere, file) = backed_up();
    let place = elsewhere.path().join("place");
    let refusal = |file: &Path| {
        let refused = recover(file, &place, Occupied::PutAside).unwrap_err();
        assert_eq!(names(&place), ["lock"], "{refused}");
        refused
    };
    let nowhere = refusal(&elsewhere.path().join("nowhere.db"));
    assert!(matches!(nowhere, BackupError::NoBackup(_)), "{nowhere}");
    let live = refusal(&bench.directory.path().join("trecho.db"));
    assert!(matches!(live, BackupError::Live(_)), "{live}");
    let text = elsewhere.path().join("letter.txt");
    std::fs::write(&text, "Dear sir or madam, ".repeat(1_000)).unwrap();
    let text = refusal(&text);
    assert!(matches!(text, BackupError::NotABackup { .. }), "{text:?}");

    let vandal = rusqlite::Connection::open(&file).unwrap();
    vandal.execute("DELETE FROM claim WHERE booking IS NOT NULL", ()).unwrap();
    drop(vandal);
    let unsound = refusal(&file);
    assert!(
        unsound.to_string().contains("a ticket that is not cancelled has its seat"),
        "{unsound}"
    );
}

#[test]
fn a_restore_that_was_cut_short_keeps_servers_away_until_it_is_done_again() {
    let (bench, elsewhere, file) = backed_up();
    let place = elsewhere.path().join("place");
    std::fs::create_dir(&place).unwrap();
    copy_as_killed(bench.directory.path(), &place);
    // Cut short after the database was put aside, and before its log was.
    std::fs::rename(place.join("trecho.db"), place.join("before-restore-1.db")).unwrap();
    std::fs::copy(&file, place.join("restoring.db")).unwrap();
    let refused = Ledger::open(&place).unwrap_err();
    assert!(matches!(refused, OpenError::HalfRestored(_)), "{refused}");

    recover(&file, &place, Occupied::PutAside).unwrap();
    let expected = ["before-restore-1.db", "before-restore-1.db-wal", "lock", "trecho.db"];
    assert_eq!(names(&place), expected);
    assert_eq!(verify(&place).unwrap(), []);
    Ledger::open(&place).unwrap();
}
