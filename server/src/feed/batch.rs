//! Changes that were published together, written out once for all who watch.

use std::sync::OnceLock;

use trecho_shared::ids::Version;
use trecho_shared::message::{ChangeReason, Event, LegEvent};

use super::filter::{Filter, Place};
use crate::board::{Board, LegState};
use crate::booking::{LegChange, LegChangeKind, LegFacts, Reason};

/// Some changes in their order.
#[derive(Debug)]
pub(crate) struct Batch {
    changes: Box<[LegChange]>,
    /// Their event lines: written by the first reader, so that nobody writes where nobody reads.
    written: OnceLock<Written>,
}

#[derive(Debug, Default)]
struct Written {
    bytes: Vec<u8>,
    lines: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Where the line ends in the bytes.
    end: usize,
    /// Goes to everyone, whatever the filter.
    for_all: bool,
    place: Place,
}

impl Batch {
    /// `changes` in the order of their versions, at least one.
    pub(super) fn new(changes: &[LegChange]) -> Self {
        debug_assert!(!changes.is_empty(), "a batch without a change says nothing");
        debug_assert!(changes.is_sorted_by_key(|change| change.version), "versions grow");
        Self { changes: changes.into(), written: OnceLock::new() }
    }

    /// How many changes there are.
    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    /// The version of the last change.
    pub(super) fn last(&self) -> Version {
        self.changes.last().expect("a batch has a change").version
    }

    /// Appends the lines that a reader with `filter` gets.
    pub(super) fn copy(&self, board: &Board, filter: &Filter, into: &mut Vec<u8>) {
        let Written { bytes, lines } = self.written.get_or_init(|| write(&self.changes, board));
        if *filter == Filter::All {
            into.extend_from_slice(bytes);
            return;
        }
        let mut start = 0;
        for Entry { end, for_all, place } in lines {
            if *for_all || filter.takes(place) {
                into.extend_from_slice(&bytes[start..*end]);
            }
            start = *end;
        }
    }
}

fn write(changes: &[LegChange], board: &Board) -> Written {
    let mut written = Written::default();
    for change in changes {
        let facts = board.facts(change.leg).expect("the board has every leg that has changed");
        let LegChange { seats_left, version, closed, .. } = *change;
        let state = LegState { seats_left, version, closed };
        let told = leg_event(&facts, state, reason(change.reason));
        let event = match change.kind {
            LegChangeKind::Taken => Event::LegTaken(told),
            LegChangeKind::Reopened => Event::LegReopened(told),
            LegChangeKind::Updated => Event::LegUpdated(told),
        };
        written.bytes.append(&mut event.line());
        written.lines.push(Entry {
            end: written.bytes.len(),
            for_all: change.kind != LegChangeKind::Updated,
            place: Place::new(change.leg, &facts),
        });
    }
    written
}

/// The event of a leg's state.
pub(super) fn leg_event(
    facts: &LegFacts,
    LegState { seats_left, version, closed }: LegState,
    reason: ChangeReason,
) -> LegEvent {
    LegEvent {
        leg: facts.id,
        flight: facts.id.flight,
        from: facts.id.origin,
        to: facts.to,
        departs_at: facts.departs_at,
        seats_left,
        closed,
        version,
        reason,
    }
}

fn reason(reason: Reason) -> ChangeReason {
    match reason {
        Reason::Held => ChangeReason::Held,
        Reason::Sold => ChangeReason::Sold,
        Reason::Released => ChangeReason::Released,
        Reason::Expired => ChangeReason::Expired,
        Reason::Cancelled => ChangeReason::Cancelled,
        Reason::Operator => ChangeReason::Operator,
    }
}
