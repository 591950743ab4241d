//! Being told: what, to whom, in which order.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::common::{Client, World, confirm, error_code, leg};

fn said(events: &[Value]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    events
        .iter()
        .map(|event| {
            let params = &event["params"];
            (text(&event["method"]), text(&params["leg"]), text(&params["reason"]))
        })
        .collect()
}

fn news(method: &str, number: u32, reason: &str) -> (String, String, String) {
    (method.to_owned(), leg(number), reason.to_owned())
}

#[tokio::test]
async fn a_leg_s_life_is_told_step_by_step() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    bia.ok("feed.watch", json!({})).await;
    ana.hold(&[leg(7000)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    ana.ok("bookings.cancel", claim).await;
    ana.hold(&[leg(7000)]).await;
    ana.ok("cart.release", json!({})).await;
    ana.hold(&[leg(7000)]).await;
    world.pass(std::time::Duration::from_secs(660)).await;
    let events = bia.events_so_far().await;
    assert_eq!(
        said(&events),
        [
            news("leg.taken", 7000, "held"),
            news("leg.updated", 7000, "sold"),
            news("leg.reopened", 7000, "cancelled"),
            news("leg.taken", 7000, "held"),
            news("leg.reopened", 7000, "released"),
            news("leg.taken", 7000, "held"),
            news("leg.reopened", 7000, "expired"),
        ]
    );
    let versions: Vec<u64> =
        events.iter().map(|event| event["params"]["version"].as_u64().unwrap()).collect();
    assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
}

#[tokio::test]
async fn the_filter_is_for_updates_and_taken_and_reopened_reach_every_watcher() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let filters = [
        (json!({}), true),
        (json!({ "legs": [leg(1042), leg(2210)] }), true),
        (json!({ "from": "GRU" }), true),
        (json!({ "to": "REC", "date": "2026-11-24" }), true),
        (json!({ "date": "2026-11-25" }), false),
        (json!({ "from": "REC", "to": "GRU" }), false),
        (json!({ "legs": [leg(2210)] }), false),
    ];
    let mut watching = Vec::new();
    for (filter, updated) in filters {
        let mut client = world.client().await;
        client.ok("feed.watch", filter.clone()).await;
        watching.push((client, filter, updated));
    }
    let mut idle = world.client().await;
    ana.hold(&[leg(1042), leg(7000)]).await;
    ana.ok("cart.release", json!({})).await;
    for (client, filter, updated) in &mut watching {
        let mut expected = vec![news("leg.taken", 7000, "held")];
        if *updated {
            expected.insert(0, news("leg.updated", 1042, "held"));
            expected.push(news("leg.updated", 1042, "released"));
        }
        expected.push(news("leg.reopened", 7000, "released"));
        assert_eq!(said(&client.events_so_far().await), expected, "{filter}");
    }
    assert!(idle.events_so_far().await.is_empty(), "who does not watch is told nothing");
}

#[tokio::test]
async fn a_new_watch_replaces_the_one_before_and_unwatch_ends_it() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    bia.ok("feed.watch", json!({})).await;
    bia.ok("feed.watch", json!({ "legs": [leg(2210)] })).await;
    ana.hold(&[leg(1042), leg(2210)]).await;
    assert_eq!(said(&bia.events_so_far().await), [news("leg.updated", 2210, "held")]);
    assert_eq!(bia.ok("feed.unwatch", json!({})).await, json!({}));
    ana.hold(&[leg(2210), leg(7000)]).await;
    assert!(bia.events_so_far().await.is_empty());
    bia.ok("feed.unwatch", json!({})).await;
}

#[tokio::test]
async fn a_watch_that_makes_no_sense_leaves_the_one_before_in_force() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    bia.ok("feed.watch", json!({})).await;
    for params in [
        json!({ "legs": [] }),
        json!({ "legs": vec![leg(1042); 1_001] }),
        json!({ "legs": [leg(1042)], "from": "GRU" }),
    ] {
        assert_eq!(error_code(&bia.call("feed.watch", params).await), -32602);
    }
    let unknown = json!({ "legs": [leg(1042), "TR1-20261124-GRU"] });
    let refusal = bia.refusal("feed.watch", unknown).await;
    assert_eq!(refusal["kind"], "leg_unknown");
    assert_eq!(refusal["legs"], json!(["TR1-20261124-GRU"]));
    ana.hold(&[leg(1042)]).await;
    assert_eq!(bia.events_so_far().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reply_to_a_change_comes_before_its_events() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let mut other = world.client().await;
    ana.ok("feed.watch", json!({ "legs": [leg(7000)] })).await;
    let mut booking = json!({});
    for round in 0..60 {
        // Someone else's changes come in between.
        let beside = other.request("cart.hold", json!({ "legs": [{ "leg": leg(1042) }] })).await;
        let (method, params) = match round % 4 {
            0 => ("cart.hold", json!({ "legs": [{ "leg": leg(7000) }] })),
            1 => ("cart.confirm", confirm(&format!("k{round}"))),
            2 => ("bookings.cancel", booking.take()),
            _ => ("server.ping", json!({})),
        };
        let id = ana.request(method, params).await;
        let mut reply = ana.line().await.unwrap();
        assert_eq!(reply["id"], json!(id), "the reply comes first: {reply}");
        if round % 4 == 1 {
            let result = reply["result"].take();
            booking = json!({ "locator": result["locator"], "claim": result["claim"] });
        }
        if round % 4 != 3 {
            let event = ana.line().await.unwrap();
            assert_eq!(event["params"]["leg"], json!(leg(7000)), "{event}");
        }
        other.reply(beside).await;
        other.ok("cart.release", json!({})).await;
    }
}

#[tokio::test]
async fn who_watches_and_then_searches_misses_nothing() {
    let world = World::new().await;
    let mut ana = world.client().await;
    for _ in 0..20 {
        let mut bia = world.client().await;
        let hold = ana.request("cart.hold", json!({ "legs": [{ "leg": leg(7000) }] })).await;
        bia.ok("feed.watch", json!({})).await;
        let mut known = bia.ok("legs.get", json!({ "leg": leg(7000) })).await;
        ana.reply(hold).await;
        // An event may tell what the search has shown already: the highest version counts.
        for mut event in bia.events_so_far().await {
            if event["params"]["version"].as_u64() > known["version"].as_u64() {
                known = event["params"].take();
            }
        }
        assert_eq!(known["seats_left"], 0, "{known}");
        ana.ok("cart.release", json!({})).await;
    }
}

/// Eight legs of one route, so that one request makes eight changes.
fn eight_legs() -> (String, Vec<String>) {
    let mut timetable =
        "flight,date,from,to,departs,arrives,aircraft,cabin,fare_reais\n".to_owned();
    for number in 1..=8 {
        writeln!(timetable, "TR{number},2026-11-24,GRU,REC,1{number}:00,23:00,AT7,1x2-2,9.00")
            .unwrap();
    }
    (timetable, (1..=8).map(|number| format!("TR{number}-20261124-GRU")).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_the_latest_of_each_leg_and_delays_nobody() {
    let (timetable, legs) = eight_legs();
    let world = World::of(&timetable, |config| config.limits.feed_changes = 64).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    let socket = socket.connect(world.server().local_addr()).await.unwrap();
    let mut slow = Client::over(socket);
    slow.ok("feed.watch", json!({})).await;
    let mut quick = world.client().await;
    quick.ok("feed.watch", json!({})).await;
    let mut ana = world.client().await;
    let mut changes = 0;
    // Far more than the buffers between here and the slow reader can hold.
    for _ in 0..800 {
        ana.hold(&legs).await;
        ana.ok("cart.release", json!({})).await;
        for _ in 0..16 {
            quick.event().await;
        }
        changes += 16;
    }
    let all: Vec<Value> = legs.iter().map(|leg| json!({ "leg": leg, "count": 4 })).collect();
    ana.ok("cart.hold", json!({ "legs": all })).await;
    let mut latest: HashMap<String, Value> = HashMap::new();
    let (mut events, mut merged) = (0, 0);
    while latest.values().filter(|event| event["seats_left"] == 0).count() < legs.len() {
        let mut event = slow.event().await;
        events += 1;
        let params = event["params"].take();
        if params["reason"] == "merged" {
            merged += 1;
            let expected = if params["seats_left"] == 0 { "leg.taken" } else { "leg.updated" };
            assert_eq!(event["method"], expected);
        }
        let before = latest.insert(params["leg"].to_string(), params.clone());
        let version = |event: &Value| event["version"].as_u64().unwrap();
        assert!(before.is_none_or(|before| version(&before) < version(&params)), "versions grow");
    }
    assert!(merged > 0, "all of {changes} changes fitted into the buffers");
    assert!(events < changes, "{events} events for {changes} changes");
    // And from here on it is told like anyone.
    ana.ok("cart.release", json!({})).await;
    for _ in 0..legs.len() {
        assert_eq!(slow.event().await["method"], "leg.reopened");
    }
}

#[tokio::test]
async fn an_operator_s_words_reach_everyone_and_carry_nothing_that_moves() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.open().await;
    bia.ok("server.ping", json!({})).await;
    world.server().notice("Good\u{1b}[2J night.");
    for client in [&mut ana, &mut bia] {
        let event = client.event().await;
        assert_eq!(event["method"], "server.notice");
        assert_eq!(event["params"]["text"], "Good[2J night.");
    }
}
