//! The feed without its sockets, for the benchmarks.

use std::sync::Arc;

use trecho_shared::ids::Version;

use super::{Feed, Filter, Watch};
use crate::board::Board;
use crate::booking::LegChange;
use crate::limits::Limits;
use crate::meters::FeedMeters;

/// A feed and those who watch everything on it, each with the buffer that its socket would empty.
pub struct Watchers {
    feed: Feed,
    watches: Vec<(Watch, Vec<u8>)>,
}

impl Watchers {
    /// So many watchers of the legs of `board`.
    pub fn new(board: Arc<Board>, count: usize) -> Self {
        let feed = Feed::new(board, Version(0), &Limits::default(), FeedMeters::default());
        let watches = (0..count).map(|_| (feed.watch(Filter::All).0, Vec::new())).collect();
        Self { feed, watches }
    }

    /// Tells of these changes.
    pub fn publish(&self, changes: &[LegChange]) {
        self.feed.publish(changes);
    }

    /// Lets everyone read all that there is; says how many bytes that were.
    pub fn read(&mut self) -> usize {
        let mut bytes = 0;
        for (watch, buffer) in &mut self.watches {
            while let Some(news) = watch.gather(&self.feed) {
                buffer.clear();
                watch.write(news, &self.feed, buffer);
                bytes += buffer.len();
            }
        }
        bytes
    }
}
