//! The real `trechod` under load, killed again and again, and what its clients make of it.
//!
//! `TRECHO_KILLS` sets how often it is killed, `TRECHO_SEED` the choices that clients make.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::common::client::PATIENCE;
use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm};
use crate::history::{Cancel, History, Look, Sale, Seat, Tick};

/// So many clients buy at the same time.
const CLIENTS: u64 = 6;

/// The legs: few seats, so that they fight for them.
const LEGS: [(u32, &str, u64); 3] = [(7000, "3x2-2", 12), (7001, "1x3", 3), (7002, "4x1-1", 8)];

/// What all clients share.
#[derive(Clone)]
struct Scene {
    legs: Vec<String>,
    /// Where the server is now; nowhere: the load is over.
    address: watch::Receiver<Option<SocketAddr>>,
    ticks: Arc<AtomicU64>,
    /// So many purchases were acknowledged.
    bought: watch::Sender<u64>,
}

impl Scene {
    fn tick(&self) -> Tick {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }
}

/// A connection whose server may die at any time.
struct Line {
    socket: BufReader<TcpStream>,
    next: u64,
}

impl Line {
    async fn connect(address: SocketAddr) -> Option<Self> {
        let socket = TcpStream::connect(address).await.ok()?;
        socket.set_nodelay(true).ok()?;
        Some(Self { socket: BufReader::new(socket), next: 1 })
    }

    /// The next line; none if the server is gone.
    async fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = timeout(PATIENCE, self.socket.read_line(&mut line)).await.expect("in time");
        match read {
            Ok(1..) if line.ends_with('\n') => Some(serde_json::from_str(&line).expect("JSON")),
            Ok(_) | Err(_) => None,
        }
    }

    async fn call(&mut self, method: &str, params: Value) -> Option<Value> {
        let id = self.next;
        self.next += 1;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.socket.get_mut().write_all(format!("{line}\n").as_bytes()).await.ok()?;
        loop {
            let line = self.line().await?;
            if line.get("id").is_some() {
                assert_eq!(line["id"], json!(id), "{line}");
                return Some(line);
            }
        }
    }
}

/// One passenger after the other: each buys under one key until it is known what became of it.
struct Buyer {
    scene: Scene,
    number: u64,
    dice: u64,
    token: Option<String>,
    /// A confirm whose outcome is not known.
    open: Option<String>,
    purchases: u64,
    /// Bookings that it has not given back: locator and claim code.
    kept: Vec<(String, String)>,
    history: History,
}

impl Buyer {
    /// A number below `bound` (`SplitMix64`).
    fn below(&mut self, bound: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    async fn buy_until_the_end(mut self) -> Self {
        loop {
            let Some(address) = *self.scene.address.borrow_and_update() else { return self };
            if let Some(mut line) = Line::connect(address).await {
                while self.buy(&mut line).await.is_some() {
                    if self.scene.address.borrow().is_none() {
                        return self;
                    }
                }
            }
            // It is dead: wait for the next.
            let before = Some(address);
            let next = self.scene.address.wait_for(|address| *address != before);
            timeout(PATIENCE, next)
                .await
                .expect("it comes back in time")
                .expect("the nemesis lives");
        }
    }

    /// One purchase; none if the server is gone.
    async fn buy(&mut self, line: &mut Line) -> Option<()> {
        if line.next == 1 {
            let params = self.token.as_ref().map_or(json!({}), |token| json!({ "resume": token }));
            let opened = line.call("session.open", params).await?;
            self.token = opened["result"]["token"].as_str().map(ToOwned::to_owned);
            if self.token.is_none() {
                // It never held anything, so a crash has taken it.
                assert_eq!(opened["error"]["data"]["kind"], "session_unknown", "{opened}");
                assert_eq!(self.open, None, "a session that confirmed is remembered");
                line.next = 1;
                return Some(());
            }
        }
        if let Some(key) = self.open.clone() {
            self.confirm(line, &key).await?;
        }
        self.look(line).await?;
        let first = usize::try_from(self.below(3)).unwrap();
        let mut asks = vec![json!({ "leg": self.scene.legs[first] })];
        if self.below(2) == 0 {
            asks.push(json!({ "leg": self.scene.legs[(first + 1) % 3] }));
        }
        line.call("cart.release", json!({})).await?;
        let held = line.call("cart.hold", json!({ "legs": asks })).await?;
        if held.get("result").is_none() {
            assert_eq!(held["error"]["data"]["kind"], "leg_taken", "{held}");
            return self.cancel(line).await;
        }
        self.purchases += 1;
        let key = format!("{}-{}", self.number, self.purchases);
        self.open = Some(key.clone());
        self.confirm(line, &key).await?;
        if self.below(3) == 0 {
            // Again: the same answer, or the history tells.
            self.confirm(line, &key).await?;
        }
        if self.below(4) == 0 { self.cancel(line).await } else { Some(()) }
    }

    async fn confirm(&mut self, line: &mut Line, key: &str) -> Option<()> {
        let reply = line.call("cart.confirm", confirm(key)).await?;
        self.open = None;
        if let Some(booking) = reply.get("result") {
            let word = |field: &str| booking[field].as_str().unwrap().to_owned();
            let (locator, claim) = (word("locator"), word("claim"));
            if self.history.sales.iter().all(|sale| sale.locator != locator) {
                self.kept.push((locator.clone(), claim.clone()));
            }
            self.history.sales.push(Sale {
                key: key.to_owned(),
                locator,
                claim,
                seats: seats(booking, |_| true),
                ended: self.scene.tick(),
            });
            self.scene.bought.send_modify(|bought| *bought += 1);
        } else {
            let kind = &reply["error"]["data"]["kind"];
            assert!(kind == "cart_empty" || kind == "cart_expired", "{reply}");
        }
        Some(())
    }

    async fn look(&mut self, line: &mut Line) -> Option<()> {
        for leg in self.scene.legs.clone() {
            let begun = self.scene.tick();
            let seen = line.call("legs.get", json!({ "leg": leg })).await?["result"].take();
            self.history.looks.push(Look {
                leg,
                version: seen["version"].as_u64().unwrap(),
                seats_left: seen["seats_left"].as_u64().unwrap(),
                begun,
                ended: self.scene.tick(),
            });
        }
        Some(())
    }

    /// Gives back one of its bookings that it has not given back yet, so that there is something to sell.
    async fn cancel(&mut self, line: &mut Line) -> Option<()> {
        if self.kept.is_empty() {
            return Some(());
        }
        let count = u64::try_from(self.kept.len()).unwrap();
        let at = usize::try_from(self.below(count)).unwrap();
        let (locator, claim) = self.kept[at].clone();
        let begun = self.scene.tick();
        self.history.cancels.push(Cancel { locator: locator.clone(), begun });
        let params = json!({ "locator": locator, "claim": claim });
        let cancelled = line.call("bookings.cancel", params).await?;
        assert!(cancelled.get("result").is_some(), "{cancelled}");
        // Only now: what a kill cut short is asked for again.
        self.kept.swap_remove(at);
        Some(())
    }
}

/// The seats of a booking's tickets.
fn seats(booking: &Value, wanted: fn(&Value) -> bool) -> Vec<Seat> {
    let tickets = booking["tickets"].as_array().unwrap().iter().filter(|ticket| wanted(ticket));
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    tickets.map(|ticket| (word(&ticket["leg"]), word(&ticket["seat"]))).collect()
}

/// Watches all legs through every life of the server.
async fn watch_all(mut scene: Scene) -> History {
    let mut history = History::default();
    let mut epochs = BTreeSet::new();
    loop {
        let Some(address) = *scene.address.borrow_and_update() else { break };
        let mut heard = Vec::new();
        if let Some(mut line) = Line::connect(address).await
            && let Some(watched) = line.call("feed.watch", json!({})).await
        {
            epochs.insert(watched["result"]["epoch"].to_string());
            loop {
                let event = tokio::select! {
                    event = line.line() => event,
                    changed = scene.address.changed() => { drop(changed); None }
                };
                let Some(event) = event else { break };
                if let Some(leg) = event["params"]["leg"].as_str() {
                    let number = |field: &str| event["params"][field].as_u64().unwrap();
                    heard.push((leg.to_owned(), number("version"), number("seats_left")));
                }
            }
        }
        history.heard.push(heard);
        let before = Some(address);
        let next = scene.address.wait_for(|address| *address != before);
        timeout(PATIENCE, next).await.expect("it comes back in time").expect("the nemesis lives");
    }
    assert_eq!(epochs.len(), 1, "the data is the same throughout");
    history
}

/// Everything as it is in the end, from a server of its own.
async fn look_at_the_end(client: &mut Client, scene: &Scene, history: &mut History) {
    for sale in &history.sales {
        let params = json!({ "locator": sale.locator, "claim": sale.claim });
        let reply = client.call("bookings.get", params).await;
        if let Some(booking) = reply.get("result") {
            let left = seats(booking, |ticket| ticket["status"] == "sold");
            history.end.sold.insert(sale.locator.clone(), left);
        }
    }
    for leg in &scene.legs {
        let shown = client.ok("legs.seats", json!({ "leg": leg })).await;
        let rows = shown["rows"].as_array().unwrap();
        let blocks = rows.iter().flat_map(|row| row["blocks"].as_array().unwrap());
        for seat in blocks.flat_map(|block| block.as_array().unwrap()) {
            let name = (leg.clone(), seat["seat"].as_str().unwrap().to_owned());
            match seat["status"].as_str().unwrap() {
                "sold" => drop(history.end.shown_sold.insert(name)),
                "held" => drop(history.end.shown_held.insert(name)),
                _ => {}
            }
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}

/// The legs of [`LEGS`] in one file, and their ids.
fn timetable(directory: &Path) -> (std::path::PathBuf, Vec<String>) {
    let mut csv = String::new();
    let mut legs = Vec::new();
    for (number, cabin, _) in LEGS {
        let (one, leg) = two_days_on(cabin);
        let renamed = one.replace("TR7000", &format!("TR{number}"));
        csv.push_str(if csv.is_empty() { &renamed } else { renamed.split_once('\n').unwrap().1 });
        legs.push(leg.replace("TR7000", &format!("TR{number}")));
    }
    (write_csv(directory, &csv), legs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load_it_loses_nothing_and_sells_nothing_twice() {
    let (kills, seed) = (number("TRECHO_KILLS", 10), number("TRECHO_SEED", 1));
    let directory = tempfile::tempdir().unwrap();
    let (csv, legs) = timetable(directory.path());
    let data = directory.path().join("data");
    let arguments = ["--timetable", csv.to_str().unwrap()];
    let mut server = Daemon::serve(&data, &arguments);
    let (tell, address) = watch::channel(Some(server.address));
    let (bought, mut counted) = watch::channel(0);
    let scene = Scene { legs, address, ticks: Arc::default(), bought };
    let mut buyers = JoinSet::new();
    for number in 0..CLIENTS {
        let buyer = Buyer {
            scene: scene.clone(),
            number,
            dice: seed.wrapping_mul(1_000) + number,
            token: None,
            open: None,
            purchases: 0,
            kept: Vec::new(),
            history: History::default(),
        };
        buyers.spawn(buyer.buy_until_the_end());
    }
    let watcher = tokio::spawn(watch_all(scene.clone()));
    for kill in 0..=kills {
        // At no moment that anyone could know: after some more purchases.
        let enough = *counted.borrow_and_update() + 5 + (seed + kill * 7) % 23;
        let more = counted.wait_for(|bought| *bought >= enough);
        timeout(Duration::from_secs(60), more).await.expect("it sells").unwrap();
        if kill < kills {
            server.kill();
            server = Daemon::serve(&data, &arguments);
            tell.send_replace(Some(server.address));
        }
    }
    tell.send_replace(None);
    let mut history = watcher.await.unwrap();
    let capacity = scene.legs.iter().zip(LEGS).map(|(leg, (_, _, seats))| (leg.clone(), seats));
    history.capacity = capacity.collect();
    for mut buyer in buyers.join_all().await {
        let mut line = Line::connect(server.address).await.unwrap();
        // What was still open is asked for, and the cart given back.
        let params = buyer.token.as_ref().map_or(json!({}), |token| json!({ "resume": token }));
        line.call("session.open", params).await.unwrap();
        if let Some(key) = buyer.open.take() {
            buyer.confirm(&mut line, &key).await.unwrap();
        }
        line.call("session.close", json!({})).await.unwrap();
        history.join(buyer.history);
    }
    let mut client = server.client().await;
    look_at_the_end(&mut client, &scene, &mut history).await;
    let (sales, looks) = (history.sales.len(), history.looks.len());
    let events: usize = history.heard.iter().map(Vec::len).sum();
    println!(
        "{kills} kills: {sales} confirms answered, {} cancels, {looks} looks, {events} events",
        history.cancels.len()
    );
    let faults = history.faults();
    assert!(faults.is_empty(), "TRECHO_SEED={seed}: {faults:#?}");
    assert!(sales > 0 && events > 0 && !history.cancels.is_empty());
}
