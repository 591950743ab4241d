//! What lasts: sessions that have held something, legs, claims on seats, bookings. One SQLite
//! database in the data directory, written by one [`Ledger`] at a time.
//!
//! A [`Ledger`] collects what is [written](Ledger::write) in one transaction, begun by the first
//! change that lasts, until [`commit`](Ledger::commit) or [`undo`](Ledger::undo). Its look-ups see
//! what the open transaction has written. Once `commit` has returned, the changes survive a power
//! cut. [`Records`] shows bookings to their owners beside it, from a thread of its own.
//!
//! The invariants: no seat is held twice or sold twice (the primary keys of `hold` and of `claim`);
//! counts are derived, never stored; a numbering never goes back.

mod backup;
mod confirmations;
mod directory;
mod error;
mod export;
pub mod filling;
mod lookup;
mod migration;
mod reading;
mod records;
mod restore;
mod sample;
mod verify;
mod write;

#[cfg(test)]
mod contract;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
pub(crate) mod lossy;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;
use trecho_shared::ids::{Epoch, HoldId, Version};
use trecho_shared::time::Moment;

use crate::booking::{BookingKey, Cabin, Counters, SessionKey};

pub use backup::{BackupError, Occupied, Recovered, back_up, recover};
use confirmations::Confirmations;
pub(crate) use directory::{bytes, has_ledger, has_room};
pub use error::{LedgerError, OpenError};
pub use export::{BookingRow, Export, LegRow};
pub use records::{Records, RecordsError, Sheet};
pub use restore::{Claimed, Restored, Standing};
#[cfg(test)]
use verify::rule_names;
pub use verify::{Breach, NAMED_BREACHES, verify};

/// From so many frames (pages) in the write-ahead log on it is worth carrying them home: 64 MiB.
/// Orders wait meanwhile, so seldom rather than soon.
const CHECKPOINT_FRAMES: u32 = 16_384;

/// After a checkpoint that could not finish, it is tried again so many frames later.
const CHECKPOINT_AGAIN_FRAMES: u32 = 1_024;

/// What the write-ahead log keeps on disk once it has been carried home: blocks that are there
/// already make a commit faster, a log that one import blew up does not.
const KEPT_LOG_BYTES: i64 = 96 << 20;

/// What SQLite keeps of the ledger in memory, in KiB. Small, since after a commit that moved pages
/// within a tree SQLite goes through all that it keeps; what it has to read again, the system has.
const CACHE_KIB: i64 = 8 << 10;

/// The durable side of the one writer. Whoever has it has the data directory to themselves.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    directory: PathBuf,
    epoch: Epoch,
    /// Where the numberings stood at the last commit.
    counters: Counters,
    /// A transaction is open.
    open: bool,
    cabins: HashMap<Arc<Cabin>, i64>,
    /// Cabins that the open transaction added.
    fresh_cabins: Vec<Arc<Cabin>>,
    confirmations: Confirmations,
    /// Frames in the write-ahead log, as the last commit left it.
    log_frames: Arc<AtomicU32>,
    /// From so many on they are carried home.
    checkpoint_frames: u32,
    /// The same, or more after a checkpoint that could not finish.
    checkpoint_at: u32,
    /// Held, never read: locked for as long as the ledger lives, so declared after the connection
    /// and dropped when that is closed.
    _lock: File,
}

impl Ledger {
    /// Opens the ledger in `directory`, making both if there are none, and locks it. An older
    /// schema is carried forward.
    ///
    /// # Errors
    /// Each says what to do: another server has it, it cannot be written, it is damaged, or a newer
    /// version wrote it.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Self::open_by(directory, connect)
    }

    pub(crate) fn open_by(
        directory: &Path,
        connect: impl FnOnce(&Path) -> rusqlite::Result<Connection>,
    ) -> Result<Self, OpenError> {
        let lock = directory::lock(directory)?;
        directory::must_be_whole(directory)?;
        directory::must_have_its_log(directory)?;
        let path = directory::database(directory)?;
        let in_file = |error| OpenError::from_sqlite(&path, error);
        let mut connection = connect(&path).map_err(in_file)?;
        migration::recognise(&connection, &path)?;
        configure(&connection).map_err(in_file)?;
        migration::carry_forward(&mut connection, &path)?;
        let log_frames = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&log_frames);
        // Takes the place of SQLite's own checkpoints, which run inside the commit, so before the
        // answers, and keep errors to themselves.
        connection
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames| {
                told.store(u32::try_from(frames).unwrap_or(0), Ordering::Relaxed);
                Ok(())
            }))
            .map_err(in_file)?;
        let (epoch, counters) = read_counters(&connection).map_err(in_file)?;
        let on_opening = |error: LedgerError| error.on_opening(&path);
        let cabins = restore::read_cabins(&connection).map_err(on_opening)?;
        let confirmations = Confirmations::read(&connection).map_err(on_opening)?;
        Ok(Self {
            connection,
            directory: directory.to_owned(),
            epoch,
            counters,
            open: false,
            cabins: cabins.into_iter().map(|(key, cabin)| (cabin, key)).collect(),
            fresh_cabins: Vec::new(),
            confirmations,
            log_frames,
            checkpoint_frames: CHECKPOINT_FRAMES,
            checkpoint_at: CHECKPOINT_FRAMES,
            _lock: lock,
        })
    }

    /// The life of this data directory.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Where each numbering stood at the last commit.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes what was written since the last commit last, and notes where the numberings stand;
    /// does nothing if nothing was written, and says whether it did. When this returns, it is on
    /// disk.
    ///
    /// # Errors
    /// [`LedgerError::NoRoom`] says that nothing of it will last, and asks for [`Ledger::undo`].
    /// After any other error it is not known what lasts: the process has to end.
    pub fn commit(&mut self, counters: Counters, at: Moment) -> Result<bool, LedgerError> {
        if !self.open {
            return Ok(false);
        }
        self.close(counters, at).map_err(|error| self.judge(error.into()))?;
        self.open = false;
        self.counters = counters;
        self.fresh_cabins.clear();
        self.confirmations.keep();
        Ok(true)
    }

    /// Takes back what was written since the last commit.
    ///
    /// # Errors
    /// If even that fails, the process has to end.
    pub fn undo(&mut self) -> Result<(), LedgerError> {
        // A full disk may have made SQLite roll back by itself.
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.open = false;
        for cabin in self.fresh_cabins.drain(..) {
            self.cabins.remove(&cabin);
        }
        self.confirmations.undo();
        Ok(())
    }

    /// Frames in the write-ahead log that are not yet carried home.
    pub fn log_frames(&self) -> u32 {
        self.log_frames.load(Ordering::Relaxed)
    }

    /// Carries the write-ahead log home if it has grown long, and says whether all of it is home
    /// now. For when nobody waits: after the answers. Waits for no reader; a disk without room is no
    /// error, since the log stays.
    ///
    /// # Errors
    /// A disk that fails here has lost what was committed: the process has to end.
    pub fn tidy(&mut self) -> Result<bool, LedgerError> {
        let frames = self.log_frames.load(Ordering::Relaxed);
        if frames < self.checkpoint_at {
            return Ok(false);
        }
        let all_home = self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)")?;
        // When all is home, the next commit begins the log anew; else this is tried again later.
        self.checkpoint_at =
            if all_home { self.checkpoint_frames } else { frames + CHECKPOINT_AGAIN_FRAMES };
        self.log_frames.store(if all_home { 0 } else { frames }, Ordering::Relaxed);
        Ok(all_home)
    }

    /// Carries all of the write-ahead log home, so that the directory holds one file that says
    /// everything. For a clean stop.
    ///
    /// # Errors
    /// As [`Ledger::tidy`].
    pub fn finish(mut self) -> Result<(), LedgerError> {
        self.undo()?;
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)").map(drop)
    }

    /// Whether all of the log is home now.
    fn checkpoint(&self, pragma: &str) -> Result<bool, LedgerError> {
        let counted = self.connection.query_row(pragma, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        match counted.map_err(|error| self.judge(error.into())) {
            Ok((busy, frames, home)) => Ok(busy == 0 && frames == home),
            Err(LedgerError::NoRoom(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A failed write is a lack of room if a file beside the ledger cannot grow either: SQLite
    /// itself tells a full disk from a broken one, but not a quota.
    fn judge(&self, error: LedgerError) -> LedgerError {
        match error {
            LedgerError::Failed(cause)
                if error::is_failed_write(&cause) && !directory::has_room(&self.directory) =>
            {
                LedgerError::NoRoom(cause)
            }
            other => other,
        }
    }

    fn close(&self, counters: Counters, at: Moment) -> rusqlite::Result<()> {
        let Counters { session, hold, booking, version } = counters;
        let changed = self
            .prepare(
                "UPDATE counters SET next_session = ?1, next_hold = ?2, next_booking = ?3, \
                 version = ?4, written_at = ?5",
            )?
            .execute((session.0, hold.0, booking.0, version.0, at.0))?;
        debug_assert_eq!(changed, 1, "there is one row of counters");
        self.prepare("COMMIT")?.execute(()).map(drop)
    }
}

#[cfg(test)]
impl Ledger {
    /// Carries the log home from so many frames on.
    pub(crate) fn checkpoint_from(&mut self, frames: u32) {
        (self.checkpoint_frames, self.checkpoint_at) = (frames, frames);
    }

    /// When the last commit was made, by the clock that was told.
    pub(crate) fn written_at(&self) -> Moment {
        let sql = "SELECT written_at FROM counters";
        self.connection.query_row(sql, [], |row| row.get(0).map(Moment)).unwrap()
    }

    /// Lets the database grow by so many pages of 4 KiB and no more: a full disk.
    pub(crate) fn leave_room(&self, pages: i64) {
        let count: i64 =
            self.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let bound = format!("PRAGMA max_page_count = {}", count + pages);
        self.connection.query_row(&bound, [], |_| Ok(())).unwrap();
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    use rusqlite::OpenFlags;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if defect!(CommitWithoutSync) { "NORMAL" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", KEPT_LOG_BYTES)?;
    // macOS: a sync that reaches the disk, not only the drive's own memory. No effect elsewhere.
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.pragma_update(None, "checkpoint_fullfsync", "ON")
}

fn read_counters(connection: &Connection) -> rusqlite::Result<(Epoch, Counters)> {
    connection.query_row(
        "SELECT epoch, version, next_session, next_hold, next_booking FROM counters",
        [],
        |row| {
            let counters = Counters {
                version: Version(if defect!(VersionGoesBack) { 0 } else { row.get(1)? }),
                session: SessionKey(row.get(2)?),
                hold: HoldId(row.get(3)?),
                booking: BookingKey(row.get(4)?),
            };
            Ok((Epoch(row.get(0)?), counters))
        },
    )
}
