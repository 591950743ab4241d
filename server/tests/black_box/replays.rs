//! Every request once more: at once, on the session's next connection, after a restart, and all of
//! them by somebody who has recorded them.

use serde_json::{Value, json};
use trecho_server::ledger;
use trecho_shared::message::Request;

use crate::common::{Client, World, confirm, error_code, kind, leg};

/// What the same request comes to when it is sent again right away.
#[derive(Debug, Clone, Copy)]
enum Again {
    /// The same answer.
    Same,
    /// The same but for what time it is.
    Later,
    /// It holds seats of its own: a hold is what no client may repeat blindly.
    Holds,
    /// A connection has one session.
    Misused,
    /// The hold is not there any more.
    HoldUnknown,
    /// Nobody is there to answer.
    Closed,
}

/// One of each method, in an order that makes sense; `booking` is one of the session's own.
fn script(token: &str, hold: &Value, booking: &Value) -> Vec<(&'static str, Value, Again)> {
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    let one = json!({ "leg": leg(1042) });
    let trip = json!({ "from": "GRU", "to": "FOR", "date": "2026-11-24" });
    vec![
        ("session.open", json!({ "resume": token }), Again::Misused),
        ("server.ping", json!({}), Again::Later),
        ("feed.watch", json!({ "legs": [leg(1042)] }), Again::Same),
        ("feed.unwatch", json!({}), Again::Same),
        ("airports.list", json!({}), Again::Same),
        ("legs.search", json!({ "from": "GRU", "include": "all" }), Again::Same),
        ("legs.get", one.clone(), Again::Same),
        ("legs.seats", one.clone(), Again::Same),
        ("trips.search", trip, Again::Same),
        ("cart.get", json!({}), Again::Same),
        ("cart.release", json!({ "holds": [hold] }), Again::HoldUnknown),
        ("cart.release", json!({}), Again::Same),
        ("cart.hold", json!({ "legs": [one] }), Again::Holds),
        ("cart.confirm", confirm("k"), Again::Same),
        ("bookings.get", mine.clone(), Again::Same),
        ("bookings.cancel", mine, Again::Same),
        ("session.close", json!({}), Again::Closed),
    ]
}

/// A session with a booking under the key `k` and a seat in its cart; its token, hold and booking.
async fn begin(world: &World) -> (String, Value, Value) {
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(2210)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let cart = ana.hold(&[leg(2210)]).await;
    (token, cart["holds"][0]["hold"].clone(), booking)
}

fn line(id: usize, method: &str, params: &Value) -> String {
    format!("{}\n", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
}

/// Sends each line twice in one write, and sees what the second one comes to.
async fn send_twice(client: &mut Client, script: &[(&'static str, Value, Again)]) {
    for (id, (method, params, again)) in script.iter().enumerate() {
        client.send(line(id, method, params).repeat(2)).await;
        let first = client.until_reply().await;
        assert_eq!(first["id"], json!(id), "{method}: {first}");
        assert!(first.get("result").is_some(), "{method}: {first}");
        let second = client.until_reply().await;
        match again {
            Again::Same => assert_eq!(second, first, "{method}"),
            Again::Later => assert!(second.get("result").is_some(), "{method}: {second}"),
            Again::Holds => {
                let held = |reply: &Value| reply["result"]["holds"].as_array().unwrap().len();
                assert_eq!((held(&first), held(&second)), (1, 2), "{method}");
                client.ok("cart.release", json!({})).await;
            }
            Again::Misused => assert_eq!(error_code(&second), -32602, "{method}: {second}"),
            Again::HoldUnknown => assert_eq!(kind(&second), "hold_unknown", "{method}: {second}"),
            Again::Closed => assert_eq!(second, Value::Null, "{method}"),
        }
    }
}

#[tokio::test]
async fn every_request_sent_twice_does_what_it_did_once() {
    let mut world = World::new().await;
    let (token, hold, booking) = begin(&world).await;
    let script = script(&token, &hold, &booking);
    let mut tried: Vec<&str> = script.iter().map(|(method, ..)| *method).collect();
    tried.dedup();
    let mut all = Request::METHODS.to_vec();
    tried.sort_unstable();
    all.sort_unstable();
    assert_eq!(tried, all, "every method");
    send_twice(&mut world.client().await, &script).await;
    // Once more after a restart: the hold is gone and the booking cancelled, so these lines differ.
    world.abandon();
    world.restart().await;
    let mut rest = script.clone();
    rest.retain(|(_, params, _)| params.get("holds").is_none());
    send_twice(&mut world.client().await, &rest).await;
    let mut bia = world.client().await;
    assert_eq!((bia.seats_left(&leg(1042)).await, bia.seats_left(&leg(2210)).await), (180, 72));
    drop(bia);
    assert_eq!(ledger::verify(&world.config.data_dir).unwrap(), []);
}

#[tokio::test]
async fn whoever_replays_a_recorded_session_sells_nothing_twice_and_opens_no_other() {
    let world = World::new().await;
    let mut ana = world.client().await;
    // Everything from the first byte on, as somebody between would have it.
    let mut recorded = String::new();
    for (id, (method, params)) in [
        ("session.open", json!({ "name": "Ana" })),
        ("cart.hold", json!({ "legs": [{ "leg": leg(7000) }, { "leg": leg(1042) }] })),
        ("cart.confirm", confirm("k")),
        ("cart.hold", json!({ "legs": [{ "leg": leg(2210) }] })),
        ("cart.get", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        recorded.push_str(&line(id, method, &params));
    }
    ana.send(&recorded).await;
    let mut booking = Value::Null;
    for id in 0..5 {
        let reply = ana.until_reply().await;
        assert!(reply.get("result").is_some(), "{reply}");
        if id == 2 {
            booking = reply["result"].clone();
        }
    }
    for _ in 0..3 {
        let mut eve = world.client().await;
        eve.send(&recorded).await;
        let mut replies = Vec::new();
        for _ in 0..5 {
            replies.push(eve.until_reply().await);
        }
        // A session of her own, which gets what is free, and not a word of Ana's booking.
        assert!(replies[0]["result"]["token"].is_string());
        assert_eq!(kind(&replies[1]), "leg_taken", "{}", replies[1]);
        assert_eq!(kind(&replies[2]), "cart_empty", "{}", replies[2]);
        let said = json!(replies).to_string();
        for secret in ["claim", "locator"] {
            assert!(!said.contains(booking[secret].as_str().unwrap()), "{secret} in {said}");
        }
        eve.ok("session.close", json!({})).await;
    }
    assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 1);
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    assert_eq!(ana.seats_left(&leg(1042)).await, 179);
    assert_eq!(ledger::verify(&world.config.data_dir).unwrap(), []);
}

#[tokio::test]
async fn with_a_stolen_token_the_session_is_the_thief_s_its_owner_is_told_and_nothing_goes_twice() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let cart = ana.hold(&[leg(7000)]).await;
    let mut eve = world.client().await;
    let opened = eve.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], cart["holds"]);
    // Whatever the owner asks on the connection that was replaced, changes nothing.
    let lines = ana.until_closed().await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["method"], "session.replaced");
    let booking = eve.ok("cart.confirm", confirm("k")).await;
    // She gets it back, and learns what was bought under her key.
    let mut ana = world.client().await;
    ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(eve.until_closed().await[0]["method"], "session.replaced");
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    // A token is over when its session is closed for good and forgotten, for whoever has it.
    let mut other = world.client().await;
    let stale = other.open().await;
    other.ok("session.close", json!({})).await;
    let refused = world.client().await.refusal("session.open", json!({ "resume": stale })).await;
    assert_eq!(refused["kind"], "session_unknown");
}
