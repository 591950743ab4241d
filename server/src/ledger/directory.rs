//! The data directory: made private, and locked by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::OpenError;

const DATABASE: &str = "trecho.db";
const LOCK: &str = "lock";
const RESTORING: &str = "restoring.db";
const PROBE: &str = "probe";

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

/// Checks that no ledger is about to take the place of the directory's own: between the two, a
/// server would begin an empty one.
pub(super) fn must_be_whole(directory: &Path) -> Result<(), OpenError> {
    if restoring_in(directory).exists() {
        Err(OpenError::HalfRestored(directory.to_owned()))
    } else {
        Ok(())
    }
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
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
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
