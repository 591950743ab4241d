//! `trechod import`.

use std::io::Write;
use std::path::Path;

use super::{Failure, runtime};
use crate::booking::Scheduled;

/// So many legs that were left as they were are named.
const NAMED: usize = 20;

pub(super) fn import(file: &Path, data: &Path) -> Result<(), Failure> {
    let scheduled = runtime()?.block_on(crate::server::import(file, data))?;
    let Scheduled { added, revised, unchanged, departed, refused } = scheduled;
    let summary = format!(
        "{added} legs added, {revised} revised, {unchanged} unchanged, {departed} departed and \
         left out"
    );
    // A closed stream is nothing to fail over: what was imported is imported.
    let _ = writeln!(std::io::stdout(), "{summary}");
    if refused.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = refused.iter().take(NAMED).map(ToString::to_string).collect();
    let more = refused.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let report = color_eyre::eyre::eyre!(
        "{} legs were left as they were, since seats on them are held or sold and the file has \
         other times or another cabin: {}{more}",
        refused.len(),
        named.join(", ")
    );
    Err(Failure::Failed(report))
}
