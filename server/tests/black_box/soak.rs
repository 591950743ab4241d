//! The real `trechod` under mixed load for as long as one likes: whatever it uses stays in bounds.
//!
//! `TRECHO_SOAK_SECONDS` sets how long, `TRECHO_SEED` the choices that buyers make.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::common::daemon::run;
use crate::common::{Client, Daemon};
use crate::load::{Crowd, timetable};
use crate::nemesis::number;

/// So many clients come, look about, and go without a word, one after the other.
const PASSERS_BY: usize = 2;

/// What SQLite keeps of the ledger in memory at most, in KiB (`ledger.rs`).
const CACHE_KIB: u64 = 8 << 10;

/// Of those who came and bought nothing, so many are remembered at most (`booking/policy.rs`),
const RESTING: u64 = 65_536;

/// and each takes so many bytes at most: their table doubles when it is full.
const SESSION_BYTES: u64 = 512;

/// A purchase takes so many bytes as long as its session is remembered (`ledger/confirmations.rs`).
const PURCHASE_BYTES: u64 = 64;

/// What may come and go, in KiB, beside what the feed remembers.
const SLACK_KIB: u64 = 8 << 10;

/// The write-ahead log goes home at 16,384 pages, and a commit or two come on top.
const LOG_KIB: u64 = 80 << 10;

/// What it uses at one moment, in KiB, and what it has to remember.
#[derive(Debug, Clone, Copy)]
struct Sample {
    resident: u64,
    ledger: u64,
    log: u64,
    /// So many have passed by.
    passed: u64,
    /// So many purchases were acknowledged.
    bought: u64,
}

impl Sample {
    /// What it keeps in memory for a reason, in KiB at most: no more than this may grow.
    fn explained(self) -> u64 {
        let sessions = self.passed.min(RESTING) * SESSION_BYTES;
        let purchases = self.bought * PURCHASE_BYTES;
        self.ledger.min(CACHE_KIB) + ((sessions + purchases) >> 10)
    }
}

fn sample(server: &Daemon, data: &Path, passed: &AtomicU64, bought: u64) -> Sample {
    let kib = |file: &str| std::fs::metadata(data.join(file)).map_or(0, |file| file.len() >> 10);
    let (ledger, log) = (kib("trecho.db"), kib("trecho.db-wal"));
    let passed = passed.load(Ordering::Relaxed);
    Sample { resident: server.memory(), ledger, log, passed, bought }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_for_long_it_uses_no_more_and_breaks_no_promise() {
    let time = Duration::from_secs(number("TRECHO_SOAK_SECONDS", 6));
    let directory = tempfile::tempdir().unwrap();
    let (csv, legs) = timetable(directory.path());
    let data = directory.path().join("data");
    let server = Daemon::serve(&data, &["--timetable", csv.to_str().unwrap()]);
    // It has served somebody, so that all that it opens once is open.
    let mut somebody = server.client().await;
    somebody.hold(&legs[..1]).await;
    somebody.ok("session.close", json!({})).await;
    somebody.until_closed().await;
    let idle = server.resources();
    let (over, passed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let first = sample(&server, &data, &passed, 0);
    let mut crowd = Crowd::come(server.address, legs, number("TRECHO_SEED", 1));
    let mut passers_by = JoinSet::new();
    for _ in 0..PASSERS_BY {
        passers_by.spawn(pass_by(server.address, Arc::clone(&over), Arc::clone(&passed)));
    }

    let (started, mut samples) = (Instant::now(), Vec::new());
    while started.elapsed() < time {
        // A sample after some work, however fast the machine is.
        crowd.buys(50).await;
        samples.push((started.elapsed(), sample(&server, &data, &passed, crowd.bought())));
    }
    over.store(true, Ordering::Relaxed);
    passers_by.join_all().await;
    let bought = crowd.bought();
    let history = crowd.go(&server).await;
    let last = sample(&server, &data, &passed, bought);
    let half = samples.iter().find(|(at, _)| *at >= started.elapsed() / 2);
    let half = half.map_or(last, |(_, sample)| *sample);
    println!("{time:?}: {}; idle {first:?}, halfway {half:?}, at last {last:?}", history.told());

    let faults = history.faults();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
    let may_grow = last.explained() - half.explained() + SLACK_KIB;
    let grown = last.resident.saturating_sub(half.resident);
    assert!(grown <= may_grow, "{grown} KiB more than halfway, where {may_grow} are explained");
    let most = samples.iter().map(|(_, sample)| sample.resident).max().unwrap_or(0);
    let bound = first.resident + last.explained() + 4 * SLACK_KIB;
    assert!(most <= bound, "{most} KiB of memory, and {bound} are the bound");
    let log = samples.iter().map(|(_, sample)| sample.log).max().unwrap_or(0);
    assert!(log <= LOG_KIB, "{log} KiB of log, and {LOG_KIB} are the bound");
    server.has_no_more_open_than(&idle).await;
    let verified = run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.status.success(), "{verified:?}");
}

/// Clients who look about and go without a word, as long as it lasts.
async fn pass_by(address: SocketAddr, over: Arc<AtomicBool>, passed: Arc<AtomicU64>) {
    while !over.load(Ordering::Relaxed) {
        let mut client = Client::connect(address).await;
        client.open().await;
        client.ok("feed.watch", json!({})).await;
        let found = client.ok("legs.search", json!({ "include": "all" })).await;
        for leg in found["legs"].as_array().unwrap() {
            client.ok("legs.seats", json!({ "leg": leg["leg"] })).await;
        }
        client.ok("cart.get", json!({})).await;
        passed.fetch_add(1, Ordering::Relaxed);
    }
}
