//! A disk that fails a sync: what became of the commit is not known, so nothing more is said.

use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::strace::disturb_syncs;
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm};
use crate::load::{Crowd, timetable};

#[tokio::test]
async fn after_a_sync_that_failed_nothing_is_answered_and_the_key_tells_what_became_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let (data, arguments) = (directory.path().join("data"), ["--timetable", csv.to_str().unwrap()]);
    let mut server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let mut bia = server.client().await;
    let token = ana.open().await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    bia.open().await;
    let Some(mut tracer) = disturb_syncs(server.pid(), "error=EIO") else { return };
    ana.request("cart.confirm", confirm("k")).await;
    assert_eq!(ana.line().await, None, "what became of it is not known");
    assert_eq!(bia.until_closed().await, Vec::<serde_json::Value>::new());
    let (status, said) = server.wait();
    tracer.wait().unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    let faults = said.lines().filter(|line| line.contains("ERROR")).count();
    assert_eq!(faults, 1, "one line says so: {said}");
    assert!(said.contains("start again"), "and what to do: {said}");

    let server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    let sold = opened["cart"]["holds"] == json!([]);
    if !sold {
        assert_eq!(opened["cart"]["holds"], cart["holds"], "all of it or nothing");
    }
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    assert_eq!(ana.seats_left(&leg).await, 2);
    println!("the commit whose sync failed was {}", if sold { "there" } else { "lost" });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_sync_under_load_loses_nothing_that_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, legs) = timetable(directory.path());
    let (data, arguments) = (directory.path().join("data"), ["--timetable", csv.to_str().unwrap()]);
    let mut server = Daemon::serve(&data, &arguments);
    let mut crowd = Crowd::come(server.address, legs, 5);
    crowd.buys(20).await;
    let Some(mut tracer) = disturb_syncs(server.pid(), "error=EIO") else { return };
    let (status, said) = tokio::task::spawn_blocking(move || server.wait()).await.unwrap();
    tracer.wait().unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    let server = Daemon::serve(&data, &arguments);
    crowd.follow(server.address);
    crowd.buys(20).await;
    let history = crowd.go(&server).await;
    println!("a failed sync: {}", history.told());
    assert_eq!(history.faults(), Vec::<String>::new());
    assert!(history.judged() > 0 && history.placed() > 0, "the order was looked into");
}
