//! News from the desk to everyone who watches, up to the bytes that a socket would get.

use std::sync::{Arc, LazyLock};

use criterion::{BenchmarkId, Criterion, Throughput};
use trecho_server::bench::Watchers;
use trecho_server::booking::{LegChange, LegChangeKind, LegKey, Reason};
use trecho_shared::ids::Version;

use crate::world::{MONTH, MONTH_BOARD};

/// So many changes a commit brings: one of a quiet moment, and what queues up under load.
const COMMITS: [u64; 2] = [1, 64];

/// A commit's changes published once and read by every watcher; what is counted is what they read.
pub(crate) fn news(c: &mut Criterion) {
    let mut group = c.benchmark_group("feed");
    for changes in COMMITS {
        for watchers in [1, 100, 1_000, 10_000] {
            group.throughput(Throughput::Elements(changes * watchers));
            let id = BenchmarkId::new(format!("{changes} changes to watchers"), watchers);
            group.bench_function(id, |b| {
                let count = usize::try_from(watchers).expect("fits a machine word");
                let board = Arc::clone(LazyLock::force(&MONTH_BOARD));
                let mut crowd = Watchers::new(board, count);
                let mut version = 0;
                b.iter(|| {
                    let commit: Vec<_> = (1..=changes).map(|at| change(version + at)).collect();
                    version += changes;
                    crowd.publish(&commit);
                    assert!(crowd.read() > 0, "everyone is told");
                });
            });
        }
    }
    group.finish();
}

fn change(version: u64) -> LegChange {
    let leg = u32::try_from(version % MONTH as u64).expect("a place on the board");
    LegChange {
        leg: LegKey(leg),
        version: Version(version),
        version_before: Version(0),
        seats_left: 17,
        closed: false,
        kind: LegChangeKind::Updated,
        reason: Reason::Held,
    }
}
