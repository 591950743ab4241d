//! What a server counts about itself, for whoever operates it.
//!
//! Counting is an addition to an atomic number that is found without a look-up, a lock or an
//! allocation: each labelled metric is an array, indexed by the label's enum ([`Each`]). What can be
//! read off the server's state when somebody asks (the length of a queue, open files) is not counted
//! but read then: `Readings`.
//!
//! The one exception is what operators watch and no metric can tell: the last [`Sales`], a booking each.
//!
//! A name is `trecho_` + what it counts + its unit; counters end in `_total`.

mod connections;
mod each;
mod ended;
mod histogram;
mod limits;
mod readings;
mod requests;
mod sales;
mod snapshot;
mod standing;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::booking::LostReason;

pub use connections::{Connections, TurnedAway};
use each::label;
pub use each::{Each, Label};
pub use ended::Ended;
pub use histogram::{Histogram, Scale};
pub use limits::{LimitMeters, OperatorsDoor, Refuser, Wait};
pub use readings::Process;
pub(crate) use readings::Readings;
pub use requests::{Begun, ReplyKind, Requests};
pub use sales::{Pace, Sales, Sold};
pub(crate) use snapshot::{
    BookingStats, Distribution, LegPace, MethodStats, ServerStats, Snapshot,
};
pub use standing::{SeatState, SessionState, Standing};

/// Everything that is counted.
#[derive(Debug)]
pub struct Meters {
    registry: Registry,
    directory: PathBuf,
    started: SystemTime,
    /// Connections and their bytes.
    pub connections: Connections,
    /// Requests and their replies.
    pub requests: Requests,
    /// Limits that somebody has met.
    pub limits: LimitMeters,
    /// The desk and what it writes.
    pub desk: DeskMeters,
    /// Who follows the changes.
    pub feed: FeedMeters,
    /// What the rules' state comes to: seats, sessions, carts, and what has been sold.
    pub standing: Standing,
}

/// The one writer.
#[derive(Debug, Clone)]
pub struct DeskMeters {
    /// How many orders shared a turn of the desk.
    pub batch_orders: Histogram,
    /// How long a commit took, synced.
    pub commit_seconds: Histogram,
    /// Holds that a cart lost without its owner's doing, by why.
    pub lost_holds: Each<LostReason, Counter>,
    /// The limits that the desk sees to: those of holds, and of its own queue.
    pub limits: LimitMeters,
    /// 1 while the disk has no room.
    pub disk_full: Gauge,
    /// Frames (pages) in the write-ahead log.
    pub log_frames: Gauge,
    /// How often the log was carried home.
    pub checkpoints: Counter,
}

/// The feed.
#[derive(Debug, Clone, Default)]
pub struct FeedMeters {
    /// Changes of legs that were published.
    pub changes: Counter,
    /// How often a reader was overtaken by the ring, and gets states instead.
    pub overtaken: Counter,
    /// States told to readers who were overtaken, each in place of one or many changes.
    pub merged: Counter,
}

impl Meters {
    /// Meters that stand at zero, of a server whose data is in `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let mut registry = Registry::with_prefix("trecho");
        let connections = Connections::new(&mut registry);
        let requests = Requests::new(&mut registry);
        let limits = LimitMeters::new(&mut registry);
        let desk = DeskMeters::new(&mut registry, limits.clone());
        let feed = FeedMeters::new(&mut registry);
        let standing = Standing::new(&mut registry);
        let (directory, started) = (directory.into(), SystemTime::now());
        Self { registry, directory, started, connections, requests, limits, desk, feed, standing }
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// When counting began.
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// Everything counted here, to be written out.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl Default for DeskMeters {
    /// Meters that nobody reads.
    fn default() -> Self {
        Self::new(&mut Registry::default(), LimitMeters::default())
    }
}

impl DeskMeters {
    fn new(registry: &mut Registry, limits: LimitMeters) -> Self {
        let of = registry;
        Self {
            limits,
            batch_orders: enrol(
                of,
                ("desk_batch_orders", "Orders that shared one turn of the desk, and its commit"),
                Histogram::new(Scale::Ones(10)),
            ),
            commit_seconds: enrol(
                of,
                ("desk_commit_seconds", "Time that a commit took until it was on disk"),
                Histogram::new(Scale::Microseconds),
            ),
            lost_holds: enrol(
                of,
                ("holds_lost", "Holds that ended without their passenger's doing, by reason"),
                Each::default(),
            ),
            disk_full: enrol(
                of,
                ("disk_full", "1 while the disk has no room and nothing is held or sold"),
                Gauge::default(),
            ),
            log_frames: enrol(
                of,
                (
                    "ledger_log_frames",
                    "Pages of 4 KiB in the write-ahead log, not yet carried home",
                ),
                Gauge::default(),
            ),
            checkpoints: enrol(
                of,
                ("ledger_checkpoints", "Times the write-ahead log was carried home"),
                Counter::default(),
            ),
        }
    }
}

impl FeedMeters {
    fn new(registry: &mut Registry) -> Self {
        let of = registry;
        Self {
            changes: enrol(
                of,
                ("feed_changes", "Changes of legs that were published to the feed"),
                Counter::default(),
            ),
            overtaken: enrol(
                of,
                (
                    "feed_overtaken",
                    "Times a slow reader fell behind the feed's ring and was resynced",
                ),
                Counter::default(),
            ),
            merged: enrol(
                of,
                ("feed_merged", "Merged states told to readers that were resynced"),
                Counter::default(),
            ),
        }
    }
}

/// Registers a metric under its name and what it means, and gives it back to be counted with.
fn enrol<M>(registry: &mut Registry, (name, help): (&str, &str), metric: M) -> M
where
    M: EncodeMetric + std::fmt::Debug + Clone + Send + Sync + 'static,
{
    registry.register(name, help, metric.clone());
    metric
}

impl Label for LostReason {
    const NAME: &'static str = "reason";
    const ALL: &'static [Self] = &[Self::Expired, Self::Departed, Self::Closed, Self::Operator];

    fn index(self) -> usize {
        self as usize
    }

    fn value(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Departed => "departed",
            Self::Closed => "closed",
            Self::Operator => "operator",
        }
    }
}
