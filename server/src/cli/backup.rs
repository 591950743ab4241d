//! `trechod backup` and `trechod restore`.

use std::path::Path;

use super::{Failure, tell};
use crate::ledger::{self, Occupied, Recovered};

pub(super) fn back_up(file: &Path, data: &Path) -> Result<(), Failure> {
    ledger::back_up(data, file)?;
    tell(&format!("the ledger in {} is in {}", data.display(), file.display()));
    Ok(())
}

pub(super) fn restore(file: &Path, data: &Path, occupied: Occupied) -> Result<(), Failure> {
    let Recovered { epoch: _, put_aside } = ledger::recover(file, data, occupied)?;
    tell(&format!("{} is sound, and is the ledger in {} now", file.display(), data.display()));
    if let Some(aside) = put_aside {
        tell(&format!("the ledger that was there is {} now", aside.display()));
    }
    Ok(())
}
