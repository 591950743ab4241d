//! The last changes, in a bounded ring.

use std::collections::VecDeque;
use std::sync::Arc;

use trecho_shared::ids::Version;

use super::batch::Batch;

/// The newest batches. When it is full the oldest go: who has not read them by then reads states
/// from the board instead.
#[derive(Debug)]
pub(super) struct Ring {
    batches: VecDeque<Arc<Batch>>,
    changes: usize,
    capacity: usize,
    /// The newest change that the ring no longer has.
    forgotten: Version,
    /// The newest change.
    head: Version,
}

/// What a reader at some cursor finds.
#[derive(Debug)]
pub(super) enum Found {
    /// These batches come next.
    Batches(Vec<Arc<Batch>>),
    /// Some that would come next are forgotten.
    Overtaken,
}

impl Ring {
    /// An empty ring for `capacity` changes, after change `head`.
    pub(super) fn new(capacity: usize, head: Version) -> Self {
        Self { batches: VecDeque::new(), changes: 0, capacity, forgotten: head, head }
    }

    pub(super) fn head(&self) -> Version {
        self.head
    }

    pub(super) fn push(&mut self, batch: Arc<Batch>) {
        debug_assert!(batch.last() > self.head, "changes are published once and in order");
        self.head = batch.last();
        self.changes += batch.len();
        self.batches.push_back(batch);
        while self.changes > self.capacity
            && let Some(oldest) = self.batches.pop_front()
        {
            self.changes -= oldest.len();
            self.forgotten = oldest.last();
        }
    }

    /// The batches after `cursor`, until they have `piece` changes.
    pub(super) fn after(&self, cursor: Version, piece: usize) -> Found {
        if cursor < self.forgotten {
            return Found::Overtaken;
        }
        let start = self.batches.partition_point(|batch| batch.last() <= cursor);
        let mut changes = 0;
        let piece = self.batches.range(start..).take_while(|batch| {
            let wanted = changes < piece;
            changes += batch.len();
            wanted
        });
        Found::Batches(piece.cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::{LegChange, LegChangeKind, LegKey, Reason};

    fn batch(versions: std::ops::RangeInclusive<u64>) -> Arc<Batch> {
        let changes: Vec<_> = versions
            .map(|version| LegChange {
                leg: LegKey(0),
                version: Version(version),
                version_before: Version(version - 1),
                seats_left: 1,
                closed: false,
                kind: LegChangeKind::Updated,
                reason: Reason::Held,
            })
            .collect();
        Arc::new(Batch::new(&changes))
    }

    fn last_versions(found: Found) -> Option<Vec<u64>> {
        match found {
            Found::Batches(batches) => Some(batches.iter().map(|batch| batch.last().0).collect()),
            Found::Overtaken => None,
        }
    }

    #[test]
    fn a_reader_gets_what_came_after_its_cursor_in_pieces() {
        let mut ring = Ring::new(100, Version(10));
        for versions in [11..=13, 14..=14, 20..=25] {
            ring.push(batch(versions));
        }
        assert_eq!(last_versions(ring.after(Version(10), 100)), Some(vec![13, 14, 25]));
        assert_eq!(last_versions(ring.after(Version(10), 1)), Some(vec![13]));
        assert_eq!(last_versions(ring.after(Version(14), 100)), Some(vec![25]));
        assert_eq!(last_versions(ring.after(Version(25), 100)), Some(vec![]));
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_and_says_so() {
        let mut ring = Ring::new(4, Version(0));
        for versions in [1..=2, 3..=4, 5..=6] {
            ring.push(batch(versions));
        }
        assert_eq!(last_versions(ring.after(Version(1), 100)), None);
        assert_eq!(last_versions(ring.after(Version(2), 100)), Some(vec![4, 6]));
        assert_eq!(ring.head(), Version(6));
    }
}
