//! The bookings made here, shared by all clients of one person.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{self, Content, FileError};
use crate::model::SavedBooking;

/// What the file says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// Newest first.
    bookings: Vec<SavedBooking>,
}

/// The file of bookings.
#[derive(Debug)]
pub(super) struct BookingsFile {
    path: PathBuf,
    lock: PathBuf,
}

impl BookingsFile {
    pub(super) fn new(dir: &Path) -> Self {
        Self { path: dir.join("bookings.json"), lock: dir.join("bookings.lock") }
    }

    /// All bookings, newest first. The name of a damaged file is added to `damaged`.
    pub(super) fn read(&self, damaged: &mut Vec<PathBuf>) -> Result<Vec<SavedBooking>, FileError> {
        self.locked(|| self.read_locked(damaged)).map(|record| record.bookings)
    }

    /// Keeps a booking, in the place of what is known under its locator at its server.
    pub(super) fn keep(
        &self,
        booking: &SavedBooking,
        damaged: &mut Vec<PathBuf>,
    ) -> Result<(), FileError> {
        self.locked(|| {
            let mut record = self.read_locked(damaged)?;
            let same = |known: &&mut SavedBooking| {
                known.booking.locator == booking.booking.locator && known.server == booking.server
            };
            match record.bookings.iter_mut().find(same) {
                Some(known) => *known = booking.clone(),
                None => record.bookings.insert(0, booking.clone()),
            }
            files::replace(&self.path, &record)
        })
    }

    fn read_locked(&self, damaged: &mut Vec<PathBuf>) -> Result<Record, FileError> {
        Ok(match files::read(&self.path)? {
            Content::Value(record) => record,
            Content::Missing => Record::default(),
            Content::Damaged(aside) => {
                damaged.push(aside);
                Record::default()
            }
        })
    }

    /// Another client changes the file in a moment, and then it is our turn.
    fn locked<T>(&self, work: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
        let lock = files::lock_file(&self.lock)?;
        lock.lock().map_err(FileError::at(&self.lock))?;
        work()
    }
}
