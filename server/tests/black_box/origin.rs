//! The defects of the first version of this system and of its siblings: each is shown to be gone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{World, confirm, leg};

#[tokio::test]
async fn a_failed_hold_of_several_legs_leaves_others_holds_alone() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(7002)]).await;
    let ask = json!({ "legs": [{ "leg": leg(7000) }, { "leg": leg(7002) }] });
    assert_eq!(bia.refusal("cart.hold", ask).await["kind"], "leg_taken");
    // It deleted the other's hold; and elsewhere the first leg stayed taken for ever.
    ana.ok("cart.confirm", confirm("k")).await;
    assert_eq!(bia.seats_left(&leg(7000)).await, 1);
}

#[tokio::test]
async fn the_timer_of_a_released_hold_does_not_end_the_next_one() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(7000)]).await;
    ana.ok("cart.release", json!({})).await;
    world.pass(Duration::from_secs(540)).await;
    ana.hold(&[leg(7000)]).await;
    world.pass(Duration::from_secs(120)).await;
    assert_eq!(bia.seats_left(&leg(7000)).await, 0);
    assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 1);
    assert!(ana.events_so_far().await.is_empty());
    ana.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn a_purchase_that_fails_sells_nothing() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let cart = ana.hold(&[leg(7000), leg(7002)]).await;
    ana.ok("cart.release", json!({ "holds": [cart["holds"][1]["hold"]] })).await;
    let mut purchase = confirm("k");
    purchase["holds"] = json!([cart["holds"][0]["hold"], cart["holds"][1]["hold"]]);
    assert_eq!(ana.refusal("cart.confirm", purchase).await["kind"], "cart_changed");
    let seats = ana.ok("legs.seats", json!({ "leg": leg(7000) })).await;
    assert_eq!(seats["rows"][0]["blocks"][0][0]["status"], "held", "and not sold");
}

#[tokio::test]
async fn two_requests_in_one_packet_both_get_their_reply() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let ping = |id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"server.ping\"}}\n");
    ana.send(format!("{}{}", ping(1), ping(2))).await;
    assert_eq!(ana.line().await.unwrap()["id"], 1);
    assert_eq!(ana.line().await.unwrap()["id"], 2);
}

#[tokio::test]
async fn a_stranger_without_the_token_is_nobody_and_hanging_up_harms_nobody_else() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(7000)]).await;
    let mut stranger = world.client().await;
    let mut guess = token.clone();
    let last = if guess.ends_with('A') { 'E' } else { 'A' };
    guess.pop();
    guess.push(last);
    for token in [guess.as_str(), "ana_session_token"] {
        let reply = stranger.call("session.open", json!({ "resume": token })).await;
        assert!(reply.get("error").is_some(), "{reply}");
    }
    let hold = ana.cart().await["holds"][0]["hold"].clone();
    let stolen = json!({ "holds": [hold] });
    assert_eq!(stranger.refusal("cart.release", stolen).await["kind"], "hold_unknown");
    assert_eq!(stranger.refusal("cart.confirm", confirm("k")).await["kind"], "cart_empty");
    stranger.finish().await;
    stranger.until_closed().await;
    ana.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn leaving_is_answered_and_what_was_held_is_free() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(7000)]).await;
    assert_eq!(ana.ok("session.close", json!({})).await, json!({}));
    assert!(ana.until_closed().await.is_empty());
    bia.hold(&[leg(7000)]).await;
}

#[tokio::test]
async fn what_was_sold_and_held_outlives_the_server() {
    let mut world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(7000)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    ana.hold(&[leg(7002)]).await;
    world.abandon();
    world.restart().await;
    let mut ana = world.client().await;
    let look = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(ana.ok("bookings.get", look).await, booking);
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"][0]["leg"], json!(leg(7002)));
}

#[tokio::test]
async fn one_bad_request_freezes_nobody() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    for params in [json!({ "legs": [{ "leg": "TR1-20261124-XXX" }] }), json!({ "legs": 7 })] {
        assert!(ana.call("cart.hold", params).await.get("error").is_some());
    }
    ana.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"cart.hold\",\"par").await;
    bia.hold(&[leg(7000)]).await;
}

#[tokio::test]
async fn a_confirm_without_a_hold_or_session_is_a_clean_no() {
    let world = World::new().await;
    let mut ana = world.client().await;
    assert_eq!(ana.refusal("cart.confirm", confirm("k")).await["kind"], "cart_empty");
}

#[tokio::test]
async fn a_seat_is_sold_to_one_of_two_who_hold_and_confirm_at_once() {
    let world = World::new().await;
    let mut sold = 0;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = world.client().await;
        let hold = json!({ "legs": [{ "leg": leg(7000), "seats": ["1A"] }] });
        // Both requests at once: the second does not wait for the answer to the first.
        client.request("cart.hold", hold).await;
        client.request("cart.confirm", confirm("k")).await;
        clients.push(client);
    }
    for client in &mut clients {
        client.reply(1).await;
        sold += u32::from(client.reply(2).await.get("result").is_some());
    }
    assert_eq!(sold, 1);
}

#[tokio::test]
async fn a_cancelled_seat_can_be_bought_again() {
    let world = World::new().await;
    let mut ana = world.client().await;
    for key in ["k", "l", "m"] {
        ana.hold(&[leg(7000)]).await;
        let booking = ana.ok("cart.confirm", confirm(key)).await;
        let claim = json!({ "locator": booking["locator"], "claim": booking["claim"] });
        ana.ok("bookings.cancel", claim).await;
    }
    assert_eq!(ana.seats_left(&leg(7000)).await, 1);
}

#[tokio::test]
async fn two_legs_from_one_city_are_both_bought() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.hold(&[leg(7000), leg(7004)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let legs: Vec<&Value> =
        booking["tickets"].as_array().unwrap().iter().map(|ticket| &ticket["leg"]).collect();
    assert_eq!(legs, [&json!(leg(7000)), &json!(leg(7004))]);
}

#[tokio::test]
async fn a_client_that_dies_while_it_buys_delays_nobody() {
    let world = World::new().await;
    for _ in 0..20 {
        let mut dying = world.client().await;
        dying.request("cart.hold", json!({ "legs": [{ "leg": leg(2210) }] })).await;
        dying.request("cart.confirm", confirm("k")).await;
        drop(dying);
    }
    let mut ana = world.client().await;
    ana.hold(&[leg(2210)]).await;
    ana.ok("cart.confirm", confirm("k")).await;
}
