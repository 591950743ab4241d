//! Sessions: whose they are, how they are lost and found.

use std::time::Duration;

use serde_json::json;

use crate::common::{World, confirm, error_code, leg};

#[tokio::test]
async fn a_lost_connection_keeps_its_holds_and_its_clock() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    let before = ana.hold(&[leg(1042), leg(7000)]).await;
    drop(ana);
    world.pass(Duration::from_secs(30)).await;
    let mut ana = world.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["token"], json!(token));
    assert_eq!(opened["cart"]["holds"], before["holds"]);
    assert_eq!(opened["cart"]["expires_at"], before["expires_at"]);
    assert_eq!(opened["cart"]["expires_in_ms"], 598_000 - 30_000);
    // Taken up again, the cart does not end with the grace period.
    world.pass(Duration::from_secs(120)).await;
    ana.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn a_cart_that_nobody_comes_back_for_ends_with_the_grace_period() {
    let world = World::new().await;
    let mut bia = world.client().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(7000)]).await;
    bia.ok("feed.watch", json!({ "legs": [leg(1042)] })).await;
    ana.finish().await;
    ana.until_closed().await;
    // The server detaches the session after it has closed the connection. By itself the cart would
    // last for ten minutes.
    let mut ended = false;
    for _ in 0..54 {
        world.pass(Duration::from_secs(10)).await;
        ended = bia.events_so_far().await.iter().any(|event| event["method"] == "leg.reopened");
        if ended {
            break;
        }
    }
    assert!(ended, "the cart outlived its grace");
    let mut ana = world.client().await;
    let opened = ana.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"], json!([]));
}

#[tokio::test]
async fn an_unknown_token_is_refused_and_never_a_new_session_in_silence() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let unknown = json!({ "resume": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" });
    assert_eq!(ana.refusal("session.open", unknown).await["kind"], "session_unknown");
    // The connection has no session by that, and may begin one.
    ana.open().await;
}

#[tokio::test]
async fn a_session_is_opened_once_and_before_the_first_cart_request() {
    let world = World::new().await;
    let mut ana = world.client().await;
    ana.ok("legs.search", json!({})).await;
    ana.ok("feed.watch", json!({})).await;
    ana.open().await;
    assert_eq!(error_code(&ana.call("session.open", json!({})).await), -32602);
    let mut bia = world.client().await;
    bia.cart().await;
    assert_eq!(error_code(&bia.call("session.open", json!({})).await), -32602);
}

#[tokio::test]
async fn requests_sent_right_after_session_open_wait_for_it() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let open = ana.request("session.open", json!({})).await;
    let hold = ana.request("cart.hold", json!({ "legs": [{ "leg": leg(7000) }] })).await;
    let get = ana.request("legs.get", json!({ "leg": leg(7000) })).await;
    assert!(ana.reply(open).await["result"]["token"].is_string());
    assert_eq!(ana.reply(hold).await["result"]["holds"].as_array().unwrap().len(), 1);
    assert_eq!(ana.reply(get).await["result"]["seats_left"], 0);
}

#[tokio::test]
async fn a_replaced_connection_is_told_and_closed_and_changes_nothing_more() {
    let world = World::new().await;
    let mut old = world.client().await;
    let token = old.open().await;
    old.hold(&[leg(7000)]).await;
    let mut new = world.client().await;
    let opened = new.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(opened["cart"]["holds"].as_array().unwrap().len(), 1);
    // The old one may have asked before it was told.
    let lines = old.until_closed().await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["method"], "session.replaced");
    // That it has gone ends nothing: the session is the new one's.
    world.pass(Duration::from_secs(120)).await;
    new.ok("cart.confirm", confirm("k")).await;
}

#[tokio::test]
async fn closing_frees_at_once_and_yet_a_confirm_can_be_repeated_later() {
    let world = World::new().await;
    let mut ana = world.client().await;
    let token = ana.open().await;
    ana.hold(&[leg(1042)]).await;
    let booking = ana.ok("cart.confirm", confirm("k")).await;
    ana.hold(&[leg(7000)]).await;
    ana.ok("session.close", json!({})).await;
    let mut again = world.client().await;
    assert_eq!(again.seats_left(&leg(7000)).await, 1);
    again.ok("session.open", json!({ "resume": token })).await;
    assert_eq!(again.ok("cart.confirm", confirm("k")).await, booking);
}

#[tokio::test]
async fn a_connection_without_a_session_can_say_goodbye_too() {
    let world = World::new().await;
    let mut ana = world.client().await;
    assert_eq!(ana.ok("session.close", json!({})).await, json!({}));
    assert!(ana.until_closed().await.is_empty());
}

#[tokio::test]
async fn what_was_told_of_a_cart_comes_before_the_reply_to_a_later_request() {
    let world = World::new().await;
    for _ in 0..20 {
        let mut ana = world.client().await;
        ana.hold(&[leg(7000)]).await;
        world.hand.advance_ms(600_000);
        // This very request finds the cart expired.
        let hold = ana.request("cart.hold", json!({ "legs": [{ "leg": leg(7000) }] })).await;
        let first = ana.line().await.unwrap();
        assert_eq!(first["method"], "cart.expired", "{first}");
        assert_eq!(ana.reply(hold).await["result"]["holds"].as_array().unwrap().len(), 1);
        ana.ok("session.close", json!({})).await;
    }
}
