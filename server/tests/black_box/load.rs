//! Clients who buy, look and watch through whatever becomes of the server, and the history of it.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::common::client::PATIENCE;
use crate::common::daemon::two_days_on;
use crate::common::world::write_csv;
use crate::common::{Client, Daemon, confirm};
use crate::history::{
    Cancel, Departure, Got, Heard, History, Hold, Look, Ms, Release, Sale, Seat, Sight, Span, Tick,
    Way, Why,
};

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
    /// So many carts were heard to end by time.
    expired: watch::Sender<u64>,
}

impl Scene {
    fn tick(&self) -> Tick {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    fn begin(&self) -> Begun {
        Begun { tick: self.tick(), ms: machine_ms() }
    }

    fn end(&self, begun: Begun) -> Span {
        Span { begun: begun.tick, ended: self.tick(), from: begun.ms, to: machine_ms() }
    }
}

/// When something was asked.
#[derive(Debug, Clone, Copy)]
struct Begun {
    tick: Tick,
    ms: Ms,
}

/// The machine's clock.
fn machine_ms() -> Ms {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// A connection whose server may die at any time.
struct Line {
    socket: BufReader<TcpStream>,
    next: u64,
    /// A line of which not all has come yet.
    partial: Vec<u8>,
    /// What it was told while it waited for replies.
    events: VecDeque<Value>,
}

impl Line {
    async fn connect(address: SocketAddr) -> Option<Self> {
        let socket = TcpStream::connect(address).await.ok()?;
        socket.set_nodelay(true).ok()?;
        let socket = BufReader::new(socket);
        Some(Self { socket, next: 1, partial: Vec::new(), events: VecDeque::new() })
    }

    /// The next line, whenever it comes; none if the server is gone. Can be cancelled.
    async fn line(&mut self) -> Option<Value> {
        match self.socket.read_until(b'\n', &mut self.partial).await {
            Ok(1..) if self.partial.ends_with(b"\n") => {
                let line = std::mem::take(&mut self.partial);
                Some(serde_json::from_slice(&line).expect("JSON"))
            }
            Ok(_) | Err(_) => None,
        }
    }

    /// The reply; none if the server is gone, or about to go.
    async fn call(&mut self, method: &str, params: Value) -> Option<Value> {
        let id = self.next;
        self.next += 1;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.socket.get_mut().write_all(format!("{line}\n").as_bytes()).await.ok()?;
        loop {
            let line = timeout(PATIENCE, self.line()).await.expect("in time")?;
            if line.get("id").is_some() {
                assert_eq!(line["id"], json!(id), "{line}");
                // Its desk has ended; the process is about to.
                let ends = line["error"]["data"]["kind"] == "closing";
                return (!ends).then_some(line);
            }
            self.events.push_back(line);
        }
    }

    /// The next event, whenever there is one; none if the server is gone. Can be cancelled.
    async fn event(&mut self) -> Option<Value> {
        match self.events.pop_front() {
            Some(event) => Some(event),
            None => self.line().await,
        }
    }
}

/// Who holds for no longer than this may be waited for.
const SHORT_MS: Ms = 2_000;

/// One passenger after the other: each buys under one key until it is known what became of it.
struct Buyer {
    scene: Scene,
    number: u64,
    dice: u64,
    token: Option<String>,
    /// A confirm whose outcome is not known, and when it was asked first.
    open: Option<(String, Begun)>,
    /// The holds of its cart, as far as it knows.
    cart: Vec<u64>,
    purchases: u64,
    /// The locators of all its bookings.
    bought: HashSet<String>,
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
        if line.next == 1 && !self.open_session(line).await? {
            line.next = 1;
            return Some(());
        }
        if self.open.is_some() {
            self.confirm(line).await?;
        }
        self.look(line).await?;
        let first = usize::try_from(self.below(3)).unwrap();
        let mut asks = vec![json!({ "leg": self.scene.legs[first] })];
        if self.below(2) == 0 {
            asks.push(json!({ "leg": self.scene.legs[(first + 1) % 3] }));
        }
        if !self.release(line).await? {
            return Some(());
        }
        if !self.hold(line, asks).await? {
            return self.cancel(line).await;
        }
        if self.below(12) == 0 {
            // This one thinks about it for too long, or until it is not worth it any more.
            return self.dawdle(line).await;
        }
        self.purchases += 1;
        let key = format!("{}-{}", self.number, self.purchases);
        self.open = Some((key, self.scene.begin()));
        self.confirm(line).await?;
        if self.below(3) == 0 && self.open.is_none() && !self.history.sales.is_empty() {
            // Again: the same answer, or the history tells.
            let key = self.history.sales.last().unwrap().key.clone();
            self.open = Some((key, self.scene.begin()));
            self.confirm(line).await?;
        }
        if self.below(4) == 0 { self.cancel(line).await } else { Some(()) }
    }

    /// Opens its session, or takes it up; whether there is one.
    async fn open_session(&mut self, line: &mut Line) -> Option<bool> {
        let params = self.token.as_ref().map_or(json!({}), |token| json!({ "resume": token }));
        let begun = self.scene.begin();
        let opened = line.call("session.open", params).await?;
        self.token = opened["result"]["token"].as_str().map(ToOwned::to_owned);
        if self.token.is_none() {
            // It never held anything, so a crash has taken it.
            assert_eq!(opened["error"]["data"]["kind"], "session_unknown", "{opened}");
            assert!(self.open.is_none(), "a session that confirmed is remembered");
            return Some(false);
        }
        self.history.carts.hold_ms = opened["result"]["hold_ms"].as_u64().unwrap();
        self.sees(&opened["result"]["cart"], false, begun);
        if !self.cart.is_empty() && self.open.is_none() && self.below(2) == 0 {
            self.dawdle(line).await?;
        }
        Some(true)
    }

    /// Notes a cart that it is shown.
    fn sees(&mut self, cart: &Value, fresh: bool, begun: Begun) {
        let holds = cart["holds"].as_array().unwrap().iter();
        self.cart = holds.map(|hold| hold["hold"].as_u64().unwrap()).collect();
        let until = cart["expires_at"].as_str().map(|at| {
            u64::try_from(at.parse::<jiff::Timestamp>().unwrap().as_millisecond()).unwrap()
        });
        let (owner, holds) = (self.number, self.cart.clone());
        let asked = self.scene.end(begun);
        self.history.carts.sights.push(Sight { owner, holds, until, fresh, asked });
    }

    /// Notes that its holds have left its cart, or were to leave it when the server died.
    fn leaves(&mut self, way: Way, asked: Span, answered: bool) {
        let holds = std::mem::take(&mut self.cart);
        if !holds.is_empty() {
            self.history.carts.departures.push(Departure { holds, way, asked, answered });
        }
    }

    /// Notes what it was told unasked.
    fn hears(&mut self, event: &Value) {
        if event["method"] != "cart.expired" {
            return;
        }
        let asked = self.scene.end(self.scene.begin());
        let lost = event["params"]["lost"].as_array().unwrap().iter();
        self.cart = lost.map(|hold| hold["hold"].as_u64().unwrap()).collect();
        self.leaves(Way::Expired, asked, true);
        self.scene.expired.send_modify(|expired| *expired += 1);
    }

    /// Asks, and notes what it is told meanwhile.
    async fn call(&mut self, line: &mut Line, method: &str, params: Value) -> Option<Value> {
        let reply = line.call(method, params).await;
        while let Some(event) = line.events.pop_front() {
            self.hears(&event);
        }
        reply
    }

    /// Waits until its cart ends, where that does not take long.
    async fn dawdle(&mut self, line: &mut Line) -> Option<()> {
        if self.history.carts.hold_ms <= SHORT_MS {
            while !self.cart.is_empty() {
                let event = timeout(PATIENCE, line.event()).await.expect("it ends in time")?;
                self.hears(&event);
            }
        }
        Some(())
    }

    /// Empties its cart; whether there was room to write that down.
    async fn release(&mut self, line: &mut Line) -> Option<bool> {
        let begun = self.scene.begin();
        let Some(reply) = self.call(line, "cart.release", json!({})).await else {
            self.leaves(Way::Released, self.scene.end(begun), false);
            return None;
        };
        if no_room(&reply) {
            return Some(false);
        }
        assert!(reply.get("result").is_some(), "{reply}");
        let asked = self.scene.end(begun);
        for hold in &self.cart {
            let (begun, ended) = (asked.begun, asked.ended);
            self.history.releases.push(Release { hold: *hold, begun, ended });
        }
        self.leaves(Way::Released, asked, true);
        self.sees(&reply["result"], false, begun);
        Some(true)
    }

    /// Asks after what is open, and ends its session; false if there was no room for that.
    async fn leave(&mut self, address: SocketAddr) -> bool {
        let mut line = Line::connect(address).await.unwrap();
        let params = self.token.as_ref().map_or(json!({}), |token| json!({ "resume": token }));
        line.call("session.open", params).await.unwrap();
        if self.open.is_some() {
            self.confirm(&mut line).await.unwrap();
        }
        let closed = line.call("session.close", json!({})).await.unwrap();
        assert!(no_room(&closed) || closed.get("result").is_some(), "{closed}");
        self.open.is_none() && closed.get("result").is_some()
    }

    /// Whether it got what it asked for.
    async fn hold(&mut self, line: &mut Line, asks: Vec<Value>) -> Option<bool> {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let legs = asks.iter().map(|ask| word(&ask["leg"])).collect();
        let begun = self.scene.begin();
        let reply = self.call(line, "cart.hold", json!({ "legs": asks })).await;
        let ended = self.scene.tick();
        let Some(reply) = reply else {
            let got = Got::Unknown;
            self.history.holds.push(Hold { legs, got, begun: begun.tick, ended });
            return None;
        };
        let got = if let Some(holds) = reply["result"]["holds"].as_array() {
            let seat = |hold: &Value| {
                ((word(&hold["leg"]), word(&hold["seat"])), hold["hold"].as_u64().unwrap())
            };
            self.sees(&reply["result"], true, begun);
            Got::Seats(holds.iter().map(seat).collect())
        } else {
            let no = &reply["error"]["data"];
            if no_room(&reply) {
                return Some(false);
            }
            assert_eq!(no["kind"], "leg_taken", "{reply}");
            Got::Taken(no["legs"].as_array().unwrap().iter().map(word).collect())
        };
        let held = matches!(got, Got::Seats(_));
        self.history.holds.push(Hold { legs, got, begun: begun.tick, ended });
        Some(held)
    }

    /// Confirms what is open.
    async fn confirm(&mut self, line: &mut Line) -> Option<()> {
        let (key, begun) = self.open.clone().unwrap();
        let Some(reply) = self.call(line, "cart.confirm", confirm(&key)).await else {
            self.leaves(Way::Sold, self.scene.end(begun), false);
            return None;
        };
        if no_room(&reply) {
            // Nothing was sold, and the same key may buy it yet.
            return Some(());
        }
        self.open = None;
        let asked = self.scene.end(begun);
        if let Some(booking) = reply.get("result") {
            let word = |field: &str| booking[field].as_str().unwrap().to_owned();
            let (locator, claim) = (word("locator"), word("claim"));
            if self.bought.insert(locator.clone()) {
                self.kept.push((locator.clone(), claim.clone()));
                self.scene.bought.send_modify(|bought| *bought += 1);
            }
            self.leaves(Way::Sold, asked, true);
            let (seats, ended) = (seats(booking, |_| true), asked.ended);
            self.history.sales.push(Sale { key, locator, claim, seats, ended });
        } else {
            let kind = &reply["error"]["data"]["kind"];
            assert!(kind == "cart_empty" || kind == "cart_expired", "{reply}");
            // As if it had been shown its cart.
            self.sees(&json!({ "holds": [] }), false, begun);
        }
        Some(())
    }

    async fn look(&mut self, line: &mut Line) -> Option<()> {
        for leg in self.scene.legs.clone() {
            let begun = self.scene.tick();
            let seen = self.call(line, "legs.get", json!({ "leg": leg })).await?["result"].take();
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
        let note = self.history.cancels.len();
        let answered = false;
        self.history.cancels.push(Cancel { locator: locator.clone(), begun, answered });
        let params = json!({ "locator": locator, "claim": claim });
        let cancelled = self.call(line, "bookings.cancel", params).await?;
        if no_room(&cancelled) {
            return Some(());
        }
        assert!(cancelled.get("result").is_some(), "{cancelled}");
        self.history.cancels[note].answered = true;
        // Only now: what a kill cut short is asked for again.
        self.kept.swap_remove(at);
        Some(())
    }
}

fn no_room(reply: &Value) -> bool {
    reply["error"]["data"]["kind"] == "storage_unavailable"
}

/// The seats of a booking's tickets.
fn seats(booking: &Value, wanted: fn(&Value) -> bool) -> Vec<Seat> {
    let tickets = booking["tickets"].as_array().unwrap().iter().filter(|ticket| wanted(ticket));
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    tickets.map(|ticket| (word(&ticket["leg"]), word(&ticket["seat"]))).collect()
}

/// An event of a leg as it is noted; nothing if it is another event.
fn heard(event: &Value, at: Tick) -> Option<Heard> {
    let params = &event["params"];
    let number = |field: &str| params[field].as_u64().unwrap();
    let leg = params["leg"].as_str()?.to_owned();
    let why = match params["reason"].as_str()? {
        "held" => Why::Held,
        "merged" => Why::Merged,
        _ => Why::Other,
    };
    Some(Heard { leg, version: number("version"), seats_left: number("seats_left"), why, at })
}

/// Watches all legs through every life of the server, and hears of all that was before the end.
async fn watch_all(mut scene: Scene) -> History {
    let mut history = History::default();
    let mut epochs = BTreeSet::new();
    loop {
        let Some(address) = *scene.address.borrow_and_update() else { break };
        let mut feed = Vec::new();
        if let Some(mut line) = Line::connect(address).await
            && let Some(watched) = line.call("feed.watch", json!({})).await
        {
            epochs.insert(watched["result"]["epoch"].to_string());
            loop {
                let event = tokio::select! {
                    event = line.event() => event,
                    changed = scene.address.changed() => { drop(changed); None }
                };
                let Some(event) = event else { break };
                feed.extend(heard(&event, scene.tick()));
            }
            if scene.address.borrow().is_none() {
                // The desk answers when it has published all that it answered before, and the
                // connection tells that before its next reply.
                line.call("cart.get", json!({})).await.expect("it lives");
                line.call("server.ping", json!({})).await.expect("it lives");
                feed.extend(line.events.iter().filter_map(|event| heard(event, scene.tick())));
            }
        }
        history.heard.push(feed);
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
        let state = client.ok("legs.get", json!({ "leg": leg })).await;
        let number = |field: &str| state[field].as_u64().unwrap();
        history.end.legs.insert(leg.clone(), (number("version"), number("seats_left")));
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

/// The legs of [`LEGS`] in one file, and their ids.
pub(crate) fn timetable(directory: &Path) -> (std::path::PathBuf, Vec<String>) {
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

/// All clients at work.
pub(crate) struct Crowd {
    scene: Scene,
    buyers: JoinSet<Buyer>,
    watcher: JoinHandle<History>,
    buyers_hear: watch::Sender<Option<SocketAddr>>,
    watcher_hears: watch::Sender<Option<SocketAddr>>,
    counted: watch::Receiver<u64>,
    lost: watch::Receiver<u64>,
    /// When each life of the server was ready.
    ready: Vec<Ms>,
}

impl Crowd {
    /// Comes to a server that has the legs of [`timetable`].
    pub(crate) fn come(address: SocketAddr, legs: Vec<String>, seed: u64) -> Self {
        let (buyers_hear, told) = watch::channel(Some(address));
        let (watcher_hears, watcher_told) = watch::channel(Some(address));
        let (bought, counted) = watch::channel(0);
        let (expired, lost) = watch::channel(0);
        let scene = Scene { legs, address: told, ticks: Arc::default(), bought, expired };
        let mut buyers = JoinSet::new();
        for number in 0..CLIENTS {
            let buyer = Buyer {
                scene: scene.clone(),
                number,
                dice: seed.wrapping_mul(1_000) + number,
                token: None,
                open: None,
                cart: Vec::new(),
                purchases: 0,
                bought: HashSet::new(),
                kept: Vec::new(),
                history: History::default(),
            };
            buyers.spawn(buyer.buy_until_the_end());
        }
        let watcher = tokio::spawn(watch_all(Scene { address: watcher_told, ..scene.clone() }));
        let ready = vec![machine_ms()];
        Self { scene, buyers, watcher, buyers_hear, watcher_hears, counted, lost, ready }
    }

    /// Waits until so many more purchases have been acknowledged.
    pub(crate) async fn buys(&mut self, more: u64) {
        let enough = *self.counted.borrow_and_update() + more;
        let counted = self.counted.wait_for(|bought| *bought >= enough);
        timeout(Duration::from_secs(60), counted).await.expect("it sells").unwrap();
    }

    /// So many purchases were acknowledged.
    pub(crate) fn bought(&self) -> u64 {
        *self.counted.borrow()
    }

    /// Waits until one more cart has ended by time.
    pub(crate) async fn loses_a_cart(&mut self) {
        let enough = *self.lost.borrow_and_update() + 1;
        let lost = self.lost.wait_for(|lost| *lost >= enough);
        timeout(Duration::from_secs(60), lost).await.expect("carts end").unwrap();
    }

    /// The server is back, here.
    pub(crate) fn follow(&mut self, address: SocketAddr) {
        self.ready.push(machine_ms());
        self.buyers_hear.send_replace(Some(address));
        self.watcher_hears.send_replace(Some(address));
    }

    /// Ends the load, asks after what is open, gives back what is held, and looks at all of it.
    pub(crate) async fn go(self, server: &Daemon) -> History {
        let Self { scene, buyers, watcher, buyers_hear, watcher_hears, ready, .. } = self;
        buyers_hear.send_replace(None);
        let mut history = History::default();
        history.carts.ready = ready;
        for mut buyer in buyers.join_all().await {
            while !buyer.leave(server.address).await {}
            history.join(buyer.history);
        }
        look_at_the_end(&mut server.client().await, &scene, &mut history).await;
        watcher_hears.send_replace(None);
        history.join(watcher.await.unwrap());
        let seats = scene.legs.iter().zip(LEGS).map(|(leg, (_, _, seats))| (leg.clone(), seats));
        history.capacity = seats.collect();
        history
    }
}
