//! A server that is stopped (SIGSTOP, a suspended machine) for longer than carts are held.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm, kind};
use crate::load::{Crowd, timetable};

/// So long is a cart held. Half of it is the slack.
const HOLD: Duration = Duration::from_secs(1);

/// So many carts are held when the server stops.
const CARTS: usize = 20;

#[tokio::test]
async fn carts_that_were_due_while_it_was_stopped_end_together_and_none_of_them_is_sold() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("10x3-3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", "1s"];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut watcher = server.client().await;
    watcher.ok("feed.watch", json!({})).await;
    let mut buyers: Vec<(Client, String)> = Vec::new();
    for _ in 0..CARTS {
        let mut buyer = server.client().await;
        let token = buyer.open().await;
        buyers.push((buyer, token));
    }
    for (buyer, _) in &mut buyers {
        buyer.hold(std::slice::from_ref(&leg)).await;
    }
    let all_held = tokio::time::Instant::now();
    server.freeze();
    // Time itself is what this waits for.
    tokio::time::sleep_until(all_held + HOLD).await;
    for (buyer, _) in &mut buyers {
        buyer.request("cart.confirm", confirm("k")).await;
    }
    server.signal(Signal::CONT);
    for (buyer, _) in &mut buyers {
        let first = buyer.line().await.unwrap();
        assert_eq!(first["method"], "cart.expired", "{first}");
        let reply = buyer.line().await.unwrap();
        assert_eq!(kind(&reply), "cart_expired", "{reply}");
    }
    // All in one stroke: whoever looks at all sees every seat free.
    let mut other = server.client().await;
    assert_eq!(other.seats_left(&leg).await, 60);
    let reopened = watcher.events_so_far().await;
    assert_eq!(reopened.last().unwrap()["params"]["seats_left"], 60);
    for (buyer, token) in buyers {
        drop(buyer);
        let mut again = server.client().await;
        again.ok("session.open", json!({ "resume": token })).await;
        assert_eq!(again.refusal("cart.confirm", confirm("k")).await["kind"], "cart_expired");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_under_load_it_goes_on_as_if_nothing_had_been_and_keeps_nothing_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, legs) = timetable(directory.path());
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", "1s"];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut crowd = Crowd::come(server.address, legs, 3);
    crowd.buys(20).await;
    let before = server.resources();
    for _ in 0..3 {
        server.freeze();
        // Not for long: that is the other test's. All that is asked meanwhile waits.
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.signal(Signal::CONT);
        crowd.buys(10).await;
    }
    server.comes_back_to(&before).await;
    let history = crowd.go(&server).await;
    println!("3 stops: {}", history.told());
    assert_eq!(history.faults(), Vec::<String>::new());
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
}
