//! Confirms that race the end of their carts, over real sockets and in real time.
//!
//! `TRECHO_RACES` sets how many.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm, kind};

/// A cart is held for so long.
const HOLD_MS: u64 = 60;

/// What is told is so much earlier than what is kept: half of so short a period.
const SLACK: Duration = Duration::from_millis(HOLD_MS / 2);

/// What is told of it.
const PERIOD: Duration = Duration::from_millis(HOLD_MS - HOLD_MS / 2);

/// Servers tell whole milliseconds.
const ROUNDED: Duration = Duration::from_millis(1);

/// So much later or earlier, on the way to the instant itself.
const STEP: Duration = Duration::from_millis(2);

/// So many race at the same time.
const RACERS: u64 = 40;

/// What became of one racer's carts.
#[derive(Default)]
struct Tally {
    bought: u64,
    too_late: u64,
}

/// The instant that a cart was told as its end: no sooner than the first, no later than the second.
/// It was told in milliseconds from an instant between the question and the answer.
fn told_end(cart: &Value, (asked, answered): (Instant, Instant)) -> (Instant, Instant) {
    let left = Duration::from_millis(cart["expires_in_ms"].as_u64().unwrap());
    // A whole period was given, however much of it had passed by the answer.
    let given = left + (answered - asked) + ROUNDED;
    assert!(given >= PERIOD, "{given:?} of {PERIOD:?} were given: {cart}");
    assert!(left <= PERIOD, "{left:?} of {PERIOD:?} were given: {cart}");
    (asked + left, answered + left + ROUNDED)
}

/// Holds, and confirms at about the instant at which the cart ends; gives back what it bought.
/// Whoever bought comes a little later the next time, and whoever was too late a little earlier.
async fn race(mut client: Client, leg: String, (racer, rounds): (u64, u64)) -> (Tally, Client) {
    let mut tally = Tally::default();
    let mut wait = Duration::from_millis(HOLD_MS);
    client.open().await;
    for round in 0..rounds {
        let before = Instant::now();
        let cart = client.hold(std::slice::from_ref(&leg)).await;
        let held = Instant::now();
        let (no_sooner, no_later) = told_end(&cart, (before, held));
        sleep_until(held + wait).await;
        let asked = Instant::now();
        let id = client.request("cart.confirm", confirm(&format!("{racer}-{round}"))).await;
        let mut expired = 0;
        let reply = loop {
            let line = client.line().await.unwrap();
            match line["method"].as_str() {
                Some("cart.expired") => expired += 1,
                Some(other) => panic!("{other}"),
                None => break line,
            }
        };
        assert_eq!(reply["id"], id);
        if let Some(booking) = reply.get("result") {
            assert_eq!(expired, 0, "bought, and told that the cart was lost: {reply}");
            assert!(asked <= no_later + SLACK, "bought {:?} after its end", asked - no_later);
            tally.bought += 1;
            wait += STEP;
            give_back(&mut client, booking).await;
        } else {
            assert_eq!((kind(&reply), expired), ("cart_expired", 1), "{reply}");
            let ended = Instant::now();
            assert!(
                ended >= no_sooner,
                "over {:?} before the end that was told",
                no_sooner - ended
            );
            tally.too_late += 1;
            wait = wait.saturating_sub(STEP);
        }
    }
    (tally, client)
}

async fn give_back(client: &mut Client, booking: &Value) {
    assert_eq!(booking["tickets"].as_array().unwrap().len(), 1, "{booking}");
    let mine = json!({ "locator": booking["locator"], "claim": booking["claim"] });
    let cancelled = client.ok("bookings.cancel", mine).await;
    assert_eq!(cancelled["tickets"][0]["status"], "cancelled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirm_at_the_end_of_its_cart_buys_all_of_it_or_finds_it_gone() {
    let races = std::env::var("TRECHO_RACES").map_or(800, |races| races.parse().expect("a number"));
    let directory = tempfile::tempdir().unwrap();
    let (csv, leg) = two_days_on("10x3-3");
    let csv = write_csv(directory.path(), &csv);
    let hold = format!("{HOLD_MS}ms");
    let arguments = ["--timetable", csv.to_str().unwrap(), "--hold", &hold];
    let server = Daemon::serve(&directory.path().join("data"), &arguments);
    let mut racing = JoinSet::new();
    for racer in 0..RACERS {
        let client = server.client().await;
        racing.spawn(race(client, leg.clone(), (racer, races / RACERS)));
    }
    let (mut bought, mut too_late) = (0, 0);
    for (tally, _client) in racing.join_all().await {
        bought += tally.bought;
        too_late += tally.too_late;
    }
    println!("{races} confirms raced the end of their carts: {bought} bought, {too_late} too late");
    assert!(bought > 0 && too_late > 0, "both ways that it can end were met");
    assert_eq!(server.client().await.seats_left(&leg).await, 60, "every seat is free again");
}
