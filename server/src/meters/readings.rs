//! What is not counted but read off when somebody asks.

use std::fmt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use trecho_shared::message::RefusalKind;

use super::ReplyKind;
use crate::dispatch::Service;

mod process;

pub use process::Process;

/// The refusals that say that somebody else was first.
const CONFLICTS: [RefusalKind; 2] = [RefusalKind::LegTaken, RefusalKind::SeatTaken];

/// One look at a running server.
#[derive(Debug)]
pub(crate) struct Readings {
    /// When the meters began to count, in seconds since 1970.
    pub(crate) started_at: f64,
    /// Orders that wait at the desk.
    pub(crate) queued: usize,
    /// For how many there is room.
    pub(crate) queue_room: usize,
    /// Connections that watch the feed.
    pub(crate) watchers: usize,
    /// Bytes that the data directory's disk has free for this user.
    pub(crate) disk_free: Option<u64>,
    /// The size of the ledger's file.
    pub(crate) ledger_bytes: Option<u64>,
    /// This process.
    pub(crate) process: Process,
    /// How often somebody else was first, by refusal.
    pub(crate) conflicts: [(RefusalKind, u64); CONFLICTS.len()],
}

impl Readings {
    /// Looks.
    pub(crate) fn take(service: &Service) -> Self {
        let meters = &service.meters;
        let (queued, queue_room) = service.desk.queued();
        let started = meters.started().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started_at: started.as_secs_f64(),
            queued,
            queue_room,
            watchers: service.feed.watchers(),
            disk_free: free_bytes(meters.directory()),
            ledger_bytes: crate::ledger::bytes(meters.directory()),
            process: Process::look(),
            conflicts: CONFLICTS
                .map(|kind| (kind, meters.requests.total(ReplyKind::Refusal(kind)))),
        }
    }
}

fn free_bytes(directory: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(directory).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }
    #[cfg(not(unix))]
    None
}

impl Collector for Readings {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut to;
        info(to, "trecho_build", "Which server this is.", env!("CARGO_PKG_VERSION"))?;
        let mut conflicts = to.encode_descriptor(
            "trecho_conflicts",
            "Requests that were refused since another had the leg or the seat first.",
            None,
            MetricType::Counter,
        )?;
        for (kind, count) in self.conflicts {
            conflicts
                .encode_family(&[("kind", kind.as_str())])?
                .encode_counter::<NoLabelSet, u64, u64>(&count, None)?;
        }
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        gauge(to, "trecho_desk_queue_orders", "Orders that wait at the desk.", count(self.queued))?;
        gauge(
            to,
            "trecho_desk_queue_room_orders",
            "Orders that can wait at the desk.",
            count(self.queue_room),
        )?;
        gauge(to, "trecho_watchers", "Connections that watch the feed.", count(self.watchers))?;
        if let Some(bytes) = self.disk_free {
            gauge(to, "trecho_disk_free_bytes", "Room on the data directory's disk.", bytes)?;
        }
        if let Some(bytes) = self.ledger_bytes {
            gauge(to, "trecho_ledger_bytes", "Size of the ledger without its log.", bytes)?;
        }
        float(
            to,
            "process_start_time_seconds",
            "When the server started, in seconds since 1970.",
            self.started_at,
        )?;
        self.process.encode(to)
    }
}

fn info(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, version: &str) -> fmt::Result {
    to.encode_descriptor(name, help, None, MetricType::Info)?
        .encode_info(&[("version", version), ("protocol", "1")])
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let value = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    value.encode(to.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn float(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: f64) -> fmt::Result {
    ConstGauge::new(value).encode(to.encode_descriptor(name, help, None, MetricType::Gauge)?)
}
