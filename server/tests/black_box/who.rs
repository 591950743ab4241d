//! Who may do what: tokens, claim codes, locators, holds and keys open what is theirs, and say
//! nothing of what is not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trecho_server::rate::Rate;

use crate::common::{Client, World, confirm, error_code, leg};

const NO_TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NO_CLAIM: &str = "00000-00000-00000-00000-000000";

/// A reply without its id.
async fn said(client: &mut Client, method: &str, params: Value) -> Value {
    let mut reply = client.call(method, params).await;
    reply.as_object_mut().unwrap().remove("id");
    reply
}

/// A booking on leg 1042, by whoever it is.
async fn booked(client: &mut Client) -> Value {
    client.hold(&[leg(1042)]).await;
    client.ok("cart.confirm", confirm("k")).await
}

#[tokio::test]
async fn a_token_that_never_was_and_one_that_is_over_are_refused_alike() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let over = ana.open().await;
    ana.ok("session.close", json!({})).await;
    ana.until_closed().await;
    let mut bia = world.client().await;
    let never = said(&mut bia, "session.open", json!({ "resume": NO_TOKEN })).await;
    assert_eq!(never["error"]["data"]["kind"], "session_unknown");
    let over = said(&mut bia, "session.open", json!({ "resume": over })).await;
    assert_eq!(over, never);
    // One character away from a token is no nearer than any other.
    let mut carla = world.client().await;
    let token = carla.open().await;
    let last = if token.ends_with('A') { "E" } else { "A" };
    let near = json!({ "resume": format!("{}{last}", &token[..42]) });
    assert_eq!(said(&mut bia, "session.open", near).await, never);
    carla.cart().await;
}

#[tokio::test]
async fn who_finds_the_token_of_a_closed_session_sees_no_booking_and_buys_nothing_on_it() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let booking = booked(&mut ana).await;
    ana.ok("session.close", json!({})).await;
    ana.until_closed().await;
    // For a day it opens the session: the passenger's own client may have to ask what its last
    // confirm came to.
    let mut thief = world.client().await;
    let opened = thief.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], json!([]));
    assert!(!opened.to_string().contains(booking["locator"].as_str().unwrap()), "{opened}");
    // A key that was not used tells nothing, and one that was tells no more without the words.
    for key in ["", "K", "k ", "k0", "1"] {
        let reply = thief.call("cart.confirm", confirm(key)).await;
        assert!(reply.get("result").is_none(), "{key:?}: {reply}");
        assert_ne!(reply["error"]["data"]["kind"], "idempotency_conflict", "{key:?}: {reply}");
    }
    let mut guess = confirm("k");
    guess["passengers"][0]["first_name"] = json!("Bia");
    let refusal = thief.refusal("cart.confirm", guess).await;
    assert_eq!(refusal, json!({ "kind": "idempotency_conflict" }), "nothing of the booking");
    let locator = &booking["locator"];
    for method in ["bookings.get", "bookings.cancel"] {
        for claim in [NO_CLAIM, token.as_str()] {
            let mine = json!({ "locator": locator, "claim": claim });
            let reply = thief.call(method, mine).await;
            assert!(reply.get("result").is_none(), "{method}: {reply}");
        }
    }
    // With the very words of the confirm it is the passenger, as far as anyone can know: only who
    // has token, key and words gets the booking.
    assert_eq!(thief.ok("cart.confirm", confirm("k")).await, booking);
    // What the thief holds is the thief's: it costs the passenger nothing.
    thief.hold(&[leg(2210)]).await;
    let mine = json!({ "locator": locator, "claim": booking["claim"] });
    assert_eq!(world.client().await.ok("bookings.get", mine).await, booking);
}

#[tokio::test]
async fn the_token_of_a_closed_session_opens_nothing_a_day_later() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    booked(&mut ana).await;
    ana.ok("session.close", json!({})).await;
    ana.until_closed().await;
    world.pass(Duration::from_secs(25 * 3_600)).await;
    let mut thief = world.client().await;
    let refused = said(&mut thief, "session.open", json!({ "resume": token })).await;
    let never = said(&mut thief, "session.open", json!({ "resume": NO_TOKEN })).await;
    assert_eq!(refused, never, "as one that never was");
}

#[tokio::test]
async fn another_s_hold_is_as_unknown_as_one_that_never_was() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    let cart = ana.hold(&[leg(1042)]).await;
    bia.hold(&[leg(2210)]).await;
    let theirs = cart["holds"][0]["hold"].as_u64().unwrap();
    for hold in [theirs, theirs + 1_000] {
        let refusal = bia.refusal("cart.release", json!({ "holds": [hold] })).await;
        assert_eq!(refusal, json!({ "kind": "hold_unknown", "holds": [hold] }));
        let mut purchase = confirm("k");
        purchase["holds"] = json!([hold]);
        assert_eq!(bia.refusal("cart.confirm", purchase).await["kind"], "cart_changed");
    }
    assert_eq!(ana.cart().await["holds"], cart["holds"]);
}

#[tokio::test]
async fn a_confirm_repeated_on_another_session_opens_no_booking() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    let booking = booked(&mut ana).await;
    assert_eq!(bia.refusal("cart.confirm", confirm("k")).await["kind"], "cart_empty");
    // With a cart of one's own the same key and words buy that, under another claim code.
    let own = booked(&mut bia).await;
    assert_ne!((&own["locator"], &own["claim"]), (&booking["locator"], &booking["claim"]));
}

#[tokio::test]
async fn a_locator_with_a_wrong_claim_code_is_as_unknown_as_no_locator() {
    let world = World::new().await;
    let (mut ana, mut bia) = (world.client().await, world.client().await);
    let booking = booked(&mut ana).await;
    let other = booked(&mut bia).await;
    let unknown = json!({ "locator": "AAAAAA", "claim": NO_CLAIM });
    for method in ["bookings.get", "bookings.cancel"] {
        let nowhere = said(&mut bia, method, unknown.clone()).await;
        for claim in [json!(NO_CLAIM), other["claim"].clone()] {
            let params = json!({ "locator": booking["locator"], "claim": claim });
            assert_eq!(said(&mut bia, method, params).await, nowhere, "{method}");
        }
    }
    let right = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(bia.ok("bookings.get", right).await, booking);
    assert_eq!(ana.seats_left(&leg(1042)).await, 178);
}

/// A report, and no judgement: on a shared machine a clock proves nothing. That the ledger works no
/// harder where there is a booking, its own tests prove.
#[tokio::test]
async fn how_long_a_wrong_look_up_takes_of_a_booking_that_exists_and_of_none() {
    const ROUNDS: usize = 300;
    let world = World::with(|config| config.limits.wrong_lookups = u32::MAX).await;
    let mut ana = world.client().await;
    let booking = booked(&mut ana).await;
    let mut spent = [Vec::new(), Vec::new()];
    for round in 0..2 * ROUNDS {
        let locator = if round % 2 == 0 { booking["locator"].clone() } else { json!("AAAAAA") };
        let started = Instant::now();
        let refusal =
            ana.refusal("bookings.get", json!({ "locator": locator, "claim": NO_CLAIM })).await;
        spent[round % 2].push(started.elapsed());
        assert_eq!(refusal["kind"], "booking_unknown");
    }
    let [there, nowhere] = spent.map(median);
    println!("median of a wrong look-up: {there:?} of a booking that exists, {nowhere:?} of none");
}

/// A report, likewise: a token is found by its hash or not at all, however near it is to another.
#[tokio::test]
async fn how_long_it_takes_to_refuse_a_token_that_never_was_is_over_or_nearly_right() {
    const ROUNDS: usize = 300;
    let world = World::new().await;
    let mut ana = world.client().await;
    let over = ana.open().await;
    ana.ok("session.close", json!({})).await;
    // One character away from the token of a session that is there.
    let there = world.client().await.open().await;
    let near = format!("{}{}", &there[..42], if there.ends_with('A') { "E" } else { "A" });
    let mut bia = world.client().await;
    let mut spent = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..3 * ROUNDS {
        let token = [NO_TOKEN, &over, &near][round % 3];
        let started = Instant::now();
        let refusal = bia.refusal("session.open", json!({ "resume": token })).await;
        spent[round % 3].push(started.elapsed());
        assert_eq!(refusal["kind"], "session_unknown");
    }
    let [never, over, near] = spent.map(median);
    println!(
        "median of a refused token: {never:?} that never was, {over:?} over, {near:?} near one"
    );
}

fn median(mut spent: Vec<Duration>) -> Duration {
    spent.sort_unstable();
    spent[spent.len() / 2]
}

#[tokio::test]
async fn neither_token_nor_claim_code_is_on_the_disk_in_any_form_that_opens_something() {
    let mut world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let booking = booked(&mut ana).await;
    ana.hold(&[leg(2210)]).await;
    world.abandon();
    let claim = booking["claim"].as_str().unwrap().replace('-', "");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
    let mut looked_at = 0;
    for entry in std::fs::read_dir(&world.config.data_dir).unwrap() {
        let Ok(content) = std::fs::read(entry.unwrap().path()) else { continue };
        looked_at += content.len();
        let has = |what: &[u8]| content.windows(what.len()).any(|window| window == what);
        assert!(!has(token.as_bytes()) && !has(&bytes), "the token");
        assert!(!has(claim.as_bytes()) && !has(claim.to_lowercase().as_bytes()), "the claim code");
        assert!(!has(booking["claim"].as_str().unwrap().as_bytes()), "the claim code");
    }
    assert!(looked_at > 10_000, "the ledger was read");
}

#[tokio::test]
async fn tokens_and_claim_codes_have_nothing_in_common() {
    let world = World::new().await;
    let mut seen = std::collections::HashSet::new();
    let (mut tokens, mut claims) = (Vec::new(), Vec::new());
    for _ in 0..120 {
        let mut client = world.client().await;
        let token = client.open().await;
        let booking = booked(&mut client).await;
        assert!(seen.insert(token.clone()) && seen.insert(booking["claim"].to_string()));
        tokens.push(token);
        claims.push(booking["claim"].as_str().unwrap().to_owned());
    }
    // At no place do all begin, go on or end alike: that would be a counter or a clock.
    for texts in [&tokens, &claims] {
        for at in (0..texts[0].len()).filter(|at| texts[0].as_bytes()[*at] != b'-') {
            let here: std::collections::HashSet<u8> =
                texts.iter().map(|text| text.as_bytes()[at]).collect();
            // The last character of each carries fewer bits than the others.
            assert!(here.len() >= 3, "place {at} has only {here:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_that_is_made_up_opens_nothing_and_harms_nothing() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let page = ana.ok("legs.search", json!({ "limit": 1 })).await;
    let cursor = page["cursor"].as_str().unwrap().to_owned();
    let mut made_up: Vec<String> =
        ["", "0", "-1", "18446744073709551616", "..", "%00", "ção"].map(str::to_owned).to_vec();
    for at in 0..cursor.len() {
        for other in ["A", "z", "0", "_"] {
            let mut bytes = cursor.clone();
            bytes.replace_range(at..=at, other);
            made_up.push(bytes);
        }
        made_up.push(cursor[..at].to_owned());
        made_up.push(format!("{cursor}{}", &cursor[at..]));
    }
    let known = ana.ok("legs.search", json!({})).await;
    let known: Vec<&Value> =
        known["legs"].as_array().unwrap().iter().map(|leg| &leg["leg"]).collect();
    for cursor in made_up {
        let reply = ana.call("legs.search", json!({ "limit": 1, "cursor": cursor })).await;
        match reply.get("result") {
            Some(page) => {
                let legs = page["legs"].as_array().unwrap();
                assert!(legs.iter().all(|leg| known.contains(&&leg["leg"])), "{reply}");
            }
            None => assert_eq!(error_code(&reply), -32602, "{cursor:?}: {reply}"),
        }
    }
}

#[tokio::test]
async fn every_request_can_be_repeated_also_after_a_restart() {
    let mut world = World::with(|config| {
        config.limits.wrong_lookups_per_address = Rate::per_hour(0);
    })
    .await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let booking = booked(&mut ana).await;
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    assert_eq!(ana.ok("cart.confirm", confirm("k")).await, booking);
    let mut other = confirm("k");
    other["email"] = json!("ana@example.com");
    assert_eq!(ana.refusal("cart.confirm", other.clone()).await["kind"], "idempotency_conflict");
    let cancelled = ana.ok("bookings.cancel", mine.clone()).await;
    for _ in 0..2 {
        for (method, params) in [
            ("bookings.cancel", mine.clone()),
            ("bookings.get", mine.clone()),
            ("cart.confirm", confirm("k")),
        ] {
            assert_eq!(ana.ok(method, params).await, cancelled, "{method}");
        }
        assert_eq!(
            ana.refusal("cart.confirm", other.clone()).await["kind"],
            "idempotency_conflict"
        );
        for method in ["cart.release", "cart.get"] {
            let first = ana.ok(method, json!({})).await;
            assert_eq!(ana.ok(method, json!({})).await, first, "{method}");
        }
        for method in ["feed.watch", "feed.unwatch", "airports.list", "legs.search"] {
            let first = ana.ok(method, json!({})).await;
            assert_eq!(ana.ok(method, json!({})).await, first, "{method}");
        }
        assert_eq!(error_code(&ana.call("session.open", json!({})).await), -32602);
        assert_eq!(ana.seats_left(&leg(1042)).await, 180);
        world.abandon();
        world.restart().await;
        ana = world.client().await;
        ana.ok("session.open", json!({ "resume": token })).await;
    }
}
