//! Many at once.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::common::{World, confirm, kind, leg};

/// Everyone asks at the same moment; the replies.
async fn all_at_once(world: &World, asks: Vec<Value>) -> Vec<Value> {
    let barrier = Arc::new(Barrier::new(asks.len()));
    let mut running = JoinSet::new();
    for ask in asks {
        let mut client = world.client().await;
        let barrier = Arc::clone(&barrier);
        running.spawn(async move {
            barrier.wait().await;
            let reply = client.call("cart.hold", ask).await;
            // The connection stays until all have asked, so that no hold ends with it.
            (reply, client)
        });
    }
    let ended = running.join_all().await;
    ended.into_iter().map(|(reply, _client)| reply).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_who_want_the_last_seat_exactly_one_gets_it() {
    let world = World::new().await;
    let ask = json!({ "legs": [{ "leg": leg(7000) }] });
    let replies = all_at_once(&world, vec![ask; 200]).await;
    let winners = replies.iter().filter(|reply| reply.get("result").is_some()).count();
    assert_eq!(winners, 1);
    let losers = replies.iter().filter(|reply| kind(reply) == "leg_taken").count();
    assert_eq!(losers, 199);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn carts_that_want_the_same_legs_in_opposite_orders_leave_nobody_with_half() {
    let world = World::new().await;
    let there = json!({ "legs": [{ "leg": leg(7000) }, { "leg": leg(7002) }] });
    let back = json!({ "legs": [{ "leg": leg(7002) }, { "leg": leg(7000) }] });
    let asks = (0..100).map(|at| if at % 2 == 0 { there.clone() } else { back.clone() }).collect();
    let replies = all_at_once(&world, asks).await;
    let won: Vec<_> = replies.iter().filter(|reply| reply.get("result").is_some()).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(won[0]["result"]["holds"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_seat_of_a_leg_goes_twice() {
    let world = World::new().await;
    let ask = json!({ "legs": [{ "leg": leg(2210) }] });
    let replies = all_at_once(&world, vec![ask; 100]).await;
    let seats: Vec<String> = replies
        .iter()
        .filter_map(|reply| Some(reply["result"]["holds"][0]["seat"].as_str()?.to_owned()))
        .collect();
    let distinct: std::collections::HashSet<_> = seats.iter().collect();
    assert_eq!((seats.len(), distinct.len()), (72, 72));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_confirms_of_one_cart_at_once_sell_it_once() {
    let world = World::new().await;
    for round in 0..20 {
        let mut one = world.client().await;
        let token = one.open().await;
        one.hold(&[leg(1042)]).await;
        let mut other = world.client().await;
        // The session goes to the other connection while the first one confirms; under the same
        // key, or another.
        let keys = if round % 2 == 0 { ["k", "k"] } else { ["k", "l"] };
        one.request("cart.confirm", confirm(keys[0])).await;
        // A connection that was replaced is closed, and what it had not read is not answered.
        let (first, second) = tokio::join!(one.until_reply(), async {
            other.ok("session.open", json!({ "resume": token })).await;
            other.call("cart.confirm", confirm(keys[1])).await
        });
        let sold = |reply: &Value| reply["result"]["locator"].as_str().map(ToOwned::to_owned);
        match (sold(&first), sold(&second)) {
            (Some(first), Some(second)) => {
                assert_eq!((&first, keys[0]), (&second, keys[1]), "one cart is one booking");
            }
            (Some(_), None) => assert_eq!(kind(&second), "cart_empty", "{second}"),
            (None, Some(_)) => assert!(matches!(kind(&first), "session_replaced" | ""), "{first}"),
            (None, None) => panic!("nobody has it: {first} {second}"),
        }
        assert_eq!(other.seats_left(&leg(1042)).await, 179 - round);
    }
}
