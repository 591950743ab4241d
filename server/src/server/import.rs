//! `trechod import`: legs into the timetable of a server that does not run.

use std::path::Path;

use super::{StartError, extension, fill, opening};
use crate::booking::Scheduled;
use crate::config::{Config, TimetableSource};
use crate::desk::Rejection;

/// Adds the legs of a CSV file to the timetable in `data_dir`: all that are well formed, or none if
/// one line is not.
///
/// # Errors
/// If the file or the directory cannot be used; among others, since a server has it open.
pub async fn import(file: &Path, data_dir: &Path) -> Result<Scheduled, StartError> {
    let legs = fill::read(file.to_owned()).await?;
    let config = Config { timetable: TimetableSource::None, ..Config::new(data_dir) };
    let opening::Opened { service, running, .. } = opening::open(&config).await?;
    let scheduled = extension::schedule(&service, legs).await.map_err(StartError::Filling);
    drop(service);
    // What the desk has answered is on disk; a fault after that is the next start's to tell.
    running.wait().await.map_err(|fault| {
        tracing::error!(%fault, "the desk has failed");
        StartError::Filling(Rejection::Unknown)
    })?;
    scheduled
}
