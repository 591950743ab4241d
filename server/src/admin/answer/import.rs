//! `legs.import`: a piece of a timetable, as one order in the desk's queue.

use std::sync::Arc;

use trecho_shared::text::scrub_to;

use super::Answer;
use super::operate::Act;
use crate::admin::wire::{ImportLegs, LegsImported, NewLeg, Problem};
use crate::booking::{Action, LegFacts, Newcomers, Outcome};
use crate::limits::{ADMIN_IMPORT_LEGS, ADMIN_TOLD_LEGS};
use crate::timetable;

/// So much of a file's name the audit log keeps.
const NAME_CHARS: usize = 100;

impl Act<'_> {
    pub(super) async fn import(self, ask: ImportLegs) -> Answer<LegsImported> {
        let ImportLegs { file, piece, pieces, total, legs } = ask;
        let name = scrub_to(&file, NAME_CHARS);
        let checked = a_piece(piece, pieces, total, &legs);
        let legs = self.or_note(&name, checked).await?;
        let newcomers = if total <= ADMIN_TOLD_LEGS { Newcomers::Told } else { Newcomers::Silent };
        let subject = match pieces {
            1 => name,
            pieces => format!("{name}, piece {piece} of {pieces}"),
        };
        match self.ask(subject, Action::Schedule(legs, newcomers)).await? {
            Outcome::Scheduled(scheduled) => Ok(scheduled.into()),
            outcome => unreachable!("legs are scheduled, and not {outcome:?}"),
        }
    }
}

/// The legs of a piece, if it can be one.
fn a_piece(piece: u32, pieces: u32, total: u64, legs: &[NewLeg]) -> Answer<Vec<Arc<LegFacts>>> {
    if legs.is_empty() || legs.len() > ADMIN_IMPORT_LEGS {
        return Err(Problem::params(format!("a piece has 1 to {ADMIN_IMPORT_LEGS} legs")));
    }
    if piece == 0 || piece > pieces || total < legs.len() as u64 {
        return Err(Problem::params("such a piece cannot be"));
    }
    let legs: Result<_, String> = legs.iter().map(sound).collect();
    legs.map_err(Problem::params)
}

fn sound(leg: &NewLeg) -> Result<Arc<LegFacts>, String> {
    let facts = leg.facts()?;
    timetable::check(&facts)?;
    Ok(Arc::new(facts))
}
