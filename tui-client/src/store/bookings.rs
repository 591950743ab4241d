//! The bookings made here, shared by all clients of one person.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use trecho_shared::text::scrub;

use super::files::{self, Content, FileError, Troubles};
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

    /// All bookings, newest first. A damaged file is added to `troubles`.
    pub(super) fn read(&self, troubles: &mut Troubles) -> Result<Vec<SavedBooking>, FileError> {
        self.locked(|| self.read_locked(troubles)).map(|record| record.bookings)
    }

    /// Keeps a booking, in the place of what is known under its locator at its server.
    pub(super) fn keep(
        &self,
        booking: &SavedBooking,
        troubles: &mut Troubles,
    ) -> Result<(), FileError> {
        self.locked(|| {
            let mut record = self.read_locked(troubles)?;
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

    fn read_locked(&self, troubles: &mut Troubles) -> Result<Record, FileError> {
        let content = match files::read(&self.path) {
            // Another user's: one that we can write takes its place, or no booking would be kept.
            Err(FileError::Io { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
                Content::Damaged(files::set_aside(&self.path)?)
            }
            content => content?,
        };
        Ok(match content {
            Content::Value(record) => scrubbed(record),
            Content::Missing => Record::default(),
            Content::Damaged(aside) => {
                troubles.damaged.push(aside);
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

/// The file may be somebody else's work: its free texts lose what does not print. Names and ids are
/// checked where they are parsed.
fn scrubbed(mut record: Record) -> Record {
    for SavedBooking { booking: _, legs, saved_at: _, server } in &mut record.bookings {
        *server = scrub(server);
        for leg in legs {
            leg.aircraft = scrub(&leg.aircraft);
        }
    }
    record
}
