//! Connections that only read, beside a server or without one.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{OpenError, directory, migration};

/// The ledger in `directory`, for reading. It may be in use; nothing of it is changed.
pub(super) fn open(directory: &Path) -> Result<Connection, OpenError> {
    let path = directory::database_in(directory);
    directory::must_have_its_log(directory)?;
    match std::fs::metadata(&path) {
        Ok(file) if file.is_file() && file.len() > 0 => {}
        // An empty file is what a server has that was stopped while it made its first database.
        Ok(_) => return Err(OpenError::Nothing(directory.to_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(OpenError::Nothing(directory.to_owned()));
        }
        Err(source) => return Err(OpenError::Unusable { path, source }),
    }
    let in_file = |error| OpenError::from_sqlite(&path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(in_file)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(in_file)?;
    migration::must_be_current(&connection, &path)?;
    Ok(connection)
}
