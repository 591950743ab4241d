//! What a server counts about itself, at one moment and as one message: for `trechod top`, and for
//! whoever writes a program of their own against the operators' socket.
//!
//! Counters are totals since the start. Whoever wants to know how fast they grow takes two
//! snapshots; if `started_at` differs, the server was started anew between them.

mod requests;
mod sold;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use prometheus_client::metrics::counter::Counter;
use serde::{Deserialize, Serialize};
use trecho_shared::ids::Epoch;
use trecho_shared::time::Moment;

use super::{Each, Histogram, Label, Process, Readings, SessionState};
use crate::dispatch::Service;
use crate::limits::{Limits, STATS_LEGS};

pub(crate) use requests::{MethodStats, RequestStats};
pub(crate) use sold::{BookingStats, LegPace, SoldStats};

/// Everything, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// Which server this is, and what it is about.
    pub(crate) server: ServerStats,
    /// When this was taken.
    pub(crate) at: Moment,
    /// When the counters stood at zero.
    pub(crate) started_at: Moment,
    /// Connections.
    pub(crate) connections: ConnectionStats,
    /// Requests and what they were answered.
    pub(crate) requests: RequestStats,
    /// Limits that somebody has met.
    #[serde(default)]
    pub(crate) limits: LimitStats,
    /// The one writer.
    pub(crate) desk: DeskStats,
    /// Sessions and carts.
    pub(crate) sessions: SessionStats,
    /// Seats of the legs in memory, by state.
    pub(crate) seats: BTreeMap<String, u64>,
    /// What was sold.
    pub(crate) sold: SoldStats,
    /// The feed.
    pub(crate) feed: FeedStats,
    /// The data directory's disk and the ledger's files on it.
    pub(crate) disk: DiskStats,
    /// The process.
    pub(crate) process: ProcessStats,
}

/// Which server this is, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerStats {
    /// Its version.
    pub(crate) version: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Whether connections are encrypted.
    pub(crate) tls: bool,
    /// The life of its data directory.
    pub(crate) epoch: Epoch,
    /// Whether it sees its connections off, and ends when they have gone.
    pub(crate) draining: bool,
}

/// Connections and their bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ConnectionStats {
    /// Being served now.
    pub(crate) open: u64,
    /// The most that are served at once.
    pub(crate) places: u64,
    /// How many of these are kept for sessions with holds.
    pub(crate) reserved: u64,
    /// Accepted since the start.
    pub(crate) accepted: u64,
    /// Turned away since the start, by reason; reasons that never applied are left out.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Served and ended since the start, by reason; reasons that never applied are left out.
    #[serde(default)]
    pub(crate) ended: BTreeMap<String, u64>,
    /// Accepts that failed.
    pub(crate) accept_errors: u64,
    /// Bytes from clients.
    pub(crate) received_bytes: u64,
    /// Bytes to clients.
    pub(crate) sent_bytes: u64,
}

/// Limits that somebody has met since the start, by name; those that nobody has are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LimitStats {
    /// Times that one made somebody wait.
    pub(crate) waits: BTreeMap<String, u64>,
    /// Requests that one refused.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// Operators for whom there was no place, by where they came in.
    pub(crate) operators: BTreeMap<String, u64>,
}

/// How values are spread: how many were at most each bound, and at the end those above all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Distribution {
    /// Values in each bucket, not added up over buckets.
    pub(crate) counts: Vec<u64>,
    /// All values together.
    pub(crate) sum: u64,
}

/// The one writer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeskStats {
    /// Orders that wait.
    pub(crate) queued: u64,
    /// Orders that can wait.
    pub(crate) queue_room: u64,
    /// The upper bounds of the buckets of `batch_orders`.
    pub(crate) batch_bounds: Vec<u64>,
    /// Orders that shared a turn.
    pub(crate) batch_orders: Distribution,
    /// Microseconds that commits took; the bounds are those of the requests.
    pub(crate) commit_us: Distribution,
}

/// Sessions and carts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionStats {
    /// With a connection.
    pub(crate) attached: u64,
    /// Waiting for one.
    pub(crate) detached: u64,
    /// Carts with at least one hold.
    pub(crate) carts: u64,
    /// Carts whose time was up, since the start.
    pub(crate) carts_expired: u64,
}

/// The feed and who follows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FeedStats {
    /// Connections that watch.
    pub(crate) watchers: u64,
    /// Changes of legs that were published.
    pub(crate) changes: u64,
    /// Times a slow reader was overtaken.
    pub(crate) overtaken: u64,
}

/// The data directory's disk and the ledger's files on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DiskStats {
    /// A write found no room, and none has succeeded since.
    pub(crate) full: bool,
    /// Bytes free; absent where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) free_bytes: Option<u64>,
    /// Bytes of the ledger's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ledger_bytes: Option<u64>,
    /// Pages in the write-ahead log, not carried home yet.
    pub(crate) log_pages: u64,
    /// Times the log was carried home.
    pub(crate) checkpoints: u64,
}

/// What the process takes; absent where the system does not say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProcessStats {
    /// Open files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) open_files: Option<u64>,
    /// Files that may be open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) most_files: Option<u64>,
    /// Memory in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resident_bytes: Option<u64>,
    /// Processor time used, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_seconds: Option<f64>,
}

impl Snapshot {
    /// Looks. Nobody waits for it: it reads numbers, and asks the system for the disk's room.
    pub(crate) fn take(service: &Service, server: ServerStats) -> Self {
        let at = service.clock.now();
        let meters = &service.meters;
        let standing = &meters.standing;
        let readings = Readings::take(service);
        let Readings { started_at, queued, queue_room, watchers, .. } = readings;
        let (desk, feed) = (&meters.desk, &meters.feed);
        Self {
            server,
            at,
            started_at: started(started_at),
            connections: ConnectionStats::take(&meters.connections, &service.limits),
            requests: RequestStats::take(&meters.requests),
            limits: LimitStats {
                waits: by_label_if_any(&meters.limits.waits),
                refusals: by_label_if_any(&meters.limits.refused),
                operators: by_label_if_any(&meters.limits.operators),
            },
            desk: DeskStats {
                queued: count(queued),
                queue_room: count(queue_room),
                batch_bounds: desk.batch_orders.scale().bounds().collect(),
                batch_orders: (&desk.batch_orders).into(),
                commit_us: (&desk.commit_seconds).into(),
            },
            sessions: SessionStats {
                attached: unsigned(standing.sessions.of(SessionState::Attached).get()),
                detached: unsigned(standing.sessions.of(SessionState::Detached).get()),
                carts: unsigned(standing.carts.get()),
                carts_expired: standing.carts_expired.get(),
            },
            seats: by_label(&standing.seats, |seats| unsigned(seats.get())),
            sold: SoldStats::take(service, at, STATS_LEGS),
            feed: FeedStats {
                watchers: count(watchers),
                changes: feed.changes.get(),
                overtaken: feed.overtaken.get(),
            },
            disk: DiskStats {
                full: desk.disk_full.get() != 0,
                free_bytes: readings.disk_free,
                ledger_bytes: readings.ledger_bytes,
                log_pages: unsigned(desk.log_frames.get()),
                checkpoints: desk.checkpoints.get(),
            },
            process: readings.process.into(),
        }
    }
}

impl ServerStats {
    /// Of a server that listens there.
    pub(crate) fn of(service: &Service, address: SocketAddr, draining: bool) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            address,
            tls: service.tls.is_some(),
            epoch: service.epoch,
            draining,
        }
    }
}

impl ConnectionStats {
    fn take(connections: &super::Connections, limits: &Limits) -> Self {
        Self {
            open: unsigned(connections.open.get()),
            places: count(limits.connections),
            reserved: count(limits.reserved()),
            accepted: connections.accepted.get(),
            refused: by_label_if_any(&connections.turned_away),
            ended: by_label_if_any(&connections.ended),
            accept_errors: connections.accept_errors.get(),
            received_bytes: connections.bytes_in.get(),
            sent_bytes: connections.bytes_out.get(),
        }
    }
}

impl From<&Histogram> for Distribution {
    fn from(histogram: &Histogram) -> Self {
        Self { counts: histogram.counts(), sum: histogram.sum() }
    }
}

impl From<Process> for ProcessStats {
    fn from(process: Process) -> Self {
        let Process { open_files, most_files, resident_bytes, cpu_seconds } = process;
        Self { open_files, most_files, resident_bytes, cpu_seconds }
    }
}

fn by_label<L: Label, M>(each: &Each<L, M>, read: impl Fn(&M) -> u64) -> BTreeMap<String, u64> {
    L::ALL.iter().map(|label| (label.value().to_owned(), read(each.of(*label)))).collect()
}

/// The same of counters, without those that stand at zero.
fn by_label_if_any<L: Label>(each: &Each<L, Counter>) -> BTreeMap<String, u64> {
    let mut counts = by_label(each, Counter::get);
    counts.retain(|_, count| *count > 0);
    counts
}

/// A gauge counts what there is of something. Between two of its steps it may be below nothing.
fn unsigned(gauge: i64) -> u64 {
    u64::try_from(gauge).unwrap_or(0)
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds of a time of day fit")]
fn started(seconds: f64) -> Moment {
    Moment((seconds * 1_000.0).round() as i64)
}
