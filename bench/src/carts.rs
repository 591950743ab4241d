//! Durable carts: C clients in a closed loop of hold, hold, confirm, each on a connection of its own.

mod echo;
mod first_version;
mod ours;
mod postgres;
mod redis;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use color_eyre::eyre::Report;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::dice::Dice;
use crate::latency::Latency;
use crate::machine::Processors;

/// Who has not ended so long after the time is up hangs, and is an error.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is driven, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Who serves there
    #[arg(long, value_enum)]
    peer: Kind,
    /// Where
    #[arg(long)]
    pub(crate) addr: SocketAddr,
    /// The server's process, whose processor time is told
    #[arg(long)]
    server_pid: Option<u32>,
    /// How many clients
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Over how many legs; 1: both holds of each cart are on the same
    #[arg(long, default_value_t = 10_000)]
    legs: usize,
    /// How many seats a leg gets, where the legs are made here (Redis, PostgreSQL)
    #[arg(long, default_value_t = 174)]
    seats: u32,
    /// How many seconds it runs before the measured ones
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// How many seconds are measured
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// trechod
    Ours,
    /// Redis, a Lua script a step
    Redis,
    /// PostgreSQL, a function a step; only confirms wait for the disk
    Postgres,
    /// The first version: Python, everything dumped as JSON at each purchase
    FirstVersion,
    /// A server that sends back what it gets
    Echo,
}

/// One client of a server. Both steps are checked: an answer that no sound server gives is an error.
trait Peer: Send {
    /// Holds a seat on leg number `leg`.
    fn hold(&mut self, leg: usize) -> impl Future<Output = Result<(), Report>> + Send;

    /// Buys the two seats held.
    fn confirm(&mut self) -> impl Future<Output = Result<(), Report>> + Send;
}

/// What all clients came to, in the measured time; errors always count.
#[derive(Debug)]
struct Tally {
    hold: Latency,
    confirm: Latency,
    cart: Latency,
    errors: u64,
    first_error: Option<String>,
}

impl Tally {
    fn blame(&mut self, error: &Report) {
        self.errors += 1;
        self.first_error.get_or_insert_with(|| format!("{error:#}"));
    }
}

/// When what counts begins and ends.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

/// Runs the load and reports.
pub(crate) async fn run(options: &Options) -> Result<Value, Report> {
    match options.peer {
        Kind::Ours => drive(options, ours::passengers(options).await?).await,
        Kind::Redis => drive(options, redis::clients(options).await?).await,
        Kind::Postgres => drive(options, postgres::clients(options).await?).await,
        Kind::FirstVersion => drive(options, first_version::clients(options).await?).await,
        Kind::Echo => drive(options, echo::clients(options).await?).await,
    }
}

async fn drive<P: Peer + 'static>(options: &Options, peers: Vec<P>) -> Result<Value, Report> {
    let tally = Arc::new(Mutex::new(Tally {
        hold: Latency::new(),
        confirm: Latency::new(),
        cart: Latency::new(),
        errors: 0,
        first_error: None,
    }));
    let from = Instant::now() + Duration::from_secs_f64(options.warm_up);
    let window = Window { from, until: from + Duration::from_secs_f64(options.seconds) };
    let mut clients = JoinSet::new();
    for (number, peer) in peers.into_iter().enumerate() {
        let client = Client { peer, dice: Dice::of(number), legs: options.legs, window };
        let tally = Arc::clone(&tally);
        clients.spawn(client.book(tally));
    }
    tokio::time::sleep_until(window.from.into()).await;
    let processors = Processors::watch(options.server_pid);
    tokio::time::sleep_until(window.until.into()).await;
    let processors = processors.json();
    let mut hang = 0;
    if tokio::time::timeout(PATIENCE, async { while clients.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        hang = clients.len();
    }
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    let carts = u32::try_from(tally.cart.count()).unwrap_or(u32::MAX);
    Ok(json!({
        "clients": options.clients, "legs": options.legs, "seconds": options.seconds,
        "carts": carts, "carts_per_second": f64::from(carts) / options.seconds,
        "hold": tally.hold.json(), "confirm": tally.confirm.json(), "cart": tally.cart.json(),
        "errors": tally.errors + hang as u64,
        "first_error": tally.first_error.clone().or((hang > 0).then(|| "no answer".to_owned())),
        "processors": processors,
        "resident_kib": options.server_pid.map(crate::machine::resident_kib),
    }))
}

struct Client<P> {
    peer: P,
    dice: Dice,
    legs: usize,
    window: Window,
}

impl<P: Peer> Client<P> {
    /// Books until the time is over, or something is wrong.
    async fn book(mut self, tally: Arc<Mutex<Tally>>) {
        while Instant::now() < self.window.until {
            let legs = [self.dice.below(self.legs), self.dice.below(self.legs)];
            let began = Instant::now();
            let outcome = self.cart(legs).await;
            let ended = Instant::now();
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok([first, second]) => {
                    if (self.window.from..=self.window.until).contains(&ended) {
                        tally.hold.record(first - began);
                        tally.hold.record(second - first);
                        tally.confirm.record(ended - second);
                        tally.cart.record(ended - began);
                    }
                }
                Err(error) => {
                    tally.blame(&error);
                    return;
                }
            }
        }
    }

    /// A cart; says when each of its holds was answered.
    async fn cart(&mut self, [one, other]: [usize; 2]) -> Result<[Instant; 2], Report> {
        self.peer.hold(one).await?;
        let first = Instant::now();
        self.peer.hold(other).await?;
        let second = Instant::now();
        self.peer.confirm().await?;
        Ok([first, second])
    }
}
