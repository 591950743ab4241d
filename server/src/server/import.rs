//! `trechod import`: legs into the timetable of a server that does not run.

use std::path::Path;

use super::{StartError, extension, fill, opening};
use crate::booking::Scheduled;
use crate::config::{Config, TimetableSource};
use crate::desk::Rejection;
use crate::timetable::{Lines, Reading, UnservedLines};

/// What became of a file.
#[derive(Debug)]
pub struct Imported {
    /// What became of its legs.
    pub scheduled: Scheduled,
    /// The lines that were left out, and why.
    pub left_out: Lines,
    /// The lines that were taken, but not to the letter, and how.
    pub notes: Lines,
}

/// Adds the legs of a file, SSIM or a table, to the timetable in `data_dir`: all of them, or none
/// if one line is wrong.
///
/// # Errors
/// If the file or the directory cannot be used; among others, since a server has it open.
pub async fn import(
    file: &Path,
    unserved: UnservedLines,
    data_dir: &Path,
) -> Result<Imported, StartError> {
    let Reading { format: _, legs, left_out, notes } =
        fill::read(file.to_owned(), unserved).await?;
    let config = Config { timetable: TimetableSource::None, ..Config::new(data_dir) };
    let opening::Opened { service, running, .. } = opening::open(&config).await?;
    let scheduled = extension::schedule(&service, legs).await.map_err(StartError::Filling);
    drop(service);
    // What the desk has answered is on disk; a fault after that is the next start's to tell.
    running.wait().await.map_err(|fault| {
        tracing::error!(%fault, "the desk has failed");
        StartError::Filling(Rejection::Unknown)
    })?;
    Ok(Imported { scheduled: scheduled?, left_out, notes })
}
