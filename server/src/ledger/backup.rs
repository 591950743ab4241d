//! Copies of a ledger: taken beside a running server, and put in the place of one that was lost.

mod recovery;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{Breach, LedgerError, OpenError, directory, reading};

pub use recovery::{Occupied, Recovered, recover};

/// Why a backup was not taken, or not put back. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The ledger, or the backup, cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A server has the directory that the backup is for.
    #[error(
        "the data directory {} is in use by another server: stop that server and restore again, or \
         restore into an empty directory with --data to try the backup out", .0.display()
    )]
    InUse(PathBuf),
    /// There is such a file.
    #[error("{} is there already, and a backup overwrites nothing: name another file", .0.display())]
    Exists(PathBuf),
    /// Somebody else is taking a backup of that name.
    #[error("another backup to {} is being taken: wait for it, or name another file", .0.display())]
    Underway(PathBuf),
    /// There is no backup of that name.
    #[error("there is no backup at {}: name a file that `trechod backup` has made", .0.display())]
    NoBackup(PathBuf),
    /// The database of a server, and no copy of it.
    #[error(
        "{} has a write-ahead log beside it, so it is not a backup but a ledger in use: take a \
         backup of it with `trechod backup`", .0.display()
    )]
    Live(PathBuf),
    /// No database, or one that does not hold together, or somebody else's.
    #[error(
        "{} is damaged, or no backup ({reason}), and was not restored: name another file that `trechod \
         backup` has made", path.display()
    )]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk has no room.
    #[error("no room on the disk for {}: free some and try again", .0.display())]
    NoRoom(PathBuf),
    /// The directory has a ledger.
    #[error(
        "{} has a ledger already: restore into an empty directory, or have that ledger put aside \
         with --replace", .0.display()
    )]
    Occupied(PathBuf),
    /// The backup does not keep the rules.
    #[error("{} is not sound, and was not restored:\n{}", path.display(), listed(breaches))]
    Unsound {
        /// The backup.
        path: PathBuf,
        /// The rules that it breaks.
        breaches: Vec<Breach>,
    },
    /// A file cannot be written or read.
    #[error("cannot use {} ({source}): {}", path.display(), advice(source))]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl BackupError {
    fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

/// What to do about a file.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some room and try again",
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "name a file in a directory that is there"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "run this as a user who may, or name another file"
        }
        _ => "name another file, or see what the system's log says of that disk",
    }
}

fn listed(breaches: &[Breach]) -> String {
    breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Copies the ledger in `directory`, as it is at one instant, to `file`, readable for its owner
/// only. A server may go on on the directory: it does not wait. When this returns, the copy is on
/// disk, whole; before that there is no file of that name.
///
/// # Errors
/// If there is such a file, or no ledger; if the disk is full or fails. Nothing is left then.
pub fn back_up(directory: &Path, file: &Path) -> Result<(), BackupError> {
    if file.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let connection = reading::open(directory)?;
    let part = Part::begin(file)?;
    let name = part.path.to_str().ok_or_else(|| {
        let strange = io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8");
        BackupError::at(&part.path)(strange)
    })?;
    connection.execute("VACUUM INTO ?1", (name,)).map_err(|error| match error.into() {
        LedgerError::NoRoom(_) => BackupError::NoRoom(file.to_owned()),
        error => error.into(),
    })?;
    part.finish(file)
}

/// A backup that is being taken: `FILE.part`, locked, and gone when it is dropped.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn begin(target: &Path) -> Result<Self, BackupError> {
        let path = beside(target, ".part");
        let file = directory::private_file().open(&path).map_err(BackupError::at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Underway(target.to_owned())),
            Err(TryLockError::Error(source)) => return Err(BackupError::File { path, source }),
        }
        let part = Self { path, file };
        // One that was killed may have left something.
        part.file.set_len(0).map_err(BackupError::at(&part.path))?;
        Ok(part)
    }

    /// Gives it its name, unless somebody else has taken that meanwhile.
    fn finish(self, target: &Path) -> Result<(), BackupError> {
        self.file.sync_all().map_err(BackupError::at(&self.path))?;
        match fs::hard_link(&self.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(target.to_owned()));
            }
            // Not every file system has links.
            Err(_) => fs::rename(&self.path, target).map_err(BackupError::at(target))?,
        }
        sync_names(target.parent().unwrap_or(target))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its last name by now, or is worth nothing.
        let _removed = fs::remove_file(&self.path);
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Makes the names in a directory last.
fn sync_names(directory: &Path) -> Result<(), BackupError> {
    let here = Path::new(".");
    let directory = if directory.as_os_str().is_empty() { here } else { directory };
    let synced = File::open(directory).and_then(|names| names.sync_all());
    synced.map_err(BackupError::at(directory))
}
