//! Who gets in, how much one address may ask, hold and look up, and who is spared.
//!
//! Every address of 127.0.0.0/8 is one of this machine's own: with nobody trusted, each is a stranger.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trecho_server::Config;
use trecho_server::origin::Trusted;
use trecho_server::rate::Rate;

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, World, confirm, error_code, kind, leg};

/// A server whose limits count for everyone.
async fn strict(adjust: impl FnOnce(&mut Config)) -> World {
    World::with(|config| {
        config.trusted = Trusted::nobody();
        adjust(config);
    })
    .await
}

fn ask(leg: &str, count: u32) -> Value {
    json!({ "legs": [{ "leg": leg, "count": count }] })
}

/// What a connection is told that gets no place; nothing if a reset has overtaken it.
async fn turned_away(mut client: Client) {
    let lines = client.until_closed().await;
    assert!(lines.len() <= 1, "{lines:?}");
    assert!(lines.iter().all(|line| kind(line) == "limit_exceeded"), "{lines:?}");
}

#[tokio::test]
async fn a_class_of_sixty_behind_one_address_is_served_by_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("40x3-3");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--trusted-net", "none", "--timetable", csv.to_str().unwrap()];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut class = Vec::new();
    for _ in 0..60 {
        class.push(server.client().await);
    }
    for client in &mut class {
        client.open().await;
        client.ok("feed.watch", json!({})).await;
        client.ok("legs.search", json!({ "text": "CGH" })).await;
        client.ok("cart.hold", ask(&leg, 4)).await;
    }
    for client in &mut class {
        client.ok("cart.release", json!({})).await;
        client.hold(std::slice::from_ref(&leg)).await;
        let booking = client.ok("cart.confirm", confirm("k")).await;
        let right = json!({ "locator": booking["locator"], "claim": booking["claim"] });
        client.ok("bookings.get", right).await;
    }
    assert_eq!(class[0].seats_left(&leg).await, 180);
}

#[tokio::test]
async fn two_hundred_at_once_on_this_machine_are_served_by_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("1x1");
    let csv = write_csv(directory.path(), &csv);
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let address = server.address;
    let racing: Vec<_> = (0..200)
        .map(|_| {
            let leg = leg.clone();
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                client.call("cart.hold", ask(&leg, 1)).await
            })
        })
        .collect();
    let mut won = 0;
    for racer in racing {
        let reply = racer.await.unwrap();
        match kind(&reply) {
            "leg_taken" => {}
            _ => won += u32::from(reply.get("result").is_some()),
        }
        assert!(reply.get("result").is_some() || kind(&reply) == "leg_taken", "{reply}");
    }
    // Whoever has won has gone again, and the cart has its grace.
    assert_eq!(won, 1);
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_another_is_served() {
    let world = strict(|config| config.limits.connections_per_address = 3).await;
    let mut served = Vec::new();
    for _ in 0..3 {
        let mut client = world.client_from("127.0.0.2").await;
        client.ok("server.ping", json!({})).await;
        served.push(client);
    }
    turned_away(world.client_from("127.0.0.2").await).await;
    world.client_from("127.0.0.3").await.ok("server.ping", json!({})).await;
    served.clear();
    // The server needs a moment to notice.
    loop {
        let mut next = world.client_from("127.0.0.2").await;
        next.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.ping\"}\n").await;
        if next.line().await.is_some_and(|line| line.get("result").is_some()) {
            return;
        }
    }
}

#[tokio::test]
async fn strangers_who_fill_the_server_keep_no_passenger_from_a_cart() {
    let world = strict(|config| {
        config.limits.connections = 16;
        config.limits.trial = Duration::from_millis(500);
    })
    .await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let cart = ana.hold(&[leg(1042)]).await;
    drop(ana);
    let mut strangers = Vec::new();
    for number in 1..=12 {
        let mut stranger = world.client_from(&format!("127.0.1.{number}")).await;
        stranger.ok("legs.search", json!({})).await;
        strangers.push(stranger);
    }
    // One more may ask whether the server is alive, and nothing else.
    let mut late = world.client_from("127.0.2.1").await;
    late.ok("server.ping", json!({})).await;
    let refusal = late.refusal("legs.search", json!({})).await;
    assert_eq!(refusal["kind"], "limit_exceeded");
    assert!(refusal["retry_after_ms"].is_u64());
    assert_eq!(late.until_closed().await, [] as [Value; 0]);
    // One who keeps silent is told, too; and a token without holds is no way in.
    turned_away(world.client_from("127.0.2.2").await).await;
    let mut guess = world.client_from("127.0.2.3").await;
    let unknown = json!({ "resume": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" });
    assert_eq!(guess.refusal("session.open", unknown).await["kind"], "session_unknown");
    turned_away(guess).await;
    // Many press on; the passenger gets in all the same, and stays.
    let mut pressing = Vec::new();
    for number in 1..=20 {
        pressing.push(world.client_from(&format!("127.0.3.{number}")).await);
    }
    let mut ana = loop {
        let mut ana = world.client_from("127.0.4.1").await;
        let params = json!({ "resume": token });
        let line = json!({ "jsonrpc": "2.0", "id": 1, "method": "session.open", "params": params });
        ana.send(format!("{line}\n")).await;
        match ana.line().await {
            Some(reply) if reply.get("result").is_some() => {
                assert_eq!(reply["result"]["cart"]["holds"], cart["holds"]);
                break ana;
            }
            // Those who pressed on are still being seen off: as it was told, a little later.
            Some(reply) => assert_eq!(kind(&reply), "limit_exceeded"),
            None => {}
        }
    };
    for client in pressing {
        turned_away(client).await;
    }
    ana.ok("cart.confirm", confirm("k")).await;
    ana.ok("legs.search", json!({})).await;
    for stranger in &mut strangers {
        stranger.ok("server.ping", json!({})).await;
    }
}

#[tokio::test]
async fn who_asks_too_fast_is_answered_all_the_same_only_later() {
    let rate = Rate::per_second(100, 10);
    let world = strict(|config| {
        config.limits.requests = rate;
        // A paced connection that has sent all is not taken for one that does not read.
        config.limits.line = Duration::from_millis(100);
    })
    .await;
    let mut fast = world.client_from("127.0.0.2").await;
    let started = Instant::now();
    let ping =
        |id: u32| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"server.ping\"}}\n");
    let lines: Vec<String> = (0..60).map(ping).collect();
    fast.send(lines.concat()).await;
    fast.finish().await;
    world.client_from("127.0.0.3").await.ok("server.ping", json!({})).await;
    let replies = fast.until_closed().await;
    assert_eq!(replies.len(), 60);
    assert!(replies.iter().zip(0..).all(|(reply, id)| reply["id"] == json!(id)), "{replies:?}");
    // Fifty of them had to wait for their turn. (The clock can make this longer, never shorter.)
    assert!(started.elapsed() >= rate.every * 49, "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_address_holds_so_many_seats_in_all_its_carts() {
    let world = strict(|config| config.holds_per_address = 5).await;
    let mut ana = world.client_from("127.0.0.2").await;
    let mut bia = world.client_from("127.0.0.2").await;
    let mut carla = world.client_from("127.0.0.3").await;
    ana.ok("cart.hold", ask(&leg(1042), 4)).await;
    let refusal = bia.refusal("cart.hold", ask(&leg(1042), 2)).await;
    assert_eq!(refusal["kind"], "limit_exceeded");
    assert!(refusal["retry_after_ms"].as_u64().unwrap() > 0);
    assert_eq!(bia.cart().await["holds"], json!([]), "a refusal changes nothing");
    carla.ok("cart.hold", ask(&leg(1042), 5)).await;
    bia.ok("cart.hold", ask(&leg(1042), 1)).await;
    // What is bought is not held any more.
    let mut purchase = confirm("k");
    purchase["passengers"] = vec![json!({ "first_name": "Ana", "last_name": "C" }); 4].into();
    ana.ok("cart.confirm", purchase).await;
    bia.ok("cart.hold", ask(&leg(1042), 4)).await;
    // Hung up, the seats are still held, and still counted.
    drop(bia);
    assert_eq!(ana.refusal("cart.hold", ask(&leg(1042), 1)).await["kind"], "limit_exceeded");
}

#[tokio::test]
async fn seats_asked_for_on_many_connections_at_once_never_pass_what_an_address_may_hold() {
    let world = strict(|config| config.holds_per_address = 20).await;
    let mut clients = Vec::new();
    for _ in 0..30 {
        clients.push(world.client_from("127.0.0.2").await);
    }
    for client in &mut clients {
        client.request("cart.hold", ask(&leg(1042), 3)).await;
    }
    let mut held = 0;
    for client in &mut clients {
        let reply = client.reply(1).await;
        match reply.get("result") {
            Some(cart) => held += cart["holds"].as_array().unwrap().len(),
            None => assert_eq!(kind(&reply), "limit_exceeded"),
        }
    }
    assert_eq!(held, 18);
}

#[tokio::test]
async fn who_lets_one_cart_after_the_other_expire_has_to_wait_and_others_do_not() {
    let world = strict(|_| {}).await;
    let mut ana = world.client_from("127.0.0.2").await;
    for _ in 0..3 {
        ana.hold(&[leg(7000)]).await;
        world.pass(Duration::from_secs(601)).await;
    }
    let refusal = ana.refusal("cart.hold", ask(&leg(7000), 1)).await;
    assert_eq!(refusal["kind"], "limit_exceeded");
    let wait = refusal["retry_after_ms"].as_u64().unwrap();
    assert!(wait > 0 && wait <= 300_000, "{wait}");
    let mut bia = world.client_from("127.0.0.2").await;
    bia.hold(&[leg(7000)]).await;
    bia.ok("cart.release", json!({})).await;
    world.pass(Duration::from_millis(wait)).await;
    ana.hold(&[leg(7000)]).await;
    // What was refused for want of a seat is told as that.
    assert_eq!(bia.refusal("cart.hold", ask(&leg(7000), 1)).await["kind"], "leg_taken");
}

#[tokio::test]
async fn guessing_at_bookings_over_many_connections_has_to_wait() {
    let world = strict(|config| {
        config.limits.wrong_lookups_per_address = Rate::per_hour(20);
    })
    .await;
    let mut ana = world.client_from("127.0.0.3").await;
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let right = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    for _ in 0..40 {
        ana.ok("bookings.get", right.clone()).await;
        ana.ok("bookings.cancel", right.clone()).await;
    }
    let wrong = |number: usize| {
        let locator = ["H7KQ3M", "AAAAAA", "CCCCCC", "DDDDDD", "EEEEEE"][number % 5];
        json!({ "locator": locator, "claim": "00000-00000-00000-00000-000000" })
    };
    for number in 0..20 {
        let mut client = world.client_from("127.0.0.2").await;
        let method = if number % 2 == 0 { "bookings.get" } else { "bookings.cancel" };
        assert_eq!(client.refusal(method, wrong(number)).await["kind"], "booking_unknown");
    }
    let mut client = world.client_from("127.0.0.2").await;
    let refusal = client.refusal("bookings.get", wrong(0)).await;
    assert_eq!(refusal["kind"], "limit_exceeded");
    assert!(refusal["retry_after_ms"].as_u64().unwrap() <= 180_001);
    ana.ok("bookings.get", right).await;
}

#[tokio::test]
async fn look_ups_sent_at_once_are_counted_before_they_are_answered() {
    let world = strict(|config| {
        config.limits.wrong_lookups_per_address = Rate::per_hour(10);
        config.limits.wrong_lookups_per_locator = Rate::per_hour(1_000);
    })
    .await;
    let mut client = world.client_from("127.0.0.2").await;
    let wrong = json!({ "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000" });
    for _ in 0..40 {
        client.request("bookings.cancel", wrong.clone()).await;
    }
    let mut looked_up = 0;
    for id in 1..=40 {
        looked_up += u32::from(kind(&client.reply(id).await) == "booking_unknown");
    }
    assert_eq!(looked_up, 10);
}

#[tokio::test]
async fn other_answers_between_do_not_clear_the_count_of_wrong_look_ups() {
    let world = World::with(|config| config.limits.wrong_lookups = 4).await;
    let mut client = world.client().await;
    let wrong = json!({ "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000" });
    let wrong = json!({ "jsonrpc": "2.0", "id": 1, "method": "bookings.cancel", "params": wrong });
    // A line that is no request, queued behind each look-up.
    client.send(format!("{wrong}\nnonsense\n").repeat(6)).await;
    let mut kinds = Vec::new();
    for _ in 0..12 {
        let line = client.line().await.unwrap();
        if error_code(&line) != -32700 {
            kinds.push(kind(&line).to_owned());
        }
    }
    // Those that were under way when the fourth turned out wrong were started before.
    let again = client.refusal(
        "bookings.get",
        json!({ "locator": "H7KQ3M", "claim": "00000-00000-00000-00000-000000" }),
    );
    assert_eq!(again.await["kind"], "limit_exceeded", "{kinds:?}");
}
