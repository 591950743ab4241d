//! The real `trechod` under load, killed again and again, and what its clients make of it.
//!
//! `TRECHO_KILLS` sets how often it is killed, `TRECHO_SEED` the choices that clients make.

use std::time::Duration;

use crate::common::{Daemon, run};
use crate::load::{Crowd, timetable};

/// A number that a variable says.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load_it_loses_nothing_and_sells_nothing_twice() {
    let (kills, seed) = (number("TRECHO_KILLS", 10), number("TRECHO_SEED", 1));
    let directory = tempfile::tempdir().unwrap();
    let (csv, legs) = timetable(directory.path());
    let data = directory.path().join("data");
    // So short that carts end by time, too, under load and over the kills.
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", "1s"];
    let mut server = Daemon::serve(&data, &arguments);
    let mut crowd = Crowd::come(server.address, legs, seed);
    let mut ready = Vec::new();
    for kill in 0..=kills {
        // At no moment that anyone could know: after some more purchases, and then, mostly, some
        // time.
        crowd.buys(3 + (seed + kill * 7) % 23).await;
        if kill % 10 == 5 {
            crowd.loses_a_cart().await;
        }
        tokio::time::sleep(Duration::from_micros((seed + kill) * 7_919 % 61 * 1_000)).await;
        if kill < kills {
            server.kill();
            let killed = std::time::Instant::now();
            server = Daemon::serve(&data, &arguments);
            ready.push(killed.elapsed());
            crowd.follow(server.address);
        }
    }
    let history = crowd.go(&server).await;
    ready.sort_unstable();
    let slowest = ready.last().copied().unwrap_or_default();
    println!("{kills} kills, ready again within {slowest:?}: {}", history.told());
    let faults = history.faults();
    assert!(faults.is_empty(), "TRECHO_SEED={seed}: {faults:#?}");
    assert!(!history.sales.is_empty() && !history.cancels.is_empty());
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
    assert!(history.carts.expired() > 0, "carts ended by time");
    server.kill();
    let sound = run(&["verify", "--data", data.to_str().unwrap()]);
    assert!(sound.status.success(), "TRECHO_SEED={seed}: {sound:?}");
}
