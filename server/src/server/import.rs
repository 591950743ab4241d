//! `trechod import`: legs into the timetable of a server that does not run.

use std::path::Path;

use super::opening::{self, Opened};
use super::{StartError, extension};
use crate::booking::{LegFacts, Scheduled};
use crate::config::{Config, TimetableSource};
use crate::desk::Rejection;

/// A data directory that no server has, and none gets while this lives.
pub struct AtRest(Opened);

impl AtRest {
    /// Takes the directory.
    ///
    /// # Errors
    /// If it cannot be used; among others, since a server has it.
    pub async fn open(data_dir: &Path) -> Result<Self, StartError> {
        let config = Config { timetable: TimetableSource::None, ..Config::new(data_dir) };
        Ok(Self(opening::open(&config).await?))
    }

    /// Adds legs to the timetable, all in one commit.
    ///
    /// # Errors
    /// If they cannot be written: then none is.
    pub async fn import(self, legs: Vec<LegFacts>) -> Result<Scheduled, StartError> {
        let Opened { service, running, .. } = self.0;
        let scheduled = extension::schedule(&service, legs).await.map_err(StartError::Filling);
        drop(service);
        // What the desk has answered is on disk; a fault after that is the next start's to tell.
        running.wait().await.map_err(|fault| {
            tracing::error!(%fault, "the desk has failed");
            StartError::Filling(Rejection::Unknown)
        })?;
        scheduled
    }
}
