//! A data directory that is not as its server left it: every command names what is wrong and what to do,
//! and leaves what there is as it is. With the right files back, everything is there.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::said;
use crate::common::daemon::two_days_on;
use crate::common::{Daemon, confirm, run};

/// The files of a data directory, as they were left.
#[derive(Clone)]
pub(super) struct Left {
    files: BTreeMap<PathBuf, Vec<u8>>,
    leg: String,
    booking: Value,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By SIGTERM: everything is in the one file.
    Stopped,
    /// By SIGKILL: the last commits are in the log.
    Killed,
}

impl Left {
    /// What a server leaves that has sold a seat and had another in a cart.
    pub(super) async fn behind(there: &Path, end: End) -> Self {
        let (table, leg) = two_days_on("2x1-1");
        let (data, legs) = (there.join("first"), there.join("legs.csv"));
        fs::write(&legs, table).unwrap();
        let mut server = Daemon::serve(&data, &["--timetable", legs.to_str().unwrap()]);
        let mut ana = server.client().await;
        ana.hold(std::slice::from_ref(&leg)).await;
        let booking = ana.ok("cart.confirm", confirm("k")).await;
        ana.hold(std::slice::from_ref(&leg)).await;
        drop(ana);
        match end {
            End::Killed => server.kill(),
            End::Stopped => {
                server.signal(Signal::TERM);
                assert!(server.wait().0.success());
            }
        }
        let files = files(&data);
        let has_log = files.keys().any(|path| path.ends_with("trecho.db-wal"));
        assert_eq!(has_log, end == End::Killed, "{:?}", files.keys());
        Self { files, leg, booking }
    }

    /// Puts the files into an empty directory.
    pub(super) fn lay(&self, data: &Path) {
        let _ = fs::remove_dir_all(data);
        fs::create_dir_all(data).unwrap();
        for (path, bytes) in &self.files {
            fs::write(data.join(path), bytes).unwrap();
        }
    }

    /// A server serves from the directory, and has the booking and the seats.
    pub(super) async fn is_all_there(&self, data: &Path, what: &str) {
        let server = Daemon::serve(data, &[]);
        let mut ana = server.client().await;
        let mine = json!({ "locator": self.booking["locator"], "claim": self.booking["claim"] });
        assert_eq!(ana.ok("bookings.get", mine).await, self.booking, "{what}");
        assert!(ana.seats_left(&self.leg).await <= 3, "{what}");
    }
}

/// Every file in a directory.
fn files(data: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| (path.strip_prefix(data).unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

/// Every command that needs a sound directory.
pub(super) fn commands(there: &Path, data: &Path) -> Vec<Vec<String>> {
    let (legs, backup) = (there.join("legs.csv"), there.join("backup.db"));
    let [legs, backup] = [legs, backup].map(|path| path.to_str().unwrap().to_owned());
    let words = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        words.extend(["--data".to_owned(), data.to_str().unwrap().to_owned()]);
        words
    };
    vec![
        words(&["verify"]),
        words(&["backup", &backup]),
        words(&["export", "bookings"]),
        words(&["export", "legs", "--format", "jsonl"]),
        words(&["import", &legs]),
        words(&["serve", "--listen", "127.0.0.1:0"]),
    ]
}

/// What is done to a directory.
type Change<'a> = &'a dyn Fn(&Path);

/// A way to damage a directory, and what is to be said of it.
type Damage<'a> = (&'a str, Change<'a>, &'a [&'a str]);

/// Has every command refuse each damage, and then finds everything with the right files back.
async fn refused(end: End, damages: &[Damage<'_>]) {
    let there = tempfile::tempdir().unwrap();
    let left = Left::behind(there.path(), end).await;
    let data = there.path().join("data");
    for (what, damage, hints) in damages {
        for command in commands(there.path(), &data) {
            left.lay(&data);
            damage(&data);
            let before = files(&data);
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            let output = run(&words);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{what}: {words:?}: {said}");
            for hint in *hints {
                assert!(said.contains(hint), "{what}: {words:?}: {hint} in {said}");
            }
            assert!(!there.path().join("backup.db").exists(), "{what}: a backup of nothing");
            let after = files(&data);
            for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with("trecho.db-shm"))
            {
                assert!(
                    after.get(path) == Some(bytes),
                    "{what}: {words:?} changed {}",
                    path.display()
                );
            }
        }
        // Nothing else that any of them left is in the way.
        for name in ["trecho.db", "trecho.db-wal", "trecho.db-shm"] {
            instead(&data, name, |path| {
                if let Some(bytes) = left.files.get(Path::new(name)) {
                    fs::write(path, bytes).unwrap();
                }
            });
        }
        left.is_all_there(&data, what).await;
    }
}

/// Changes a file of the directory.
fn edit(data: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(data.join(name)).unwrap();
    change(&mut bytes);
    fs::write(data.join(name), bytes).unwrap();
}

/// Puts something in the place of a file.
fn instead(data: &Path, name: &str, make: impl FnOnce(&Path)) {
    let path = data.join(name);
    // One of the two, if there is anything.
    let _ = fs::remove_file(&path);
    let _ = fs::remove_dir(&path);
    make(&path);
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn sqlite(data: &Path, sql: &str) {
    rusqlite::Connection::open(data.join("trecho.db")).unwrap().execute_batch(sql).unwrap();
}

const RESTORE: &[&str] = &["trecho.db", "restore it from a backup"];

#[tokio::test]
async fn a_damaged_ledger_is_named_with_the_way_back_and_left_as_it_is() {
    refused(
        End::Stopped,
        &[
            ("twenty bytes of it", &|data| edit(data, "trecho.db", |b| b.truncate(20)), RESTORE),
            (
                "the first half of a page",
                &|data| edit(data, "trecho.db", |b| b.truncate(2048)),
                RESTORE,
            ),
            (
                "the first page alone",
                &|data| edit(data, "trecho.db", |b| b.truncate(4096)),
                RESTORE,
            ),
            (
                "the first half of it",
                &|data| edit(data, "trecho.db", |b| b.truncate(b.len() / 2)),
                RESTORE,
            ),
            ("as many NULs", &|data| edit(data, "trecho.db", |b| b.fill(0)), RESTORE),
            (
                "a text",
                &|data| edit(data, "trecho.db", |b| *b = b"no database, ".repeat(999)),
                RESTORE,
            ),
            (
                "the first byte is another",
                &|data| edit(data, "trecho.db", |b| b[0] ^= 0x20),
                RESTORE,
            ),
            (
                "the first page's tables are gone",
                &|data| edit(data, "trecho.db", |b| b[100..4096].fill(0)),
                RESTORE,
            ),
            (
                "every page but the first is gone",
                &|data| edit(data, "trecho.db", |b| b[4096..].fill(0xff)),
                RESTORE,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_ledger_that_is_not_ours_or_of_another_time_is_left_alone() {
    let sql = |sql: &'static str| move |data: &Path| sqlite(data, sql);
    let theirs = |data: &Path| {
        instead(data, "trecho.db", |_| {});
        sqlite(data, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    };
    refused(
        End::Stopped,
        &[
            (
                "somebody else's database",
                &theirs,
                &["trecho.db", "not a ledger of this server", "--data"],
            ),
            (
                "another program's mark",
                &sql("PRAGMA application_id = 1"),
                &["not a ledger of this server"],
            ),
            (
                "a later version's",
                &sql("PRAGMA user_version = 99"),
                &["newer version", "start that version"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_log_that_sqlite_would_pass_over_is_not_passed_over() {
    const LOG: &str = "trecho.db-wal";
    refused(
        End::Killed,
        &[
            ("no database beside it", &|data| instead(data, "trecho.db", |_| {}), RESTORE),
            ("an empty database beside it", &|data| edit(data, "trecho.db", Vec::clear), RESTORE),
            (
                "it begins with something else",
                &|data| edit(data, LOG, |b| b[..8].fill(b'x')),
                RESTORE,
            ),
            ("a bit of its beginning is another", &|data| edit(data, LOG, |b| b[17] ^= 1), RESTORE),
            ("its sum is another", &|data| edit(data, LOG, |b| b[31] ^= 0x80), RESTORE),
            (
                "it is a text",
                &|data| edit(data, LOG, |b| *b = b"no log at all, ".repeat(999)),
                RESTORE,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_file_in_a_file_s_place_is_named() {
    let directory = |path: &Path| fs::create_dir(path).unwrap();
    let circle = |path: &Path| symlink(path, path).unwrap();
    for name in ["trecho.db", "trecho.db-wal", "trecho.db-shm"] {
        refused(
            End::Stopped,
            &[
                ("a directory", &|data| instead(data, name, directory), &[name, "directory"]),
                (
                    "a link to itself",
                    &|data| instead(data, name, circle),
                    &[name, "symbolic links"],
                ),
                ("a pipe", &|data| instead(data, name, fifo), &[name, "not a file"]),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn what_the_next_server_makes_anew_is_in_nobody_s_way() {
    let there = tempfile::tempdir().unwrap();
    let left = Left::behind(there.path(), End::Killed).await;
    let data = there.path().join("data");
    let cases: [(&str, Change<'_>); 5] = [
        ("no lock", &|data| instead(data, "lock", |_| {})),
        ("a lock with something in it", &|data| edit(data, "lock", |b| *b = b"4711\n".to_vec())),
        ("no index", &|data| instead(data, "trecho.db-shm", |_| {})),
        ("an index that makes no sense", &|data| edit(data, "trecho.db-shm", |b| b.fill(0xa5))),
        ("the probe of an earlier server", &|data| fs::write(data.join("probe"), [0; 99]).unwrap()),
    ];
    for (what, change) in cases {
        left.lay(&data);
        change(&data);
        left.is_all_there(&data, what).await;
    }
}

#[test]
fn a_path_that_cannot_be_a_data_directory_is_named() {
    let there = tempfile::tempdir().unwrap();
    fs::write(there.path().join("legs.csv"), two_days_on("1x1").0).unwrap();
    let (file, circle) = (there.path().join("file"), there.path().join("circle"));
    fs::write(&file, "mine").unwrap();
    symlink(&circle, &circle).unwrap();
    let locked = there.path().join("locked");
    fs::create_dir_all(locked.join("lock")).unwrap();
    for (data, hints) in [
        (&file, ["file", "--data"]),
        (&file.join("below"), ["below", "--data"]),
        (&circle, ["circle", "--data"]),
    ] {
        for command in commands(there.path(), data) {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            let output = run(&words);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
            assert!(hints.iter().all(|hint| said.contains(hint)), "{words:?}: {said}");
        }
    }
    for command in commands(there.path(), &locked).iter().skip(4) {
        let output = run(&command.iter().map(String::as_str).collect::<Vec<_>>());
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("locked/lock") && said.contains("Is a directory"), "{said}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[tokio::test]
async fn an_admin_socket_that_cannot_be_made_is_named_and_nothing_is_sold() {
    let there = tempfile::tempdir().unwrap();
    let left = Left::behind(there.path(), End::Killed).await;
    let data = there.path().join("data");
    for (what, path) in
        [("a file for its directory", "admin"), ("a file for it", "admin/admin.sock")]
    {
        left.lay(&data);
        let path = data.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.ends_with("admin.sock") {
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            fs::set_permissions(path.parent().unwrap(), private).unwrap();
        }
        fs::write(&path, "mine").unwrap();
        let output = run(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("--admin-socket"), "{what}: {said}");
        assert_eq!(fs::read(&path).unwrap(), b"mine", "{what}");
        fs::remove_file(&path).unwrap();
        left.is_all_there(&data, what).await;
    }
}
