//! Many at once.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::common::{World, kind, leg};

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
