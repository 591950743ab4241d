//! One watcher's place in the feed.

use std::sync::Arc;

use trecho_shared::ids::Version;
use trecho_shared::message::{ChangeReason, Event};

use super::Feed;
use super::batch::{Batch, leg_event};
use super::filter::{Filter, Place};
use super::ring::Found;
use crate::booking::LegKey;

/// What a session watches, and how far it has been told.
#[derive(Debug)]
pub(crate) struct Watch {
    filter: Filter,
    /// The newest change told.
    cursor: Version,
    /// The ring has overtaken this watcher: it is being told states.
    catching_up: Option<CatchUp>,
}

/// A walk over the board, in pieces. It tells the legs whose last change came after the cursor and
/// not after `until`; younger changes come through the ring.
#[derive(Debug, Clone, Copy)]
struct CatchUp {
    until: Version,
    next: LegKey,
}

/// What is to be told next, gathered but not yet written: the session writes the replies to these
/// changes first.
#[derive(Debug)]
pub(crate) enum News {
    /// Changes from the ring, at least one.
    Changes(Vec<Arc<Batch>>),
    /// States from the board, and where the walk goes on if it does.
    States { lines: Vec<u8>, rest: Option<LegKey> },
}

impl Watch {
    pub(super) fn new(filter: Filter, cursor: Version) -> Self {
        Self { filter, cursor, catching_up: None }
    }

    /// Gathers the next piece, if there is one. Until it is written, the same comes again.
    pub(crate) fn gather(&mut self, feed: &Feed) -> Option<News> {
        if let Some(walk) = self.catching_up {
            return Some(self.walk(walk, feed));
        }
        let ring = feed.ring();
        match ring.after(self.cursor, feed.piece) {
            Found::Batches(batches) if batches.is_empty() => None,
            Found::Batches(batches) => Some(News::Changes(batches)),
            Found::Overtaken => {
                let walk = CatchUp { until: ring.head(), next: LegKey(0) };
                drop(ring);
                self.catching_up = Some(walk);
                Some(self.walk(walk, feed))
            }
        }
    }

    /// Writes what was gathered and moves on behind it.
    pub(crate) fn write(&mut self, news: News, feed: &Feed, into: &mut Vec<u8>) {
        match news {
            News::Changes(batches) => {
                for batch in batches {
                    batch.copy(&feed.board, &self.filter, into);
                    self.cursor = batch.last();
                }
            }
            News::States { mut lines, rest } => {
                into.append(&mut lines);
                let Some(CatchUp { until, .. }) = self.catching_up else { return };
                self.catching_up = rest.map(|next| CatchUp { until, next });
                if rest.is_none() {
                    self.cursor = until;
                }
            }
        }
    }

    /// One step of the walk.
    fn walk(&self, CatchUp { until, next }: CatchUp, feed: &Feed) -> News {
        let mut lines = Vec::new();
        let (states, rest) = feed.board.changed_between((self.cursor, until), next, feed.piece);
        for (leg, state) in states {
            let Some(facts) = feed.board.facts(leg) else { continue };
            let told = leg_event(&facts, state.seats_left, state.version, ChangeReason::Merged);
            if state.seats_left == 0 {
                lines.append(&mut Event::LegTaken(told).line());
            } else if self.filter.takes(&Place::new(leg, &facts)) {
                lines.append(&mut Event::LegUpdated(told).line());
            }
        }
        News::States { lines, rest }
    }
}
