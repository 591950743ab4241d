//! A defect of ours: what a panic ends, and what it does not. Only the build with the feature
//! `faults` has the words at which it panics; `.ci/faults.py` runs these tests.

use serde_json::json;

use crate::common::daemon::{trechod, two_days_on};
use crate::common::pages::Numbers;
use crate::common::world::write_csv;
use crate::common::{Daemon, confirm};

/// What `trechod` panics at in this build.
const PANIC: &str = "trecho-deliberate-panic";

#[tokio::test]
async fn a_panic_over_one_request_ends_that_connection_alone_and_frees_its_cart() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let mut command = trechod();
    command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    command.args(["--grace", "300ms", "--timetable"]).arg(csv);
    command.arg("--data").arg(directory.path().join("data"));
    let (mut server, pages) = Daemon::spawn_with_pages(command);
    let mut bia = server.client().await;
    bia.ok("feed.watch", json!({})).await;
    let before = server.resources();
    let mut ana = server.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    ana.request("legs.search", json!({ "text": PANIC })).await;
    assert_eq!(ana.until_closed().await, Vec::<serde_json::Value>::new(), "it got no reply");
    // Whoever lost a socket has the grace, and then its seats are free again.
    while bia.event().await["params"]["seats_left"] != 3 {}
    bia.hold(std::slice::from_ref(&leg)).await;
    bia.ok("cart.confirm", confirm("k")).await;
    server.says("a fault has ended this connection; its session was detached");
    server.has_no_more_open_than(&before).await;
    // Again and again, and the next is served as if nothing had been.
    for _ in 0..20 {
        let mut carla = server.client().await;
        carla.open().await;
        carla.request("legs.search", json!({ "text": PANIC })).await;
        assert_eq!(carla.until_closed().await, Vec::<serde_json::Value>::new());
    }
    assert_eq!(server.client().await.seats_left(&leg).await, 2);
    // Counted before the sockets were closed.
    let faults = "trecho_connections_ended_total{reason=\"fault\"}";
    let counted = Numbers::scrape(pages).await.of(faults);
    assert!((counted - 21.0).abs() < 0.5, "{counted} of 21 are counted");
}

#[tokio::test]
async fn a_panic_of_the_desk_ends_the_process_and_nothing_more_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let (data, arguments) = (directory.path().join("data"), ["--timetable", csv.to_str().unwrap()]);
    let mut server = Daemon::serve(&data, &arguments);
    let (mut ana, mut bia) = (server.client().await, server.client().await);
    let token = ana.open().await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    bia.hold(std::slice::from_ref(&leg)).await;
    ana.request("cart.confirm", confirm(PANIC)).await;
    assert_eq!(ana.line().await, None, "what became of it is not known");
    assert_eq!(bia.until_closed().await, Vec::<serde_json::Value>::new());
    let (status, said) = server.wait();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("the desk's thread panicked"), "{said}");

    let server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], cart["holds"], "nothing was sold, and nothing lost");
    ana.ok("cart.confirm", confirm("k")).await;
}
