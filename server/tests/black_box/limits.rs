//! The bounds of a connection.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpStream;
use trecho_shared::limits::REPLY_LINE_BYTES;

use crate::common::world::TIMETABLE;
use crate::common::{Client, World, confirm, error_code, kind, leg};

#[tokio::test]
async fn a_full_server_says_so_and_serves_again_when_there_is_room() {
    let world = World::with(|config| config.limits.connections = 2).await;
    let mut first = world.client().await;
    let mut second = world.client().await;
    first.ok("server.ping", json!({})).await;
    second.ok("server.ping", json!({})).await;
    let mut third = world.client().await;
    let lines = third.until_closed().await;
    assert_eq!(lines.len(), 1);
    assert_eq!(kind(&lines[0]), "limit_exceeded");
    assert!(lines[0]["error"]["data"]["retry_after_ms"].is_u64());
    first.ok("server.ping", json!({})).await;
    drop(second);
    // The server needs a moment to notice.
    loop {
        let mut next = world.client().await;
        next.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
        if next.line().await.is_some_and(|line| line.get("result").is_some()) {
            return;
        }
    }
}

#[tokio::test]
async fn who_says_nothing_at_first_is_sent_away_and_who_has_spoken_may_be_silent() {
    let world = World::with(|config| config.limits.first_line = Duration::from_millis(300)).await;
    let mut known = world.client().await;
    known.ok("server.ping", json!({})).await;
    let mut silent = world.client().await;
    let mut slow = world.client().await;
    slow.send("{\"jsonrpc\":").await;
    for mut client in [silent, slow] {
        let lines = client.until_closed().await;
        assert_eq!(lines.iter().map(error_code).collect::<Vec<_>>(), [-32600]);
    }
    silent = world.client().await;
    assert_eq!(silent.until_closed().await.len(), 1);
    known.ok("server.ping", json!({})).await;
}

#[tokio::test]
async fn a_line_must_end_in_time_and_others_do_not_wait_for_it() {
    let world = World::with(|config| config.limits.line = Duration::from_millis(300)).await;
    let mut slow = world.client().await;
    let mut other = world.client().await;
    slow.ok("server.ping", json!({})).await;
    slow.send("{\"jsonrpc\":\"2.0\",").await;
    other.ok("server.ping", json!({})).await;
    let lines = slow.until_closed().await;
    assert_eq!(lines.iter().map(error_code).collect::<Vec<_>>(), [-32600]);
    other.ok("server.ping", json!({})).await;
}

#[tokio::test]
async fn guessing_at_bookings_has_to_wait() {
    let world = World::with(|config| {
        config.limits.wrong_lookups = 3;
    })
    .await;
    let mut client = world.client().await;
    client.hold(&[leg(1042)]).await;
    let booking = client.ok("cart.confirm", confirm("k")).await;
    let right = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    let wrong = json!({ "locator": booking["locator"], "claim": "00000-00000-00000-00000-000000" });
    for _ in 0..2 {
        assert_eq!(client.refusal("bookings.get", wrong.clone()).await["kind"], "booking_unknown");
    }
    client.ok("bookings.get", right.clone()).await;
    for method in ["bookings.get", "bookings.cancel", "bookings.get"] {
        assert_eq!(client.refusal(method, wrong.clone()).await["kind"], "booking_unknown");
    }
    let refusal = client.refusal("bookings.get", right.clone()).await;
    assert_eq!(refusal["kind"], "limit_exceeded");
    assert!(refusal["retry_after_ms"].as_u64().unwrap() <= 60_000);
    assert_eq!(client.refusal("bookings.cancel", right.clone()).await["kind"], "limit_exceeded");
    world.client().await.ok("bookings.get", right).await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_not_read_from_and_hurts_nobody() {
    let world = World::new().await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(64 * 1024).unwrap();
    let deaf: TcpStream = socket.connect(world.server().local_addr()).await.unwrap();
    // Long lines, so that few of them fill the buffers on the way to the server.
    let request = format!("{:1023}\n", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"legs.search\"}");
    let (request, mut sent) = (request.as_bytes().repeat(64), 0);
    // Until neither side of the connection takes any more.
    loop {
        let writable = tokio::time::timeout(Duration::from_millis(500), deaf.writable());
        if writable.await.is_err() {
            break;
        }
        // What was cut off goes on where it ended.
        sent += deaf.try_write(&request[sent % 1024..]).unwrap_or(0);
        assert!(sent < 64 << 20, "the server reads on although nobody reads its replies");
    }
    world.client().await.ok("server.ping", json!({})).await;
    // When it reads again, it gets every reply.
    let mut client = Client::over(deaf);
    client.finish().await;
    assert_eq!(client.until_closed().await.len(), sent / 1024);
}

#[tokio::test]
async fn a_seat_map_fits_in_a_line_or_is_refused() {
    let legs = "TR1,2026-11-24,GRU,REC,08:00,11:05,320,10000x1,412.90\n\
                TR2,2026-11-24,GRU,REC,08:00,11:05,320,10001x1,412.90\n";
    let world = World::of(&format!("{TIMETABLE}{legs}"), |_| {}).await;
    let mut client = world.client().await;
    let map = client.ok("legs.seats", json!({ "leg": "TR1-20261124-GRU" })).await;
    assert_eq!(map["rows"].as_array().map(Vec::len), Some(10_000));
    // Every seat could be of the longest status.
    let longest = map.to_string().replace("free", "blocked");
    assert!(longest.len() < REPLY_LINE_BYTES, "{} bytes", longest.len());
    let refused = client.call("legs.seats", json!({ "leg": "TR2-20261124-GRU" })).await;
    assert_eq!(error_code(&refused), -32602);
    assert!(refused["error"]["message"].as_str().unwrap().contains("hold by `count`"));
}
