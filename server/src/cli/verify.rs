//! `trechod verify`.

use std::io::Write;
use std::path::Path;

use super::Failure;
use crate::ledger;

pub(super) fn verify(data: &Path) -> Result<(), Failure> {
    let breaches = ledger::verify(data)?;
    let mut out = std::io::stdout();
    if breaches.is_empty() {
        // A closed stream is nothing to fail over: the exit code says the same.
        let _ = writeln!(out, "{} is sound: it keeps every rule", data.display());
        return Ok(());
    }
    for breach in &breaches {
        let _ = writeln!(out, "{breach}");
    }
    Err(Failure::Failed(color_eyre::eyre::eyre!(
        "{} breaks {} of its rules: stop the server, keep a copy of the whole directory, and restore it \
         from a backup",
        data.display(),
        breaches.len()
    )))
}
