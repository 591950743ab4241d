//! The rules of holding and buying, as a client sees them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{World, confirm, error_code, leg};

fn seats(cart: &Value) -> Vec<&str> {
    cart["holds"].as_array().unwrap().iter().map(|hold| hold["seat"].as_str().unwrap()).collect()
}

fn ids(cart: &Value) -> Vec<u64> {
    cart["holds"].as_array().unwrap().iter().map(|hold| hold["hold"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_leg_is_never_held_beyond_its_capacity() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    let three = leg(7004);
    let ask = |count: u32| json!({ "legs": [{ "leg": three, "count": count }] });
    let refusal = ana.refusal("cart.hold", ask(4)).await;
    assert_eq!((&refusal["kind"], &refusal["legs"]), (&json!("leg_taken"), &json!([three])));
    ana.ok("cart.hold", ask(2)).await;
    assert_eq!(bia.refusal("cart.hold", ask(2)).await["kind"], "leg_taken");
    bia.ok("cart.hold", ask(1)).await;
    assert_eq!(bia.seats_left(&three).await, 0);
    assert_eq!(ana.refusal("cart.hold", ask(1)).await["kind"], "leg_taken");
}

#[tokio::test]
async fn a_refused_hold_of_several_legs_holds_nothing_and_names_what_is_lost() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(7000), leg(7002)]).await;
    let legs = json!({ "legs": [
        { "leg": leg(1042) }, { "leg": leg(7000) }, { "leg": leg(2210) }, { "leg": leg(7002) },
    ]});
    let refusal = bia.refusal("cart.hold", legs).await;
    assert_eq!(refusal["kind"], "leg_taken");
    assert_eq!(refusal["legs"], json!([leg(7000), leg(7002)]));
    assert_eq!(bia.cart().await["holds"], json!([]));
    assert_eq!(bia.seats_left(&leg(1042)).await, 180);
    assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn together_means_in_one_row_where_there_is_one() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.ok("cart.hold", json!({ "legs": [{ "leg": leg(1042), "seats": ["1A", "1E"] }] })).await;
    let cart = ana.ok("cart.hold", json!({ "legs": [{ "leg": leg(1042), "count": 5 }] })).await;
    assert_eq!(seats(&cart)[2..], ["2A", "2B", "2C", "2D", "2E"]);
    // The leg was in the cart already: it has got more seats.
    assert_eq!(cart["holds"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_cart_has_its_limits_and_a_refusal_leaves_it_as_it_was() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.ok("cart.hold", json!({ "legs": [{ "leg": leg(1042), "count": 9 }] })).await;
    // No purchase has ten passengers.
    let one_more = json!({ "legs": [{ "leg": leg(2210) }, { "leg": leg(1042) }] });
    assert_eq!(ana.refusal("cart.hold", one_more).await["kind"], "cart_full");
    let unknown: Vec<Value> =
        (1..=1_500).map(|number| json!({ "leg": format!("TR{number}-20261130-GRU") })).collect();
    let refusal = ana.refusal("cart.hold", json!({ "legs": unknown })).await;
    assert_eq!(refusal["kind"], "leg_unknown");
    assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 9);
}

#[tokio::test]
async fn a_held_leg_is_offered_to_nobody_and_comes_back_when_released() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    let offered = json!({ "from": "CGH", "to": "SDU" });
    let all = json!({ "from": "CGH", "to": "SDU", "include": "all" });
    assert_eq!(bia.ok("legs.search", offered.clone()).await["total"], 2);
    ana.hold(&[leg(7000)]).await;
    assert_eq!(bia.ok("legs.search", offered.clone()).await["total"], 1);
    let found = bia.ok("legs.search", all).await;
    assert_eq!(found["legs"][0]["status"], "taken");
    assert_eq!(found["legs"][0]["seats_left"], 0);
    ana.ok("cart.release", json!({})).await;
    assert_eq!(bia.ok("legs.search", offered).await["total"], 2);
}

#[tokio::test]
async fn a_departed_leg_cannot_be_held_and_leaves_the_cart_that_has_it() {
    let world = World::with(|config| config.hold = Duration::from_secs(23 * 3600)).await;
    let mut ana = world.client().await;
    let ask = json!({ "legs": [{ "leg": leg(900) }] });
    assert_eq!(ana.refusal("cart.hold", ask).await["kind"], "leg_departed");
    let cart = ana.hold(&[leg(1042), leg(7000)]).await;
    // 09:10 UTC on the next day is when it departs.
    world.pass(Duration::from_secs((21 * 60 + 9) * 60)).await;
    assert_eq!(ana.events_so_far().await, Vec::<Value>::new());
    world.pass(Duration::from_secs(60)).await;
    let event = ana.event().await;
    assert_eq!(event["method"], "cart.changed");
    assert_eq!(event["params"]["lost"][0]["reason"], "departed");
    assert_eq!(event["params"]["lost"][0]["hold"], json!(ids(&cart)[0]));
    assert_eq!(event["params"]["cart"]["holds"].as_array().unwrap().len(), 1);
    let found = ana.ok("legs.get", json!({ "leg": leg(1042) })).await;
    assert_eq!(found["status"], "departed");
}

#[tokio::test]
async fn a_purchase_is_all_or_nothing_and_exactly_what_was_seen() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let cart = ana.hold(&[leg(1042), leg(2210)]).await;
    let mut purchase = confirm("k");
    purchase["holds"] = json!([ids(&cart)[0]]);
    assert_eq!(ana.refusal("cart.confirm", purchase.clone()).await["kind"], "cart_changed");
    ana.ok("cart.hold", json!({ "legs": [{ "leg": leg(1042) }] })).await;
    let refusal = ana.refusal("cart.confirm", confirm("k")).await;
    assert_eq!(refusal["kind"], "passengers_mismatch");
    assert_eq!(refusal["legs"], json!([leg(1042)]));
    let holds = ids(&ana.cart().await);
    assert_eq!(holds.len(), 3);
    ana.ok("cart.release", json!({ "holds": [holds[2]] })).await;
    purchase["holds"] = json!([holds[1], holds[0]]);
    let booking = ana.ok("cart.confirm", purchase).await;
    assert_eq!(booking["total_centavos"], 65_190);
    assert_eq!(ana.refusal("cart.confirm", confirm("l")).await["kind"], "cart_empty");
}

#[tokio::test]
async fn passenger_i_gets_the_ith_seat_of_each_leg() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let legs = json!({ "legs": [
        { "leg": leg(1042), "seats": ["9C", "4A"] }, { "leg": leg(2210), "count": 2 },
    ]});
    ana.ok("cart.hold", legs).await;
    let passengers = json!([
        { "first_name": "Ana", "last_name": "Lima" },
        { "first_name": "Bia", "last_name": "Lima" },
    ]);
    let booking =
        ana.ok("cart.confirm", json!({ "passengers": passengers, "idempotency_key": "k" })).await;
    let tickets: Vec<(String, String)> = booking["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&ticket["seat"]), text(&ticket["passenger"]["first_name"]))
        })
        .collect();
    let expected = [("9C", "Ana"), ("4A", "Bia"), ("1A", "Ana"), ("1B", "Bia")];
    assert_eq!(tickets, expected.map(|(seat, name)| (seat.to_owned(), name.to_owned())));
}

#[tokio::test]
async fn nobody_or_ten_people_cannot_fly() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.hold(&[leg(1042)]).await;
    for count in [0, 10] {
        let passengers = vec![json!({ "first_name": "A", "last_name": "B" }); count];
        let params = json!({ "passengers": passengers, "idempotency_key": "k" });
        assert_eq!(error_code(&ana.call("cart.confirm", params).await), -32602);
    }
}

#[tokio::test]
async fn the_same_confirm_again_is_the_same_booking_and_another_is_a_conflict() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    let mut other = confirm("k");
    other["email"] = json!("ana@example.com");
    assert_eq!(ana.refusal("cart.confirm", other).await["kind"], "idempotency_conflict");
    // Also with something new in the cart, which stays there.
    ana.hold(&[leg(2210)]).await;
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    assert_eq!(ana.cart().await["holds"].as_array().unwrap().len(), 1);
    // Another session's keys are its own.
    let mut bia = world.client().await;
    bia.hold(&[leg(1042)]).await;
    assert_ne!(bia.ok("cart.confirm", confirm("k")).await["locator"], booking["locator"]);
}

#[tokio::test]
async fn a_refused_confirm_leaves_its_key_free() {
    let world = World::new().await;
    let mut ana = world.client().await;
    assert_eq!(ana.refusal("cart.confirm", confirm("k")).await["kind"], "cart_empty");
    ana.hold(&[leg(1042)]).await;
    ana.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn a_booking_opens_to_its_claim_code_alone() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let typed = json!({
        "locator": booking["locator"].as_str().unwrap().to_lowercase(),
        "claim": booking["claim"].as_str().unwrap().to_lowercase().replace('-', " "),
    });
    assert_eq!(bia.ok("bookings.get", typed).await, booking);
    ana.hold(&[leg(1042)]).await;
    let other = ana.ok("cart.confirm", confirm("l")).await;
    let crossed = json!({ "locator": booking["locator"], "claim": other["claim"] });
    for method in ["bookings.get", "bookings.cancel"] {
        assert_eq!(bia.refusal(method, crossed.clone()).await["kind"], "booking_unknown");
    }
}

#[tokio::test]
async fn a_cancelled_leg_is_free_again_and_cancelling_again_changes_nothing() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    ana.hold(&[leg(7000), leg(7002)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let mut cancel = json!({
        "locator": booking["locator"], "claim": booking["claim"], "legs": [leg(7002)]
    });
    let left = bia.ok("bookings.cancel", cancel.clone()).await;
    assert_eq!(left["total_centavos"], 19_900);
    assert_eq!(left["tickets"][1]["status"], "cancelled");
    bia.hold(&[leg(7002)]).await;
    assert_eq!(bia.ok("bookings.cancel", cancel.clone()).await, left);
    assert_eq!(bia.cart().await["holds"].as_array().unwrap().len(), 1, "and not the new hold");
    cancel["legs"] = json!([leg(1042)]);
    assert_eq!(bia.refusal("bookings.cancel", cancel.clone()).await["kind"], "leg_unknown");
    cancel["legs"] = json!([]);
    assert_eq!(error_code(&bia.call("bookings.cancel", cancel.clone()).await), -32602);
    cancel.as_object_mut().unwrap().remove("legs");
    assert_eq!(bia.ok("bookings.cancel", cancel.clone()).await["total_centavos"], 0);
    assert_eq!(bia.seats_left(&leg(7000)).await, 1);
    let look = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(ana.ok("bookings.get", look).await["total_centavos"], 0);
}

#[tokio::test]
async fn a_hold_renews_the_deadline_up_to_the_cap_and_a_refused_one_never() {
    let world = World::with(|config| config.hold = Duration::from_secs(600)).await;
    let mut ana = world.client().await;
    let told = |cart: &Value| cart["expires_in_ms"].as_u64().unwrap();
    let minutes = |minutes: u64| minutes * 60_000 - 2_000;
    assert_eq!(told(&ana.hold(&[leg(1042)]).await), minutes(10));
    world.pass(Duration::from_secs(540)).await;
    let taken = json!({ "legs": [{ "leg": leg(1042), "seats": ["1A"] }] });
    assert_eq!(ana.refusal("cart.hold", taken).await["kind"], "seat_taken");
    assert_eq!(told(&ana.cart().await), minutes(1));
    assert_eq!(told(&ana.hold(&[leg(1042)]).await), minutes(10));
    world.pass(Duration::from_secs(540)).await;
    assert_eq!(told(&ana.hold(&[leg(1042)]).await), minutes(10));
    world.pass(Duration::from_secs(540)).await;
    // 27 minutes after the first hold: three periods are nearly over.
    assert_eq!(told(&ana.hold(&[leg(1042)]).await), minutes(3));
    world.pass(Duration::from_secs(180)).await;
    let event = ana.event().await;
    assert_eq!(event["method"], "cart.expired");
    assert_eq!(event["params"]["lost"].as_array().unwrap().len(), 4);
    assert_eq!(ana.seats_left(&leg(1042)).await, 180);
}

#[tokio::test]
async fn what_is_told_of_the_deadline_leaves_time_for_a_last_confirm() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let left = ana.hold(&[leg(1042)]).await["expires_in_ms"].as_u64().unwrap();
    world.pass(Duration::from_millis(left)).await;
    assert_eq!(ana.cart().await["expires_in_ms"], 0);
    ana.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn nobody_learns_who_holds_or_buys() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    bia.ok("feed.watch", json!({})).await;
    let opened = ana.ok("session.open", json!({ "name": "Ana Conceição" })).await;
    ana.hold(&[leg(7000)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    let mut seen = bia.events_so_far().await;
    assert_eq!(seen.len(), 2);
    seen.push(bia.ok("legs.seats", json!({ "leg": leg(7000) })).await);
    seen.push(bia.ok("legs.get", json!({ "leg": leg(7000) })).await);
    let seen = json!(seen).to_string();
    for secret in [&opened["token"], &booking["locator"], &booking["claim"]] {
        assert!(!seen.contains(secret.as_str().unwrap()));
    }
    assert!(!seen.contains("Ana") && !seen.contains("Concei"));
}
