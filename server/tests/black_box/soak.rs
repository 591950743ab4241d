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
const CACHE_KIB: u64 = 64 << 10;

/// What may come and go, in KiB.
const SLACK_KIB: u64 = 8 << 10;

/// The write-ahead log goes home at 16,384 pages, and a commit or two come on top.
const LOG_KIB: u64 = 80 << 10;

/// What it uses at one moment, in KiB.
#[derive(Debug, Clone, Copy)]
struct Sample {
    resident: u64,
    ledger: u64,
    log: u64,
}

fn sample(server: &Daemon, data: &Path) -> Sample {
    let kib = |file: &str| std::fs::metadata(data.join(file)).map_or(0, |file| file.len() >> 10);
    Sample { resident: server.memory(), ledger: kib("trecho.db"), log: kib("trecho.db-wal") }
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
    let first = sample(&server, &data);
    let mut crowd = Crowd::come(server.address, legs, number("TRECHO_SEED", 1));
    let (over, passed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut passers_by = JoinSet::new();
    for _ in 0..PASSERS_BY {
        passers_by.spawn(pass_by(server.address, Arc::clone(&over), Arc::clone(&passed)));
    }

    let (started, mut samples) = (Instant::now(), Vec::new());
    while started.elapsed() < time {
        // A sample after some work, however fast the machine is.
        crowd.buys(50).await;
        samples.push((started.elapsed(), sample(&server, &data)));
    }
    over.store(true, Ordering::Relaxed);
    passers_by.join_all().await;
    let history = crowd.go(&server).await;
    let last = sample(&server, &data);
    let half = samples.iter().find(|(at, _)| *at >= started.elapsed() / 2);
    let half = half.map_or(last, |(_, sample)| *sample);
    println!(
        "{time:?}, {} passed by: {}; idle {first:?}, halfway {half:?}, at last {last:?}",
        passed.load(Ordering::Relaxed),
        history.told(),
    );

    let faults = history.faults();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
    // What it keeps of the ledger is the only thing that may grow.
    let kept = |sample: Sample| sample.ledger.min(CACHE_KIB);
    let may_grow = kept(last) - kept(half) + SLACK_KIB;
    let grown = last.resident.saturating_sub(half.resident);
    assert!(grown <= may_grow, "{grown} KiB more than halfway, where {may_grow} are explained");
    let most = samples.iter().map(|(_, sample)| sample.resident).max().unwrap_or(0);
    let bound = first.resident + CACHE_KIB + 4 * SLACK_KIB;
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
