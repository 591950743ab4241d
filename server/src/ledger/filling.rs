//! The first filling of a data directory takes several commits. While it is under way, a file beside
//! the ledger says so: a start after one that was cut short goes on with it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use trecho_shared::ids::Epoch;

use super::{OpenError, directory};

/// Notes that the ledger of this epoch is being filled. On disk when it returns.
///
/// # Errors
/// If the file cannot be written.
pub fn begin(directory: &Path, epoch: Epoch) -> Result<(), OpenError> {
    let path = directory::filling_in(directory);
    let noted = || -> io::Result<()> {
        let mut file = directory::private_file().open(&path)?;
        file.set_len(0)?;
        write!(file, "{}", epoch.0)?;
        file.sync_all()?;
        File::open(directory)?.sync_all()
    };
    noted().map_err(|source| unusable(&path, source))
}

/// Whether a filling of the ledger of this epoch was begun and did not come to its end. A restore
/// begins a new epoch, and what was begun before it is nobody's to end.
pub fn is_under_way(directory: &Path, epoch: Epoch) -> bool {
    let noted = std::fs::read_to_string(directory::filling_in(directory));
    noted.is_ok_and(|noted| noted == epoch.0.to_string())
}

/// Notes that it has come to its end. On disk when it returns, since what is bought from now on is
/// not the crowd's.
///
/// # Errors
/// If the file cannot be removed.
pub fn end(directory: &Path) -> Result<(), OpenError> {
    let path = directory::filling_in(directory);
    let ended = std::fs::remove_file(&path).and_then(|()| File::open(directory)?.sync_all());
    ended.map_err(|source| unusable(&path, source))
}

fn unusable(path: &Path, source: io::Error) -> OpenError {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    let path = path.to_owned();
    match source.kind() {
        StorageFull | QuotaExceeded => OpenError::NoRoom(path),
        _ => OpenError::Unusable { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_under_way_until_its_end_and_for_one_epoch_alone() {
        let there = tempfile::tempdir().unwrap();
        let (mine, other) = (Epoch(7), Epoch(77));
        assert!(!is_under_way(there.path(), mine));
        begin(there.path(), mine).unwrap();
        assert!(is_under_way(there.path(), mine) && !is_under_way(there.path(), other));
        begin(there.path(), other).unwrap();
        assert!(is_under_way(there.path(), other), "what an earlier ledger left is written over");
        end(there.path()).unwrap();
        assert!(!is_under_way(there.path(), other));
    }
}
