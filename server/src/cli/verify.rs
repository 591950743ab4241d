//! `trechod verify`.

use std::path::Path;

use super::{Failure, tell};
use crate::ledger;

pub(super) fn verify(data: &Path) -> Result<(), Failure> {
    let breaches = ledger::verify(data)?;
    if breaches.is_empty() {
        tell(&format!("{} is sound: it keeps every rule", data.display()));
        return Ok(());
    }
    for breach in &breaches {
        tell(&breach.to_string());
    }
    Err(Failure::Failed(color_eyre::eyre::eyre!(
        "{} breaks {} of its rules: stop the server, keep a copy of the whole directory, and restore it \
         from a backup",
        data.display(),
        breaches.len()
    )))
}
