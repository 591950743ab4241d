//! `trechod import`.

use std::io::Write;
use std::path::Path;

use super::{Failure, runtime, say};
use crate::booking::Scheduled;
use crate::server::Imported;
use crate::timetable::{Lines, UnservedLines};

/// So many legs that were left as they were are named.
const NAMED: usize = 20;

pub(super) fn import(file: &Path, unserved: UnservedLines, data: &Path) -> Result<(), Failure> {
    let imported = runtime()?.block_on(crate::server::import(file, unserved, data))?;
    let Imported { scheduled, left_out, notes } = imported;
    tell("left out", &left_out);
    tell("taken with a change", &notes);
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

/// Names lines of the file on the standard error stream, each with what became of it.
fn tell(what: &str, lines: &Lines) {
    for line in &lines.named {
        say(&format!("{what}: {line}"));
    }
    if lines.more > 0 {
        say(&format!("{what}: {} lines more", lines.more));
    }
}
