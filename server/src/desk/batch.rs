//! What one batch comes to, until it is committed: nothing of it has been told to anyone.

use super::Reply;
use crate::booking::{Change, Lost};

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
}

impl Batch {
    /// Nothing yet, with place for what so many orders usually come to.
    pub(super) fn of(orders: usize) -> Self {
        Self { changes: Vec::with_capacity(4 * orders), steps: Vec::with_capacity(orders) }
    }

    pub(super) fn lost(&mut self, lost: Vec<Lost>) {
        self.steps.extend(lost.into_iter().map(Step::Lost));
    }

    pub(super) fn answer(&mut self, reply: Reply) {
        self.steps.push(Step::Answer(reply));
    }
}
