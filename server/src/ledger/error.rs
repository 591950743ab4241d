//! What can go wrong with the ledger, and what its operator can do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};

/// Why the ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path names something that is no directory.
    #[error("{} is not a directory: name one that may hold the server's data with --data", .0.display())]
    NotADirectory(PathBuf),
    /// Another process has the directory.
    #[error(
        "the data directory {} is in use by another server: stop that one first, or give this one \
         a directory of its own with --data", .0.display()
    )]
    InUse(PathBuf),
    /// The file system said no.
    #[error("cannot use {} ({source}): {}", path.display(), remedy(source))]
    Unusable {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// There is no ledger in the directory.
    #[error(
        "there is no ledger in {}: name the data directory of a server with --data", .0.display()
    )]
    Nothing(PathBuf),
    /// An older version wrote it, and only a server carries it forward.
    #[error(
        "{} is as an older version of the server left it: start this version's server on it once",
        .0.display()
    )]
    Older(PathBuf),
    /// A restore was cut short.
    #[error(
        "a restore into {} was cut short: do it again, with `trechod restore FILE --replace`",
        .0.display()
    )]
    HalfRestored(PathBuf),
    /// A newer version wrote it.
    #[error(
        "{} was written by a newer version of the server (schema {found}; this one knows up to \
         {known}): start that version or a later one, or restore a backup from before it", path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The last schema that this version knows.
        known: i64,
    },
    /// A database, but somebody else's.
    #[error(
        "{} is not a ledger of this server: name another data directory with --data, or move that \
         file away", .0.display()
    )]
    Foreign(PathBuf),
    /// The database does not hold together.
    #[error(
        "the ledger {} is damaged ({reason}): stop here, keep a copy of the whole directory, and \
         restore it from a backup; or move it away to begin with an empty one", path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The disk has no room.
    #[error("no room on the disk for {}: free some and start again", .0.display())]
    NoRoom(PathBuf),
    /// Anything else that the database said.
    #[error("cannot open the ledger {}", path.display())]
    Failed {
        /// The database.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

/// What to do about a file or directory that cannot be used.
fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "its file system is only read: mount it such that it can be written, or name a directory \
             elsewhere with --data"
        }
        _ => {
            "run this as the user that the data directory belongs to, or make the directory readable and \
             writable for the user that the server runs as, or name another with --data"
        }
    }
}

impl OpenError {
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        LedgerError::from(source).on_opening(path)
    }
}

/// Why an open ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The disk has no room (or the user no quota): nothing of the open transaction will last.
    #[error("the disk has no room for the ledger")]
    NoRoom(#[source] rusqlite::Error),
    /// What the ledger holds makes no sense.
    #[error(
        "the ledger is damaged ({0}): keep a copy of the data directory, and restore it from a backup"
    )]
    Damaged(String),
    /// The ledger has it otherwise than the rules: one of the two is wrong, so neither goes on.
    #[error("the ledger and the rules differ: {0}")]
    Differs(&'static str),
    /// Anything else: what has become of the open transaction is not known.
    #[error("the ledger failed")]
    Failed(#[source] rusqlite::Error),
}

impl LedgerError {
    pub(super) fn on_opening(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        match self {
            Self::NoRoom(_) => OpenError::NoRoom(path),
            Self::Damaged(reason) => OpenError::Damaged { path, reason },
            Self::Differs(reason) => OpenError::Damaged { path, reason: reason.to_owned() },
            Self::Failed(source) => match source.sqlite_error_code() {
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                    OpenError::Unusable { path, source: io::Error::other(source) }
                }
                _ => OpenError::Failed { path, source },
            },
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::NoRoom(error),
            // The index of the write-ahead log could not grow.
            _ if extended == Some(SQLITE_IOERR_SHMSIZE) => Self::NoRoom(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Failed(error),
        }
    }
}

/// Whether a write to a file failed for a reason that SQLite does not tell.
pub(super) fn is_failed_write(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_WRITE)
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn told(code: i32) -> LedgerError {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        assert!(matches!(told(ffi::SQLITE_FULL), LedgerError::NoRoom(_)));
        assert!(matches!(told(ffi::SQLITE_IOERR_SHMSIZE), LedgerError::NoRoom(_)));
        assert!(matches!(told(ffi::SQLITE_IOERR_FSYNC), LedgerError::Failed(_)));
        assert!(matches!(told(ffi::SQLITE_IOERR_WRITE), LedgerError::Failed(_)));
        assert!(matches!(told(ffi::SQLITE_CONSTRAINT_PRIMARYKEY), LedgerError::Failed(_)));
        assert!(matches!(told(ffi::SQLITE_CORRUPT), LedgerError::Damaged(_)));
    }
}
