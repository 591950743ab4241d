//! Who follows the desk: first the board, then, after the answers, the feed and the log.

use std::sync::Arc;

use tracing::Level;

use crate::board::Board;
use crate::booking::{Change, LegChange};
use crate::desk::Outward;
use crate::feed::Feed;
use crate::meters::Standing;

/// The board, what it comes to in numbers, and the feed.
pub(crate) struct Public {
    board: Arc<Board>,
    feed: Arc<Feed>,
    standing: Standing,
}

impl Public {
    pub(crate) fn new(board: Arc<Board>, feed: Arc<Feed>, standing: Standing) -> Self {
        Self { board, feed, standing }
    }

    /// What happened, for whoever follows the log: sessions by number, nobody by name.
    fn note(&self, change: &Change) {
        match change {
            Change::Leg(LegChange { leg, seats_left, reason, .. }) => {
                if let Some(facts) = self.board.facts(*leg) {
                    let (leg, reason) = (facts.id, *reason);
                    tracing::debug!(%leg, ?reason, seats_left, "leg");
                }
            }
            Change::SessionOpened { session, .. } => tracing::debug!(session = session.0, "opened"),
            Change::SessionAttached { session, generation, .. } => {
                tracing::debug!(session = session.0, generation = generation.0, "resumed");
            }
            Change::SessionDetached { session, .. } => {
                tracing::debug!(session = session.0, "without a connection");
            }
            Change::SessionForgotten { session, .. } => {
                tracing::debug!(session = session.0, "forgotten");
            }
            Change::SessionKept { .. }
            | Change::SessionSeen { .. }
            | Change::CartClock { .. }
            | Change::Held { .. }
            | Change::Freed { .. }
            | Change::Booked { .. }
            | Change::TicketCancelled { .. }
            | Change::LegAdded { .. }
            | Change::LegRevised { .. }
            | Change::Blocked { .. }
            | Change::Unblocked { .. }
            | Change::LegSale { .. }
            | Change::Audited(_) => {}
        }
    }
}

impl Outward for Public {
    fn apply(&mut self, changes: &[Change]) {
        let cancelled =
            || changes.iter().any(|change| matches!(change, Change::TicketCancelled { .. }));
        if defect!(StaleBoard) && cancelled() {
            return;
        }
        self.board.apply(changes);
        self.standing.follow(changes);
    }

    fn publish(&mut self, changes: &[Change]) {
        let legs: Vec<LegChange> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Leg(change) if defect!(SkippedEvent) && change.version.0 % 5 == 0 => None,
                Change::Leg(change) => Some(*change),
                _ => None,
            })
            .collect();
        self.feed.publish(&legs);
        if tracing::enabled!(Level::DEBUG) {
            for change in changes {
                self.note(change);
            }
        }
    }
}
