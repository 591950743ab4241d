//! `trechod backup` and `trechod restore`.

use std::io::Write;
use std::path::Path;

use super::Failure;
use crate::ledger::{self, Occupied, Recovered};

pub(super) fn back_up(file: &Path, data: &Path) -> Result<(), Failure> {
    ledger::back_up(data, file)?;
    // A closed stream is nothing to fail over, here and below: the exit code says the same.
    let _ =
        writeln!(std::io::stdout(), "the ledger in {} is in {}", data.display(), file.display());
    Ok(())
}

pub(super) fn restore(file: &Path, data: &Path, occupied: Occupied) -> Result<(), Failure> {
    let Recovered { epoch: _, put_aside } = ledger::recover(file, data, occupied)?;
    let mut out = std::io::stdout();
    let _ =
        writeln!(out, "{} is sound, and is the ledger in {} now", file.display(), data.display());
    if let Some(aside) = put_aside {
        let _ = writeln!(out, "the ledger that was there is {} now", aside.display());
    }
    Ok(())
}
