//! Clients that die in the middle of it, and a server that does.

use serde_json::json;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm};

#[tokio::test]
async fn a_client_that_dies_while_it_confirms_learns_by_its_key_what_became_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("10x3-3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let (mut sold, mut held) = (0, 0);
    for _ in 0..20 {
        let mut ana = server.client().await;
        let token = ana.open().await;
        ana.hold(std::slice::from_ref(&leg)).await;
        ana.request("cart.confirm", confirm("k")).await;
        // Gone, with the answer on its way or not: a socket closed over unread bytes is reset.
        drop(ana);
        let mut ana = server.client().await;
        let opened = ana.ok("session.open", json!({ "resume": token })).await;
        match opened["cart"]["holds"].as_array().unwrap().len() {
            0 => sold += 1,
            holds => held += holds,
        }
        let booking = ana.ok("cart.confirm", confirm("k")).await;
        assert_eq!(booking["tickets"].as_array().unwrap().len(), 1);
        assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    }
    println!("of 20 who died, {sold} had bought by then and {held} had not");
    assert_eq!(server.client().await.seats_left(&leg).await, 60 - 20, "one seat each");
}

#[tokio::test]
async fn the_seats_of_a_client_that_dies_are_free_after_its_grace() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap(), "--grace", "300ms"];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut bia = server.client().await;
    bia.ok("feed.watch", json!({})).await;
    let before = server.resources();
    let mut ana = server.client().await;
    ana.hold(std::slice::from_ref(&leg)).await;
    drop(ana);
    until_free(&mut bia, 3).await;
    server.comes_back_to(&before).await;
}

#[tokio::test]
async fn a_killed_server_has_the_same_hold_with_the_same_deadline_and_ends_it_then() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x3");
    let csv = write_csv(directory.path(), &csv);
    let data = directory.path().join("data");
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", "4s"];
    let server = Daemon::serve(&data, &arguments);
    let mut ana = server.client().await;
    let token = ana.open().await;
    let cart = ana.hold(std::slice::from_ref(&leg)).await;
    server.kill();
    let server = Daemon::serve(&data, &arguments);
    let mut bia = server.client().await;
    bia.ok("feed.watch", json!({})).await;
    let mut ana = server.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], cart["holds"], "the same hold, under the same number");
    assert_eq!(opened["cart"]["expires_at"], cart["expires_at"]);
    until_free(&mut bia, 3).await;
    let lost = ana.event().await;
    assert_eq!(lost["method"], "cart.expired", "{lost}");
    assert_eq!(ana.refusal("cart.confirm", confirm("k")).await["kind"], "cart_expired");
}

/// Waits until an event tells of so many free seats.
async fn until_free(watching: &mut Client, seats: u64) {
    while watching.event().await["params"]["seats_left"] != seats {}
}
