//! The way back: a backup in the place of a ledger.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use trecho_shared::ids::Epoch;

use super::{BackupError, beside, sync_names};
use crate::ledger::{OpenError, connect, directory, migration, read_counters, verify};

/// What becomes of a ledger that the directory has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// Nothing: the backup is not restored.
    Refuse,
    /// It is put aside, and stays in the directory under another name.
    PutAside,
}

/// What became of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The new life of the data directory.
    pub epoch: Epoch,
    /// Where the ledger is that was there before.
    pub put_aside: Option<PathBuf>,
}

/// Copies the backup `file` into `directory`, carries it forward to this version's schema, verifies
/// it, begins a new epoch with it, and puts it in its place. What is in `file` stays as it is. A
/// crash leaves the directory as it was, or such that a server does not start on it until this is
/// done again.
///
/// # Errors
/// If a server has the directory; if there is a ledger that may not be put aside; if the backup is
/// none, or not sound. The directory is as it was then.
pub fn recover(
    file: &Path,
    directory: &Path,
    occupied: Occupied,
) -> Result<Recovered, BackupError> {
    let _lock = directory::lock(directory).map_err(|error| match error {
        OpenError::InUse(directory) => BackupError::InUse(directory),
        error => error.into(),
    })?;
    let database = directory::database_in(directory);
    if occupied == Occupied::Refuse && has_content(&database) {
        return Err(BackupError::Occupied(directory.to_owned()));
    }
    let part = directory.join("restore.part");
    let prepared = bring(file, &part).and_then(|()| prepare(file, &part));
    let prepared = prepared.map_err(|error| of_the_backup(file, error));
    if prepared.is_err() {
        // Worth nothing, and written over the next time.
        let _removed = fs::remove_file(&part);
    }
    let epoch = prepared?;
    give_to_owner(directory, &part);
    let restoring = directory::restoring_in(directory);
    fs::rename(&part, &restoring).map_err(BackupError::at(&part))?;
    sync_names(directory)?;
    let put_aside = put_aside(directory)?;
    sync_names(directory)?;
    fs::rename(&restoring, &database).map_err(BackupError::at(&restoring))?;
    sync_names(directory)?;
    Ok(Recovered { epoch, put_aside })
}

/// What is wrong with the backup is no reason to fear for the data directory.
fn of_the_backup(file: &Path, error: BackupError) -> BackupError {
    let path = file.to_owned();
    match error {
        BackupError::Open(OpenError::Damaged { path: damaged, reason }) if damaged == file => {
            BackupError::NotABackup { path, reason }
        }
        BackupError::Open(OpenError::Foreign(foreign)) if foreign == file => {
            BackupError::NotABackup { path, reason: "another program's database".to_owned() }
        }
        BackupError::Open(OpenError::NoRoom(_)) => BackupError::NoRoom(path),
        error => error,
    }
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// Copies the backup.
fn bring(file: &Path, part: &Path) -> Result<(), BackupError> {
    if !has_content(file) {
        return Err(BackupError::NoBackup(file.to_owned()));
    }
    if has_content(&beside(file, "-wal")) {
        return Err(BackupError::Live(file.to_owned()));
    }
    let mut from = File::open(file).map_err(BackupError::at(file))?;
    let mut to = directory::private_file().open(part).map_err(BackupError::at(part))?;
    to.set_len(0).map_err(BackupError::at(part))?;
    io::copy(&mut from, &mut to).map(drop).map_err(BackupError::at(part))
}

/// Makes a copy of `file` ready to be served from.
fn prepare(file: &Path, part: &Path) -> Result<Epoch, BackupError> {
    let in_file = |error| OpenError::from_sqlite(file, error);
    let mut connection = connect(part).map_err(in_file)?;
    migration::must_be_ours(&connection, file)?;
    // All in one file, so that it has one name.
    connection.pragma_update(None, "journal_mode", "DELETE").map_err(in_file)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(in_file)?;
    migration::carry_forward(&mut connection, file)?;
    let breaches = verify::breaches(&connection).map_err(in_file)?;
    if !breaches.is_empty() {
        return Err(BackupError::Unsound { path: file.to_owned(), breaches });
    }
    let epoch = begin_epoch(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    File::open(part).and_then(|part| part.sync_all()).map_err(BackupError::at(part))?;
    Ok(epoch)
}

/// Numbers that were given after the backup was taken are given again, to other changes: whoever
/// remembers them has to learn that they are not the same.
fn begin_epoch(connection: &Connection) -> rusqlite::Result<Epoch> {
    connection.execute("UPDATE counters SET epoch = (random() >> 11) & 0x1FFFFFFFFFFFFF", ())?;
    read_counters(connection).map(|(epoch, _)| epoch)
}

/// A restore by root into a directory of the server's own user leaves files that it can use.
fn give_to_owner(directory: &Path, part: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let Ok(owner) = fs::metadata(directory) else { return };
        for path in [part, &directory::lock_in(directory)] {
            // Only root may, and only root needs to.
            let _given = chown(path, Some(owner.uid()), Some(owner.gid()));
        }
    }
}

/// Gives the ledger that is there, and its log, another name. Where an earlier restore was cut short
/// between the two, the log follows.
fn put_aside(directory: &Path) -> Result<Option<PathBuf>, BackupError> {
    let database = directory::database_in(directory);
    let log = beside(&database, "-wal");
    let name = |number: u32| directory.join(format!("before-restore-{number}.db"));
    let free = (1..=u32::MAX).find(|number| !name(*number).exists()).unwrap_or(u32::MAX);
    let there = has_content(&database);
    let aside = if there { name(free) } else { name(free.saturating_sub(1).max(1)) };
    if there {
        fs::rename(&database, &aside).map_err(BackupError::at(&database))?;
    }
    if log.exists() {
        fs::rename(&log, beside(&aside, "-wal")).map_err(BackupError::at(&log))?;
    }
    // An index of the log, made anew by whoever needs it.
    let _removed = fs::remove_file(beside(&database, "-shm"));
    Ok(there.then_some(aside))
}
