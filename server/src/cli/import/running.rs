//! Legs into the timetable of a server that runs: in pieces, each an order in its desk's queue.

use std::path::Path;

use crate::admin::client::{Admin, AdminError};
use crate::admin::wire::{ImportLegs, LegsImported, NewLeg, method};
use crate::booking::{LegFacts, Scheduled};
use crate::limits::ADMIN_IMPORT_LEGS;

/// Why not all of a file's legs were taken. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum ImportError {
    /// No server was reached: nothing was taken.
    #[error(transparent)]
    Unreached(AdminError),
    /// The server said no to the first piece: nothing was taken.
    #[error(transparent)]
    Failed(#[from] AdminError),
    /// A later piece failed, or it is not known what became of one.
    #[error(
        "{error}. Of {total} legs at least the first {taken} by departure were taken: import the file \
         again when that is mended, and what is known already is passed over"
    )]
    CutShort {
        /// Why.
        error: AdminError,
        /// So many legs had their answer.
        taken: usize,
        /// Of so many.
        total: usize,
    },
}

/// Sends all legs, by departure: a piece then falls on few days, whose indices the server makes anew.
pub(super) fn schedule(
    socket: &Path,
    file: &Path,
    mut legs: Vec<LegFacts>,
) -> Result<Scheduled, ImportError> {
    let mut admin = Admin::connect(socket).map_err(|error| match error {
        AdminError::NoServer(_) => ImportError::Unreached(error),
        error => error.into(),
    })?;
    legs.sort_by_key(|leg| leg.departs_at);
    let (total, pieces) = (legs.len(), legs.chunks(ADMIN_IMPORT_LEGS));
    let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut all = Scheduled::default();
    for (piece, legs) in (1..).zip(pieces) {
        let ask = ImportLegs {
            file: name.clone().into_owned(),
            piece,
            pieces: count,
            total: total as u64,
            legs: legs.iter().map(NewLeg::from).collect(),
        };
        let taken = (piece as usize - 1) * ADMIN_IMPORT_LEGS;
        let done = admin.ask(method::LegsImport, &ask).map_err(|error| match (&error, taken) {
            (AdminError::Refused(_), 0) => error.into(),
            _ => ImportError::CutShort { error, taken, total },
        })?;
        add(&mut all, done);
    }
    Ok(all)
}

fn add(all: &mut Scheduled, piece: LegsImported) {
    let LegsImported { added, revised, unchanged, departed, refused } = piece;
    all.added += added;
    all.revised += revised;
    all.unchanged += unchanged;
    all.departed += departed;
    all.refused.extend(refused);
}
