//! Where a ledger can be, who else has it, and what it is told when it cannot.

use std::fs;

use super::*;
use crate::ledger::OpenError;

fn refused(directory: &Path) -> (OpenError, String) {
    let error = Ledger::open(directory).expect_err("opened");
    let said = error.to_string();
    (error, said)
}

#[test]
fn a_second_server_is_refused_until_the_first_has_gone() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ledger::open(directory.path()).unwrap();
    let (error, said) = refused(directory.path());
    assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
    assert!(said.contains("stop that one first") && said.contains("--data"), "{said}");
    drop(first);
    Ledger::open(directory.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_what_it_keeps() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a/b");
    let mut ledger = Ledger::open(&directory).unwrap();
    let counters = ledger.counters();
    let kept = Change::SessionKept { session: counters.session, token_hash: [1; 32], name: None };
    ledger.write(&[kept], NOON).unwrap();
    ledger.commit(counters, NOON).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let mut files: Vec<String> = Vec::new();
    for entry in fs::read_dir(&directory).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
        files.push(entry.file_name().into_string().unwrap());
    }
    files.sort();
    assert_eq!(files, ["lock", "trecho.db", "trecho.db-shm", "trecho.db-wal"]);
}

#[test]
fn each_new_directory_has_an_epoch_of_its_own_and_keeps_it() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let epoch = |directory: &TempDir| Ledger::open(directory.path()).unwrap().epoch();
    let first = epoch(&one);
    assert!(first.0 < 1 << 53);
    assert_eq!(epoch(&one), first);
    assert_ne!(epoch(&other), first);
}

#[test]
fn a_file_is_not_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let (error, said) = refused(&file);
    assert!(matches!(error, OpenError::NotADirectory(_)), "{error:?}");
    assert!(said.contains("--data"), "{said}");
    assert!(matches!(refused(&file.join("below")).0, OpenError::Unusable { .. }));
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_takes_no_files_is_refused_with_its_name() {
    // Not even root can make a file here.
    let (error, said) = refused(Path::new("/proc/self"));
    assert!(matches!(error, OpenError::Unusable { .. }), "{error:?}");
    assert!(said.contains("/proc/self") && said.contains("writable"), "{said}");
}

#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    drop(Ledger::open(directory.path()).unwrap());
    let vandal = beside(directory.path());
    let version: i64 = vandal.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    vandal.pragma_update(None, "user_version", 99).unwrap();
    let (error, said) = refused(directory.path());
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error:?}");
    assert!(said.contains("start that version"), "{said}");
    vandal.pragma_update(None, "user_version", version).unwrap();
    drop(vandal);
    Ledger::open(directory.path()).unwrap();
}

#[test]
fn rubbish_and_other_people_s_databases_are_told_from_a_ledger() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("trecho.db"), "no database at all, ".repeat(100)).unwrap();
    let (error, said) = refused(directory.path());
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(said.contains("backup"), "{said}");

    let theirs = tempfile::tempdir().unwrap();
    beside(theirs.path()).execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(refused(theirs.path()).0, OpenError::Foreign(_)));
}

#[test]
fn a_torn_page_is_damage_when_the_ledger_is_read() {
    let mut bench = Bench::new();
    let legs = (10..2_000).map(|number| leg(number, 40, "1x1")).collect();
    bench.act(Command::Schedule(legs)).unwrap();
    bench.commit();
    let Bench { directory, ledger, .. } = bench;
    ledger.finish().unwrap();
    let path = directory.path().join("trecho.db");
    let mut bytes = fs::read(&path).unwrap();
    for page in bytes.chunks_mut(4_096).skip(12) {
        page[..64].fill(0xff);
    }
    fs::write(&path, bytes).unwrap();
    let read =
        Ledger::open(directory.path()).map_err(|error| error.to_string()).and_then(|ledger| {
            ledger
                .restore(Policy::default(), NOON, &mut |_| {})
                .map(drop)
                .map_err(|error| error.to_string())
        });
    let said = read.unwrap_err();
    assert!(said.contains("damaged"), "{said}");
}
