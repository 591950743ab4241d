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
        if self.cursor >= feed.newest() {
            return None;
        }
        let ring = feed.ring();
        match ring.after(self.cursor, feed.piece) {
            Found::Batches(batches) if batches.is_empty() => None,
            Found::Batches(batches) => Some(News::Changes(batches)),
            Found::Overtaken => {
                let walk = CatchUp { until: ring.head(), next: LegKey(0) };
                drop(ring);
                feed.meters.overtaken.inc();
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
            let told = leg_event(&facts, state, ChangeReason::Merged);
            if state.seats_left == 0 {
                feed.meters.merged.inc();
                lines.append(&mut Event::LegTaken(told).line());
            } else if self.filter.takes(&Place::new(leg, &facts)) {
                feed.meters.merged.inc();
                lines.append(&mut Event::LegUpdated(told).line());
            }
        }
        News::States { lines, rest }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;
    use trecho_shared::money::Centavos;

    use super::*;
    use crate::board::Board;
    use crate::booking::{Change, LegChange, LegChangeKind, LegFacts, Reason};
    use crate::limits::Limits;
    use crate::meters::FeedMeters;

    const LEGS: u32 = 7;

    fn facts(number: u32) -> LegFacts {
        LegFacts {
            id: format!("TR{}-20261124-GRU", number + 1).parse().unwrap(),
            to: "REC".parse().unwrap(),
            departs_at: "2026-11-24T06:10:00-03:00".parse().unwrap(),
            arrives_at: "2026-11-24T09:15:00-03:00".parse().unwrap(),
            aircraft: "AT7".parse().unwrap(),
            cabin: Arc::new("1x2".parse().unwrap()),
            fare: Centavos(100),
        }
    }

    /// Seven legs of two seats, and a ring of four changes that are told two at a time.
    fn feed() -> Feed {
        let legs = (0..LEGS).map(|key| (LegKey(key), Arc::new(facts(key)), false));
        let board = Arc::new(Board::new(legs, Version(0)));
        let limits = Limits { feed_changes: 4, feed_piece: 2, ..Limits::default() };
        Feed::new(board, Version(0), &limits, FeedMeters::default())
    }

    fn change(feed: &Feed, version: u64, leg: u32, seats_left: u32) {
        let kind = if seats_left == 0 { LegChangeKind::Taken } else { LegChangeKind::Updated };
        let change = LegChange {
            leg: LegKey(leg),
            version: Version(version),
            version_before: Version(0),
            seats_left,
            closed: false,
            kind,
            reason: Reason::Held,
        };
        feed.board.apply(&[Change::Leg(change)]);
        feed.publish(&[change]);
    }

    /// One piece: the method, flight and version of each line.
    fn piece(watch: &mut Watch, feed: &Feed) -> Option<Vec<(String, String, u64)>> {
        let news = watch.gather(feed)?;
        let mut lines = Vec::new();
        watch.write(news, feed, &mut lines);
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let told = lines.map(|line| {
            let line: Value = serde_json::from_slice(line).unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let params = &line["params"];
            (text(&line["method"]), text(&params["flight"]), params["version"].as_u64().unwrap())
        });
        Some(told.collect())
    }

    fn told(method: &str, flight: &str, version: u64) -> (String, String, u64) {
        (method.to_owned(), flight.to_owned(), version)
    }

    #[test]
    fn who_keeps_up_is_told_every_change() {
        let feed = feed();
        let (mut watch, _bell) = feed.watch(Filter::All);
        change(&feed, 1, 0, 1);
        change(&feed, 2, 0, 0);
        change(&feed, 3, 1, 1);
        assert_eq!(
            piece(&mut watch, &feed),
            Some(vec![told("leg.updated", "TR1", 1), told("leg.taken", "TR1", 2)])
        );
        assert_eq!(piece(&mut watch, &feed), Some(vec![told("leg.updated", "TR2", 3)]));
        assert_eq!(piece(&mut watch, &feed), None);
    }

    #[test]
    fn what_was_gathered_and_not_written_comes_again() {
        let feed = feed();
        let (mut watch, _bell) = feed.watch(Filter::All);
        change(&feed, 1, 0, 1);
        assert!(watch.gather(&feed).is_some());
        assert_eq!(piece(&mut watch, &feed), Some(vec![told("leg.updated", "TR1", 1)]));
    }

    #[test]
    fn who_was_overtaken_is_told_the_state_of_each_leg_once_in_pieces() {
        let feed = feed();
        let (mut all, _bell) = feed.watch(Filter::All);
        let (mut some, _bell) = feed.watch(Filter::Legs(HashSet::from([LegKey(2)])));
        let mut version = 0;
        for round in 0..2 {
            for leg in 0..5 {
                version += 1;
                change(&feed, version, leg, if leg == 4 { 0 } else { 1 - round });
            }
        }
        // The last of the first round has been overwritten by states; leg 3 changes on the way.
        change(&feed, 11, 0, 2);
        let first = piece(&mut all, &feed).unwrap();
        assert_eq!(first, [told("leg.updated", "TR1", 11), told("leg.taken", "TR2", 7)]);
        change(&feed, 12, 3, 2);
        let mut rest = Vec::new();
        while let Some(piece) = piece(&mut all, &feed) {
            rest.extend(piece);
        }
        assert_eq!(
            rest,
            [
                told("leg.taken", "TR3", 8),
                told("leg.taken", "TR5", 10),
                told("leg.updated", "TR4", 12),
            ]
        );
        // A filter is for the legs with seats; taken legs are told to all.
        let mut heard = Vec::new();
        while let Some(piece) = piece(&mut some, &feed) {
            heard.extend(piece);
        }
        assert_eq!(
            heard,
            [
                told("leg.taken", "TR2", 7),
                told("leg.taken", "TR3", 8),
                told("leg.taken", "TR5", 10)
            ]
        );
    }
}
