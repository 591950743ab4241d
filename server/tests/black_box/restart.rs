//! A server that ends without a word and starts again on the same data.

use std::time::Duration;

use serde_json::json;
use trecho_server::ledger::OpenError;
use trecho_server::{Server, StartError};

use crate::common::world::TIMETABLE;
use crate::common::{World, confirm, leg};

#[tokio::test]
async fn holds_deadlines_bookings_keys_and_versions_are_as_they_were() {
    let mut world = World::new().await;
    let mut ana = world.client().await;
    let opened = ana.ok("session.open", json!({})).await;
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let cart = ana.hold(&[leg(7000), leg(2210)]).await;
    let version = ana.ok("legs.get", json!({ "leg": leg(7000) })).await["version"].clone();
    for _ in 0..3 {
        world.abandon();
        world.restart().await;
    }
    world.hand.advance_ms(20_000);
    let mut ana = world.client().await;
    assert_eq!(ana.seats_left(&leg(7000)).await, 0);
    assert_eq!(ana.seats_left(&leg(1042)).await, 179);
    let seats = ana.ok("legs.seats", json!({ "leg": leg(1042) })).await;
    assert_eq!(seats["rows"][0]["blocks"][0][0]["status"], "sold");
    let resumed = ana.ok("session.open", json!({ "resume": opened["token"] })).await;
    assert_eq!(resumed["epoch"], opened["epoch"]);
    assert_eq!(resumed["cart"]["holds"], cart["holds"]);
    assert_eq!(resumed["cart"]["expires_at"], cart["expires_at"]);
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    ana.ok("cart.release", json!({})).await;
    let after = ana.ok("legs.get", json!({ "leg": leg(7000) })).await["version"].clone();
    assert!(after.as_u64() > version.as_u64(), "{after} after {version}");
}

#[tokio::test]
async fn after_a_restart_every_session_has_its_grace_period() {
    let mut world = World::new().await;
    let mut ana = world.client().await;
    ana.open().await;
    ana.hold(&[leg(7000)]).await;
    world.abandon();
    world.hand.advance_ms(300_000);
    world.restart().await;
    world.pass(Duration::from_secs(59)).await;
    let mut bia = world.client().await;
    assert_eq!(bia.seats_left(&leg(7000)).await, 0);
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(bia.seats_left(&leg(7000)).await, 1);
}

#[tokio::test]
async fn a_cart_whose_deadline_passed_while_the_server_was_down_is_gone() {
    let mut world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(7000)]).await;
    world.abandon();
    world.hand.advance_ms(601_000);
    world.restart().await;
    let mut ana = world.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], json!([]));
    assert_eq!(ana.refusal("cart.confirm", confirm("k")).await["kind"], "cart_expired");
    assert_eq!(ana.seats_left(&leg(7000)).await, 1);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let world = World::new().await;
    let second = Server::start(world.config.clone()).await;
    assert!(matches!(second, Err(StartError::Open(OpenError::InUse(_)))), "{second:?}");
    world.client().await.ok("server.ping", json!({})).await;
}

#[tokio::test]
async fn an_address_that_others_can_reach_takes_a_word() {
    let world = World::new().await;
    for address in ["0.0.0.0:0", "[::]:0"] {
        let mut config = world.config.clone();
        config.listen = address.parse().unwrap();
        let refused = Server::start(config).await;
        assert!(matches!(refused, Err(StartError::Exposed(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_stopping_server_tells_everyone_answers_what_it_has_and_ends() {
    let mut world = World::new().await;
    let mut watching = world.client().await;
    let mut buying = world.client().await;
    watching.ok("feed.watch", json!({})).await;
    buying.open().await;
    buying.hold(&[leg(7000)]).await;
    watching.event().await;
    world.server().stop();
    for client in [&mut watching, &mut buying] {
        let lines = client.until_closed().await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["method"], "server.closing");
        assert_eq!(lines[0]["params"]["retry_in_ms"], 2_000);
    }
    let mut server = world.server.take().unwrap();
    let address = server.local_addr();
    server.wait().await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    // The lock is free at once, and a stop changes nothing of a cart.
    world.server = Some(Server::start(world.config.clone()).await.unwrap());
    assert_eq!(world.client().await.seats_left(&leg(7000)).await, 0);
}

#[tokio::test]
async fn a_peer_that_does_not_listen_delays_the_stop_only_so_long() {
    let mut world = World::with(|config| config.limits.drain = Duration::from_millis(200)).await;
    let mut deaf = world.client().await;
    deaf.ok("server.ping", json!({})).await;
    let mut server = world.server.take().unwrap();
    server.stop();
    tokio::time::timeout(Duration::from_secs(10), server.wait()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_booking_of_a_leg_that_is_long_gone_is_still_answered() {
    let later = "TR1,2026-12-10,GRU,REC,08:00,11:05,320,30x3-3,412.90\n";
    let mut world = World::of(&format!("{TIMETABLE}{later}"), |_| {}).await;
    let mut ana = world.client().await;
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    world.pass(Duration::from_hours(24 * 10)).await;
    // The ledger is written after the leg has departed, so the restart leaves that leg behind.
    world.client().await.hold(&["TR1-20261210-GRU".to_owned()]).await;
    world.abandon();
    world.restart().await;
    let mut ana = world.client().await;
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(ana.ok("bookings.get", mine.clone()).await, booking);
    let refused = ana.refusal("bookings.cancel", mine).await;
    assert_eq!(refused, json!({ "kind": "leg_departed", "legs": [leg(1042)] }));
}
