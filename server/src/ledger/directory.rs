//! The data directory: made private, and locked by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::OpenError;

const DATABASE: &str = "trecho.db";
const LOG: &str = "trecho.db-wal";
const INDEX: &str = "trecho.db-shm";
const LOCK: &str = "lock";
const RESTORING: &str = "restoring.db";
const PROBE: &str = "probe";
const FILLING: &str = "filling";

/// So many bytes say what a write-ahead log is.
const LOG_HEADER: u64 = 32;

/// As much as one batch may well need.
const PROBE_BYTES: usize = 256 << 10;

/// Makes the directory, if there is none, and locks it for as long as the file lives. The lock is
/// the system's: it ends with the process, however that ends.
pub(super) fn lock(directory: &Path) -> Result<File, OpenError> {
    let grown = to_grow(directory);
    if let Err(source) = private_directories().create(directory) {
        return Err(if directory.exists() && !directory.is_dir() {
            OpenError::NotADirectory(directory.to_owned())
        } else {
            OpenError::Unusable { path: directory.to_owned(), source }
        });
    }
    for path in grown {
        sync(&path).map_err(|source| OpenError::Unusable { path, source })?;
    }
    let path = lock_in(directory);
    let unusable = |source| OpenError::Unusable { path: path.clone(), source };
    let file = private_file().open(&path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_owned())),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// The directories that get a new entry when `directory` is made. They are synced, or a power cut
/// could take the whole directory with all that was committed in it: SQLite syncs it, and not what
/// is above it.
fn to_grow(directory: &Path) -> Vec<PathBuf> {
    let missing = |made: &&Path| !made.as_os_str().is_empty() && !made.exists();
    let above = directory.ancestors().take_while(missing).filter_map(Path::parent);
    above
        .map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above }.to_owned())
        .collect()
}

/// Has the entries of a directory on disk. Elsewhere than on Unix a directory is no file.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Where the database is, made empty if there is none: SQLite itself would make it readable for
/// others. Its log and index take the database's permissions.
pub(super) fn database(directory: &Path) -> Result<PathBuf, OpenError> {
    let path = directory.join(DATABASE);
    match private_file().open(&path) {
        Ok(_) => Ok(path),
        Err(source) => Err(OpenError::Unusable { path, source }),
    }
}

/// The database of a directory that has one.
pub(super) fn database_in(directory: &Path) -> PathBuf {
    directory.join(DATABASE)
}

/// The lock of a directory.
pub(super) fn lock_in(directory: &Path) -> PathBuf {
    directory.join(LOCK)
}

/// A ledger that is about to take the place of the directory's own.
pub(super) fn restoring_in(directory: &Path) -> PathBuf {
    directory.join(RESTORING)
}

/// Is there while the directory is being filled for the first time.
pub(super) fn filling_in(directory: &Path) -> PathBuf {
    directory.join(FILLING)
}

/// Whether there is a ledger, or what is in the place of one.
pub(crate) fn has_ledger(directory: &Path) -> bool {
    database_in(directory).symlink_metadata().is_ok()
}

/// Checks that no ledger is about to take the place of the directory's own: between the two, a
/// server would begin an empty one.
pub(super) fn must_be_whole(directory: &Path) -> Result<(), OpenError> {
    if restoring_in(directory).exists() {
        Err(OpenError::HalfRestored(directory.to_owned()))
    } else {
        Ok(())
    }
}

/// Checks that the ledger's files are files, and that SQLite would not pass over its log: one that does
/// not begin as a log, and one beside an empty database, SQLite takes for none, and the commits
/// in it would be gone without a word.
pub(super) fn must_have_its_log(directory: &Path) -> Result<(), OpenError> {
    let database = database_in(directory);
    let (log, index) = (directory.join(LOG), directory.join(INDEX));
    for path in [&database, &log, &index] {
        must_be_file(path)?;
    }
    let unusable = |source| OpenError::Unusable { path: log.clone(), source };
    let mut file = match File::open(&log) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(unusable(error)),
    };
    let damaged = |reason: &str| {
        Err(OpenError::Damaged {
            path: database.clone(),
            reason: format!("its log {LOG} {reason}"),
        })
    };
    let has_content = |file: &File| file.metadata().map(|file| file.len() > 0);
    if has_content(&file).map_err(unusable)? && bytes(directory).unwrap_or(0) == 0 {
        return damaged(
            "is there, and without the file that belongs to it; put the two together again",
        );
    }
    // A server beside us may begin the log anew just now.
    for _ in 0..3 {
        if log_begins(&mut file).map_err(unusable)? {
            return Ok(());
        }
        file.rewind().map_err(unusable)?;
    }
    damaged("does not begin as one, and has the last commits")
}

/// What is there is a file, which may be read. SQLite would say no more than that it cannot. It is
/// not opened: to close it again would give up the locks that this process has on it.
fn must_be_file(path: &Path) -> Result<(), OpenError> {
    let source = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => {
            match accessat(CWD, path, Access::READ_OK, AtFlags::EACCESS) {
                Ok(()) => return Ok(()),
                Err(error) => error.into(),
            }
        }
        Ok(found) if found.is_dir() => ErrorKind::IsADirectory.into(),
        Ok(_) => io::Error::other("it is not a file"),
        // Whether there has to be one is not asked here.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => error,
    };
    Err(OpenError::Unusable { path: path.to_owned(), source })
}

/// Whether a write-ahead log begins as SQLite writes it: a number that says in which order of bytes it
/// is summed up, and at the end the two sums. Or it is so new that nothing of it was synced.
fn log_begins(log: &mut File) -> io::Result<bool> {
    let mut header = Vec::new();
    log.take(LOG_HEADER).read_to_end(&mut header)?;
    let Ok(header) = <[u8; 32]>::try_from(header) else { return Ok(true) };
    let word = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
    let read = match u32::from_be_bytes(word(0)) {
        0x377f_0682 => u32::from_le_bytes,
        0x377f_0683 => u32::from_be_bytes,
        _ => return Ok(header == [0; 32]),
    };
    let sums = (0..24).step_by(8).fold((0_u32, 0_u32), |(one, two), at| {
        let one = one.wrapping_add(read(word(at))).wrapping_add(two);
        (one, two.wrapping_add(read(word(at + 4))).wrapping_add(one))
    });
    Ok(sums == (u32::from_be_bytes(word(24)), u32::from_be_bytes(word(28))))
}

/// The size of the ledger's file.
pub(crate) fn bytes(directory: &Path) -> Option<u64> {
    std::fs::metadata(database_in(directory)).ok().map(|file| file.len())
}

/// Whether a file in the directory can grow.
pub(crate) fn has_room(directory: &Path) -> bool {
    let path = directory.join(PROBE);
    let written = private_file().open(&path).and_then(|mut file| {
        file.write_all(&vec![0; PROBE_BYTES])?;
        file.sync_data()
    });
    // Left behind it would only be written over by the next probe.
    let _removed = std::fs::remove_file(&path);
    !written.is_err_and(|error| {
        use ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    })
}

fn private_directories() -> DirBuilder {
    let mut directories = DirBuilder::new();
    directories.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut directories, 0o700);
    directories
}

pub(super) fn private_file() -> OpenOptions {
    let mut file = OpenOptions::new();
    file.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_gets_a_new_entry_is_synced() {
        let there = tempfile::tempdir().unwrap();
        let (first, second) = (there.path().join("first"), there.path().join("first/second"));
        assert_eq!(to_grow(&second), [first.clone(), there.path().to_owned()]);
        lock(&first).unwrap();
        assert_eq!(to_grow(&second), [first]);
        assert!(to_grow(there.path()).is_empty(), "it is there");
        assert_eq!(to_grow(Path::new("nowhere/near")), [Path::new("nowhere"), Path::new(".")]);
    }
}
