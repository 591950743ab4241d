//! What one batch comes to, until it is committed: nothing of it has been told to anyone.

use std::collections::HashSet;

use super::Reply;
use crate::booking::{Change, Lost, SessionKey};

/// What is to be told, in the order decided.
#[derive(Debug)]
pub(super) enum Step {
    /// To a session that lost holds.
    Lost(Lost),
    /// To the next order of the batch.
    Answer(Reply),
}

/// Everything that the orders of one batch came to.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// All applied to the state, in order.
    pub(super) changes: Vec<Change>,
    /// One answer for each order, and what time and operators took away.
    pub(super) steps: Vec<Step>,
    /// So many of the changes the ledger has been given.
    written: usize,
    /// Whose sales are among those that it has not.
    sold: HashSet<SessionKey>,
}

impl Batch {
    /// Nothing yet, with place for what so many orders usually come to.
    pub(super) fn of(orders: usize) -> Self {
        let (changes, steps) = (Vec::with_capacity(4 * orders), Vec::with_capacity(orders));
        Self { changes, steps, ..Self::default() }
    }

    pub(super) fn add(&mut self, changes: Vec<Change>) {
        self.sold.extend(changes.iter().filter_map(|change| match change {
            Change::Booked { session, .. } => Some(*session),
            _ => None,
        }));
        self.changes.extend(changes);
    }

    /// What the ledger has not been given.
    pub(super) fn unwritten(&self) -> &[Change] {
        &self.changes[self.written..]
    }

    /// Whether a sale to this session is among them.
    pub(super) fn has_unwritten_sale(&self, session: SessionKey) -> bool {
        self.sold.contains(&session)
    }

    /// The ledger has been given all, or is not to have it.
    pub(super) fn note_written(&mut self) {
        self.written = self.changes.len();
        self.sold.clear();
    }

    pub(super) fn lost(&mut self, lost: Vec<Lost>) {
        self.steps.extend(lost.into_iter().map(Step::Lost));
    }

    pub(super) fn answer(&mut self, reply: Reply) {
        self.steps.push(Step::Answer(reply));
    }
}
