//! Each limit counts under a name of its own, when it is really met: one that makes somebody wait, and
//! one that refuses a request. Those that end a connection are in [`super::ended`].

use std::fmt::Write as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use trecho_server::rate::Rate;
use trecho_server::{AdminSocket, Config};

use super::{at_least, counted, strict, with_pages_and};
use crate::common::client::PATIENCE;
use crate::common::world::TIMETABLE;
use crate::common::{Client, World, kind, leg};

const WAITS: &str = "trecho_limit_waits_total";
const REFUSALS: &str = "trecho_limit_refusals_total";
const OPERATORS: &str = "trecho_operators_refused_total";

fn ask(leg: &str, count: u32) -> Value {
    json!({ "legs": [{ "leg": leg, "count": count }] })
}

/// Lines that ask whether the server is alive.
fn pings(count: u32) -> String {
    let mut lines = String::new();
    for id in 0..count {
        writeln!(lines, "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"server.ping\"}}").unwrap();
    }
    lines
}

#[tokio::test]
async fn requests_that_wait_for_their_rate_are_counted() {
    let (world, pages) = strict(|config| config.limits.requests = Rate::per_second(100, 10)).await;
    let mut fast = world.client_from("127.0.0.2").await;
    fast.send(pings(30)).await;
    fast.finish().await;
    assert_eq!(fast.until_closed().await.len(), 30);
    // Twenty were over the burst. (On a machine that stalls, the rate makes some of them good.)
    at_least(pages, WAITS, "limit=\"requests\"", 1.0).await;
}

#[tokio::test]
async fn connections_that_wait_for_the_rate_of_all_are_counted() {
    let (world, pages) = strict(|config| {
        config.limits.accepts = Rate { every: Duration::from_millis(50), burst: 1 };
    })
    .await;
    for source in ["127.0.0.2", "127.0.0.3"] {
        world.client_from(source).await.ok("server.ping", json!({})).await;
    }
    // After each of them the door is shut for a while.
    counted(pages, WAITS, &[("limit=\"accepts\"", 2.0)]).await;
}

#[tokio::test]
async fn requests_that_wait_since_as_many_are_under_way_are_counted() {
    let (world, pages) = with_pages_and(|config| config.limits.requests_in_flight = 1).await;
    let mut ana = world.client().await;
    ana.open().await;
    for _ in 0..3 {
        ana.request("cart.get", json!({})).await;
    }
    for _ in 0..3 {
        assert!(ana.line().await.unwrap().get("result").is_some());
    }
    at_least(pages, WAITS, "limit=\"in_flight\"", 3.0).await;
}

#[tokio::test]
async fn requests_that_wait_for_their_peer_to_read_are_counted() {
    let (world, pages) = with_pages_and(|config| config.limits.unsent_bytes = 1_024).await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let mut deaf = Client::over(socket.connect(world.server().local_addr()).await.unwrap());
    for _ in 0..100 {
        deaf.request("airports.list", json!({})).await;
    }
    at_least(pages, WAITS, "limit=\"unsent\"", 1.0).await;
}

#[tokio::test]
async fn holds_past_each_bound_of_a_cart_are_counted_under_its_name() {
    let mut timetable = TIMETABLE.to_owned();
    for number in 1..=9 {
        let day = "2026-11-24,GRU,REC,06:10,09:15,320,30x3-3,412.90";
        writeln!(timetable, "TR{number},{day}").unwrap();
    }
    let world =
        World::of(&timetable, |config| config.metrics_listen = "127.0.0.1:0".parse().ok()).await;
    let pages = world.server().metrics_addr().unwrap();
    let mut ana = world.client().await;
    let each = |count: u32, legs: u32| {
        let legs: Vec<Value> = (1..=legs)
            .map(|number| json!({ "leg": format!("TR{number}-20261124-GRU"), "count": count }))
            .collect();
        json!({ "legs": legs })
    };
    for (wanted, bound) in [
        (each(10, 1), "limit=\"cart_passengers\""),
        (each(1, 9), "limit=\"cart_legs\""),
        (each(9, 5), "limit=\"cart_seats\""),
    ] {
        assert_eq!(ana.refusal("cart.hold", wanted).await["kind"], "cart_full");
        at_least(pages, REFUSALS, bound, 1.0).await;
    }
    let once =
        ["cart_legs", "cart_passengers", "cart_seats"].map(|bound| format!("limit=\"{bound}\""));
    counted(pages, REFUSALS, &once.each_ref().map(|bound| (bound.as_str(), 1.0))).await;
}

#[tokio::test]
async fn holds_over_what_an_address_may_hold_are_counted() {
    let (world, pages) = strict(|config| config.holds_per_address = 3).await;
    let mut ana = world.client_from("127.0.0.2").await;
    assert_eq!(ana.refusal("cart.hold", ask(&leg(1042), 4)).await["kind"], "limit_exceeded");
    counted(pages, REFUSALS, &[("limit=\"holds_per_address\"", 1.0)]).await;
}

#[tokio::test]
async fn holds_after_carts_that_came_to_nothing_are_counted_apart() {
    let (world, pages) = strict(|_| {}).await;
    let mut ana = world.client_from("127.0.0.2").await;
    for _ in 0..3 {
        ana.hold(&[leg(7000)]).await;
        world.pass(Duration::from_secs(601)).await;
    }
    assert_eq!(ana.refusal("cart.hold", ask(&leg(7000), 1)).await["kind"], "limit_exceeded");
    counted(pages, REFUSALS, &[("limit=\"session_lapses\"", 1.0)]).await;
}

#[tokio::test]
async fn holds_of_an_address_whose_seats_came_to_nothing_are_counted_apart() {
    let (world, pages) = strict(|config| config.holds_per_address = 1).await;
    for _ in 0..2 {
        let mut client = world.client_from("127.0.0.2").await;
        client.hold(&[leg(7000)]).await;
        world.pass(Duration::from_secs(601)).await;
        // Let go here, an address with no session would be forgotten.
        std::mem::forget(client);
    }
    let mut ana = world.client_from("127.0.0.2").await;
    assert_eq!(ana.refusal("cart.hold", ask(&leg(7000), 1)).await["kind"], "limit_exceeded");
    counted(pages, REFUSALS, &[("limit=\"address_lapses\"", 1.0)]).await;
}

/// Looks up what is not there until it is told to wait.
async fn guess(client: &mut Client) {
    let wrong = json!({ "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000" });
    while kind(&client.call("bookings.get", wrong.clone()).await) == "booking_unknown" {}
}

#[tokio::test]
async fn look_ups_are_counted_by_which_of_their_limits_refuses_them() {
    for (limit, adjust) in [
        ("limit=\"lookups\"", (|config| config.limits.wrong_lookups = 3) as fn(&mut Config)),
        ("limit=\"lookups_per_address\"", |config| {
            config.limits.wrong_lookups_per_address = Rate::per_hour(3);
        }),
        ("limit=\"lookups_per_locator\"", |config| {
            config.limits.wrong_lookups_per_locator = Rate::per_hour(3);
        }),
    ] {
        let (world, pages) = strict(adjust).await;
        guess(&mut world.client_from("127.0.0.2").await).await;
        counted(pages, REFUSALS, &[(limit, 1.0)]).await;
    }
}

#[tokio::test]
async fn operators_for_whom_there_is_no_place_are_counted() {
    let (world, pages) = with_pages_and(|config| config.admin_socket = AdminSocket::InData).await;
    let admin = AdminSocket::InData.path(&world.config.data_dir).unwrap();
    let _connected: Vec<_> = (0..17).map(|_| UnixStream::connect(&admin).unwrap()).collect();
    counted(pages, OPERATORS, &[("door=\"admin\"", 1.0)]).await;
    let mut silent = Vec::new();
    for _ in 0..17 {
        silent.push(TcpStream::connect(pages).await.unwrap());
    }
    let mut last = silent.pop().unwrap();
    assert_eq!(timeout(PATIENCE, last.read(&mut [0; 9])).await.unwrap().unwrap_or(0), 0);
    drop(silent);
    super::until_status_or_closed(pages).await;
    at_least(pages, OPERATORS, "door=\"pages\"", 1.0).await;
}
