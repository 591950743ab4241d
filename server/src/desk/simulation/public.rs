//! The public's side: the board and the feed as the server wires them, and one who watches
//! everything and does not always read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use trecho_shared::ids::Version;
use trecho_shared::message::SeatStatus;

use super::Model;
use crate::board::Board;
use crate::booking::{Change, LegFacts, LegKey, SeatIx};
use crate::desk::Outward;
use crate::feed::{Feed, Filter, Watch};
use crate::ledger::{Claimed, Standing};
use crate::limits::Limits;
use crate::meters::{FeedMeters, Meters};
use crate::server::Public;

/// So few changes fit into the ring that whoever does not read for a while is overtaken.
const RING: usize = 4;

/// What the ledger held, on its way to a board.
#[derive(Default)]
pub(super) struct Found {
    legs: Vec<(LegKey, Arc<LegFacts>, bool)>,
    claims: Vec<(LegKey, SeatIx, SeatStatus)>,
}

impl Found {
    pub(super) fn take(&mut self, standing: &Standing<'_>) {
        match *standing {
            Standing::Leg { leg, facts, closed } => {
                self.legs.push((leg, Arc::clone(facts), closed));
            }
            Standing::Claim { leg, seat, claimed } => {
                let status = match claimed {
                    Claimed::Held => SeatStatus::Held,
                    Claimed::Sold => SeatStatus::Sold,
                    Claimed::Blocked => SeatStatus::Blocked,
                };
                self.claims.push((leg, seat, status));
            }
        }
    }
}

/// What everyone can see.
pub(super) struct Shown {
    board: Arc<Board>,
    feed: Arc<Feed>,
    watch: Watch,
    /// Each leg's version and free seats, as the watcher was told.
    told: BTreeMap<String, (u64, u64)>,
    /// The version with which each leg came.
    came_with: BTreeMap<LegKey, Version>,
}

impl Shown {
    pub(super) fn new(found: Found, version: Version) -> Self {
        let board = Board::new(found.legs.into_iter(), version);
        for (leg, seat, status) in found.claims {
            board.restore_seat(leg, seat, status).unwrap();
        }
        let board = Arc::new(board);
        let limits = Limits { feed_changes: RING, feed_piece: 3, ..Limits::default() };
        let feed = Feed::new(Arc::clone(&board), version, &limits, FeedMeters::default());
        let (watch, _bell) = feed.watch(Filter::All);
        Self {
            board,
            feed: Arc::new(feed),
            watch,
            told: BTreeMap::new(),
            came_with: BTreeMap::new(),
        }
    }

    /// What the desk is to tell.
    pub(super) fn outward(&self, published: Arc<AtomicU64>) -> Ear {
        let (board, feed) = (Arc::clone(&self.board), Arc::clone(&self.feed));
        let standing = Meters::new(Path::new("")).standing;
        Ear { public: Public::new(board, feed, standing), published }
    }

    /// Each seat and each leg is shown as the reference has it.
    pub(super) fn agrees(&mut self, model: &Model) {
        let (blocked, sold) = (model.blocked(), model.sold());
        for (number, facts) in (1..).zip(&model.legs) {
            let leg = LegKey(number);
            let Some(state) = self.board.state(leg) else {
                assert!(model.departed(leg), "{leg:?} is not on the board");
                continue;
            };
            self.came_with.entry(leg).or_insert(state.version);
            let shown = self.board.seats(leg).unwrap();
            let mut left = 0;
            let blocks = shown.rows.iter().flat_map(|row| &row.blocks);
            let shown_seats: Vec<_> = blocks.flatten().collect();
            assert_eq!(shown_seats.len(), facts.cabin.capacity() as usize);
            for seat in shown_seats {
                let all = (0..facts.cabin.capacity()).map(SeatIx);
                let place = { all }.find(|place| facts.cabin.label(*place) == seat.seat);
                let place = (leg, place.expect("the cabin has it"));
                let status = if blocked.contains(&place) {
                    SeatStatus::Blocked
                } else if sold.contains(&place) {
                    SeatStatus::Sold
                } else if model.owners(place.0, place.1) > 0 {
                    SeatStatus::Held
                } else {
                    SeatStatus::Free
                };
                assert_eq!(seat.status, status, "{leg:?} {}", seat.seat);
                left += u32::from(status == SeatStatus::Free);
            }
            assert_eq!(shown.leg, facts.id);
            assert_eq!((state.seats_left, state.closed), (left, model.is_closed(leg)), "{leg:?}");
        }
    }

    /// The watcher reads all that there is: now it knows of each leg what the board shows, and
    /// never heard anything older than what it knew. Whether it had been overtaken.
    pub(super) fn read(&mut self, model: &Model) -> bool {
        let mut lines = Vec::new();
        while let Some(news) = self.watch.gather(&self.feed) {
            self.watch.write(news, &self.feed, &mut lines);
        }
        let mut overtaken = false;
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let event: Value = serde_json::from_slice(line).unwrap();
            let params = &event["params"];
            let number = |field: &str| params[field].as_u64().unwrap();
            let now = (number("version"), number("seats_left"));
            let before = self.told.insert(params["leg"].as_str().unwrap().to_owned(), now);
            assert!(before.is_none_or(|before| before.0 < now.0), "{before:?}, then {event}");
            overtaken |= params["reason"] == "merged";
        }
        for (number, facts) in (1..).zip(&model.legs) {
            let leg = LegKey(number);
            let Some(state) = self.board.state(leg) else { continue };
            let shown = (state.version.0, u64::from(state.seats_left));
            if let Some(told) = self.told.get(&facts.id.to_string()) {
                assert_eq!(*told, shown, "{}", facts.id);
            } else {
                assert_eq!(state.version, self.came_with[&leg], "{} changed untold", facts.id);
            }
        }
        overtaken
    }
}

/// Tells the public, and hears what it is told: the numbers of the changes follow one another.
pub(super) struct Ear {
    public: Public,
    published: Arc<AtomicU64>,
}

impl Outward for Ear {
    fn apply(&mut self, changes: &[Change]) {
        self.public.apply(changes);
    }

    fn publish(&mut self, changes: &[Change]) {
        for change in changes {
            if let Change::Leg(told) = change {
                let before = self.published.swap(told.version.0, Ordering::Relaxed);
                assert_eq!(told.version.0, before + 1, "no change is skipped or told twice");
            }
        }
        self.public.publish(changes);
    }
}
