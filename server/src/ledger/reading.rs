//! Connections that only read, beside a server or without one.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{OpenError, directory, migration};

/// The ledger in `directory`, for reading. It may be in use; nothing of it is changed.
pub(super) fn open(directory: &Path) -> Result<Connection, OpenError> {
    let path = directory::database_in(directory);
    // An empty file is what a server has that was stopped while it made its first database.
    if !std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() > 0) {
        return Err(OpenError::Nothing(directory.to_owned()));
    }
    let in_file = |error| OpenError::from_sqlite(&path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(in_file)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(in_file)?;
    migration::must_be_current(&connection, &path)?;
    Ok(connection)
}
