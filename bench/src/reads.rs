//! Searches and trips through a real server: C clients in a closed loop, each kind timed by itself.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;
use color_eyre::eyre::{Report, ensure, eyre};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::dice::Dice;
use crate::latency::Latency;
use crate::lines::Lines;
use crate::machine::{Processors, resident_kib};

/// The routes that are flown, `from,to,…` a line.
const ROUTES: &str = include_str!("../../assets/network/routes.csv");

/// What is driven, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where trechod serves
    #[arg(long)]
    pub(crate) addr: SocketAddr,
    /// The server's process, whose processor time and memory are told
    #[arg(long)]
    server_pid: Option<u32>,
    /// How many clients
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// The dates that are asked for, separated by commas
    #[arg(long, value_delimiter = ',', required = true)]
    dates: Vec<String>,
    /// How many seconds each kind is measured
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A page of a route's legs on a date.
    RouteAndDate,
    /// A page of a date's legs.
    Date,
    /// A page of what a word matches.
    Text,
    /// Trips of up to three legs.
    Trips,
}

impl Kind {
    const ALL: [(Self, &str); 4] = [
        (Self::RouteAndDate, "route_and_date"),
        (Self::Date, "date"),
        (Self::Text, "text"),
        (Self::Trips, "trips"),
    ];
}

#[derive(Debug, Deserialize)]
struct Reply {
    id: u64,
    result: Option<Found>,
}

#[derive(Debug, Deserialize)]
struct Found {
    legs: Option<Vec<IgnoredAny>>,
    trips: Option<Vec<IgnoredAny>>,
}

/// Runs each kind and reports.
pub(crate) async fn run(options: &Options) -> Result<Value, Report> {
    let mut report = json!({
        "clients": options.clients, "seconds": options.seconds,
        "resident_kib_before": options.server_pid.map(resident_kib),
    });
    for (kind, name) in Kind::ALL {
        report[name] = measure(options, kind).await?;
    }
    report["resident_kib_after"] = json!(options.server_pid.map(resident_kib));
    Ok(report)
}

async fn measure(options: &Options, kind: Kind) -> Result<Value, Report> {
    let mut clients = JoinSet::new();
    let processors = Processors::watch(options.server_pid);
    for number in 0..options.clients {
        let reader = Reader {
            lines: Lines::connect(options.addr).await?,
            dice: Dice::of(number),
            dates: options.dates.clone(),
            kind,
            latency: Latency::new(),
            found: 0,
        };
        let until = Instant::now() + Duration::from_secs_f64(options.seconds);
        clients.spawn(reader.read(until));
    }
    let (mut latency, mut found) = (Latency::new(), 0);
    while let Some(ended) = clients.join_next().await {
        let reader = ended??;
        latency.add(&reader.latency);
        found += reader.found;
    }
    ensure!(found > 0, "nothing at all was found: are there legs on {:?}?", options.dates);
    let mut report = latency.json();
    report["found"] = found.into();
    report["processors"] = processors.json();
    Ok(report)
}

struct Reader {
    lines: Lines,
    dice: Dice,
    dates: Vec<String>,
    kind: Kind,
    latency: Latency,
    /// How many legs and trips there were in all replies.
    found: usize,
}

impl Reader {
    async fn read(mut self, until: Instant) -> Result<Self, Report> {
        let routes: Vec<(&str, &str)> = ROUTES.lines().skip(1).filter_map(ends).collect();
        let mut id = 0;
        while Instant::now() < until {
            id += 1;
            let request = self.request(id, &routes);
            let asked = Instant::now();
            let line = self.lines.ask(request.as_bytes()).await?;
            self.latency.record(asked.elapsed());
            let shown = || String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
            let reply: Reply = serde_json::from_slice(line)?;
            ensure!(reply.id == id, "a reply to request {} instead of {id}", reply.id);
            let found = reply.result.ok_or_else(|| eyre!("refused: {}", shown()))?;
            let found = if self.kind == Kind::Trips { found.trips } else { found.legs };
            self.found += found.ok_or_else(|| eyre!("another answer: {}", shown()))?.len();
        }
        Ok(self)
    }

    fn request(&mut self, id: u64, routes: &[(&str, &str)]) -> String {
        let (from, to) = routes[self.dice.below(routes.len())];
        let date = &self.dates[self.dice.below(self.dates.len())];
        let (method, params) = match self.kind {
            Kind::RouteAndDate => {
                ("legs.search", format!(r#""from":"{from}","to":"{to}","date":"{date}""#))
            }
            Kind::Date => ("legs.search", format!(r#""date":"{date}""#)),
            Kind::Text => ("legs.search", format!(r#""text":"{}""#, from.to_lowercase())),
            Kind::Trips => {
                // The ends of two routes: most such trips need connections.
                let (_, to) = routes[self.dice.below(routes.len())];
                ("trips.search", format!(r#""from":"{from}","to":"{to}","date":"{date}""#))
            }
        };
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{method}\",\"params\":{{{params}}}}}\n"
        )
    }
}

fn ends(line: &str) -> Option<(&str, &str)> {
    let (from, rest) = line.split_once(',')?;
    Some((from, rest.split_once(',')?.0))
}
